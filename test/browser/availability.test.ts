import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement, smallTargets, type ElementPageOptions } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

const WORKDAYS = {
  start: '2026-01-05T09:00:00.000',
  end: '2026-01-05T17:00:00.000',
  rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
}
const EVERY_DAY = { ...WORKDAYS, rrule: 'FREQ=DAILY' }
const INSTEAD = '<a slot="closed" href="mailto:help@example.com">help@example.com</a>'

let browser: Browser
let demo: Demo
let now: string
let context: BrowserContext | undefined

beforeAll(async () => {
  browser = await launchBrowser()
})
afterEach(async () => {
  await context?.close()
  await demo.close()
})
afterAll(() => browser.close())

/** Opens a page in the guest's time zone. The clocks of the page, the service and Genesys all stand still at `at`. */
async function openAt(
  at: string,
  attributes: string,
  options: ElementPageOptions & { open?: object[]; env?: Record<string, string> } = {},
) {
  now = at
  const { open = [WORKDAYS], env, ...pageOptions } = options
  demo = await startDemo({
    now: () => Date.parse(now),
    simulator: { agent: 'silent' },
    env: ({ scheduleGroupId, emergencyGroupId, queueId }) => ({
      GENESYS_SCHEDULE_GROUP_ID: scheduleGroupId,
      GENESYS_EMERGENCY_GROUP_ID: emergencyGroupId,
      GENESYS_QUEUE_ID: queueId,
      ...env,
    }),
  })
  demo.simulator.setHours({ open: open as never })
  const opened = await openElement(browser, demo, attributes, {
    bypassCSP: true,
    reducedMotion: 'reduce',
    timezoneId: 'Europe/Berlin',
    content: INSTEAD,
    async prepare(page) {
      await page.clock.setFixedTime(at)
      // A route turns off the browser's cache, which would store the response for ten seconds.
      await page.route('**/availability', (route) => route.continue())
    },
    ...pageOptions,
  })
  ;({ context } = opened)
  return { ...opened, launcher: opened.page.locator('genesys-guest-chat .launcher') }
}

/** Waits until the page knows that the contact center is closed. After 1.5 s, it would show its button without knowing. */
function untilClosed(panel: Locator): Promise<void> {
  return panel.locator('.closed:not([hidden])').waitFor({ state: 'attached' })
}

/** The guest returns to the page at a later time. */
async function comeBackAt(page: Page, at: string): Promise<void> {
  now = at
  await page.clock.setFixedTime(at)
  const answer = page.waitForResponse('**/availability')
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await (await answer).finished()
  // By the next task, the page has applied the answer.
  await page.evaluate(() => new Promise((resolve) => setTimeout(resolve)))
}

test('the chat shows when it opens, opens by itself, and does not end a conversation when it closes', async () => {
  const { page, panel, chat, launcher } = await openAt('2026-11-25T19:00:00Z', 'when-closed="notice"')
  await untilClosed(panel)
  await launcher.click()
  await panel.getByText(/Back tomorrow at 0?9:00\./).waitFor()
  expect(await panel.getByRole('heading', { name: 'We are closed.' }).isVisible()).toBe(true)
  expect(await page.getByText('help@example.com').isVisible()).toBe(true)
  expect([await chat.box.isVisible(), await panel.getByText('How can we help?').isVisible()]).toEqual([
    false,
    false,
  ])
  expect(await violations(page)).toEqual([])
  expect(demo.requests).not.toContain('POST /guest-session')

  await comeBackAt(page, '2026-11-26T09:00:00Z')
  await chat.say('Good morning')
  await chat.log.getByText('Sent').waitFor()
  expect(await page.getByText('help@example.com').isVisible()).toBe(false)

  await comeBackAt(page, '2026-11-26T19:00:00Z')
  await chat.say('Are you still there?')
  demo.simulator.agentSays('We are.')
  await chat.hears('We are.')
  expect(await panel.getByText('We are closed.').isVisible()).toBe(false)
})

test('with when-closed="hide", the button is shown only during opening hours', async () => {
  const { page, panel, launcher } = await openAt('2026-11-28T11:00:00Z', 'when-closed="hide" side="left"', {
    lang: 'de',
  })
  await untilClosed(panel)
  // The chat takes its side as soon as the deployment is also known, and with it whether the button is shown.
  await page.waitForFunction(() => {
    const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
    return getComputedStyle(root.querySelector('.panel')!).left === '0px'
  })
  expect(await launcher.isVisible()).toBe(false)
  // The page's own button can still open the chat.
  await page.evaluate(() => document.querySelector('genesys-guest-chat')!.toggleAttribute('open', true))
  await panel.getByText(/Am Montag ab 0?9:00 Uhr sind wir wieder da\./).waitFor()
  await comeBackAt(page, '2026-11-30T08:00:01Z')
  await launcher.waitFor()
  await panel.getByText('Wie können wir helfen?').waitFor()
})

test('a guest in Tokyo sees local times, even on the night when the clocks change in Berlin', async () => {
  // In Berlin, it is 02:30 for the first time that night.
  const { page, panel, launcher } = await openAt('2026-10-25T00:30:00Z', 'when-closed="notice"', {
    lang: 'ar',
    timezoneId: 'Asia/Tokyo',
    open: [EVERY_DAY],
  })
  await untilClosed(panel)
  await launcher.click()
  await panel.getByText('نعود اليوم الساعة 5:00 م.').waitFor()
  expect(await violations(page)).toEqual([])
  // Now it is 02:30 for the second time. The chat opens at 09:00 in Berlin, which is 17:00 in Tokyo from this night on.
  await comeBackAt(page, '2026-10-25T01:30:00Z')
  expect(await panel.getByText('نعود اليوم الساعة 5:00 م.').isVisible()).toBe(true)
})

test('the chat works as usual if its availability is unknown or cannot be fetched', async () => {
  const { page, panel, chat, launcher } = await openAt('2026-11-25T19:00:00Z', 'when-closed="notice"', {
    prepare: async (opening) => {
      await opening.clock.setFixedTime('2026-11-25T19:00:00Z')
      demo.simulator.deleteSchedules()
      let calls = 0
      await opening.route('**/availability', (route) => (calls++ === 0 ? route.continue() : route.abort()))
    },
  })
  await launcher.click()
  await panel.getByText('How can we help?').waitFor()
  await page.clock.setFixedTime('2026-11-25T19:01:00Z')
  const failed = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/availability'))
  await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
  await failed
  await chat.say('Hello')
  await chat.hears('Hello')
})

test('a waiting guest sees the estimated wait until the agent answers, even after a reload', async () => {
  const { page, panel, chat, launcher } = await openAt('2026-11-25T11:00:00Z', 'storage="session"')
  await launcher.click()
  await chat.say('Is anybody there?')
  await panel.getByText('Someone will be with you in about 2 to 4 minutes.').waitFor()
  expect(await violations(page)).toEqual([])
  demo.simulator.setQueue({ estimatedWaitSeconds: 50 })
  now = '2026-11-25T11:01:00Z'
  await page.reload()
  await launcher.click()
  await panel.getByText('Someone will be with you in about 0 to 2 minutes.').waitFor()
  demo.simulator.agentSays('I am.')
  await chat.hears('I am.')
  await panel.getByText('Someone will be with you').waitFor({ state: 'detached' })
})

const CALLBACKS = { env: { CALLBACKS: 'on' } }

test.each([
  [
    'en',
    'Request a call',
    /The next possible time is Monday,? /,
    /^Thank you! We will call you on Monday,? .* at 0?9:00( AM)?\.$/,
  ],
  ['ar', 'اطلب مكالمة', /أقرب وقت ممكن هو يوم الاثنين/, /^شكرًا لك! سنتصل بك يوم الاثنين.*9:00 ص\.$/],
])('in %s, a guest can use the keyboard to request a callback', async (lang, ask, refusal, thanks) => {
  // It is Friday evening.
  const { page, panel, launcher } = await openAt(
    '2026-11-27T19:00:00Z',
    'when-closed="notice" name="Jane Doe"',
    {
      ...CALLBACKS,
      lang,
      viewport: { width: 360, height: 700 },
    },
  )
  await untilClosed(panel)
  await launcher.click()
  await panel.getByRole('button', { name: ask }).press('Enter')
  await panel.locator('.callback').waitFor()
  expect(await violations(page)).toEqual([])
  expect(await smallTargets(page)).toEqual([])
  const [day, time] = [panel.locator('.callback select').first(), panel.locator('.callback select').last()]
  expect([await day.inputValue(), await time.inputValue()]).toEqual(['2026-11-30', '09:00'])
  await page.keyboard.press('Tab')
  await page.keyboard.type('030 901820')
  await page.keyboard.press('Enter')
  await panel.getByRole('alert').filter({ hasText: '+' }).waitFor()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.type('+49 30 901820')
  await day.selectOption('2026-11-28')
  await panel.locator('.callback').getByRole('button', { name: ask }).press('Enter')
  await panel.getByText(refusal).waitFor()
  expect(await day.inputValue()).toBe('2026-11-30')
  expect(demo.simulator.callbacks).toEqual([])
  await panel.locator('.callback').getByRole('button', { name: ask }).press('Enter')
  await panel.getByText(thanks).waitFor()
  expect(await violations(page)).toEqual([])
  expect(demo.simulator.callbacks).toMatchObject([
    { userName: 'Jane Doe', numbers: ['+4930901820'], scheduledTime: '2026-11-30T08:00:00.000Z' },
  ])
  // The chat itself is unchanged.
  expect(await panel.locator('textarea').isVisible()).toBe(false)
  await comeBackAt(page, '2026-11-30T09:00:00Z')
  await panel.locator('textarea').waitFor()
})
