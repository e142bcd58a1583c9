import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import type { Browser, Locator, Page } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(90_000)

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40"/></svg>'

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
})
beforeEach(async () => {
  demo = await startDemo()
})
afterEach(() => demo.close())
afterAll(() => browser.close())

/** Presses Tab, here or backwards, until the control has the focus, as who has no mouse does. */
async function tabTo(page: Page, control: Locator, key: 'Tab' | 'Shift+Tab' = 'Shift+Tab'): Promise<void> {
  await control.waitFor()
  for (let presses = 0; presses < 80; presses++) {
    if (await control.evaluate((node) => node.matches(':focus'))) return
    await page.keyboard.press(key)
  }
  throw new Error(`The keyboard does not reach ${String(control)}`)
}

test('a guest answers every type of message by keyboard alone, and finds the answers after a reload', async () => {
  const opened = await openElement(browser, demo, 'storage="session"', {
    bypassCSP: true,
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
  })
  const { page, context, chat, mistakes } = opened
  const press = (key: string) => page.keyboard.press(key)
  const say = async (text: string) => {
    await tabTo(page, chat.box, 'Tab')
    await page.keyboard.type(text)
    await press('Enter')
  }
  const axeIsClean = async () => expect(await violations(page)).toEqual([])
  const button = (name: string) => page.getByRole('button', { name, exact: true }).last()

  await tabTo(page, page.getByRole('button', { name: 'Open chat' }), 'Tab')
  await press('Enter')
  await page.getByText('Connected').waitFor()

  // A form: what is required is asked for, all answers are seen before they go.
  await say('form')
  await tabTo(page, button('Begin'))
  await press('Enter')
  await tabTo(page, button('Next'), 'Tab')
  await press('Enter')
  await page.getByText('Please fill this in.').first().waitFor()
  const name = page.getByRole('textbox', { name: 'Name' })
  expect(await name.evaluate((field) => field.matches(':focus'))).toBe(true)
  await axeIsClean()
  await page.keyboard.type('Jane Doe')
  await press('Enter')
  await tabTo(page, page.locator('genesys-guest-chat input[type=date]'), 'Tab')
  await page.keyboard.type('12242026')
  await tabTo(page, page.getByRole('checkbox', { name: 'Returns' }), 'Tab')
  await press('Space')
  await tabTo(page, page.getByRole('combobox'), 'Tab')
  await press('ArrowDown')
  await axeIsClean()
  await tabTo(page, button('Next'), 'Tab')
  await press('Enter')
  await page.getByText('Check your answers').waitFor()
  await page.getByText('Jane Doe').waitFor()
  await page.getByText('Morning').last().waitFor()
  await axeIsClean()
  await page.screenshot({ path: 'test-output/form-summary.png' })
  await tabTo(page, button('Send'), 'Tab')
  await press('Enter')
  await chat.hears('Thank you, I have your details.')
  const form = page.getByRole('group', { name: 'Your details' }).first()
  await form.getByRole('definition').filter({ hasText: 'Returns' }).waitFor()
  expect(await form.getByRole('button').count()).toBe(0)

  // A list, a date, quick replies and the buttons of cards.
  await say('list')
  await tabTo(page, page.getByRole('checkbox', { name: 'My orders' }).last())
  await press('Space')
  await tabTo(page, button('Confirm'), 'Tab')
  await press('Enter')
  await page.getByText('Your answer: My orders').waitFor()
  await say('date')
  const date = page.getByRole('group', { name: 'When may we call?' })
  await tabTo(page, date.getByRole('button').first())
  await press('Enter')
  await date.getByText(/Your answer: /).waitFor()
  await say('quick')
  await tabTo(page, button('Yes'))
  await press('Enter')
  await chat.hears('Yes')
  await say('carousel')
  await tabTo(page, button('Take the second'))
  await press('Enter')
  await chat.hears('Take the second')

  // What is only looked at.
  await say('link')
  await page.getByRole('link', { name: 'Open the page' }).waitFor()
  await say('place')
  await page.getByRole('group', { name: 'Our shop' }).getByRole('link', { name: 'Show on a map' }).waitFor()
  await say('generic')
  await page.getByRole('group', { name: 'A generic template' }).waitFor()
  await say('text')
  await chat.hears('A text of its own.')
  await say('rich')
  await chat.log.locator('strong', { hasText: 'bold' }).waitFor()
  expect(await chat.log.locator('del, mark, code, ul > li, blockquote').count()).toBeGreaterThan(5)
  expect(await chat.log.getByText('can’t be shown here').count()).toBe(0)
  await axeIsClean()
  await page.screenshot({ path: 'test-output/message-types.png' })

  await page.reload()
  await tabTo(page, page.getByRole('button', { name: /Open chat/ }), 'Tab')
  await press('Enter')
  await chat.log.locator('strong', { hasText: 'bold' }).waitFor()
  while (await page.getByRole('button', { name: 'Show earlier messages' }).isVisible()) {
    const count = await chat.log.locator('.message').count()
    await page.getByRole('button', { name: 'Show earlier messages' }).press('Enter')
    await chat.log.locator('.message').nth(count).waitFor()
  }
  await form.getByRole('definition').filter({ hasText: 'Returns' }).waitFor()
  await page.getByText('Your answer: My orders').waitFor()
  await date.getByText(/Your answer: /).waitFor()
  expect(await page.getByRole('group', { name: 'Suggested replies' }).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Confirm' }).count()).toBe(0)
  await axeIsClean()
  expect(mistakes.filter((mistake) => !mistake.includes('favicon') && !mistake.includes('404'))).toEqual([])
  await context.close()
})

test('the chat looks as the deployment says, unless the page says otherwise', async () => {
  await demo.close()
  demo = await startDemo({
    simulator: {
      // Messages that name nobody get the deployment's name for its bot.
      humanize: false,
      look: {
        messenger: {
          enabled: true,
          apps: {
            conversations: {
              enabled: true,
              humanize: { enabled: true, bot: { name: 'Lumi', avatarUrl: 'https://example.com/lumi.png' } },
            },
          },
          launcherButton: { visibility: 'OnDemand', displayType: 'IconAndText' },
          homeScreen: { enabled: true, logoUrl: 'https://example.com/logo.svg' },
        },
        position: { alignment: 'Left', sideSpace: 50, bottomSpace: 30 },
        customI18nLabels: [
          {
            language: 'en-us',
            localizedLabels: [
              { key: 'MessengerHomeHeaderTitle', value: 'Ask the lamp makers' },
              { key: 'MessengerLauncherButtonText', value: 'Ask us' },
            ],
          },
        ],
      },
    },
  })
  const own = await openElement(browser, demo, `launcher="always" side="right" texts='{"title":"Our chat"}'`)
  const box = await own.page.getByRole('button', { name: 'Ask us' }).boundingBox()
  expect(box!.x).toBeGreaterThan(640)
  await own.page.getByRole('button', { name: 'Ask us' }).click()
  await own.page.getByRole('heading', { name: 'Our chat' }).waitFor()
  await own.context.close()

  const { page, context, chat } = await openElement(browser, demo, '', {
    prepare: (opened) =>
      opened.route('https://example.com/*', (route) =>
        route.fulfill({
          contentType: 'image/svg+xml',
          body: SVG,
          headers: { 'Access-Control-Allow-Origin': '*' },
        }),
      ),
  })
  const launcher = page.locator('genesys-guest-chat .launcher')
  await launcher.waitFor({ state: 'attached' })
  await page.evaluate(() => document.querySelector('genesys-guest-chat')!.toggleAttribute('open'))
  await page.getByRole('heading', { name: 'Ask the lamp makers' }).waitFor()
  await launcher.waitFor()
  expect((await page.getByRole('dialog').boundingBox())!.x).toBe(50)
  await page.locator('genesys-guest-chat .welcome-logo').waitFor()
  await chat.say('Hello')
  await chat.log.getByText('Lumi').first().waitFor({ state: 'attached' })
  await context.close()
})

test('a deployment that shows its button on demand shows none before', async () => {
  await demo.close()
  const launcherButton = { visibility: 'OnDemand', displayType: 'Icon' }
  const messenger = { enabled: true, apps: { conversations: { enabled: true } }, launcherButton }
  demo = await startDemo({ simulator: { look: { messenger } } })
  const { page, context } = await openElement(browser, demo, '', { clock: true })
  await page.locator('genesys-guest-chat .launcher').waitFor({ state: 'attached' })
  await page.clock.runFor(5000)
  expect(await page.getByRole('button', { name: 'Open chat' }).count()).toBe(0)
  await context.close()
})
