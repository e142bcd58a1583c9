import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { violations } from './axe.ts'
import { openElement, smallTargets } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo({ simulator: { agent: 'silent' }, env: { TRANSCRIPT: 'on' } })
})
afterAll(async () => {
  await demo.close()
  await browser.close()
})

test.each([
  ['en', 'desktop', 'Save this conversation', 'Conversation'],
  ['de', 'phone', 'Gespräch speichern', 'Unterhaltung'],
  ['ar', 'phone', 'حفظ المحادثة', 'المحادثة'],
])(
  'in %s on a %s, the guest can save the conversation using only the keyboard',
  async (lang, device, label, title) => {
    const { page, context, panel } = await openElement(browser, demo, '', {
      lang,
      bypassCSP: true,
      reducedMotion: 'reduce',
      timezoneId: 'Europe/Berlin',
      viewport: device === 'phone' ? { width: 360, height: 700 } : { width: 1280, height: 900 },
    })
    await page.locator('genesys-guest-chat .launcher').click()
    await panel.locator('textarea').fill('<b>Hello</b>')
    await page.keyboard.press('Enter')
    const button = panel.getByRole('button', { name: label })
    await button.waitFor()
    expect(await violations(page)).toEqual([])
    expect(await smallTargets(page)).toEqual([])
    await button.focus()
    const downloading = page.waitForEvent('download')
    await page.keyboard.press('Enter')
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/ \d{4}-\d\d-\d\d\.html$/)
    const file = await readFile(await download.path(), 'utf8')
    expect(file).toContain(`<h1>${title}</h1>`)
    expect(file).toContain('Europe/Berlin')
    expect(file).toContain('&lt;b&gt;Hello&lt;/b&gt;')
    await context.close()
  },
)
