import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement, smallTargets } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

const FORM = {
  title: { en: 'Before we start', de: 'Bevor es losgeht', ar: 'قبل أن نبدأ' },
  fields: [
    { key: 'name', label: { en: 'Name', de: 'Name', ar: 'الاسم' }, required: true },
    { key: 'email', label: { en: 'E-mail', de: 'E-Mail', ar: 'البريد' } },
    {
      key: 'custom.topic',
      label: { en: 'Topic', de: 'Thema', ar: 'الموضوع' },
      choices: [
        { value: 'order', label: { en: 'An order', de: 'Eine Bestellung', ar: 'طلب' } },
        { value: 'other', label: { en: 'Other', de: 'Anderes', ar: 'آخر' } },
      ],
    },
  ],
}

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo({ simulator: { agent: 'silent' }, env: { PRE_CHAT_FORM: JSON.stringify(FORM) } })
})
afterAll(async () => {
  await demo.close()
  await browser.close()
})

test.each([
  ['en', 'desktop', 'Before we start', 'Please check your e-mail address.'],
  ['de', 'phone', 'Bevor es losgeht', 'Bitte prüfen Sie Ihre E-Mail-Adresse.'],
  ['ar', 'phone', 'قبل أن نبدأ', 'يرجى التحقق من عنوان بريدك الإلكتروني.'],
])(
  'in %s on a %s, the pre-chat form can be filled in by keyboard, and the agent sees the answers',
  async (lang, device, title, check) => {
    const { page, context, panel } = await openElement(browser, demo, '', {
      lang,
      bypassCSP: true,
      reducedMotion: 'reduce',
      viewport: device === 'phone' ? { width: 360, height: 700 } : { width: 1280, height: 900 },
    })
    const launcher = page.locator('genesys-guest-chat .launcher')
    // The launcher is shown as soon as the deployment's look is known.
    await launcher.waitFor()
    await launcher.focus()
    const before = demo.requests.length
    await page.keyboard.press('Enter')
    await panel.getByText(title).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await smallTargets(page)).toEqual([])
    expect(await panel.locator('textarea').isVisible()).toBe(false)
    expect(demo.requests.slice(before)).not.toContain('POST /guest-session')
    await page.keyboard.type('Jane')
    await page.keyboard.press('Tab')
    await page.keyboard.type('jane')
    await page.keyboard.press('Enter')
    await panel.getByText(check).waitFor()
    await page.keyboard.type('@example.com')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await panel.locator('textarea').waitFor()
    const sent = page.waitForResponse(
      (response) => response.url().endsWith('/messages') && response.status() === 201,
    )
    await page.keyboard.type('Hello')
    await page.keyboard.press('Enter')
    await sent
    expect(demo.simulator.sawAttributes().now).toMatchObject({
      'custom.name': 'Jane',
      'custom.email': 'jane@example.com',
      'custom.topic': 'order',
    })
    await context.close()
  },
)

test('if the page provides a value for every form field, the chat opens immediately, without the form', async () => {
  const attributes = { 'custom.topic': 'order' }
  const { page, context, panel } = await openElement(
    browser,
    demo,
    `name="Jane" email="jane@example.com" guest-attributes='${JSON.stringify(attributes)}'`,
  )
  await page.locator('genesys-guest-chat .launcher').click()
  await panel.locator('.dot[data-state="online"]').waitFor()
  expect(await panel.locator('.pre-chat').count()).toBe(0)
  await context.close()
})
