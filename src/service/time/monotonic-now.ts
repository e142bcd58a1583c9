/**
 * Epoch milliseconds at the start of the process, plus the monotonic time since: comparable to `Date.now`,
 * but never set back. For waits and deadlines. Expiries that others have set must be compared with `Date.now`.
 */
export const monotonicNow = (): number => performance.timeOrigin + performance.now()
