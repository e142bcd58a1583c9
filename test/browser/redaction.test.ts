import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo({ simulator: { agent: 'silent' }, env: { REDACT: 'card' } })
})
afterAll(async () => {
  await demo.close()
  await browser.close()
})

test.each([
  ['en', 'desktop', 'Private details were hidden before this was sent.'],
  ['de', 'phone', 'Persönliche Daten wurden vor dem Senden unkenntlich gemacht.'],
  ['ar', 'phone', 'تم إخفاء البيانات الخاصة قبل الإرسال.'],
])(
  'the chat in %s on a %s shows the masked text and a notice that details were hidden',
  async (lang, device, says) => {
    const { page, context, panel } = await openElement(browser, demo, '', {
      lang,
      bypassCSP: true,
      reducedMotion: 'reduce',
      viewport: device === 'phone' ? { width: 390, height: 700 } : { width: 1280, height: 900 },
    })
    await page.locator('genesys-guest-chat .launcher').click()
    await panel.locator('textarea').fill('My card is 4111 1111 1111 1111.')
    await page.keyboard.press('Enter')
    await panel.getByText(says).waitFor()
    expect(await panel.locator('.bubble').allInnerTexts()).toEqual(['My card is **** **** **** ****.'])
    expect(await violations(page)).toEqual([])
    // The live event for the same message does not remove the notice.
    demo.simulator.agentSays('Thank you')
    await panel.locator('.bubble', { hasText: 'Thank you' }).waitFor()
    expect(await panel.getByText(says).count()).toBe(1)
    await context.close()
  },
)
