/** The delay before a retry, and the events that end it early. */

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 30_000

/** Exponential with jitter, so that the guests of a restarted service do not all reconnect at once. */
export function backoffMs(failures: number, firstMs = FIRST_DELAY_MS): number {
  return Math.min(LONGEST_DELAY_MS, firstMs * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2)
}

/**
 * The listeners of all clients on the page. Not an `EventTarget`, because Node.js reports more than ten
 * listeners on one as a leak.
 */
const listeners = new Set<() => void>()

/** Ends the delays of all pending retries. */
export function retryNow(): void {
  for (const listener of [...listeners]) listener()
}

export function isOffline(): boolean {
  return (globalThis.navigator as Navigator | undefined)?.onLine === false
}

/** Calls back when the network status changes, the page becomes visible, or the guest asks for a retry. */
export function onWake(listener: () => void): () => void {
  const { window, document } = globalThis as { window?: Window; document?: Document }
  const stop = new AbortController()
  const { signal } = stop
  const whenVisible = () => {
    if (document?.visibilityState === 'visible') listener()
  }
  listeners.add(listener)
  window?.addEventListener('online', listener, { signal })
  window?.addEventListener('offline', listener, { signal })
  document?.addEventListener('visibilitychange', whenVisible, { signal })
  return () => {
    listeners.delete(listener)
    stop.abort()
  }
}

/**
 * Waits for `ms`, and then until the device has a network connection. Ends early when `signal` aborts and, if
 * `wakeable` is true, as soon as the network returns or the page becomes visible.
 */
export function pause(ms: number, signal?: AbortSignal, wakeable = false): Promise<void> {
  return new Promise((resolve) => {
    let over = ms <= 0
    const check = () => {
      if (!signal?.aborted && (!over || isOffline())) return
      clearTimeout(timer)
      stopListening()
      signal?.removeEventListener('abort', check)
      resolve()
    }
    const timer = setTimeout(() => {
      over = true
      check()
    }, ms)
    const stopListening = onWake(() => {
      over ||= wakeable
      check()
    })
    signal?.addEventListener('abort', check)
    check()
  })
}
