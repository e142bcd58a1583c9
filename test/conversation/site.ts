import type { GuestChat } from '../../src/browser/client/guest-chat.ts'
import { checkedFetch } from '../openapi-answers.ts'
import { SITE } from '../start-service.ts'

/** What a browser does for a website's page, for the client in Node.js. */

/** Longer than a page needs to reconnect after a restart on a busy machine. */
const TIMEOUT_MS = 20_000

/** Resolves as soon as the condition holds, or after the timeout: then the test's own expectation fails. */
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

/** Browsers send the origin of the page with a request. */
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
