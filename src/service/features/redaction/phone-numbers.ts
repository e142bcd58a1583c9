import { countDigits, type DigitGroup } from './digit-runs.ts'
import type { Span } from './plain-text.ts'

/** The number of digits as in E.164, including the country code. */
const MIN_INTERNATIONAL = 8
const MAX_INTERNATIONAL = 15
/** With 00 before the country code. */
const MAX_DIGITS = MAX_INTERNATIONAL + 2
/** The number of digits, including the trunk prefix 0. */
const MIN_NATIONAL = 9
const MAX_NATIONAL = 12
/** As in 1 (212) 555-0123. */
const MAX_NORTH_AMERICAN_GROUPS = 4
const BEGINS_NORTH_AMERICAN = /^(\d|\d{3})$/

/** The separators that people write between groups, such as ` (`, `) ` and ` - `. */
const IS_SEPARATOR = /^([ .\-/]| ?\(| ?- ?|\) ?[-/]?| \/ )$/

/**
 * Finds phone numbers in a plain text, as people write them: with `+` or 00 and a country code, with a 0 before an area
 * code, or as in North America. Skips numbers that look like a date, a decimal or an order number.
 */
export function findPhoneNumbers(plain: string, groups: readonly DigitGroup[]): Span[] {
  const spans: Span[] = []
  if (countDigits(groups) < (plain.includes('+') ? MIN_INTERNATIONAL : MIN_NATIONAL)) return spans
  for (const [first, group] of groups.entries()) {
    const start = group.start < (spans.at(-1)?.end ?? 0) ? undefined : startOf(plain, group)
    if (start === undefined) continue
    const hasPlus = plain[start] === '+'
    const isLong = hasPlus || group.digits.startsWith('0')
    if (!isLong && !BEGINS_NORTH_AMERICAN.test(group.digits)) continue
    const most = isLong ? MAX_INTERNATIONAL : MAX_NORTH_AMERICAN_GROUPS
    const end = endOfNumber(plain, groups.slice(first, first + most), hasPlus)
    if (end !== undefined && !/[\p{L}_]/u.test(plain.charAt(end))) spans.push({ start, end })
  }
  return spans
}

/** Where a number that begins with this group starts; undefined if the group is part of something else. */
function startOf(plain: string, { start }: DigitGroup): number | undefined {
  let first = start
  if (plain[first - 1] === '(') first -= 1
  if (plain[first - 1] === '+') first -= 1
  // As in tel:+4930901820.
  if (plain[first] === '+' && plain[first - 1] === ':') return first
  return /[\p{L}\p{N}.,:;#_/+-]/u.test(plain[first - 1] ?? ' ') ? undefined : first
}

/** The end of the longest number that begins with the first of these groups. */
function endOfNumber(plain: string, groups: readonly DigitGroup[], hasPlus: boolean): number | undefined {
  let longest: readonly DigitGroup[] = []
  let digits = ''
  for (const [i, group] of groups.entries()) {
    if (i > 0 && !IS_SEPARATOR.test(separator(plain, groups[i - 1], group))) break
    digits += group.digits
    // Shorter and longer numbers are not examined: a text could have thousands of them.
    if (digits.length > MAX_DIGITS) break
    if (digits.length < MIN_INTERNATIONAL) continue
    const number = groups.slice(0, i + 1)
    if (isNumber(digits, number, hasPlus)) longest = number
  }
  return isDate(plain, longest) ? undefined : longest.at(-1)?.end
}

/** The text between two groups. */
function separator(plain: string, before: DigitGroup | undefined, { start }: DigitGroup): string {
  return plain.slice(before?.end ?? start, start)
}

function isNumber(digits: string, groups: readonly DigitGroup[], hasPlus: boolean): boolean {
  if (hasPlus) return isBetween(digits.length, MIN_INTERNATIONAL, MAX_INTERNATIONAL)
  if (/^00[1-9]/.test(digits)) return isBetween(digits.length - 2, MIN_INTERNATIONAL, MAX_INTERNATIONAL)
  if (/^0[1-9]/.test(digits) && groups[0]?.digits.length !== 1) {
    return isBetween(digits.length, MIN_NATIONAL + (groups.length === 1 ? 1 : 0), MAX_NATIONAL)
  }
  if (!/^1?[2-9]\d\d[2-9]/.test(digits)) return false
  return /^(1-)?3-3-4$/.test(groups.map((group) => group.digits.length).join('-'))
}

/** Whether the groups begin with a date, such as 05.06.2024 or 05/06/24. */
function isDate(plain: string, groups: readonly DigitGroup[]): boolean {
  const [day, month, year] = groups
  if (!day || !month || !year || day.digits.length > 2 || month.digits.length > 2) return false
  const isPlausible = [day, month].every(({ digits }) => Number(digits) >= 1 && Number(digits) <= 31)
  const between = separator(plain, month, year)
  const isSeparated = separator(plain, day, month) === between && /^[./-]$/.test(between)
  const isYear = year.digits.length === 4 || (year.digits.length === 2 && groups[3]?.digits.length !== 2)
  return isPlausible && isSeparated && isYear
}

function isBetween(count: number, minimum: number, maximum: number): boolean {
  return count >= minimum && count <= maximum
}
