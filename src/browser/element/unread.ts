import type { ChatMessage } from '../client/chat-client.ts'
import { withStorage, type TokenStorage } from '../client/token-store.ts'

/** Counts messages from others since the guest last looked, across reloads and tabs if the storage allows it. */
export interface Unread {
  readonly count: number
  /** @param isLookedAt whether the panel is shown, so that messages count as read if the page is visible */
  update(messages: readonly ChatMessage[], isLookedAt: boolean): void
  /** A message has just arrived. */
  notify(): void
  end(): void
}

export function createUnread(options: {
  /** Stores the time up to which the guest has read; without storage, the time is lost on a reload. */
  readonly storage: TokenStorage | undefined
  readonly key: string
  /** `title` puts the count in front of the page's title; `sound` plays a short tone. */
  readonly notifiers: readonly string[]
  readonly onCount: (count: number) => void
  /** The page became visible, or another tab has read the messages. */
  readonly onStale: () => void
}): Unread {
  const { storage, key, notifiers, onCount, onStale } = options
  const stop = new AbortController()
  let count = 0
  let ownReadUntilMs = 0
  document.addEventListener('visibilitychange', onStale, { signal: stop.signal })
  window.addEventListener('storage', onStale, { signal: stop.signal })

  function readUntilMs(): number {
    return Math.max(ownReadUntilMs, Number(withStorage(() => storage?.getItem(key))) || 0)
  }

  function setCount(next: number): void {
    if (count === next) return
    count = next
    if (notifiers.includes('title')) showInTitle(count)
    onCount(count)
  }

  return {
    get count() {
      return count
    },
    update(messages, isLookedAt) {
      const sent = messages.filter(({ status }) => status === 'sent')
      const timeOf = (message: ChatMessage | undefined) => Date.parse(message?.time ?? '') || 0
      // A guest who has answered has read the messages before the answer.
      let untilMs = Math.max(
        readUntilMs(),
        timeOf(sent.filter(({ direction }) => direction === 'inbound').at(-1)),
      )
      if (isLookedAt && document.visibilityState === 'visible') {
        untilMs = Math.max(untilMs, timeOf(sent.at(-1)))
        if (untilMs > readUntilMs()) withStorage(() => storage?.setItem(key, String(untilMs)))
      }
      ownReadUntilMs = untilMs
      setCount(sent.filter((message) => message.direction === 'outbound' && timeOf(message) > untilMs).length)
    },
    notify() {
      if (!notifiers.includes('sound') || count === 0) return
      void import('./chime.ts').then(
        ({ playChime }) => playChime(),
        () => undefined,
      )
    },
    end() {
      stop.abort()
      setCount(0)
    },
  }
}

function showInTitle(count: number): void {
  const title = document.title.replace(/^\(\d+\) /, '')
  document.title = count > 0 ? `(${count}) ${title}` : title
}
