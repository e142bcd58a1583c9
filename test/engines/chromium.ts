import { launchBrowser } from '../browser/open-page.ts'
import { DESKTOP, type Engine } from './engine.ts'

export async function startChromium(): Promise<Engine> {
  const browser = await launchBrowser()
  return {
    async open(url, viewport = DESKTOP) {
      const context = await browser.newContext({ viewport, locale: 'en-GB' })
      const page = await context.newPage()
      await page.goto(url)
      return {
        run: (work, argument) => page.evaluate(work as never, argument) as never,
        async type(text) {
          for (const key of text) await page.keyboard.press(key === '\n' ? 'Enter' : key)
        },
        close: () => context.close(),
      }
    },
    close: () => browser.close(),
  }
}
