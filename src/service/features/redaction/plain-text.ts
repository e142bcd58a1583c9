/** From `start` up to, but not including, `end`, in UTF-16 code units. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A text in the form in which it is searched. */
export interface PlainText {
  readonly plain: string
  /** Where a part of `plain` is in the original text. The result never splits a character with two code units. */
  readonly inText: (part: Span) => Span
}

/** Characters that are not shown, and enclosing marks, such as the one that makes a digit a keycap. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Me}]|(?!\s)\p{Cc}/u

/**
 * Converts digits, letters, spaces and hyphens to ASCII, and removes invisible characters, so that the detectors need to
 * handle only one form.
 */
export function plainText(text: string): PlainText {
  if (/^[\t-\r\x20-\x7e]*$/.test(text)) return { plain: text, inText: (part) => part }
  let plain = ''
  /** For each code unit of `plain`: where its character starts and ends in the text. */
  const starts: number[] = []
  const ends: number[] = []
  let start = 0
  for (const char of text) {
    const end = start + char.length
    const plainChar = plainOf(char)
    for (let unit = 0; unit < plainChar.length; unit++) {
      starts.push(start)
      ends.push(end)
    }
    plain += plainChar
    start = end
  }
  return {
    plain,
    inText: (part) => ({ start: starts[part.start] ?? start, end: ends[part.end - 1] ?? start }),
  }
}

function plainOf(char: string): string {
  const codePoint = char.codePointAt(0) ?? 0
  if (codePoint >= 0x20 && codePoint < 0x7f) return char
  // Fullwidth forms of ASCII.
  if (codePoint >= 0xff01 && codePoint <= 0xff5e) return String.fromCodePoint(codePoint - 0xfee0)
  if (/\p{Nd}/u.test(char)) return digitOf(codePoint)
  // U+2800 is a Braille character without dots.
  if (/[\p{Zs}\u2800]/u.test(char)) return ' '
  if (/[\p{Pd}\u2212]/u.test(char)) return '-'
  return INVISIBLE.test(char) ? '' : char
}

/** In Unicode, the decimal digits of a script form a range that begins with zero; some ranges directly follow another one. */
function digitOf(codePoint: number): string {
  let first = codePoint
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1
  return String((codePoint - first) % 10)
}
