import { UpstreamError } from '../../errors/upstream-error.ts'
import { DAY_MS, findZone, type CivilMs } from './civil-time.ts'
import { openingHours, type OpeningHours, type Schedules } from './opening-hours.ts'
import {
  idText,
  type PlatformOperations,
  type PlatformScheduleEntity,
  type PlatformScheduleGroup,
} from './platform-operations.ts'
import type { Read, Reading, Readings } from './readings.ts'
import { RuleError } from './recurrence-rule.ts'
import { counted, readSchedule, type Schedule } from './schedule-periods.ts'

const SCHEDULES_TTL_MS = 5 * 60_000
/** Hours are evaluated again after this time, so that a change is seen when it is no longer beyond the horizon. */
const EVALUATED_AGAIN_AFTER_MS = 60_000
/**
 * Far above what a contact center uses. Genesys documents a limit only for an organization, 10,000 schedules. More than
 * 300 are never known at the same time: 20 can be read in a minute, and each is used for at most 15 minutes.
 */
const MAX_SCHEDULES_IN_GROUP = 500
/** Above this number, schedules that the group no longer uses are removed from the cache. */
const MAX_KNOWN_SCHEDULES = 2 * MAX_SCHEDULES_IN_GROUP
/** Later than any time that is evaluated: a callback's is at most 30 days ahead, and 60 more days are searched. */
const COUNTED_AHEAD_MS = 366 * DAY_MS
/** How many causes one text describes. */
const MAX_HINTS = 5

/** Why a value is not known, for operators. */
export interface Cause {
  readonly hint: string
  /** The problem code, if Genesys refused the request or did not respond. */
  readonly code?: string
}

export interface ReadHours {
  readonly hours: OpeningHours
  /** The opening hours at another time; undefined if they are not known at all. */
  readonly hoursAt?: (ms: number) => OpeningHours
  /** Undefined if the zone is not known. */
  readonly timeZone: string | undefined
  readonly readings: readonly Reading<unknown>[]
  readonly causes: readonly Cause[]
}

/** Reads and evaluates a schedule group and its schedules. A state that depends on an unusable schedule is unknown. */
export function createHoursReader(options: {
  readonly scheduleGroupId: string
  readonly platform: PlatformOperations
  readonly reading: Readings
  readonly now: () => number
}) {
  const { scheduleGroupId, platform, reading, now } = options
  const readGroup = reading(`schedule-group:${scheduleGroupId}`, {
    ttlMs: SCHEDULES_TTL_MS,
    load: (deadlineAtMs) => platform.readScheduleGroup(scheduleGroupId, deadlineAtMs),
  })
  let known: KnownHours | undefined
  const scheduleReads = new Map<string, Read<PlatformScheduleEntity>>()
  const parse = createScheduleParser(now)

  function readOf(id: string): Read<PlatformScheduleEntity> {
    const known = scheduleReads.get(id)
    if (known) return known
    const read = reading(`schedule:${id}`, {
      ttlMs: SCHEDULES_TTL_MS,
      load: (deadlineAtMs) => platform.readSchedule(id, deadlineAtMs),
    })
    scheduleReads.set(id, read)
    return read
  }

  function forgetOthers(group: PlatformScheduleGroup): void {
    if (scheduleReads.size <= MAX_KNOWN_SCHEDULES) return
    const used = new Set([...group.holidaySchedules, ...group.closedSchedules, ...group.openSchedules])
    for (const id of scheduleReads.keys()) if (!used.has(id)) scheduleReads.delete(id)
  }

  return async function readHours(deadlineAtMs: number): Promise<ReadHours> {
    const readings: Reading<unknown>[] = []
    const causes: Cause[] = []
    const unknown = (timeZone?: string): ReadHours => ({
      hours: { state: 'unknown' },
      timeZone,
      readings,
      causes,
    })

    async function schedulesOf(ids: readonly string[]): Promise<Schedules> {
      const read = await Promise.all(ids.map((id) => scheduleOf(id)))
      const known = read.filter((schedule) => schedule !== undefined && schedule !== 'inactive')
      return { known, hasUnknown: read.includes(undefined) }
    }

    async function scheduleOf(id: string): Promise<Schedule | 'inactive' | undefined> {
      try {
        const found = await readOf(id)(deadlineAtMs)
        readings.push(found)
        if (!isActive(found.value)) return 'inactive'
        return parse(found.value)
      } catch (error) {
        causes.push(causeOf(error, `The schedule ${idText(id)}`))
        return undefined
      }
    }

    let group: PlatformScheduleGroup
    try {
      const found = await readGroup(deadlineAtMs)
      readings.push(found)
      group = found.value
    } catch (error) {
      causes.push(causeOf(error, 'The schedule group'))
      return unknown()
    }
    if (!isActive(group)) {
      causes.push({ hint: 'The schedule group GENESYS_SCHEDULE_GROUP_ID is not active in Genesys Cloud.' })
      return unknown()
    }
    const zone = findZone(group.timeZone ?? '')
    if (zone === undefined) {
      causes.push({
        hint: 'The schedule group GENESYS_SCHEDULE_GROUP_ID has no time zone, or one that this service does not know.',
      })
      return unknown()
    }
    const { holidaySchedules, closedSchedules, openSchedules } = group
    const count = holidaySchedules.length + closedSchedules.length + openSchedules.length
    if (count > MAX_SCHEDULES_IN_GROUP) {
      causes.push({
        hint: `The schedule group GENESYS_SCHEDULE_GROUP_ID has ${count} schedules. At most ${MAX_SCHEDULES_IN_GROUP} are supported.`,
      })
      return unknown(zone.name)
    }
    forgetOthers(group)
    const nowMs = now()
    // In order of precedence, because one minute's calls may not be enough for all schedules.
    const [holiday, closed, open] = await Promise.all([
      schedulesOf(holidaySchedules),
      schedulesOf(closedSchedules),
      schedulesOf(openSchedules),
    ])
    // A schedule can be in several lists.
    const values = new Set(readings.map(({ value }) => value))
    if (known === undefined || !isValid(known, values, causes.length, nowMs)) {
      const hours = openingHours({ zone, holiday, closed, open }, nowMs)
      known = { values, problems: causes.length, atMs: nowMs, hours }
    }
    return {
      hours: known.hours,
      hoursAt: (ms) => openingHours({ zone, holiday, closed, open }, ms),
      timeZone: zone.name,
      readings,
      causes,
    }
  }
}

/** Evaluated hours, and the values that they were evaluated from. */
interface KnownHours {
  readonly values: ReadonlySet<unknown>
  readonly problems: number
  readonly atMs: number
  readonly hours: OpeningHours
}

/** Whether nothing has been read since the evaluation, and no change has become due. */
function isValid(known: KnownHours, values: ReadonlySet<unknown>, problems: number, nowMs: number): boolean {
  const { hours, atMs } = known
  return (
    nowMs >= atMs &&
    nowMs < Math.min(hours.untilMs ?? Infinity, atMs + EVALUATED_AGAIN_AFTER_MS) &&
    problems === known.problems &&
    values.size === known.values.size &&
    [...values].every((value) => known.values.has(value))
  )
}

/** Parses each value once, because evaluating a COUNT takes a while. The parser throws {@link RuleError}. */
function createScheduleParser(now: () => number): (value: PlatformScheduleEntity) => Schedule {
  const parsed = new WeakMap<PlatformScheduleEntity, Schedule | RuleError>()
  return (value) => {
    const result = parsed.get(value) ?? parseOrError(value, now() + COUNTED_AHEAD_MS)
    parsed.set(value, result)
    if (result instanceof RuleError) throw result
    return result
  }
}

function parseOrError(value: PlatformScheduleEntity, to: CivilMs): Schedule | RuleError {
  try {
    return counted(readSchedule(value), to)
  } catch (error) {
    if (error instanceof RuleError) return error
    throw error
  }
}

function isActive({ state }: { readonly state?: string | null | undefined }): boolean {
  return state === null || state === undefined || state.toLowerCase() === 'active'
}

/** @throws any error that is not an expected failure */
export function causeOf(error: unknown, subject: string): Cause {
  if (error instanceof RuleError) return { hint: `${subject} cannot be evaluated: it ${error.message}.` }
  if (!(error instanceof UpstreamError)) throw error
  const { code, facts } = error
  return { code, hint: facts.hint ?? `${subject} could not be read. ${error.message}` }
}

/** The causes in one text, which is short however many there are. */
export function describeCauses(causes: readonly Cause[]): string {
  const hints = [...new Set(causes.map(({ hint }) => hint))]
  const more = hints.length > MAX_HINTS ? ` And ${hints.length - MAX_HINTS} more.` : ''
  return `${hints.slice(0, MAX_HINTS).join(' ')}${more}`
}
