import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import type { Browser, ConsoleMessage } from 'playwright-core'
import { showcase } from './message-types.ts'
import { openElement, type ElementPageOptions } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo
let opened: Awaited<ReturnType<typeof openElement>>

beforeAll(async () => {
  browser = await launchBrowser()
})
beforeEach(async () => {
  demo = await startDemo({ simulator: { agent: 'silent' } })
})
afterEach(async () => {
  await opened.context.close()
  await demo.close()
})
afterAll(() => browser.close())

async function begin(attributes = '', options: ElementPageOptions = {}) {
  opened = await openElement(browser, demo, attributes, options)
  await opened.chat.open()
  await opened.chat.say('Hello')
  await opened.chat.log.getByText('Sent').waitFor()
  const { page } = opened
  const part = (selector: string) => page.locator(`genesys-guest-chat ${selector}`)
  // The message may be sent before the live events are connected.
  await part('.dot[data-state=online]').waitFor({ state: 'attached' })
  return { ...opened, part }
}

test('only the guest’s newest message is marked as sent, and a message with only emoji is shown larger', async () => {
  const { chat, part } = await begin()
  await chat.say('Is anybody there?')
  await chat.say('👋🏽 🇪🇸')
  await part('.own').nth(2).getByText('Sent').waitFor()
  expect(await chat.log.getByText('Sent').count()).toBe(1)
  const sizes = await part('.own .bubble').evaluateAll((all) =>
    all.map((one) => parseFloat(getComputedStyle(one).fontSize)),
  )
  expect(sizes).toEqual([15, 15, 36])
})

test('the page’s keyboard shortcuts do not react to what the guest types, but to Escape', async () => {
  const { chat, page } = await begin('', {
    head: '<script>pressed = []; for (const name of ["keydown", "keyup", "keypress"]) addEventListener(name, (event) => pressed.push(event.key))</script>',
  })
  await page.evaluate('pressed.length = 0')
  await chat.box.pressSequentially('s/?')
  await chat.box.press('ArrowLeft')
  await chat.box.press('Enter')
  await chat.log.getByText('s/?').waitFor()
  expect(await page.evaluate('pressed')).toEqual([])
  await chat.box.press('Escape')
  expect(await page.evaluate('pressed')).toContain('Escape')
})

test('the guest sees how many characters are left when fewer than 100 remain', async () => {
  const { chat, part } = await begin()
  const left = part('.characters-left')
  await chat.box.fill('a'.repeat(3996))
  expect(await left.innerText()).toBe('')
  await chat.box.fill('a'.repeat(4000))
  expect(await left.innerText()).toBe('Characters left: 96')
  // Each of these characters takes three bytes.
  await chat.box.fill('語'.repeat(1360))
  expect(await left.innerText()).toBe('Characters left: 5')
  await chat.box.fill('語'.repeat(1367))
  expect(await left.innerText()).toBe('2 characters too many')
  expect(await part('.send').getAttribute('aria-disabled')).toBe('true')
})

test('a bot has an icon where a person has an initial', async () => {
  const { chat, part } = await begin()
  demo.simulator.botSays('I am a bot.')
  await chat.hears('I am a bot.')
  demo.simulator.agentSays('I am Ada.')
  await chat.hears('I am Ada.')
  expect(await part('.avatar').nth(0).locator('.icon-bot').count()).toBe(1)
  expect(await part('.avatar').nth(1).innerText()).toBe('A')
})

test('scrolling up loads older messages, and the visible message stays in place', async () => {
  const { page, chat, part } = await begin('storage="session"', { viewport: { width: 1000, height: 560 } })
  for (let line = 1; line <= 40; line++) demo.simulator.agentSays(`Line ${line}.`)
  await chat.hears('Line 40.')
  await page.reload()
  await chat.open()
  await chat.hears('Line 40.')
  await part('.earlier').waitFor()
  const oldest = part('.bubble').first()
  const text = await oldest.innerText()
  const scroller = part('.scroller')
  // The log scrolls to its end shortly after it has grown. Until then, scrolling up has no effect.
  await page.waitForFunction(() => {
    const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
    root.querySelector('.scroller')!.scrollTop = 0
    return !root.querySelector<HTMLElement>('.to-newest')!.hidden
  })
  await chat.hears('Hello')
  const seen = await scroller.evaluate((log, words) => {
    const bubble = [...log.querySelectorAll('.bubble')].find((one) => one.textContent === words)!
    return bubble.getBoundingClientRect().top - log.getBoundingClientRect().top
  }, text)
  expect(Math.abs(seen)).toBeLessThan(200)
  expect(await chat.bubbles()).toHaveLength(41)
})

test('the header shows “Chat closed” after the agent has left, until the guest writes again', async () => {
  const { chat, part } = await begin()
  expect(await part('.header-state').innerText()).toBe('Connected')
  demo.simulator.agentLeaves()
  await part('.header-state').getByText('Chat closed', { exact: true }).waitFor()
  await chat.say('One more question')
  await part('.header-state').getByText('Connected', { exact: true }).waitFor()
})

test('the dialog keeps the chat’s name, regardless of who wrote last', async () => {
  const { page, chat } = await begin()
  demo.simulator.agentSays('I am Ada.')
  await chat.hears('I am Ada.')
  await page.getByRole('heading', { name: 'Ada' }).waitFor()
  await page.getByRole('dialog', { name: 'Chat with us' }).waitFor()
})

test('no two buttons have the same accessible name', async () => {
  const { page, chat, part } = await begin()
  await page.route('**/messages', (route) =>
    route.fulfill({ status: 422, json: { code: 'invalid_request' } }),
  )
  await chat.say('The first that fails')
  await chat.say('The second that fails')
  await part('.failure:not([hidden])').nth(1).waitFor()
  const cards = (title: string) => ({
    contentType: 'Carousel',
    carousel: { cards: [{ title, actions: [{ type: 'Postback', text: `Take ${title}`, payload: title }] }] },
  })
  demo.simulator.botSays({ content: [cards('Hale')] })
  demo.simulator.botSays({ content: [cards('Moss')] })
  for (const title of ['Any day?', 'Another day?'])
    demo.simulator.botSays({
      content: [{ contentType: 'DatePicker', datePicker: { title, availableTimes: [] } }],
    })
  await part('.picker').nth(1).waitFor()
  const names = await page
    .getByRole('button')
    .evaluateAll((buttons) =>
      buttons
        .filter((button) => button.checkVisibility())
        .map((button) => button.getAttribute('aria-label') ?? button.textContent.trim()),
    )
  expect(names.length).toBeGreaterThan(12)
  expect(names.toSorted()).toEqual([...new Set(names)].sort())
})

const carouselOf = (...titles: string[]) => ({
  content: [
    {
      contentType: 'Carousel',
      carousel: { cards: titles.map((title) => ({ title, description: 'Oak.', actions: [] })) },
    },
  ],
})

test('a carousel has arrows only if there are more cards than fit', async () => {
  const { page, part } = await begin()
  demo.simulator.botSays(carouselOf('Hale'))
  await part('.carousel').waitFor()
  await part('.carousel-steps').waitFor({ state: 'hidden' })
  demo.simulator.botSays(carouselOf('Moss', 'Tern'))
  // Until the carousel knows which cards fit, it has arrows in any case.
  await part('.carousel-track.more-after').waitFor()
  await page.getByRole('button', { name: 'Next: Moss' }).waitFor()
})

test('a carousel disables the arrow at each end, shows its position, and fades where cards are hidden', async () => {
  const { page, part } = await begin('', { reducedMotion: 'reduce' })
  demo.simulator.botSays(carouselOf('Hale', 'Moss', 'Tern'))
  const dots = () =>
    part('.carousel-dots i').evaluateAll((all) => all.map((dot) => dot.getAttribute('class') ?? ''))
  const track = part('.carousel-track.more-after')
  await track.waitFor()
  expect(await dots()).toEqual(['on', '', ''])
  const unusable = part('.carousel-steps [aria-disabled=true]')
  expect(await unusable.getAttribute('aria-label')).toMatch(/^Previous/)
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('button', { name: 'Next' }).click()
  await part('.carousel-track.more-before:not(.more-after)').waitFor()
  expect((await dots()).at(-1)).toBe('on')
  expect(await unusable.getAttribute('aria-label')).toMatch(/^Next/)
})

test('form fields have accessible names, and the asterisk on required fields is explained', async () => {
  const { page, part } = await begin()
  demo.simulator.botSays(showcase('form'))
  await page.getByRole('button', { name: 'Begin' }).click()
  await page.getByRole('textbox', { name: 'Anything else?' }).waitFor()
  await part('.form-step:not([hidden])').getByText('* Required').waitFor()
  await page.getByRole('button', { name: 'Next' }).click()
  await part('.form .reason:not([hidden])').waitFor()
  // Both positions are read in one call, because the log scrolls when the error makes the form higher.
  const gap = await part('.form').evaluate((form) => {
    const field = form.querySelector('input[aria-invalid=true]')!.getBoundingClientRect()
    return form.querySelector('.reason:not([hidden])')!.getBoundingClientRect().top - field.bottom
  })
  // The focus ring is 4 pixels wide.
  expect(gap).toBeGreaterThan(4)
  await page.getByRole('textbox', { name: 'Name' }).fill('Jane Doe')
  await page.getByRole('button', { name: 'Next' }).click()
  await page.getByRole('combobox', { name: 'Please choose' }).waitFor()
})

test('a chat that has ended shows why, and offers no way to retry an unsent message', async () => {
  const { page, chat } = await begin()
  await page.route('**/messages', (route) =>
    route.fulfill({ status: 422, json: { code: 'invalid_request' } }),
  )
  await chat.say('This cannot be sent')
  await page.getByRole('button', { name: 'Try again' }).waitFor()
  await page.unroute('**/messages')
  demo.simulator.expireSession()
  await page.getByText('This conversation has ended. There were no messages for some time.').waitFor()
  await page.getByRole('button', { name: 'Try again' }).waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Start a new chat' }).click()
  await chat.say('Hello')
  await page.getByRole('button', { name: 'End chat' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'End chat' }).click()
  await page.getByText('This conversation has ended. You ended it.').waitFor()
})

test('at 400% zoom, the newest message is in view even when a notice is shown', async () => {
  const viewport = { width: 320, height: 256 }
  const { page, chat, part, context } = await begin('', { viewport })
  demo.simulator.agentSays('Can you read this?')
  await chat.hears('Can you read this?')
  await context.setOffline(true)
  await part('.dot[data-state=offline]').waitFor({ state: 'attached' })
  await part('.notice:not(.empty)').waitFor()
  // The notice takes space from the log, which then scrolls to its end in the same frame. A position that is read before
  // that frame is still the old one.
  await page.waitForFunction(() => {
    const root = document.querySelector('genesys-guest-chat')!.shadowRoot!
    const log = root.querySelector('.scroller')!.getBoundingClientRect()
    const bubble = [...root.querySelectorAll('.other .bubble')].at(-1)!.getBoundingClientRect()
    return bubble.top >= log.top && bubble.bottom <= log.bottom
  })
  await context.setOffline(false)
  await page.getByText('You are offline.').waitFor({ state: 'detached' })
})

test('the console warns if a server other than the chat service responds at base-url', async () => {
  let warning: Promise<ConsoleMessage> | undefined
  opened = await openElement(browser, demo, '', {
    prepare: async (page) => {
      warning = page.waitForEvent('console', (line) => line.type() === 'warning')
      await page.route('**/deployment', (route) =>
        route.fulfill({ status: 404, contentType: 'text/html', body: '<h1>Not found</h1>' }),
      )
    },
  })
  await opened.page.getByRole('button', { name: 'Open chat' }).waitFor()
  expect((await warning)?.text()).toContain(
    `base-url="${demo.url}" responds with status 404 and is not the chat service`,
  )
})
