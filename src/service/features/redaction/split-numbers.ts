import { BoundedMap } from '../../collections/bounded-map.ts'
import { digitGroups, digitRuns, digitsOf, type DigitGroup, type DigitRun } from './digit-runs.ts'
import { isCardNumber, joined, luhnPart, MAX_CARD_DIGITS, type LuhnPart } from './luhn.ts'
import { plainText, type Span } from './plain-text.ts'

export interface SentText {
  readonly sid: string
  /** The idempotency key, if there is one: a retry is masked in the same way as the first attempt. */
  readonly key: string | undefined
  /** The text, in which complete card numbers are already masked. */
  readonly text: string
}

/** Finds the last part of a card number in a text if the guest's previous texts contained the other parts. */
export type FindSplitNumber = (sent: SentText) => Span | undefined

/** The count and the partial Luhn sums of the digits at the end of a guest's last texts. The digits are not stored. */
interface TrailingDigits {
  readonly key: string | undefined
  /** Before and after the last text. */
  readonly before: readonly LuhnPart[]
  readonly after: readonly LuhnPart[]
  readonly atMs: number
}

const WITHIN_MS = 60_000
const MAX_GUESTS = 10_000

/** The state is kept only in this process. */
export function findSplitNumbers(monotonicNow: () => number): FindSplitNumber {
  const guests = new BoundedMap<string, TrailingDigits>(MAX_GUESTS)

  function partsBefore({ sid, key }: SentText): readonly LuhnPart[] {
    const guest = guests.get(sid)
    if (guest === undefined) return []
    if (key !== undefined && key === guest.key) return guest.before
    return monotonicNow() - guest.atMs <= WITHIN_MS ? guest.after : []
  }

  return function find(sent) {
    const before = partsBefore(sent)
    const { plain, inText } = plainText(sent.text)
    const runs = digitRuns(plain, digitGroups(plain))
    const [firstRun] = runs
    if (before.length === 0 && firstRun === undefined) return undefined
    const found = firstRun && before.length > 0 ? lastPart(before, firstRun) : undefined
    const after = found === undefined ? partsAfter(before, runs) : partsAfter([], runs.slice(1))
    guests.set(sent.sid, { key: sent.key, before, after, atMs: monotonicNow() })
    return found && inText(found)
  }
}

/** The part of the run that completes a number. */
function lastPart(before: readonly LuhnPart[], run: DigitRun): Span | undefined {
  const ends = [run, run.slice(0, groupsOfFour(run))]
  const last = ends.find((groups) =>
    before.some((part) => isCardNumber(joined(part, luhnPart(digitsOf(groups))))),
  )
  const [start, end] = [last?.at(0)?.start, last?.at(-1)?.end]
  return start === undefined || end === undefined ? undefined : { start, end }
}

/** The beginnings of numbers that the next text could complete. A text without digits changes nothing. */
function partsAfter(before: readonly LuhnPart[], runs: readonly DigitRun[]): readonly LuhnPart[] {
  const last = runs.at(-1)
  if (last === undefined) return before
  const whole = luhnPart(digitsOf(last))
  const parts = runs.length === 1 ? before.map((part) => joined(part, whole)) : []
  if (canBeginCard(last[0])) parts.push(whole)
  const fours = last.length - 1 - last.findLastIndex(({ digits }) => digits.length !== 4)
  if (fours > 0 && fours < last.length && canBeginCard(last.at(-fours)))
    parts.push(luhnPart(digitsOf(last.slice(-fours))))
  return parts.filter(({ count }) => count < MAX_CARD_DIGITS)
}

/** The first digit identifies the issuer's industry: 2 to 6 for banks. */
function canBeginCard(first: DigitGroup | undefined): boolean {
  return first !== undefined && /^[2-6]/.test(first.digits)
}

function groupsOfFour(groups: readonly DigitGroup[]): number {
  const others = groups.findIndex(({ digits }) => digits.length !== 4)
  return others === -1 ? groups.length : others
}
