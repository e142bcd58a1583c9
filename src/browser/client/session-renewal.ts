import type { SessionDescription } from '../../contract/contract.ts'

const MIN_DELAY_MS = 60_000
/** Longer ones overflow a browser's timer. */
const MAX_DELAY_MS = 2 ** 31 - 1
/** The service gives a new token when half of the old one's life is over. */
const SHARE_OF_LIFE = 0.6

/** Renews the session token in time, so that a page that only listens keeps it. Ends with `signal`. */
export function renewInTime(
  { expiresAt }: Pick<SessionDescription, 'expiresAt'>,
  renew: () => Promise<SessionDescription>,
  signal: AbortSignal,
): void {
  if (signal.aborted) return
  const delayMs = (Date.parse(expiresAt) - Date.now()) * SHARE_OF_LIFE
  const timer = setTimeout(
    () => {
      // What fails for a moment is tried again in a minute.
      const failed = () => ({ expiresAt: '' })
      void renew()
        .catch(failed)
        .then((session) => renewInTime(session, renew, signal))
    },
    Math.min(Math.max(delayMs || 0, MIN_DELAY_MS), MAX_DELAY_MS),
  )
  signal.addEventListener('abort', () => clearTimeout(timer), { once: true })
}
