import type { Span } from './plain-text.ts'

/** RFC 5321 section 4.5.3.1. */
const MAX_LOCAL_PART = 64
const MAX_DOMAIN = 255

const IN_LOCAL_PART = /[\p{L}\p{M}\p{N}.!#$%&'*+/=?^_`{|}~-]/u
const IN_DOMAIN = /[\p{L}\p{M}\p{N}.-]/u

/**
 * Browsers accept an ideographic full stop in a domain instead of a dot (UTS #46). Before other scripts, it ends a
 * sentence.
 */
const IDEOGRAPHIC_DOT = /[\u3002\uff61](?=[A-Za-z0-9])/g

/** E-mail addresses in a plain text. Examines each `@`, and a limited number of characters before and after it. */
export function findEmailAddresses(text: string): Span[] {
  const plain = text.replaceAll(IDEOGRAPHIC_DOT, '.')
  const spans: Span[] = []
  for (let at = plain.indexOf('@'); at !== -1; at = plain.indexOf('@', at + 1)) {
    const earliest = Math.max(at - MAX_LOCAL_PART, spans.at(-1)?.end ?? 0)
    let start = at
    while (start > earliest && IN_LOCAL_PART.test(plain.charAt(start - 1))) start -= 1
    let end = at + 1
    while (end < plain.length && end - at <= MAX_DOMAIN && IN_DOMAIN.test(plain.charAt(end))) end += 1
    // Punctuation at the end of a sentence is not part of the address.
    while (/[.-]/.test(plain.charAt(end - 1))) end -= 1
    if (start < at && isDomain(plain.slice(at + 1, end))) spans.push({ start, end })
  }
  return spans
}

/** A domain has at least two labels, and the last one is not a number. */
function isDomain(domain: string): boolean {
  const labels = domain.split('.')
  return labels.length > 1 && !labels.includes('') && /^(\p{L}{2}|xn--)/u.test(labels.at(-1) ?? '')
}
