const RECONNECT_BASE_MS = 500
const RECONNECT_CAP_MS = 10_000

/**
 * Full jitter: a random delay up to a bound that doubles with each attempt, so that guests who lost their sockets
 * at the same time do not reconnect at the same time.
 * @param attempt counted from 0.
 */
export function reconnectDelayMs(attempt: number, random: () => number): number {
  return random() * Math.min(RECONNECT_CAP_MS, RECONNECT_BASE_MS * 2 ** attempt)
}
