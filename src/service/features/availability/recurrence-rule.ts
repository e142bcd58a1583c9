import { civilOf, DAY_MS, type CivilMs } from './civil-time.ts'

export type Frequency = 'DAILY' | 'WEEKLY' | 'MONTHLY' | 'YEARLY'

/** 0 is Monday. */
export interface RuleWeekday {
  readonly weekday: number
  /** Which occurrence in the month or year; a negative number counts from the end; undefined means every one. */
  readonly ordinal: number | undefined
}

/** The part of RFC 5545, section 3.3.10, that Genesys Cloud schedules use. An empty list sets no restriction. */
export interface RecurrenceRule {
  readonly frequency: Frequency
  readonly interval: number
  readonly weekdays: readonly RuleWeekday[]
  readonly months: readonly number[]
  readonly monthDays: readonly number[]
  readonly positions: readonly number[]
  /** The last time at which an occurrence may start. */
  readonly until: CivilMs | undefined
  readonly count: number | undefined
  /** The first day of a week. */
  readonly weekStart: number
}

/** A rule that this service cannot evaluate. The message is a predicate without a subject, such as 'is too long'. */
export class RuleError extends Error {
  override readonly name = 'RuleError'
}

const WEEKDAYS = ['MO', 'TU', 'WE', 'TH', 'FR', 'SA', 'SU']
const FREQUENCIES: readonly string[] = ['DAILY', 'WEEKLY', 'MONTHLY', 'YEARLY'] satisfies Frequency[]
/** Each day of a year is compared with each entry. No list of a real rule is nearly as long. */
const MAX_ENTRIES = 100
const MAX_LENGTH = 2000

/** @throws {RuleError} */
export function parseRule(text: string): RecurrenceRule {
  if (text.length > MAX_LENGTH) throw new RuleError('is too long')
  const parts = readParts(text)
  const take = (name: string) => {
    const value = parts.get(name)
    parts.delete(name)
    return value
  }
  const frequency = take('FREQ') ?? ''
  if (!isFrequency(frequency)) throw new RuleError('has a FREQ that is not DAILY, WEEKLY, MONTHLY or YEARLY')
  const rule: RecurrenceRule = {
    frequency,
    interval: wholeNumber('INTERVAL', take('INTERVAL') ?? '1', 1, 10_000),
    weekdays: list(take('BYDAY'), readWeekday),
    months: list(take('BYMONTH'), (item) => wholeNumber('BYMONTH', item, 1, 12)),
    monthDays: list(take('BYMONTHDAY'), (item) => signedNumber('BYMONTHDAY', item, 31)),
    positions: list(take('BYSETPOS'), (item) => signedNumber('BYSETPOS', item, 366)),
    until: optional(take('UNTIL'), readUntil),
    count: optional(take('COUNT'), (value) => wholeNumber('COUNT', value, 1, 1_000_000)),
    weekStart: optional(take('WKST'), (value) => weekdayNumber(value)) ?? 0,
  }
  const [unknown] = parts.keys()
  if (unknown !== undefined)
    throw new RuleError(`has ${/^[A-Z-]{1,20}$/.test(unknown) ? unknown : 'an unknown part'}`)
  checkCombination(rule)
  return rule
}

function checkCombination({ frequency, weekdays, monthDays, until, count }: RecurrenceRule): void {
  if (until !== undefined && count !== undefined) throw new RuleError('has both UNTIL and COUNT')
  if (frequency === 'WEEKLY' && monthDays.length > 0) throw new RuleError('has BYMONTHDAY with FREQ=WEEKLY')
  const ordinals = weekdays.map(({ ordinal = 0 }) => Math.abs(ordinal))
  const mostOrdinal = { DAILY: 0, WEEKLY: 0, MONTHLY: 5, YEARLY: 53 }[frequency]
  if (ordinals.some((ordinal) => ordinal > mostOrdinal))
    throw new RuleError(`has a numbered BYDAY with FREQ=${frequency}`)
}

function readParts(text: string): Map<string, string> {
  const parts = new Map<string, string>()
  const content = text
    .trim()
    .toUpperCase()
    .replace(/^RRULE:/, '')
  for (const part of content.split(';')) {
    if (part === '') continue
    const [name = '', value, ...more] = part.split('=')
    if (value === undefined || value === '' || more.length > 0)
      throw new RuleError('is not a list of NAME=VALUE')
    if (parts.has(name)) throw new RuleError('has a part twice')
    parts.set(name, value)
  }
  return parts
}

function isFrequency(text: string): text is Frequency {
  return FREQUENCIES.includes(text)
}

function optional<T>(value: string | undefined, read: (value: string) => T): T | undefined {
  return value === undefined ? undefined : read(value)
}

function list<T>(value: string | undefined, read: (item: string) => T): T[] {
  const items = value?.split(',') ?? []
  if (items.length > MAX_ENTRIES) throw new RuleError('has a list that is too long')
  return items.map(read)
}

function wholeNumber(name: string, text: string, minimum: number, maximum: number): number {
  const value = Number(text)
  if (!/^\d{1,7}$/.test(text) || value < minimum || value > maximum)
    throw new RuleError(`has an invalid ${name}`)
  return value
}

function signedNumber(name: string, text: string, maximum: number): number {
  const value = Number(text)
  if (!/^[+-]?\d{1,3}$/.test(text) || value === 0 || Math.abs(value) > maximum)
    throw new RuleError(`has an invalid ${name}`)
  return value
}

function readWeekday(text: string): RuleWeekday {
  const [, ordinal, day = ''] = /^([+-]?\d{1,2})?([A-Z]{2})$/.exec(text) ?? []
  return {
    weekday: weekdayNumber(day),
    ordinal: optional(ordinal, (value) => signedNumber('BYDAY', value, 53)),
  }
}

function weekdayNumber(text: string): number {
  const weekday = WEEKDAYS.indexOf(text)
  if (weekday < 0) throw new RuleError('has a weekday that does not exist')
  return weekday
}

/**
 * A local time, like the schedule's own. Editors that are built on the rrule package append a `Z` but still mean local
 * time. A date without a time includes that whole day.
 */
function readUntil(text: string): CivilMs {
  const found = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)Z?)?$/.exec(text)
  const [, year, month, day, ...time] = found ?? []
  const isDate = time[0] === undefined
  const civil = civilOf([year, month, day, ...(isDate ? [] : time)].map(Number))
  if (civil === undefined) throw new RuleError('has an invalid UNTIL')
  return isDate ? civil + DAY_MS - 1 : civil
}
