/** A replica takes a thousand streams a second beside its other work. */
const MS_PER_PAGE = 1
const LONGEST_MS = 30_000

/** Over which time the pages of so many streams should come back, in ms. */
export function reconnectSpreadMs(streams: number): number {
  return Math.min(LONGEST_MS, streams * MS_PER_PAGE)
}
