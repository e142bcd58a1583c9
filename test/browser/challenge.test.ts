import { afterAll, beforeAll, expect, jest, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { openElement } from './open-element.ts'
import { launchBrowser } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(60_000)

let browser: Browser
let demo: Demo

beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo({ simulator: { agent: 'silent' }, env: { CHALLENGE: 'altcha' } })
})
afterAll(async () => {
  await demo.close()
  await browser.close()
})

test('the chat solves a proof of work by itself before it opens a session', async () => {
  const { page, context, panel } = await openElement(browser, demo)
  const statuses: number[] = []
  page.on('response', (response) => {
    if (new URL(response.url()).pathname === '/guest-session') statuses.push(response.status())
  })
  const opened = page.waitForResponse(
    (response) => response.status() === 201 && response.url().endsWith('/guest-session'),
  )
  await page.locator('genesys-guest-chat .launcher').click()
  await panel.locator('textarea').fill('Hello')
  await page.keyboard.press('Enter')
  await panel.locator('.bubble', { hasText: 'Hello' }).waitFor()
  await opened
  expect(statuses).toEqual([403, 201])
  await context.close()
})
