import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { chatOf, openPage } from './open-page.ts'
import type { Demo } from './start-demo.ts'

/** Opens a page on an allowed website. The page contains the element, as a real website's page would. */
export async function openElement(
  browser: Browser,
  demo: Demo,
  attributes = '',
  { lang = 'en', head = '', content = '', clock, prepare, ...options }: ElementPageOptions = {},
) {
  const opened = await openPage(browser, demo.allowedSite, options)
  const { page } = opened
  const body = `<!doctype html><html lang="${lang}"><meta name="viewport" content="width=device-width"><title>Shop</title>${head}
    <main><h1>A shop</h1><button id="behind">Behind the chat</button></main>
    <genesys-guest-chat base-url="${demo.url}" ${attributes}>${content}</genesys-guest-chat>
    <script type="module" src="${demo.url}/guest-chat.js"></script></html>`
  await prepare?.(page)
  if (clock) await page.clock.install()
  await page.goto(demo.publish(body))
  return { ...opened, chat: chatOf(page), panel: page.locator('genesys-guest-chat .panel') }
}

export interface ElementPageOptions extends BrowserContextOptions {
  readonly lang?: string
  /** Further HTML for the page's head. */
  readonly head?: string
  /** HTML inside the element, for its slots. */
  readonly content?: string
  /** What must happen before the page is opened. */
  readonly prepare?: (page: Page) => Promise<unknown>
  /** Whether the test controls the page's clock. */
  readonly clock?: boolean
}

/** Whether the focus is in the chat. */
export function isFocusInChat(page: Page): Promise<boolean> {
  return page.evaluate(() => document.activeElement?.localName === 'genesys-guest-chat')
}

/** The names of controls that are too small for a finger. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.querySelector('genesys-guest-chat')?.shadowRoot
    const controls = root?.querySelectorAll<HTMLElement>(
      'button, .action, .list-item, input:not(.list-item *), select, textarea',
    )
    return [...(controls ?? [])].flatMap((control) => {
      const { width, height } = control.getBoundingClientRect()
      const isShown = control.checkVisibility() && width > 0
      return isShown && (width < 43.9 || height < 43.9)
        ? [`${control.className} ${control.textContent} ${Math.round(width)}x${Math.round(height)}`]
        : []
    })
  })
}
