/**
 * The start of the process in epoch milliseconds, plus the monotonic time since then: comparable with
 * `Date.now()`, but never set back. Use it for waits and deadlines; compare expiries that other systems have set
 * with `Date.now()`.
 */
export const monotonicNow = (): number => performance.timeOrigin + performance.now()
