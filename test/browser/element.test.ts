import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { isFocusInChat, openElement, smallTargets, type ElementPageOptions } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGP4z8AARAwQCgAf7gP9i18U1AAAAABJRU5ErkJggg==',
  'base64',
)
const CAROUSEL = {
  content: [
    {
      contentType: 'Carousel',
      carousel: {
        cards: ['Hale', 'Moss', 'Tern'].map((title) => ({
          title,
          description: 'Turned from oak.',
          actions: [{ type: 'Link', text: `Call about ${title}`, url: 'tel:+15550100' }],
        })),
      },
    },
  ],
}

let browser: Browser
let demo: Demo
let closePage: (() => Promise<void>)[] = []

beforeAll(async () => {
  browser = await launchBrowser()
})
beforeEach(async () => {
  demo = await startDemo({ simulator: { agent: 'silent' } })
})
afterEach(async () => {
  for (const close of closePage.splice(0)) await close()
  await demo.close()
})
afterAll(() => browser.close())

async function open(attributes?: string, options?: ElementPageOptions) {
  const opened = await openElement(browser, demo, attributes, options)
  closePage = [...closePage, () => opened.context.close()]
  return opened
}

async function begin(opened: Awaited<ReturnType<typeof open>>) {
  await opened.chat.open()
  await opened.chat.say('Hello')
  await opened.chat.log.getByText('Sent').waitFor()
}

describe.each([
  ['a phone', { width: 390, height: 844 }],
  ['a desktop at 400% zoom', { width: 320, height: 256 }],
])('on %s,', (_name, viewport) => {
  test('the panel is modal: focus stays inside, and the page behind is inert', async () => {
    const { page, chat, panel } = await open('', { viewport })
    await chat.open()
    await page.getByText('Connected').waitFor({ state: 'attached' })
    expect(await panel.evaluate((dialog) => dialog.matches(':modal'))).toBe(true)
    for (let presses = 0; presses < 12; presses++) {
      await page.keyboard.press('Tab')
      const isBehind = await page.evaluate(() => document.activeElement?.id === 'behind')
      expect(isBehind).toBe(false)
    }
    await expect(page.locator('#behind').click({ timeout: 300 })).rejects.toThrow()
    // The panel has its final size after an animation.
    await panel.evaluate((dialog) => Promise.all(dialog.getAnimations().map(({ finished }) => finished)))
    expect(await panel.boundingBox()).toEqual({ x: 0, y: 0, ...viewport })
    await chat.say('Can this be read?')
    await chat.log.getByText('Sent').waitFor()
    // The log scrolls to its end in the frame in which it grows. A position that is read before that is still the old one.
    await page.waitForFunction((height) => {
      const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
      const bubble = [...root.querySelectorAll('.bubble')].at(-1)!.getBoundingClientRect()
      const line = root.querySelector('.line')!.getBoundingClientRect()
      return bubble.top > 0 && bubble.bottom <= line.top && line.bottom <= height
    }, viewport.height)
    await page.keyboard.press('Escape')
    await page.locator('#behind').click()
  })
})

test('in a large window, the page next to the panel stays usable', async () => {
  const { page, chat, panel } = await open()
  await chat.open()
  expect(await panel.evaluate((dialog) => dialog.matches(':modal'))).toBe(false)
  await page.locator('#behind').click()
  await page.setViewportSize({ width: 390, height: 800 })
  await page.waitForFunction(
    () => document.querySelector('genesys-guest-chat')?.shadowRoot?.querySelector('.panel:modal') !== null,
  )
})

test('if the browser’s storage is full, the chat works, and the page still gets its events', async () => {
  const errors: string[] = []
  const opened = await open('storage="local" notify="title"', {
    async prepare(page) {
      page.on('pageerror', ({ message }) => errors.push(message))
      await page.addInitScript(() => {
        Storage.prototype.setItem = () => {
          throw new DOMException('The quota has been exceeded.', 'QuotaExceededError')
        }
        addEventListener('guest-chat-message', () => (document.body.dataset.told = 'yes'), true)
      })
    },
  })
  await begin(opened)
  await opened.page.locator('body[data-told=yes]').waitFor({ state: 'attached' })
  demo.simulator.agentSays('Are you there?')
  await opened.chat.log.getByText('Are you there?').waitFor()
  await opened.page.keyboard.press('Escape')
  demo.simulator.agentSays('Hello?')
  await opened.page.getByRole('button', { name: 'Open chat, 1 unread' }).waitFor()
  expect(errors).toEqual([])
})

test('messages that arrive in a closed chat stay unread after a reload and are counted in the page title', async () => {
  const opened = await open('storage="session" notify="title sound"')
  const { page, chat } = opened
  await begin(opened)
  await page.keyboard.press('Escape')
  demo.simulator.agentSays('Are you there?')
  await page.getByRole('button', { name: 'Open chat, 1 unread' }).waitFor()
  expect(await page.title()).toBe('(1) Shop')
  await page.reload()
  await page.getByRole('button', { name: 'Open chat, 1 unread' }).waitFor()
  expect(await page.title()).toBe('(1) Shop')
  await page.getByRole('button', { name: 'Open chat, 1 unread' }).click()
  await chat.hears('Are you there?')
  expect(await page.title()).toBe('Shop')
  await page.keyboard.press('Escape')
  await page.reload()
  await page.getByRole('button', { name: 'Open chat', exact: true }).waitFor()
})

test('a connection that keeps failing is reported within 20 s, with a Try again button that reconnects', async () => {
  const { page, chat } = await open('', { clock: true })
  await page.route('**/events', (route) => route.abort())
  await chat.open()
  await page.getByText('Connecting …').waitFor()
  await page.clock.runFor(19_000)
  await page.getByText('We can’t reach the chat.').waitFor()
  const failedTry = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/events'))
  await page.getByRole('button', { name: 'Try again' }).click()
  await failedTry
  await page.unroute('**/events')
  const requested: string[] = []
  page.on('request', (request) => requested.push(request.url()))
  // The page may learn of the failure after this test does, and schedules its next attempt only then. The clock does not
  // run during that attempt, because the page gives up on a stream that is silent for 40 s.
  while (!requested.some((url) => url.endsWith('/events'))) await page.clock.runFor(1000)
  await page.getByText('Connected').waitFor()
  await page.getByText('We can’t reach the chat.').waitFor({ state: 'hidden' })
})

test('a guest is warned before the session expires, can extend it by writing, and is told when it ends', async () => {
  await demo.close()
  let behindMs = 400_000
  const now = () => Date.now() - behindMs
  demo = await startDemo({ simulator: { agent: 'silent', sessionDurationSeconds: 600, now } })
  const { page, chat } = await open()
  const startedAt = Date.now()
  await chat.open()
  const notice = page.getByRole('status').filter({ hasText: 'Write to keep it open.' })
  await notice.waitFor()
  const closesAt = new Intl.DateTimeFormat('en-GB', { hour: 'numeric', minute: '2-digit' })
  // The session started at some time between these two.
  const minutes = [startedAt + 199_000, Date.now() + 201_000].map((time) => closesAt.format(time))
  const shownTime = /closes at (\S+)\./.exec(await notice.innerText())?.[1]
  expect(minutes).toContain(shownTime)
  behindMs = 0
  await chat.say('Hello')
  await notice.waitFor({ state: 'hidden' })
  demo.simulator.expireSession()
  await page.getByText('This conversation has ended.').waitFor()
  await page.getByRole('button', { name: 'Start a new chat' }).click()
  await page.getByText('Connected').waitFor()
  expect(await chat.bubbles()).toEqual([])
})

test('a session that does not open is reported within 20 s, with a Try again button that opens it', async () => {
  const { page, chat } = await open('', { clock: true })
  let isStuck = true
  await page.route('**/guest-session', (route) => (isStuck ? undefined : route.continue()))
  await chat.open()
  await page.clock.runFor(19_000)
  await page.getByText('We can’t reach the chat.').waitFor()
  isStuck = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Connected').waitFor()
})

test('pickers and quick replies close once used, and stay closed after a reload', async () => {
  const opened = await open('storage="session"')
  const { page, chat } = opened
  await begin(opened)
  const time = new Date(Date.now() + 86_400_000).toISOString()
  const datePicker = { title: 'When shall we call?', availableTimes: [{ dateTime: time, duration: 1800 }] }
  demo.simulator.agentSays({ content: [{ contentType: 'DatePicker', datePicker }] })
  demo.simulator.agentSays({ text: 'Or now?', quickReplies: ['Yes', 'No'] })
  demo.simulator.agentSays('Take your time.')
  // A later message from the agent does not remove the choice.
  await chat.hears('Take your time.')
  const replies = page.getByRole('group', { name: 'Suggested replies' })
  await replies.getByRole('button', { name: 'Yes' }).waitFor()
  const picker = page.getByRole('group', { name: 'When shall we call?' })
  await picker.getByRole('button').click()
  await picker.getByText('Answered').waitFor()
  expect(await picker.getByRole('button').count()).toBe(0)
  expect(await replies.count()).toBe(0)
  // An answer that is still being sent would be lost by the reload.
  await chat.log.locator('.own').nth(1).getByText('Sent').waitFor()
  await page.reload()
  await chat.open()
  await picker.getByText('Answered').waitFor()
  expect(await picker.getByRole('button').count()).toBe(0)
  expect(await replies.count()).toBe(0)
})

test('in a right-to-left language, the chat’s position, the carousel and its arrows are mirrored', async () => {
  const { page, panel } = await open('', { lang: 'ar' })
  const launcher = page.getByRole('button', { name: 'فتح المحادثة' })
  await launcher.waitFor()
  expect((await launcher.boundingBox())!.x).toBeLessThan(100)
  await launcher.click()
  await page.getByText('متصل', { exact: true }).waitFor()
  expect(await panel.getAttribute('dir')).toBe('rtl')
  const box = page.getByRole('textbox', { name: 'رسالتك' })
  await box.fill('مرحبا')
  await box.press('Enter')
  await page.getByText('أُرسلت').waitFor()
  demo.simulator.agentSays(CAROUSEL)
  const next = page.getByRole('button', { name: 'التالي' })
  await next.waitFor()
  const track = page.locator('genesys-guest-chat .carousel-track')
  await next.click()
  await page.waitForFunction(
    () =>
      document.querySelector('genesys-guest-chat')!.shadowRoot!.querySelector('.carousel-track')!.scrollLeft <
      -50,
  )
  expect(await next.locator('.icon').evaluate((icon) => getComputedStyle(icon).transform)).toContain('-1')
  expect(await track.evaluate((node) => getComputedStyle(node).direction)).toBe('rtl')
  await page.screenshot({ path: 'test-output/ar.png' })
})

describe('the page can', () => {
  test('choose which side the chat is on and how far it is from the edges', async () => {
    const { page } = await open('side="left" offset="40px 60px"')
    const button = await page.getByRole('button', { name: 'Open chat' }).boundingBox()
    const { height } = page.viewportSize()!
    expect([button!.x, Math.round(height - button!.y - button!.height)]).toEqual([60, 40])
    await page.getByRole('button', { name: 'Open chat' }).click()
    expect((await page.getByRole('dialog').boundingBox())!.x).toBe(60)
  })

  test('open the chat with its own button, and that button regains focus when the chat closes', async () => {
    const { page } = await open('launcher="none"')
    await page.getByText('A shop').waitFor()
    await page.evaluate(() => {
      document.querySelector('#behind')!.addEventListener('click', () => {
        document.querySelector('genesys-guest-chat')!.toggleAttribute('open')
      })
    })
    await page.locator('#behind').click()
    await page.getByText('Connected').waitFor()
    expect(await page.getByRole('button', { name: /(Open|Close|Hide) chat/ }).count()).toBe(1)
    expect(await isFocusInChat(page)).toBe(true)
    await page.keyboard.press('Escape')
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('behind')
  })

  test('style the parts of the chat', async () => {
    const head = '<style>genesys-guest-chat::part(launcher) { border-radius: 7px }</style>'
    const { page } = await open('', { head })
    const launcher = page.getByRole('button', { name: 'Open chat' })
    expect(await launcher.evaluate((button) => getComputedStyle(button).borderTopLeftRadius)).toBe('7px')
  })

  test('set the size of a rem in the chat, and otherwise the size on the page applies', async () => {
    const sizeOf = async (head: string) => {
      const { page } = await open('', { head })
      return (await page.getByRole('button', { name: 'Open chat' }).boundingBox())!.height
    }
    expect(await sizeOf('')).toBe(60)
    expect(await sizeOf('<style>html { font-size: 32px }</style>')).toBe(120)
    const own = '<style>html { font-size: 62.5% } genesys-guest-chat { --guest-chat-rem: 16px }</style>'
    expect(await sizeOf(own)).toBe(60)
  })
})

test('invalid attributes are reported in the console', async () => {
  const warnings: string[] = []
  const { page } = await open()
  page.on('console', (line) => {
    if (line.type() === 'warning') warnings.push(line.text())
  })
  await page.evaluate(() => {
    const chat = document.querySelector('genesys-guest-chat')!
    for (const [name, value] of [
      ['storage', 'sesion'],
      ['color', 'red'],
      ['texts', '{'],
      ['offset', 'far'],
      ['side', 'top'],
      ['notify', 'bell'],
      ['data-test', 'x'],
    ] as const)
      chat.setAttribute(name, value)
    document.body.append(chat)
  })
  await page.getByRole('button', { name: 'Open chat' }).waitFor()
  const text = warnings.join('\n')
  for (const mistake of [
    'storage="sesion" must be one of: memory, session, local.',
    'There is no attribute "color".',
    'the attribute "texts" must be a JSON object.',
    'offset="far" must be one or two CSS lengths',
    'side="top" must be one of',
    'notify="bell" must be one of',
  ])
    expect(text).toContain(mistake)
  expect(text).not.toContain('data-test')
})

test('a fresh address is requested each time the guest opens a file', async () => {
  const opened = await open('', { clock: true })
  const { page, context } = opened
  await begin(opened)
  demo.simulator.agentSays({ file: { name: 'offer.txt', mediaType: 'text/plain', bytes: 'Offer' } })
  const link = page.getByRole('link', { name: /offer.txt/ })
  await link.waitFor()
  const asked = () => demo.requests.filter((request) => request.startsWith('GET /attachments/')).length
  for (const times of [1, 2]) {
    const opening = context.waitForEvent('page')
    await link.click()
    await opening
    expect(asked()).toBe(times)
    await page.mouse.move(0, 0)
    await page.locator('genesys-guest-chat .field').focus()
    await page.clock.fastForward(120_000)
  }
})

test('a file name is shown without the characters that would change its reading order', async () => {
  const opened = await open()
  await begin(opened)
  const name = 'photo-\u2067png\u200f.exe'
  demo.simulator.agentSays({ file: { name, mediaType: 'text/plain', bytes: 'MZ' } })
  const shown = opened.page.locator('genesys-guest-chat .message .file-name')
  expect(await shown.evaluate((node) => node.firstChild?.textContent)).toBe('photo-png.exe')
})

test('a picture is previewed before it is sent', async () => {
  const opened = await open()
  const { page } = opened
  await begin(opened)
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'lamp.png', mimeType: 'image/png', buffer: PNG })
  const preview = page.locator('genesys-guest-chat .upload canvas')
  await preview.waitFor()
  const pixel = await preview.evaluate((canvas: HTMLCanvasElement) => [
    ...canvas.getContext('2d')!.getImageData(5, 5, 1, 1).data,
  ])
  expect(pixel[3]).toBe(255)
})

test('the End chat button is shown only when there is a conversation to end', async () => {
  const opened = await open()
  const { page } = opened
  await opened.chat.open()
  await page.getByText('Connected').waitFor()
  expect(await page.getByRole('button', { name: 'End chat' }).count()).toBe(0)
  await opened.chat.say('Hello')
  await page.getByRole('button', { name: 'End chat' }).waitFor()
})

test('no button, card or field is wider than a narrow window, and each target is at least 44 × 44 pixels', async () => {
  const opened = await open('', { viewport: { width: 320, height: 700 } })
  const { page, chat } = opened
  await begin(opened)
  const long = 'Averyveryverylongwordthathasnobreakinitandstillmustfitintothewindow'
  const datePicker = { title: long, availableTimes: [], dateMinimum: '2026-11-01T00:00:00Z' }
  demo.simulator.agentSays({ content: [{ contentType: 'DatePicker', datePicker }] })
  demo.simulator.agentSays(CAROUSEL)
  const items = [{ id: 's', title: long, subtitle: long, imageUrl: `${demo.allowedSite}/x.png` }]
  const listPicker = {
    receivedMessage: {},
    replyMessage: {},
    sections: [{ title: long, multipleSelection: true, items }],
  }
  demo.simulator.agentSays({ content: [{ contentType: 'ListPicker', listPicker }] })
  demo.simulator.agentSays({ text: 'Which?', quickReplies: [long, `${long} ${long}`] })
  await page.getByRole('group', { name: 'Suggested replies' }).waitFor()
  await page.locator('genesys-guest-chat .list-item').waitFor()
  await chat.log.locator('.thumbnail').first().waitFor({ state: 'attached' })
  expect(await widerThanWindow(page)).toEqual([])
  expect(await smallTargets(page)).toEqual([])
  await page.screenshot({ path: 'test-output/narrow.png' })
})

test('a link followed by thousands of closing parentheses is shown', async () => {
  const opened = await open()
  await begin(opened)
  demo.simulator.agentSays(`https://example.com/${')'.repeat(3900)}`)
  await opened.page.getByRole('link', { name: 'https://example.com/' }).waitFor()
})

function widerThanWindow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
    const parts = root.querySelectorAll('.bubble, .quick-reply, .card, .picker, .picker *, .carousel')
    return [...parts]
      .filter((part) => part.closest('.carousel-track') === null)
      .filter((part) => part.getBoundingClientRect().right > innerWidth + 0.5)
      .map((part) => part.className)
  })
}
