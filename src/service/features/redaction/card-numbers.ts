import { countDigits, digitRuns, digitsOf, type DigitGroup, type DigitRun } from './digit-runs.ts'
import { isCardNumber, luhnPart, MAX_CARD_DIGITS, MIN_CARD_DIGITS } from './luhn.ts'
import type { Span } from './plain-text.ts'

/**
 * Finds card numbers in a plain text: whole groups of digits, with 13 to 19 digits in total and a valid check digit. A
 * number consists of all groups of a run, or of groups with the lengths that are usual on cards. The second rule finds
 * a number that is followed by a date or a security code.
 */
export function findCardNumbers(plain: string, digits: readonly DigitGroup[]): Span[] {
  if (countDigits(digits) < MIN_CARD_DIGITS) return []
  return digitRuns(plain, digits).flatMap((run) => {
    const spans: Span[] = []
    for (const [first, { start }] of run.entries()) {
      if (start < (spans.at(-1)?.end ?? 0)) continue
      const last = lastOfCard(run, first)
      if (last !== undefined) spans.push({ start, end: last.end })
    }
    return spans
  })
}

/** The last group of the longest number that begins with the group `first`. */
function lastOfCard(run: DigitRun, first: number): DigitGroup | undefined {
  if (first === 0 && isCard(run)) return run.at(-1)
  const groups: DigitGroup[] = []
  let longest: DigitGroup | undefined
  for (const group of run.slice(first, first + MAX_GROUPS)) {
    groups.push(group)
    // The count is the fastest check, and most groups fail it.
    if (countDigits(groups) >= MIN_CARD_DIGITS && isGroupedAsOnCard(groups) && isCard(groups)) longest = group
  }
  return longest
}

function isCard(groups: readonly DigitGroup[]): boolean {
  // Each group has at least one digit, so a number cannot have more groups than digits.
  return groups.length <= MAX_CARD_DIGITS && isCardNumber(luhnPart(digitsOf(groups)))
}

/** As in 4-4-4-4-3. */
const MAX_GROUPS = 5

/** Digits per group: 16, 4-4-4-4, 4-4-4-4-3, 4-6-5, 4-6-4, 6-13 and similar ones. */
function isGroupedAsOnCard(groups: readonly DigitGroup[]): boolean {
  const lengths = groups.map(({ digits }) => digits.length).join('-')
  return /^(\d+|(4-)+[1-4]|4-4-5|4-6-[45]|6-13)$/.test(lengths)
}
