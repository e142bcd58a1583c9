import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'

/** Debian's Chromium, or the one that `CHROMIUM` names. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  return chromium.launch({ executablePath, args: ['--no-sandbox'] })
}

/** Opens a page in a separate browser profile, and records its errors, including refused scripts and styles. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}) {
  const context = await browser.newContext({ locale: 'en-GB', ...options })
  context.setDefaultTimeout(10_000)
  const page = await context.newPage()
  const mistakes: string[] = []
  page.on('pageerror', (error) => mistakes.push(String(error)))
  page.on('console', (line) => {
    if (line.type() === 'error') mistakes.push(line.text())
  })
  await page.goto(url)
  return { page, context, mistakes }
}

/** The chat on a page, in terms of what a guest does. */
export function chatOf(page: Page) {
  const log = page.getByRole('log')
  const box = page.getByRole('textbox', { name: 'Your message' })
  return {
    log,
    box,
    open: () => page.getByRole('button', { name: 'Open chat' }).click(),
    async say(text: string) {
      await box.fill(text)
      await box.press('Enter')
    },
    /** Waits for a bubble with this text. */
    hears: (text: string) => log.locator('.bubble', { hasText: text }).last().waitFor(),
    bubbles: () => log.locator('.bubble').allInnerTexts(),
  }
}
