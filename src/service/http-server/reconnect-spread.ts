/** A replica can open a thousand streams a second in addition to its other work. */
const MS_PER_PAGE = 1
const LONGEST_MS = 30_000

/** Over how many ms the pages of this many streams should reconnect. */
export function reconnectSpreadMs(streams: number): number {
  return Math.min(LONGEST_MS, streams * MS_PER_PAGE)
}
