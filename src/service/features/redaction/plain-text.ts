/** From `start` to before `end`, in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Matches invisible characters, such as a zero-width space between two digits. */
export const INVISIBLE = '\u00ad'

/**
 * The text with digits, letters, spaces and hyphens as ASCII has them, so that each detector needs to know one spelling. It has
 * as many UTF-16 code units as the text: what is found at a place in it is at that place of the text.
 */
export function plainText(text: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII
  if (/^[\x00-\x7f]*$/.test(text)) return text
  let plain = ''
  for (const char of text) plain += plainOf(char) + (char.length === 2 ? secondUnitOf(char) : '')
  return plain
}

/** One code unit. A character outside the basic plane is a digit, or it is kept as it is. */
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

/** Unicode has the decimal digits of each script in ranges that begin with the zero; some ranges follow each other. */
function digitOf(codePoint: number): string {
  let first = codePoint
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1
  return String((codePoint - first) % 10)
}
