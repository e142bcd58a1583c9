import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals'
import type { Browser, Page } from 'playwright-core'
import { launchBrowser, openPage } from './open-page.ts'
import { startDemo, type Demo } from './start-demo.ts'

jest.setTimeout(120_000)

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

/** Opens an operation and executes it unchanged. @returns the status that the page shows */
async function execute(page: Page, method: string, path: string): Promise<string> {
  const operation = page
    .locator('.opblock', {
      has: page.locator(`.opblock-summary-method:text-is("${method}")`),
    })
    .filter({ has: page.locator(`[data-path="${path}"]`) })
  await operation.locator('.opblock-summary-control').click()
  await operation.getByRole('button', { name: 'Execute' }).click()
  const status = operation.locator('.live-responses-table .response .response-col_status')
  await status.waitFor({ timeout: 20_000 })
  const code = (await status.innerText()).trim().slice(0, 3)
  await operation.locator('.opblock-summary-control').click()
  return code
}

/** Each of these operations needs a setting. */
const OFF_BY_DEFAULT =
  /^[A-Z]+ \/(callbacks|transcript|survey|journey\/\w+|availability|knowledge\/.+|sign-in)$/

test('all operations that are on by default can be executed in order with their unedited examples', async () => {
  const { page, context, mistakes } = await openPage(browser, `${demo.url}/docs/`)
  const steps = [
    ['POST', '/guest-session', '201'],
    ['GET', '/guest-session', '200'],
    ['PUT', '/guest-attributes', '200'],
    ['POST', '/messages', '201'],
    ['GET', '/messages', '200'],
    ['POST', '/typing', '204'],
    ['POST', '/attachments', '201'],
    ['GET', '/attachments/{id}', '200'],
    ['DELETE', '/attachments/{id}', '204'],
    ['GET', '/events', '200'],
    ['GET', '/deployment', '200'],
    ['GET', '/widget-config', '200'],
    ['GET', '/healthz', '200'],
    ['GET', '/readyz', '200'],
    ['DELETE', '/guest-session', '204'],
  ] as const
  const seen: string[] = []
  for (const [method, path] of steps) seen.push(`${method} ${path} ${await execute(page, method, path)}`)
  expect(seen).toEqual(steps.map((step) => step.join(' ')))
  const listed = await page
    .locator('.opblock-summary')
    .evaluateAll((summaries) =>
      summaries.map(
        (summary) =>
          `${summary.querySelector('.opblock-summary-method')?.textContent} ${summary.querySelector('[data-path]')?.getAttribute('data-path')}`,
      ),
    )
  expect(listed.filter((operation) => !OFF_BY_DEFAULT.test(operation)).sort()).toEqual(
    steps.map(([method, path]) => `${method} ${path}`).sort(),
  )
  expect(mistakes).toEqual([])
  await context.close()
})

test('the API page is served at an address outside ALLOWED_ORIGINS, and names the origin to add', async () => {
  await demo.close()
  const allowed = 'https://www.example.com'
  demo = await startDemo({ env: { ALLOWED_ORIGINS: allowed } })
  const { page, context } = await openPage(browser, `${demo.url}/docs/`)
  await page.locator('.opblock').first().waitFor()
  const origin = new URL(demo.url).origin
  await page
    .getByRole('note')
    .filter({ hasText: `Add ${origin} to ALLOWED_ORIGINS` })
    .waitFor()
  expect(await execute(page, 'GET', '/healthz')).toBe('200')
  expect(await execute(page, 'POST', '/guest-session')).toBe('403')
  await context.close()
})

test('at an allowed address, the API page shows no note about ALLOWED_ORIGINS', async () => {
  const { page, context } = await openPage(browser, `${demo.url}/docs/`)
  await page.locator('.opblock').first().waitFor()
  // The page asks the service whether its address is allowed.
  await page.waitForFunction(() =>
    performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/guest-session')),
  )
  expect(await page.getByText('ALLOWED_ORIGINS').and(page.getByRole('note')).count()).toBe(0)
  await context.close()
})

test.each(['light', 'dark'] as const)(
  'the API page is %s if the reader prefers that color scheme',
  async (colorScheme) => {
    const { page, context } = await openPage(browser, `${demo.url}/docs/`, { colorScheme })
    await page.locator('.opblock').first().waitFor()
    const lightness = await page.evaluate(() => {
      const [red = 0] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g) ?? []
      const isTransparent = getComputedStyle(document.documentElement).backgroundColor.endsWith(', 0)')
      return isTransparent ? 255 : Number(red)
    })
    expect(lightness > 128).toBe(colorScheme === 'light')
    await context.close()
  },
)
