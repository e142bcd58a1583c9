import type { SessionDescription } from '../../contract/contract.ts'

const MIN_DELAY_MS = 60_000
/** Longer delays overflow a browser's timer. */
const MAX_DELAY_MS = 2 ** 31 - 1
/**
 * The share of its lifetime after which a token is renewed. The service issues a new token once half of the lifetime
 * has passed.
 */
const SHARE_OF_LIFE = 0.6

/** Renews the session token in time, so that a page that only listens keeps its session. Stops when `signal` aborts. */
export function renewInTime(
  { expiresAt }: Pick<SessionDescription, 'expiresAt'>,
  renew: () => Promise<SessionDescription>,
  signal: AbortSignal,
): void {
  if (signal.aborted) return
  const delayMs = (Date.parse(expiresAt) - Date.now()) * SHARE_OF_LIFE
  const timer = setTimeout(
    () => {
      // After a failure, the renewal is retried a minute later.
      const failed = () => ({ expiresAt: '' })
      void renew()
        .catch(failed)
        .then((session) => renewInTime(session, renew, signal))
    },
    Math.min(Math.max(delayMs || 0, MIN_DELAY_MS), MAX_DELAY_MS),
  )
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}
