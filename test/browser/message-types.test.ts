import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import type { Browser, Locator, Page } from 'playwright-core'
import { violations } from './axe.ts'
import { MESSAGE_TYPES, TYPES_WITHOUT_A_SHAPE, type KeyboardGuest } from './message-types.ts'
import { openElement } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
})
// Each test has its own service, because together they would exceed the limit on sessions per minute for one address.
beforeEach(async () => {
  demo = await startDemo({ simulator: { agent: 'silent' } })
})
afterEach(() => demo.close())
afterAll(() => browser.close())

/** Presses Tab until the control has the focus; at the end of the page, the focus returns to the beginning. */
async function tabTo(page: Page, control: Locator): Promise<void> {
  await control.waitFor()
  for (let presses = 0; presses < 120; presses++) {
    if (await control.evaluate((node) => node.matches(':focus'))) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`The keyboard does not reach ${String(control)}`)
}

async function beginAsKeyboardGuest() {
  const { page, context, chat, mistakes } = await openElement(browser, demo, 'storage="session"', {
    bypassCSP: true,
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
  })
  await context.route('https://example.com/**', (route) => route.fulfill({ body: 'A page' }))
  const guest: KeyboardGuest = {
    page,
    context,
    chat,
    tabTo: (control) => tabTo(page, control),
    async press(control, key = 'Enter') {
      await tabTo(page, control)
      await page.keyboard.press(key)
    },
    async write(text) {
      await tabTo(page, chat.box)
      await page.keyboard.type(text)
      await page.keyboard.press('Enter')
    },
  }
  const open = async () => {
    await guest.press(page.getByRole('button', { name: /Open chat/ }))
    await page.getByText('Connected').waitFor()
  }
  await open()
  await guest.write('Hello')
  await chat.log.getByText('Sent').waitFor()
  return {
    guest,
    /** Errors on the page, except those about files that the test's own page lacks. */
    mistakes: () => mistakes.filter((mistake) => !mistake.includes('404')),
    async reload() {
      // A message that is still being sent would be lost.
      await chat.log.locator('[data-status=pending]').first().waitFor({ state: 'detached' })
      await page.reload()
      await open()
    },
    axeIsClean: async () => expect(await violations(page)).toEqual([]),
  }
}

test.each(Object.entries(MESSAGE_TYPES))(
  'using only the keyboard, a guest answers a message of type %s and sees the answer after a reload',
  async (_type, { message, answer, answered }) => {
    const { guest, mistakes, reload, axeIsClean } = await beginAsKeyboardGuest()
    demo.simulator.botSays(message)
    await guest.chat.log.locator('.other').waitFor()
    await axeIsClean()
    await answer(guest)
    await answered(guest)
    await axeIsClean()
    await reload()
    await answered(guest)
    await axeIsClean()
    expect(await guest.page.getByText(/can’t be shown here/).count()).toBe(0)
    expect(mistakes()).toEqual([])
    await guest.context.close()
  },
)

test('a guest sees a placeholder for a message of an unsupported type, and can continue writing', async () => {
  const { guest, mistakes, reload, axeIsClean } = await beginAsKeyboardGuest()
  for (const contentType of TYPES_WITHOUT_A_SHAPE) demo.simulator.botSays({ content: [{ contentType }] })
  const notices = guest.chat.log.locator('.other').getByText(/can’t be shown here/)
  const count = TYPES_WITHOUT_A_SHAPE.length
  await notices.nth(count - 1).waitFor()
  await axeIsClean()
  await guest.write('What did you send?')
  await reload()
  await guest.chat.hears('What did you send?')
  expect(await notices.count()).toBe(count)
  await axeIsClean()
  expect(mistakes()).toEqual([])
  await guest.context.close()
})
