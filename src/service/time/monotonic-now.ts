/**
 * Epoch milliseconds as of the process's start, plus what has passed since: on the scale of `Date.now`, but never
 * set back. For waits and deadlines; expiries that others have set are compared with `Date.now`.
 */
export const monotonicNow = (): number => performance.timeOrigin + performance.now()
