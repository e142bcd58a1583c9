/** How long to wait before trying again, and what cuts the waiting short. */

const FIRST_DELAY_MS = 1000
const LONGEST_DELAY_MS = 30_000

/** Exponential and jittered, so that the guests of a restarted service do not come back all at once. */
export function backoffMs(failures: number, firstMs = FIRST_DELAY_MS): number {
  return Math.min(LONGEST_DELAY_MS, firstMs * 2 ** Math.min(failures, 10)) * (0.5 + Math.random() / 2)
}

/** All clients of a page: no event target, as Node.js takes more than ten listeners of one for a leak. */
const listeners = new Set<() => void>()

/** Ends the waiting of all that waits between two tries. */
export function retryNow(): void {
  for (const listener of [...listeners]) listener()
}

export function isOffline(): boolean {
  return (globalThis.navigator as Navigator | undefined)?.onLine === false
}

/** Calls back when the network has come or gone, the page is looked at again, or the guest asks for it. */
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
 * Waits for `ms`, and then for the network while the device has none. Ends early when `signal` aborts
 * and, if `wakeable`, as soon as the network comes back or the page is looked at again.
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
