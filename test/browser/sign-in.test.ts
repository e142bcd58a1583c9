import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { Browser } from 'playwright-core'
import { chatOf, launchBrowser, openPage } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

let browser: Browser
let demo: Demo
beforeAll(async () => {
  browser = await launchBrowser()
  demo = await startDemo()
})
afterAll(async () => {
  await browser.close()
  await demo.close()
})

test('after a visitor signs in on the website, the agent sees the visitor’s identity until sign-out', async () => {
  const { page, context, mistakes } = await openPage(browser, `${demo.url}/demo/`)
  const agentView = page.getByRole('region', { name: 'What the agent sees of you' })
  const chat = chatOf(page)
  await chat.open()
  await chat.say('Hello')
  await agentView.getByText('custom.isAuthenticated').waitFor()
  expect(demo.simulator.sawAttributes().now).toMatchObject({ 'custom.isAuthenticated': 'false' })

  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Sign in as Jane' }).click()
  await agentView.getByText('user-12345').waitFor()
  await agentView.getByText('Gold').waitFor()
  expect(demo.simulator.sawAttributes().now).toMatchObject({ 'custom.isAuthenticated': 'true' })
  await page.screenshot({ path: 'test-output/signed-in.png', fullPage: true })

  await page.getByRole('button', { name: 'Sign out' }).click()
  await agentView.getByText('user-12345').waitFor({ state: 'detached' })
  expect(demo.simulator.sawAttributes().now).toMatchObject({ 'custom.isAuthenticated': 'false' })
  expect(mistakes).toEqual([])
  await context.close()
}, 40_000)
