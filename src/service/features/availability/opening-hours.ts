import { DAY_MS, type Zone } from './civil-time.ts'
import { periodsOf, type Schedule } from './schedule-periods.ts'

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
  /** The starts and ends of all periods, in order. */
  const changes = PRECEDENCE.flatMap((kind) =>
    group[kind].known
      .flatMap((each) => periodsOf(each, group.zone, window))
      .flatMap(({ fromMs, toMs }) => [
        { ms: fromMs, kind, added: 1 },
        { ms: toMs, kind, added: -1 },
      ]),
  ).sort((a, b) => a.ms - b.ms)
  /** How many schedules of each list apply. */
  const applying = { holiday: 0, closed: 0, open: 0 }
  let next = 0

  /** Must be called with ascending times. */
  function stateAt(ms: number): HoursState {
    for (let change = changes[next]; change && change.ms <= ms; change = changes[++next])
      applying[change.kind] += change.added
    for (const kind of PRECEDENCE) {
      if (applying[kind] > 0) return kind
      if (group[kind].hasUnknown) return 'unknown'
    }
    return 'closed'
  }

  const state = stateAt(nowMs)
  const later = changes
    .slice(next)
    .filter(({ ms }) => ms < window.toMs)
    .map(({ ms }) => ({ ms, state: stateAt(ms) }))
  const untilMs = later.find((each) => each.state !== state)?.ms
  const opensAtMs = state === 'open' ? undefined : later.find((each) => each.state === 'open')?.ms
  return {
    state,
    ...(untilMs !== undefined && { untilMs }),
    ...(opensAtMs !== undefined && { opensAtMs }),
  }
}
