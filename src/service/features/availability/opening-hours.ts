import { DAY_MS, type Zone } from './civil-time.ts'
import { periodsOf, type Period, type Schedule } from './schedule-periods.ts'

/** `unknown`: the state depends on a schedule that cannot be read or evaluated. */
export type HoursState = 'open' | 'closed' | 'holiday' | 'emergency' | 'unknown'

/** One of a schedule group's lists. */
export interface Schedules {
  readonly known: readonly Schedule[]
  /** Whether the list also has a schedule that cannot be read or evaluated, and may therefore apply at any time. */
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
  /** When the state changes; undefined if that is unknown, or later than {@link HORIZON_MS} from now. */
  readonly untilMs?: number
  /** When the contact center opens next, within the same limit; undefined while it is open. */
  readonly opensAtMs?: number
}

export const HORIZON_MS = 60 * DAY_MS

/**
 * In Genesys Cloud's order: the first list with a schedule that applies decides. If none applies, the contact
 * center is closed.
 */
const PRECEDENCE = ['holiday', 'closed', 'open'] as const

/**
 * Whether the contact center is open now, and when that changes.
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
