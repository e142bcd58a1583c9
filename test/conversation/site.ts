import type { GuestChat } from '../../src/browser/client/guest-chat.ts'
import { checkedFetch } from '../openapi-answers.ts'
import { SITE } from '../start-service.ts'

/** Does for the client in Node.js what a browser does for a website's page. */

/** Longer than a page needs to reconnect after a restart on a busy machine. */
const TIMEOUT_MS = 20_000

/** Resolves as soon as the condition holds, or after the timeout, in which case the test's own expectation fails. */
export function changed(chat: GuestChat, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (isSo()) finish()
    }
    const finish = () => {
      clearTimeout(timer)
      stopListening()
      resolve()
    }
    const timer = setTimeout(finish, TIMEOUT_MS)
    const stopListening = chat.on('change', look)
    look()
  })
}

/** Like a browser, sends the page's origin with each request. */
export const asSite: typeof fetch = (url, init) => {
  const headers = new Headers(init?.headers)
  headers.set('origin', SITE)
  return checkedFetch(url, { ...init, headers })
}

export function memoryStorage() {
  const items = new Map<string, string>()
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    removeItem: (key: string) => void items.delete(key),
  }
}
