/**
 * Epoch milliseconds at the start of the process, plus the monotonic time since: comparable to `Date.now`,
 * but never set back. For waits and deadlines; compare expiries that others have set with `Date.now`.
 */
export const monotonicNow = (): number => performance.timeOrigin + performance.now()
