import type { DigitGroup } from './digit-runs.ts'
import type { Span } from './plain-text.ts'

/** The length of an IBAN, by country (from the ISO 13616 registry). */
const LENGTHS: Readonly<Record<string, number>> = Object.fromEntries(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 ' +
    'SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
)

const SEPARATORS = new Set([' ', '-', '\t'])

/** Finds IBANs in a plain text, with or without groups. Each begins with a two-letter country code, followed by digits. */
export function findIbans(plain: string, digits: readonly DigitGroup[]): Span[] {
  const spans: Span[] = []
  for (const group of digits) {
    const lettersEnd = SEPARATORS.has(plain.charAt(group.start - 1)) ? group.start - 1 : group.start
    const start = lettersEnd - 2
    if (start < (spans.at(-1)?.end ?? 0) || isAlphanumeric(plain.charAt(start - 1))) continue
    const length = LENGTHS[plain.slice(start, lettersEnd).toUpperCase()]
    const end = length && endOfIban(plain, start, length)
    if (end) spans.push({ start, end })
  }
  return spans
}

function endOfIban(plain: string, start: number, length: number): number | undefined {
  let iban = ''
  let end = start
  let separators = 0
  while (iban.length < length) {
    const char = plain.charAt(end++)
    if (isAlphanumeric(char)) {
      iban += char
      separators = 0
    } else if (!SEPARATORS.has(char) || ++separators > 3) return undefined
  }
  return !isAlphanumeric(plain.charAt(end)) && isValid(iban.toUpperCase()) ? end : undefined
}

function isAlphanumeric(char: string): boolean {
  return /^[A-Za-z0-9]$/.test(char)
}

/** ISO 7064 MOD 97-10: letters count as 10 to 35, and the first four characters come last. */
function isValid(iban: string): boolean {
  let remainder = 0
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = parseInt(char, 36)
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97
  }
  return remainder === 1
}
