const BASE_MS = 500
const CAP_MS = 10_000

/**
 * Full jitter: anything up to a bound that doubles with each attempt, so that guests who lost their
 * sockets together don't come back together.
 * @param attempt counted from 0.
 */
export function reconnectDelayMs(attempt: number, random: () => number): number {
  return random() * Math.min(CAP_MS, BASE_MS * 2 ** attempt)
}
