import { DAY_MS, type Zone } from './civil-time.ts'
import { periodsOf, type Period, type Schedule } from './schedule-periods.ts'

/** `unknown`: it depends on a schedule that cannot be read or evaluated. */
export type HoursState = 'open' | 'closed' | 'holiday' | 'emergency' | 'unknown'

/** A list of a schedule group. */
export interface Schedules {
  readonly known: readonly Schedule[]
  /** Whether another one is in the list that cannot be read or evaluated: it may hold at any time. */
  readonly hasUnknown: boolean
}

export interface ScheduleGroup {
  readonly zone: Zone
  readonly holiday: Schedules
  readonly closed: Schedules
  readonly open: Schedules
}

export interface OpeningHours {
  readonly state: HoursState
  /** When the state changes; undefined where that is not known, or not within {@link HORIZON_MS}. */
  readonly untilMs?: number
  /** When it opens next, with the same bound; undefined while it is open. */
  readonly opensAtMs?: number
}

export const HORIZON_MS = 60 * DAY_MS

/** In the order of Genesys Cloud: what holds first, counts. When nothing holds, it is closed. */
const PRECEDENCE = ['holiday', 'closed', 'open'] as const

/**
 * Whether it is open now, and when that changes.
 * @throws {RuleError} for a rule with a count that began too long ago
 */
export function openingHours(group: ScheduleGroup, nowMs: number): OpeningHours {
  const window = { fromMs: nowMs, toMs: nowMs + HORIZON_MS }
  const periods = Object.fromEntries(
    PRECEDENCE.map((kind) => [
      kind,
      group[kind].known.flatMap((each) => periodsOf(each, group.zone, window)),
    ]),
  ) as Record<(typeof PRECEDENCE)[number], Period[]>

  function stateAt(ms: number): HoursState {
    for (const kind of PRECEDENCE) {
      if (periods[kind].some(({ fromMs, toMs }) => fromMs <= ms && ms < toMs)) return kind
      if (group[kind].hasUnknown) return 'unknown'
    }
    return 'closed'
  }

  const state = stateAt(nowMs)
  const all = Object.values(periods).flat()
  const changes = [...new Set(all.flatMap(({ fromMs, toMs }) => [fromMs, toMs]))]
    .filter((ms) => ms > nowMs && ms < window.toMs)
    .sort((a, b) => a - b)
  const untilMs = changes.find((ms) => stateAt(ms) !== state)
  const opensAtMs = state === 'open' ? undefined : changes.find((ms) => stateAt(ms) === 'open')
  return {
    state,
    ...(untilMs !== undefined && { untilMs }),
    ...(opensAtMs !== undefined && { opensAtMs }),
  }
}
