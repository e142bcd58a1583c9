import { RE2JS } from 're2js'
import type { RedactionSettings } from '../../settings/redaction-settings.ts'
import { findCardNumbers } from './card-numbers.ts'
import { digitGroups } from './digit-runs.ts'
import { findEmailAddresses } from './email-addresses.ts'
import { findIbans } from './ibans.ts'
import { findPhoneNumbers } from './phone-numbers.ts'
import { plainText, type Span } from './plain-text.ts'

/** A part of a text that was masked. */
export interface Found extends Span {
  /** `card`, `iban`, `email`, `phone`, or the name of a custom pattern. */
  readonly kind: string
}

export interface Redacted {
  /** Has the length of the original text. */
  readonly text: string
  readonly found: readonly Found[]
}

/**
 * @param exceptKind a kind that is not masked, because the text is expected to have it, such as `email` in a field for
 * e-mail addresses
 */
export type Redact = (text: string, exceptKind?: string) => Redacted

/** The order matters: the middle of an IBAN could look like a card number, and a card number like a phone number. */
const DETECTORS = [
  { kind: 'email', find: findEmailAddresses },
  { kind: 'iban', find: findIbans },
  { kind: 'card', find: findCardNumbers },
  { kind: 'phone', find: findPhoneNumbers },
] as const

export function createRedactor({ kinds, patterns }: RedactionSettings): Redact {
  const detectors = [
    ...DETECTORS.filter(({ kind }) => kinds.includes(kind)),
    ...patterns.map(({ name, pattern }) => ({ kind: name, find: finderOf(pattern) })),
  ]
  return function redact(text, exceptKind) {
    const found: Found[] = []
    let masked = text
    let searched = plainText(masked)
    let digits = digitGroups(searched.plain)
    for (const { kind, find } of detectors) {
      if (kind === exceptKind) continue
      const spans = find(searched.plain, digits).map(searched.inText)
      if (spans.length === 0) continue
      found.push(...spans.map((span) => ({ kind, ...span })))
      masked = masks(masked, spans)
      searched = plainText(masked)
      digits = digitGroups(searched.plain)
    }
    return { text: masked, found: found.sort((a, b) => a.start - b.start) }
  }
}

function finderOf(pattern: string): (plain: string) => Span[] {
  const compiled = RE2JS.compile(pattern)
  return (plain) => {
    const spans: Span[] = []
    const matcher = compiled.matcher(plain)
    while (matcher.find()) {
      if (matcher.end() > matcher.start()) spans.push({ start: matcher.start(), end: matcher.end() })
    }
    return spans
  }
}

const ASTERISK = '*'.charCodeAt(0)

/**
 * Replaces each code unit of the spans with an asterisk, except spaces, so that lines break at the same places. The
 * result is a separate copy, because a part of a string would keep the whole string in memory.
 */
export function masks(text: string, spans: readonly Span[]): string {
  const units = Buffer.from(text, 'utf16le')
  for (const { start, end } of spans) {
    for (let i = start; i < end; i++) {
      if (!/\s/.test(text.charAt(i))) units.writeUInt16LE(ASTERISK, 2 * i)
    }
  }
  return units.toString('utf16le')
}
