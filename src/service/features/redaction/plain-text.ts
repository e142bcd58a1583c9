/** From `start` until before `end`, in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Replaces each invisible character in a plain text, such as a zero-width space between two digits. */
export const INVISIBLE = '\u00ad'

/**
 * The text with digits, letters, spaces and hyphens in ASCII, so that each detector needs to know only one spelling. It has as
 * many UTF-16 code units as the text, so that what is found in it is at the same place in the text.
 */
export function plainText(text: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text
  let plain = ''
  for (const char of text) plain += plainOf(char) + (char.length === 2 ? secondUnitOf(char) : '')
  return plain
}

/** One code unit. For a character outside the basic plane, {@link secondUnitOf} gives the second one. */
function plainOf(char: string): string {
  const codePoint = char.codePointAt(0) ?? 0
  if (codePoint < 0x80) return char
  // Fullwidth forms of ASCII.
  if (codePoint >= 0xff01 && codePoint <= 0xff5e) return String.fromCodePoint(codePoint - 0xfee0)
  if (/\p{Nd}/u.test(char)) return digitOf(codePoint)
  if (/\p{Zs}/u.test(char)) return ' '
  if (/\p{Pd}|\u2212/u.test(char)) return '-'
  if (/\p{Cf}/u.test(char)) return INVISIBLE
  return char.charAt(0)
}

function secondUnitOf(char: string): string {
  return /\p{Nd}|\p{Cf}/u.test(char) ? INVISIBLE : char.charAt(1)
}

/** In Unicode, the decimal digits of a script form a range that begins with the zero; some ranges directly follow another one. */
function digitOf(codePoint: number): string {
  let first = codePoint
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1
  return String((codePoint - first) % 10)
}
