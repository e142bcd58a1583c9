import { digitGroups, type DigitGroup } from './digit-runs.ts'
import type { Span } from './plain-text.ts'

/** E.164, the country code included. */
const MIN_INTERNATIONAL = 8
const MAX_INTERNATIONAL = 15
/** With the trunk prefix 0. */
const MIN_NATIONAL = 9
const MAX_NATIONAL = 12
/** 1 (212) 555-0123 */
const MAX_NORTH_AMERICAN_GROUPS = 4

/** ` (0)`, ` - ` and what else is written between groups. */
const IS_SEPARATOR = /^([ .\-/\u00ad]| ?\(| ?- ?|\) ?[-/]?| \/ )$/

interface Group extends DigitGroup {
  /** What is between it and the group before. */
  readonly separator: string
}

/**
 * Phone numbers of a plain text, as people write them: with `+` or 00 and a country code, with a 0 before an area code, or as in
 * North America. What looks like a date, a decimal or an order number is left alone.
 */
export function findPhoneNumbers(plain: string): Span[] {
  const spans: Span[] = []
  const groups = groupsOf(plain)
  for (const [first, group] of groups.entries()) {
    const start = group.start < (spans.at(-1)?.end ?? 0) ? undefined : startOf(plain, group)
    if (start === undefined) continue
    const hasPlus = plain[start] === '+'
    const most = hasPlus || group.digits.startsWith('0') ? MAX_INTERNATIONAL : MAX_NORTH_AMERICAN_GROUPS
    const end = groupsOfNumber(groups.slice(first, first + most), hasPlus).at(-1)?.end
    if (end !== undefined && !/[\p{L}_]/u.test(plain.charAt(end))) spans.push({ start, end })
  }
  return spans
}

function groupsOf(plain: string): Group[] {
  let lastEnd = 0
  return digitGroups(plain).map((group) => {
    const separator = plain.slice(lastEnd, group.start)
    lastEnd = group.end
    return { ...group, separator }
  })
}

/** Where a number that begins with this group starts; undefined where the group is a part of something else. */
function startOf(plain: string, { start }: Group): number | undefined {
  let first = start
  if (plain[first - 1] === '(') first -= 1
  if (plain[first - 1] === '+') first -= 1
  return /[\p{L}\p{N}.,:;#_/+-]/u.test(plain[first - 1] ?? ' ') ? undefined : first
}

/** The groups of the longest number that they begin with. */
function groupsOfNumber(groups: readonly Group[], hasPlus: boolean): readonly Group[] {
  let longest: readonly Group[] = []
  const number: Group[] = []
  for (const group of groups) {
    if (number.length > 0 && !IS_SEPARATOR.test(group.separator)) break
    number.push(group)
    if (isNumber(number, hasPlus)) longest = [...number]
  }
  return isDate(longest) ? [] : longest
}

function isNumber(groups: readonly Group[], hasPlus: boolean): boolean {
  const digits = groups.map((group) => group.digits).join('')
  const lengths = groups.map((group) => group.digits.length)
  if (hasPlus) return isBetween(digits.length, MIN_INTERNATIONAL, MAX_INTERNATIONAL)
  if (/^00[1-9]/.test(digits)) return isBetween(digits.length - 2, MIN_INTERNATIONAL, MAX_INTERNATIONAL)
  if (/^0[1-9]/.test(digits) && lengths[0] !== 1) {
    return isBetween(digits.length, MIN_NATIONAL + (lengths.length === 1 ? 1 : 0), MAX_NATIONAL)
  }
  return /^(1-)?3-3-4$/.test(lengths.join('-')) && /^1?[2-9]\d\d[2-9]/.test(digits)
}

/** 05.06.2024 and 05/06/24, with what comes after them. */
function isDate(groups: readonly Group[]): boolean {
  const [day, month, year] = groups
  if (!day || !month || !year || day.digits.length > 2 || month.digits.length > 2) return false
  const isPlausible = [day, month].every(({ digits }) => Number(digits) >= 1 && Number(digits) <= 31)
  const isSeparated = month.separator === year.separator && /^[./-]$/.test(year.separator)
  const isYear = year.digits.length === 4 || (year.digits.length === 2 && groups[3]?.digits.length !== 2)
  return isPlausible && isSeparated && isYear
}

function isBetween(count: number, minimum: number, maximum: number): boolean {
  return count >= minimum && count <= maximum
}
