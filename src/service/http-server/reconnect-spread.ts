/** A replica can open a thousand streams per second in addition to its other work. */
const MS_PER_PAGE = 1
const LONGEST_MS = 30_000

/**
 * The time in milliseconds over which pages with this many open streams should spread their
 * reconnects.
 */
export function reconnectSpreadMs(streams: number): number {
  return Math.min(LONGEST_MS, streams * MS_PER_PAGE)
}
