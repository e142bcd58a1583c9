import { BoundedMap } from '../collections/bounded-map.ts'

const INTERVAL_MS = 1000
/** The longest interval between two lines of one kind: a line that repeats for an hour is written about 120 times. */
const MAX_INTERVAL_MS = 30_000
/** The limit for lines of all kinds together, because an attacker can have many addresses. */
const MAX_LINES_PER_INTERVAL = 50
const MAX_KINDS = 10_000

interface Kind {
  readonly nextAtMs: number
  readonly intervalMs: number
  heldBack: number
}

/**
 * Decides which of many similar lines are written: at most one of each kind per second. While lines of a kind keep
 * coming, their rate is halved repeatedly, so that refusals cannot fill the disk. The metrics count every event.
 * @returns how many lines this one represents, including those held back before it; undefined if it is held back
 */
export type LogSampler = (kind: string) => number | undefined

export function createLogSampler(now: () => number = () => performance.now()): LogSampler {
  const kinds = new BoundedMap<string, Kind>(MAX_KINDS)
  let interval = { endsAtMs: -Infinity, lines: 0 }
  return (name) => {
    const nowMs = now()
    if (nowMs >= interval.endsAtMs) interval = { endsAtMs: nowMs + INTERVAL_MS, lines: 0 }
    const kind = kinds.get(name) ?? { nextAtMs: -Infinity, intervalMs: INTERVAL_MS, heldBack: 0 }
    if (nowMs < kind.nextAtMs || interval.lines >= MAX_LINES_PER_INTERVAL) {
      kind.heldBack++
      if (!kinds.has(name)) kinds.set(name, kind)
      return undefined
    }
    const count = kind.heldBack + 1
    interval.lines++
    const goesOn = kind.heldBack > 0 && nowMs < kind.nextAtMs + kind.intervalMs
    const intervalMs = goesOn ? Math.min(kind.intervalMs * 2, MAX_INTERVAL_MS) : INTERVAL_MS
    kinds.set(name, { nextAtMs: nowMs + intervalMs, intervalMs, heldBack: 0 })
    return count
  }
}
