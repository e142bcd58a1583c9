import { launch, type Page } from 'puppeteer-core'
import { DESKTOP, type Engine } from './engine.ts'

/** Debian's Firefox ESR, or the one that `FIREFOX` names, over WebDriver BiDi. */
export async function startFirefox(): Promise<Engine> {
  const browser = await launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' },
  })
  return {
    async open(url, window = DESKTOP) {
      const context = await browser.createBrowserContext()
      const page: Page = await context.newPage()
      await page.setViewport(window)
      await page.goto(url)
      return {
        run: (work, argument) => page.evaluate(work as never, argument as never),
        async type(text) {
          for (const key of text) await page.keyboard.press((key === '\n' ? 'Enter' : key) as never)
        },
        close: () => context.close(),
      }
    },
    close: () => browser.close(),
  }
}
