/** From `start` up to, but not including, `end`, in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** The replacement for each invisible character, such as a zero-width space between two digits. */
export const INVISIBLE = '\u00ad'

/**
 * Converts digits, letters, spaces and hyphens to ASCII, so that the detectors need to handle only one form. The result
 * has as many UTF-16 code units as the text, so that a span of one is also a span of the other.
 */
export function plainText(text: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text
  let plain = ''
  for (const char of text) plain += plainOf(char) + (char.length === 2 ? secondUnitOf(char) : '')
  return plain
}

/** Returns one code unit. For a character outside the basic plane, {@link secondUnitOf} returns the second one. */
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

/** In Unicode, the decimal digits of a script form a range that begins with zero; some ranges directly follow another one. */
function digitOf(codePoint: number): string {
  let first = codePoint
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1
  return String((codePoint - first) % 10)
}
