/** The smallest number of digits in a card number (ISO/IEC 7812). */
export const MIN_CARD_DIGITS = 13
export const MAX_CARD_DIGITS = 19

/**
 * What must be known about a part of a number to check the whole number. The digits cannot be recovered from it.
 * In `sum`, every second digit from the right is doubled; in `shiftedSum`, the other digits are doubled.
 */
export interface LuhnPart {
  readonly count: number
  readonly sum: number
  readonly shiftedSum: number
}

export function luhnPart(digits: string): LuhnPart {
  const part = { count: digits.length, sum: 0, shiftedSum: 0 }
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i])
    const doubled = digit > 4 ? 2 * digit - 9 : 2 * digit
    part.sum += i % 2 === 0 ? digit : doubled
    part.shiftedSum += i % 2 === 0 ? doubled : digit
  }
  return part
}

/** Combines two parts: the result describes the number that begins with one and ends with the other. */
export function joined(first: LuhnPart, last: LuhnPart): LuhnPart {
  const isEven = last.count % 2 === 0
  return {
    count: first.count + last.count,
    sum: last.sum + (isEven ? first.sum : first.shiftedSum),
    shiftedSum: last.shiftedSum + (isEven ? first.shiftedSum : first.sum),
  }
}

export function isCardNumber({ count, sum }: LuhnPart): boolean {
  return count >= MIN_CARD_DIGITS && count <= MAX_CARD_DIGITS && sum % 10 === 0
}
