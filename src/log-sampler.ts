import { BoundedMap } from './sessions/bounded-map.ts'

const INTERVAL_MS = 1000
/** Above it, lines of any kind are held back: an attacker can have many addresses. */
const MAX_LINES_PER_INTERVAL = 50
const MAX_KINDS = 10_000

interface Kind {
  nextAtMs: number
  heldBack: number
}

/**
 * Decides which of many like lines are written: one a second of each kind, so that nobody fills the disk with refusals.
 * The metrics count them all.
 * @returns how many the line stands for, itself and those held back before it; undefined to hold it back
 */
export type LogSampler = (kind: string) => number | undefined

export function createLogSampler(now: () => number = () => performance.now()): LogSampler {
  const kinds = new BoundedMap<string, Kind>(MAX_KINDS)
  let interval = { endsAtMs: -Infinity, lines: 0 }
  return (name) => {
    const nowMs = now()
    if (nowMs >= interval.endsAtMs) interval = { endsAtMs: nowMs + INTERVAL_MS, lines: 0 }
    const kind = kinds.get(name) ?? { nextAtMs: -Infinity, heldBack: 0 }
    if (nowMs < kind.nextAtMs || interval.lines >= MAX_LINES_PER_INTERVAL) {
      kind.heldBack++
      if (!kinds.has(name)) kinds.set(name, kind)
      return undefined
    }
    const count = kind.heldBack + 1
    interval.lines++
    kinds.set(name, { nextAtMs: nowMs + INTERVAL_MS, heldBack: 0 })
    return count
  }
}
