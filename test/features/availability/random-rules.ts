import fc from 'fast-check'
// A CommonJS module, whose named exports Node.js does not detect.
import rrule from 'rrule'
import { occurrenceStarts } from '../../../src/service/features/availability/occurrences.ts'
import { parseRule } from '../../../src/service/features/availability/recurrence-rule.ts'

const { RRule } = rrule
const DAY_MS = 86_400_000
const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']

const subset = <T>(...items: T[]) =>
  fc.subarray(items, { minLength: 1, maxLength: Math.min(4, items.length) })
const weekdays = subset(...WEEKDAYS)
const signed = (most: number) => fc.integer({ min: -most, max: most }).filter((value) => value !== 0)
const numbered = (most: number) =>
  fc.uniqueArray(
    fc.tuple(signed(most), fc.constantFrom(...WEEKDAYS)).map(([number, day]) => `${number}${day}`),
    { minLength: 1, maxLength: 3 },
  )
const monthDays = fc.uniqueArray(signed(31), { minLength: 1, maxLength: 4 })
const months = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 })
/**
 * A rule has only one position, because `rrule` counts a day twice if two positions select it. The only negative position is -1: if the
 * set has fewer days than the position, `rrule` selects the first day, but RFC 5545 selects none.
 */
const position = fc.constantFrom(-1, 1, 2, 3, 4)

const always = <T>(arbitrary: fc.Arbitrary<T>) => arbitrary
const sometimes = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })

/** The parts of a rule with this frequency. Numbered and plain weekdays are never mixed: `rrule` would take their intersection. */
function partsOf(frequency: string) {
  const byDay = {
    DAILY: weekdays,
    WEEKLY: weekdays,
    MONTHLY: fc.oneof(weekdays, numbered(5)),
    YEARLY: fc.oneof(weekdays, numbered(53)),
  }[frequency]!
  return fc.record({
    FREQ: always(fc.constant(frequency)),
    INTERVAL: sometimes(fc.integer({ min: 1, max: 5 })),
    BYDAY: sometimes(byDay),
    BYMONTH: sometimes(months),
    BYMONTHDAY: frequency === 'WEEKLY' ? fc.constant(undefined) : sometimes(monthDays),
    WKST: sometimes(fc.constantFrom(...WEEKDAYS)),
    BYSETPOS: sometimes(position),
    end: sometimes(
      fc.oneof(
        fc.record({ COUNT: fc.integer({ min: 1, max: 300 }) }),
        fc.record({ UNTIL: fc.integer({ min: 0, max: 3000 }) }),
      ),
    ),
  })
}

const minuteBetween = (from: string, to: string) =>
  fc
    .integer({ min: Date.parse(from) / 60_000, max: Date.parse(to) / 60_000 })
    .map((minutes) => minutes * 60_000)

/** A rule, the start of its schedule, and the start of the 60 days that are compared. */
export const ruleAndWindow = fc
  .record({
    parts: fc.constantFrom('DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY').chain(partsOf),
    start: minuteBetween('2019-12-01T00:00Z', '2026-12-31T00:00Z'),
    laterMinutes: fc.integer({ min: -60 * 1440, max: 900 * 1440 }),
  })
  .map(({ parts: { end, ...parts }, start, laterMinutes }) => {
    // In the first week, `rrule` counts positions from the start; RFC 5545 counts them in the whole week.
    const isCountedFromStart = parts.FREQ === 'WEEKLY' && parts.BYSETPOS !== undefined
    // RFC 5545 allows BYSETPOS only together with another part whose name begins with BY.
    const hasParts = parts.BYDAY ?? parts.BYMONTH ?? parts.BYMONTHDAY
    if (isCountedFromStart || hasParts === undefined) parts.BYSETPOS = undefined
    // The set of a daily rule is one day, so it has only a first position.
    if (parts.FREQ === 'DAILY' && parts.BYSETPOS) parts.BYSETPOS = 1
    // No month has a sixth Monday.
    if (parts.BYDAY?.some((day) => Math.abs(parseInt(day)) > 5)) {
      parts.BYMONTH = undefined
      parts.BYMONTHDAY = undefined
    }
    const until = end && 'UNTIL' in end ? { UNTIL: basic(start + end.UNTIL * DAY_MS) } : end
    const given = Object.entries({ ...parts, ...until }).filter(([, value]) => value !== undefined)
    return {
      rule: given.map(([name, value]) => `${name}=${String(value)}`).join(';'),
      start,
      from: start + laterMinutes * 60_000,
    }
  })

function basic(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d+/g, '')
}

export type RuleAndWindow = typeof ruleAndWindow extends fc.Arbitrary<infer T> ? T : never

/**
 * The starts in 60 days, from our code and from the `rrule` package, whose times without a zone are in UTC. Undefined for a rule that
 * never matches, because `rrule` searches for a match until the year 9999.
 */
export function bothStarts({
  rule,
  start,
  from,
}: RuleAndWindow): { ours: string[]; theirs: string[] } | undefined {
  const parsed = parseRule(rule)
  const endless = { ...parsed, count: undefined, until: undefined }
  const matchesWithin = (years: number) =>
    occurrenceStarts(endless, start, { from: start, to: start + years * 366 * DAY_MS }).length > 0
  if (!matchesWithin(1) && !matchesWithin(20)) return undefined
  const to = from + 60 * DAY_MS
  const options = RRule.parseString(rule)
  const until = new Date(Math.min(options.until?.getTime() ?? to, to))
  const theirs = new RRule({ ...options, until, dtstart: new Date(start) }).between(
    new Date(from),
    new Date(to - 1),
    true,
  )
  const ours = occurrenceStarts(parsed, start, { from, to })
  return { ours: ours.map(iso), theirs: theirs.map((date) => iso(date.getTime())) }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
