import { DAY_MS, type CivilMs } from './civil-time.ts'
import { RuleError, type RecurrenceRule, type RuleWeekday } from './recurrence-rule.ts'

/** Days since 1970-01-01, a Thursday. */
type DayNumber = number

/** Limits the work for a rule with a COUNT, whose occurrences are counted from its start: about two centuries. */
const MAX_DAYS_COUNTED = 75_000

/**
 * The starts of the occurrences from `from` up to, but not including, `to`, in order. As in RFC 5545, except that
 * `start` is not an occurrence unless the rule matches it.
 * @throws {RuleError} for a count that began too long ago
 */
export function occurrenceStarts(
  rule: RecurrenceRule,
  start: CivilMs,
  { from, to }: { readonly from: CivilMs; readonly to: CivilMs },
): CivilMs[] {
  const last = Math.min(to - 1, withoutCount(rule, start, to).until ?? Infinity)
  const startDay = dayOf(start)
  const found: CivilMs[] = []
  for (let number = periodsBefore(rule, startDay, dayOf(from)); ; number++) {
    const period = periodOf(rule, startDay, number * rule.interval)
    if (period.firstDay * DAY_MS > last) return found
    found.push(...startsIn(rule, start, period).filter((civil) => civil >= from && civil <= last))
  }
}

/**
 * The rule with an UNTIL instead of its COUNT, or without an end if the COUNT is not reached before `to`.
 * @throws {RuleError} for a count that began too long ago
 */
export function withoutCount(rule: RecurrenceRule, start: CivilMs, to: CivilMs): RecurrenceRule {
  let left = rule.count
  if (left === undefined) return rule
  let days = 0
  for (let number = 0; ; number++) {
    const period = periodOf(rule, dayOf(start), number * rule.interval)
    if (period.firstDay * DAY_MS >= to) return { ...rule, count: undefined }
    days += period.days
    if (days > MAX_DAYS_COUNTED) throw new RuleError('has a COUNT that began too long ago')
    const starts = startsIn(rule, start, period)
    if (starts.length >= left) return { ...rule, count: undefined, until: starts[left - 1] }
    left -= starts.length
  }
}

/** The starts within one of the rule's periods, in order. */
function startsIn(rule: RecurrenceRule, start: CivilMs, period: Period): CivilMs[] {
  const startDay = dayOf(start)
  const timeOfDay = start - startDay * DAY_MS
  return selected(rule, daysIn(rule, startDay, period))
    .map((day) => day * DAY_MS + timeOfDay)
    .filter((civil) => civil >= start)
}

interface Period {
  readonly firstDay: DayNumber
  readonly days: number
}

/** The day, week, month or year that is `steps` periods after the one in which the rule starts. */
function periodOf({ frequency, weekStart }: RecurrenceRule, startDay: DayNumber, steps: number): Period {
  switch (frequency) {
    case 'DAILY':
      return { firstDay: startDay + steps, days: 1 }
    case 'WEEKLY':
      return { firstDay: startDay - modulo(weekdayOf(startDay) - weekStart, 7) + steps * 7, days: 7 }
    case 'MONTHLY': {
      const { year, month } = dateOf(startDay)
      return monthOf(year, month + steps)
    }
    case 'YEARLY':
      return yearOf(dateOf(startDay).year + steps)
  }
}

/** How many periods can be skipped because they end before `day`. */
function periodsBefore({ frequency, interval }: RecurrenceRule, startDay: DayNumber, day: DayNumber): number {
  const [from, to] = [dateOf(startDay), dateOf(day)]
  const steps = {
    DAILY: day - startDay,
    WEEKLY: Math.floor((day - startDay) / 7) - 1,
    MONTHLY: (to.year - from.year) * 12 + to.month - from.month,
    YEARLY: to.year - from.year,
  }[frequency]
  return Math.max(0, Math.floor(steps / interval))
}

/** The days in the period that satisfy every part of the rule, in order. */
function daysIn(rule: RecurrenceRule, startDay: DayNumber, period: Period): DayNumber[] {
  const { frequency, months } = rule
  const start = dateOf(startDay)
  const hasDays = rule.weekdays.length > 0 || rule.monthDays.length > 0
  const isMonthly = frequency === 'MONTHLY' || frequency === 'YEARLY'
  const monthDays = isMonthly && !hasDays ? [start.dayOfMonth] : rule.monthDays
  const usedMonths = frequency === 'YEARLY' && !hasDays && months.length === 0 ? [start.month] : months
  const weekdays =
    frequency === 'WEEKLY' && !hasDays
      ? [{ weekday: weekdayOf(startDay), ordinal: undefined }]
      : rule.weekdays
  const ordinalsOfYear = frequency === 'YEARLY' && months.length === 0
  return Array.from({ length: period.days }, (_, i) => period.firstDay + i).filter((day) => {
    const { year, month, dayOfMonth } = dateOf(day)
    if (usedMonths.length > 0 && !usedMonths.includes(month)) return false
    if (monthDays.length === 0 && weekdays.length === 0) return true
    const ofMonth = monthOf(year, month)
    if (monthDays.length > 0 && !isListed(monthDays, dayOfMonth, ofMonth.days)) return false
    const counted = ordinalsOfYear ? yearOf(year) : ofMonth
    return weekdays.length === 0 || weekdays.some((weekday) => isWeekday(weekday, day, counted))
  })
}

/** @param days how many days the month has; negative entries count from its end */
function isListed(monthDays: readonly number[], dayOfMonth: number, days: number): boolean {
  return monthDays.includes(dayOfMonth) || monthDays.includes(dayOfMonth - days - 1)
}

/** @param counted the month or the year within which an ordinal counts */
function isWeekday({ weekday, ordinal }: RuleWeekday, day: DayNumber, { firstDay, days }: Period): boolean {
  if (weekdayOf(day) !== weekday) return false
  if (ordinal === undefined) return true
  const offset = day - firstDay
  return ordinal > 0
    ? Math.floor(offset / 7) + 1 === ordinal
    : Math.floor((days - 1 - offset) / 7) + 1 === -ordinal
}

function selected({ positions }: RecurrenceRule, days: DayNumber[]): DayNumber[] {
  if (positions.length === 0) return days
  return days.filter((_, i) => positions.includes(i + 1) || positions.includes(i - days.length))
}

function dayOf(civil: CivilMs): DayNumber {
  return Math.floor(civil / DAY_MS)
}

/** 0 is Monday. */
function weekdayOf(day: DayNumber): number {
  return modulo(day + 3, 7)
}

function dateOf(day: DayNumber) {
  const date = new Date(day * DAY_MS)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate() }
}

/** @param month may be greater than 12, for a month of a later year */
function monthOf(year: number, month: number): Period {
  const firstDay = Date.UTC(year, month - 1) / DAY_MS
  return { firstDay, days: Date.UTC(year, month) / DAY_MS - firstDay }
}

function yearOf(year: number): Period {
  const firstDay = Date.UTC(year, 0) / DAY_MS
  return { firstDay, days: Date.UTC(year + 1, 0) / DAY_MS - firstDay }
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor
}
