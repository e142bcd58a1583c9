/** The delay before a retry, and the events that end it early. */

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 30_000

/**
 * The delay before the next attempt. It grows exponentially, with jitter, so that guests do not all reconnect at the
 * same moment when the service restarts.
 */
export function backoffMs(failures: number, firstMs = FIRST_DELAY_MS): number {
  return Math.min(LONGEST_DELAY_MS, firstMs * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2)
}

/**
 * The listeners of all clients on the page. This is not an `EventTarget`, because Node.js warns of a memory leak if an
 * `EventTarget` has more than ten listeners.
 */
const listeners = new Set<() => void>()

/** Ends all pending delays that may end early (`wakeable`). */
export function retryNow(): void {
  for (const listener of [...listeners]) listener()
}

export function isOffline(): boolean {
  return (globalThis.navigator as Navigator | undefined)?.onLine === false
}

/**
 * Calls `listener` when the network status changes, when the page becomes visible, or when the guest asks for a retry.
 * @returns a function that removes the listener
 */
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
 * `wakeable` is true, when the network returns, the page becomes visible, or the guest asks for a retry.
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
