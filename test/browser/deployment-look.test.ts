import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { openElement } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="40"><rect width="80" height="40"/></svg>'

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
})
afterEach(() => demo.close())
afterAll(() => browser.close())

test('the chat has the look that the deployment defines, unless the page overrides it', async () => {
  demo = await startDemo({
    simulator: {
      // Messages without a sender's name get the deployment's name for its bot.
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

test.each(['AcrossSubdomains', 'DomainOrSubdomainOnly'])(
  'if the deployment keeps sessions (%s), the chat survives a reload unless the page forbids it',
  async (sessionPersistenceType) => {
    const messenger = { enabled: true, apps: { conversations: { enabled: true } }, sessionPersistenceType }
    demo = await startDemo({ simulator: { agent: 'silent', look: { messenger } } })
    for (const [attributes, isKept] of [
      ['', true],
      ['storage="memory"', false],
    ] as const) {
      const { page, context, chat } = await openElement(browser, demo, attributes)
      await chat.open()
      await chat.say('before the reload')
      await chat.log.getByText('Sent').waitFor()
      await expectStored(page, isKept)
      await page.reload()
      await chat.open()
      if (isKept) await chat.hears('before the reload')
      else await page.getByText('Connected').waitFor()
      expect(await chat.bubbles()).toHaveLength(isKept ? 1 : 0)
      await context.close()
    }
    expect(demo.simulator.sessions).toHaveLength(3)
  },
)

test('the chat stores no session token if its deployment does not keep sessions', async () => {
  demo = await startDemo({ simulator: { agent: 'silent' } })
  const { page, context, chat } = await openElement(browser, demo, 'open')
  await chat.say('hello')
  await chat.log.getByText('Sent').waitFor()
  await expectStored(page, false)
  await context.close()
})

test('if the deployment shows the chat button only on demand, the button is hidden at first', async () => {
  const launcherButton = { visibility: 'OnDemand', displayType: 'Icon' }
  const messenger = { enabled: true, apps: { conversations: { enabled: true } }, launcherButton }
  const localizedLabels = [{ key: 'MessengerHomeHeaderTitle', value: 'Ask the lamp makers' }]
  const customI18nLabels = [{ language: 'en-us', localizedLabels }]
  demo = await startDemo({ simulator: { look: { messenger, customI18nLabels } } })
  const { page, context } = await openElement(browser, demo, '', { clock: true })
  // The title shows that the deployment has been read. Without it, the button would be shown after a timeout.
  await page
    .locator('genesys-guest-chat .header-name', { hasText: 'Ask the lamp makers' })
    .waitFor({ state: 'attached' })
  await page.clock.runFor(5000)
  expect(await page.getByRole('button', { name: 'Open chat' }).count()).toBe(0)
  await context.close()
})

/** Checks whether the session token is in the website's storage. */
async function expectStored(page: Page, isStored: boolean): Promise<void> {
  const holds = (wanted: boolean) =>
    Object.keys(localStorage).some((key) => key.includes('genesys-guest-session:')) === wanted
  if (isStored) await page.waitForFunction(holds, true)
  else expect(await page.evaluate(holds, false)).toBe(true)
}
