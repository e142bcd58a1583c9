import type { Demo } from '../browser/start-demo.ts'
import type { Engine, EnginePage, WindowSize } from './engine.ts'

const TIMEOUT_MS = 10_000

/** A page that contains the chat, in any engine, in terms of what a guest does. */
export interface ChatPage extends EnginePage {
  /** Runs a function in the page repeatedly until its result is truthy. */
  until<Argument, Result>(work: (argument: Argument) => Result, argument: Argument): Promise<Awaited<Result>>
  /** Waits until the chat shows this text. */
  shows(text: string): Promise<unknown>
  /** Waits for a part of the chat by its selector, and clicks it. */
  click(selector: string): Promise<unknown>
  /** Waits for a field in the chat by its selector, and gives it the focus. */
  focus(selector: string): Promise<unknown>
  /** Writes a message and sends it. */
  say(text: string): Promise<void>
  /** The position of a part of the chat in the window; if there are several, that of the last one. */
  box(selector: string): Promise<DOMRect>
}

export async function openChatPage(engine: Engine, url: string, window?: WindowSize): Promise<ChatPage> {
  const page = await engine.open(url, window)

  async function until<Argument, Result>(work: (argument: Argument) => Result, argument: Argument) {
    const deadlineMs = Date.now() + TIMEOUT_MS
    for (;;) {
      const result = await page.run(work, argument)
      if (result) return result
      if (Date.now() > deadlineMs)
        throw new Error(
          `Did not happen within ${TIMEOUT_MS} ms: ${String(work)}, ${JSON.stringify(argument)}`,
        )
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
  const click = (selector: string) =>
    until((wanted) => {
      const parts = document.querySelector('genesys-guest-chat')?.shadowRoot?.querySelectorAll(wanted)
      const part = [...(parts ?? [])].find((one) => one.checkVisibility())
      if (part instanceof HTMLElement) part.click()
      return part !== undefined
    }, selector)
  const focus = (selector: string) =>
    until((wanted) => {
      const chat = document.querySelector('genesys-guest-chat')
      const field = chat?.shadowRoot?.querySelector<HTMLElement>(wanted)
      field?.focus()
      return field?.checkVisibility()
    }, selector)

  return {
    ...page,
    until,
    click,
    focus,
    shows: (text) =>
      until((wanted) => {
        const panel = document.querySelector('genesys-guest-chat')?.shadowRoot?.querySelector('.panel')
        return panel?.checkVisibility() === true && (panel as HTMLElement).innerText.includes(wanted)
      }, text),
    async say(text) {
      await focus('.field')
      await page.type(`${text}\n`)
    },
    box: (selector) =>
      until((wanted) => {
        const parts = document.querySelector('genesys-guest-chat')?.shadowRoot?.querySelectorAll(wanted)
        const part = [...(parts ?? [])].at(-1)
        return part?.checkVisibility() === true && (part.getBoundingClientRect().toJSON() as DOMRect)
      }, selector) as Promise<DOMRect>,
  }
}

/** A page on another website that the service allows. The page contains the element. */
export function chatHtml(demo: Demo, attributes = `base-url="${demo.url}"`, children = ''): string {
  return `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Shop</title>
    <h1>A shop</h1>
    <genesys-guest-chat ${attributes}>${children}</genesys-guest-chat>
    <script type="module" src="${demo.url}/guest-chat.js"></script></html>`
}
