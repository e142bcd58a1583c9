import { DAY_MS, parseCivil, type CivilMs, type Zone } from './civil-time.ts'
import { occurrenceStarts, withoutCount } from './occurrences.ts'
import { parseRule, RuleError, type RecurrenceRule } from './recurrence-rule.ts'

/** A schedule as in Genesys Cloud: local times, in the zone of the group that uses it. */
export interface PlatformSchedule {
  readonly start: string
  readonly end: string
  readonly rrule?: string | null | undefined
}

/** A parsed schedule. */
export interface Schedule {
  readonly start: CivilMs
  readonly durationMs: number
  /** Undefined if the schedule happens only once. */
  readonly rule: RecurrenceRule | undefined
}

/** From `fromMs` up to, but not including, `toMs`, in epoch milliseconds. */
export interface Period {
  readonly fromMs: number
  readonly toMs: number
}

const MAX_DURATION_MS = 366 * DAY_MS
const MINUTE_MS = 60_000

/** @throws {RuleError} whose message, a predicate without a subject, states what cannot be evaluated */
export function readSchedule({ start, end, rrule }: PlatformSchedule): Schedule {
  const [startCivil, endCivil] = [parseCivil(start), parseCivil(end)]
  if (startCivil === undefined || endCivil === undefined)
    throw new RuleError('has a start or an end that is not a local time')
  const durationMs = untilMidnight(endCivil) - startCivil
  if (durationMs <= 0) throw new RuleError('ends before it starts')
  if (durationMs > MAX_DURATION_MS && rrule) throw new RuleError('recurs and lasts for more than a year')
  return { start: startCivil, durationMs, rule: rrule ? parseRule(rrule) : undefined }
}

/**
 * The schedule with a rule whose COUNT has been evaluated, for periods that start before `to`.
 * @throws {RuleError} for a count that began too long ago
 */
export function counted(schedule: Schedule, to: CivilMs): Schedule {
  const { start, rule } = schedule
  return rule === undefined ? schedule : { ...schedule, rule: withoutCount(rule, start, to) }
}

/** Treats 23:59 as midnight: people enter it for the end of a day, and do not mean a gap of a minute. */
function untilMidnight(end: CivilMs): CivilMs {
  const midnight = Math.ceil(end / DAY_MS) * DAY_MS
  return midnight - end <= MINUTE_MS ? midnight : end
}

/**
 * The periods in which the schedule applies between two times, in order. Starts and ends are local times in the zone,
 * so a night shift is an hour shorter or longer on the night of a clock change.
 * @throws {RuleError}
 */
export function periodsOf(schedule: Schedule, zone: Zone, { fromMs, toMs }: Period): Period[] {
  const { start, durationMs, rule } = schedule
  // One more day on both sides, because wall clocks differ from UTC by up to 14 hours.
  const window = { from: zone.civilAt(fromMs) - durationMs - DAY_MS, to: zone.civilAt(toMs) + DAY_MS }
  const starts = rule === undefined ? [start] : occurrenceStarts(rule, start, window)
  return starts
    .map((civil) => ({ fromMs: zone.epochOf(civil), toMs: zone.epochOf(civil + durationMs) }))
    .filter((period) => period.fromMs < period.toMs && period.toMs > fromMs && period.fromMs < toMs)
}
