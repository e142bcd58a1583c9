import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import type { GuestChatElement } from '../../src/browser/element/guest-chat-element.ts'
import { violations } from './axe.ts'
import { isFocusInChat, openElement } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
})
beforeEach(async () => {
  demo = await startDemo({ simulator: { agent: 'silent' }, env: { GENESYS_SIGN_IN: 'on' } })
})
afterEach(() => demo.close())
afterAll(() => browser.close())

const VIDEO = { eventType: 'Video', video: { type: 'Offering', offeringId: 'call-1', jwt: 'video.join.jwt' } }
const CO_BROWSE = {
  eventType: 'CoBrowse',
  coBrowse: { type: 'Offering', sessionId: 'share-1', sessionJoinToken: 'join-token' },
}
const AUTHENTICATE = {
  eventType: 'Presence',
  presence: { type: 'Authenticate', receivedMessage: { title: 'Please sign in to see your orders.' } },
}

interface Heard {
  readonly heard: { readonly type: string; readonly detail: object }[]
}

/** Opens a page that records the element's events. */
async function openListening(attributes: string) {
  const opened = await openElement(browser, demo, `storage="session" ${attributes}`, {
    bypassCSP: true,
    reducedMotion: 'reduce',
  })
  const { page, chat } = opened
  await chat.open()
  await chat.say('Hello')
  await chat.log.getByText('Sent').waitFor()
  // An offer is a live event only: it would be lost if the events were not connected yet.
  await page.getByText('Connected').waitFor()
  await page.evaluate(() => {
    const heard: Heard['heard'] = []
    Object.assign(globalThis, { heard })
    for (const name of ['accept', 'decline', 'offer', 'sign-in'])
      document.querySelector('genesys-guest-chat')!.addEventListener(`guest-chat-${name}`, (event) => {
        heard.push({ type: event.type, detail: (event as CustomEvent<object>).detail })
      })
  })
  return opened
}

const heardBy = (page: Page, type: string) =>
  page.evaluate(
    (name) =>
      (globalThis as unknown as Heard).heard
        .filter((event) => event.type === name)
        .map(({ detail }) => detail),
    type,
  )

test('a sign-in request that arrives while the code for prompts is still loading is shown afterward', async () => {
  let load = (): void => undefined
  const loading = new Promise<void>((resolve) => (load = resolve))
  const { page, chat, context } = await openElement(browser, demo, 'prompts="sign-in"', {
    prepare: (opening) =>
      opening.route('**/guest-chat-prompts-*', (route) => loading.then(() => route.continue())),
  })
  await chat.open()
  await chat.say('Hello')
  await page.getByText('Connected').waitFor()
  demo.simulator.agentSays({ events: [AUTHENTICATE] })
  demo.simulator.agentSays('One moment, please.')
  await chat.hears('One moment, please.')
  load()
  await page.getByRole('group', { name: 'Please sign in to see your orders.' }).waitFor()
  await context.close()
})

test('an offer that the page handles is shown as a question, and the page gets the reply with the offer', async () => {
  const { page, context } = await openListening('prompts="sign-in co-browse video"')
  demo.simulator.agentSays({ events: [VIDEO] })
  const video = page.getByRole('group', { name: 'May we talk to you by video?' })
  await video.waitFor()
  expect(await violations(page)).toEqual([])
  await video.getByRole('button', { name: 'Accept' }).press('Enter')
  await video.waitFor({ state: 'detached' })
  expect(await isFocusInChat(page)).toBe(true)
  expect(await heardBy(page, 'guest-chat-accept')).toEqual([
    { kind: 'video', status: 'offered', offeringId: 'call-1', jwt: 'video.join.jwt' },
  ])

  demo.simulator.agentSays({ events: [CO_BROWSE] })
  const share = page.getByRole('group', { name: 'May we look at this page together with you?' })
  await share.getByRole('button', { name: 'Not now' }).click()
  await share.waitFor({ state: 'detached' })
  expect(await heardBy(page, 'guest-chat-decline')).toEqual([
    { kind: 'co-browse', status: 'offered', sessionId: 'share-1', sessionJoinToken: 'join-token' },
  ])
  await context.close()
})

test('the question about an offer disappears when the offer expires or the conversation ends', async () => {
  const { page, context } = await openListening('prompts="video"')
  const question = page.getByRole('group', { name: 'May we talk to you by video?' })
  demo.simulator.agentSays({ events: [VIDEO] })
  await question.waitFor()
  demo.simulator.agentSays({ events: [{ eventType: 'Video', video: { type: 'OfferingExpired' } }] })
  await question.waitFor({ state: 'detached' })
  demo.simulator.agentSays({ events: [VIDEO] })
  await question.waitFor()
  demo.simulator.expireSession()
  await page.getByText('This conversation has ended.').waitFor()
  await question.waitFor({ state: 'detached' })
  await context.close()
})

test('if the page does not handle an offer, only an event is dispatched, and the guest is not asked', async () => {
  const { page, chat, context } = await openListening('prompts="sign-in"')
  demo.simulator.agentSays({ events: [VIDEO] })
  demo.simulator.agentSays('Later, then.')
  await chat.hears('Later, then.')
  expect(await heardBy(page, 'guest-chat-offer')).toMatchObject([{ kind: 'video', status: 'offered' }])
  expect(await page.getByRole('button', { name: 'Accept' }).count()).toBe(0)
  await context.close()
})

/** The page's part of the sign-in: it passes on the code that its OpenID provider returns. */
async function signInWhenAsked(page: Page, code: string): Promise<void> {
  const grant = { redirectUri: `${demo.allowedSite}/signed-in`, code }
  await page.locator('genesys-guest-chat').evaluate((element: GuestChatElement, brought) => {
    element.addEventListener('guest-chat-accept', () => void element.chat?.signIn(brought))
  }, grant)
  demo.simulator.botSays({ events: [AUTHENTICATE] })
  const question = page.getByRole('group', { name: 'Please sign in to see your orders.' })
  await question.waitFor()
  expect(await violations(page)).toEqual([])
  const changed = page.waitForResponse('**/sign-in')
  await question.getByRole('button', { name: 'Sign in' }).press('Enter')
  expect((await changed).status()).toBe(200)
}

test('a guest signs in at a bot’s request, and then sees only the signed-in person’s conversation', async () => {
  const { page, chat, context } = await openListening('prompts="sign-in"')
  await signInWhenAsked(page, demo.simulator.authorizationCode('user-1'))
  // The messages from before the sign-in are no longer shown.
  await chat.log.getByText('Hello').waitFor({ state: 'detached' })
  await chat.say('It is me')
  await chat.log.getByText('It is me').waitFor()
  expect(await chat.bubbles()).toEqual(['It is me'])
  expect(demo.simulator.sessions.map(({ signedInAs }) => signedInAs)).toContain('user-1')
  await page.locator('genesys-guest-chat').evaluate((element: GuestChatElement) => element.chat?.signOut())
  await page.getByText('This conversation has ended.').waitFor()
  await context.close()
})

test('a guest who signs in on another device sees that the chat continues there, and can start a new one', async () => {
  await demo.close()
  const simulator = { agent: 'silent', allowSessionUpgrade: true } as const
  demo = await startDemo({ simulator, env: { GENESYS_SIGN_IN: 'on' } })
  const { page, chat, context } = await openListening('prompts="sign-in"')
  await signInWhenAsked(page, demo.simulator.authorizationCode('user-1'))
  // The guest's own conversation continues.
  await chat.hears('Hello')
  await chat.say('It is me')
  await chat.hears('It is me')

  const headers = { Origin: demo.allowedSite, 'Content-Type': 'application/json' }
  const opened = await fetch(`${demo.url}/guest-session`, { method: 'POST', headers, body: '{}' })
  const { session } = (await opened.json()) as { session: string }
  const elsewhere = await fetch(`${demo.url}/sign-in`, {
    method: 'POST',
    headers: { ...headers, Authorization: `Bearer ${session}` },
    body: JSON.stringify({
      redirectUri: `${demo.allowedSite}/signed-in`,
      code: demo.simulator.authorizationCode('user-1'),
    }),
  })
  expect(elsewhere.status).toBe(200)
  await page.getByText('You signed in on another device. The conversation continues there.').waitFor()
  expect(await chat.box.isVisible()).toBe(false)
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Start a new chat' }).click()
  await page.getByText('Connected').waitFor()
  await chat.say('As a guest again')
  await chat.hears('As a guest again')
  await context.close()
})
