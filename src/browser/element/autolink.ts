import { h } from './dom.ts'

/**
 * Web addresses, `mailto:` and `tel:` addresses, and e-mail addresses from their `@` onwards. A character that controls
 * the direction of text ends an address, because it would change the order in which the address is shown.
 */
const ADDRESS = /\b(?:https?:\/\/|mailto:|tel:)[^\s<>"'`\p{Bidi_C}]+|@[a-z\d-]+(?:\.[a-z\d-]+)+/giu
const LOCAL_PART = /^[\w.+-]$/
const MAX_LOCAL_PART_CHARS = 64
const LINK_PROTOCOL = /^(?:https?:\/\/|mailto:|tel:)/
const TRAILING = new Set('.,;:!?\'"»”’*_~')

/** Text as DOM nodes, with addresses turned into links. Nothing else is interpreted. */
export function linked(text: string): (Node | string)[] {
  const parts: (Node | string)[] = []
  let end = 0
  for (const match of text.matchAll(ADDRESS)) {
    const isEmail = match[0].startsWith('@')
    const start = isEmail ? localPartStart(text, match.index, end) : match.index
    const address = withoutTail(text.slice(start, match.index) + match[0])
    const url = linkUrl(isEmail ? `mailto:${address}` : address)
    if (url === undefined || address.startsWith('@')) continue
    parts.push(text.slice(end, start), externalLink(url, {}, address))
    end = start + address.length
  }
  return [...parts, text.slice(end)].filter((part) => part !== '')
}

/**
 * Finds the start of an e-mail address by searching backwards from its `@`. A regular expression would scan the text
 * again from every possible start.
 */
function localPartStart(text: string, at: number, leastStart: number): number {
  const least = Math.max(leastStart, at - MAX_LOCAL_PART_CHARS)
  let start = at
  while (start > least && LOCAL_PART.test(text[start - 1] ?? '')) start -= 1
  return start
}

/**
 * A link that leaves the chat. Only web addresses open in a new tab; a telephone number, for example, opens another
 * program.
 */
export function externalLink(
  url: string,
  attributes: Readonly<Record<string, string>>,
  ...children: (Node | string)[]
): HTMLAnchorElement {
  const tab = url.startsWith('http') && { target: '_blank' }
  return h('a', { ...attributes, href: url, ...tab, rel: 'noopener noreferrer' }, ...children)
}

/** @returns undefined for everything except http and https, for instance `javascript:` */
export function safeUrl(text: string | undefined): string | undefined {
  const url = linkUrl(text)
  return url?.startsWith('http') ? url : undefined
}

/** A link's target, if it is allowed: a web address, an e-mail address or a telephone number. */
export function linkUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  // The user name before an `@` could be mistaken for the host.
  if (url.username || url.password) return undefined
  return LINK_PROTOCOL.test(url.href) ? url.href : undefined
}

/** Whatever follows `://`, with the port; and words, in any script. */
const HOST_OR_WORD = /:\/\/[\p{L}\p{M}\p{N}.:[\]-]+|[\p{L}\p{M}\p{N}.-]+/gu
/** The end of a word that looks like a host: a top-level domain or the last number of an IPv4 address. */
const HOST_END = /\.(?:\p{L}[\p{L}\p{M}]+|xn--[a-z\d-]+|\d+\.\d+\.\d+)$/u

/** The hosts in a text, including those of e-mail addresses. */
function hostsIn(text: string): string[] {
  return (text.match(HOST_OR_WORD) ?? []).flatMap((found) => {
    const hasScheme = found.startsWith('://')
    const host = (hasScheme ? found.slice(3) : found).split('.').filter(Boolean).join('.')
    return hasScheme || HOST_END.test(host) ? host : []
  })
}

/**
 * The real target of a link whose text shows another address; undefined if the addresses match, or if the text shows no
 * address.
 */
export function hiddenAddress(words: string, url: string): string | undefined {
  // Invisible characters could split the address, compatibility characters could imitate its letters, and browsers
  // accept ideographic full stops as dots.
  const shown = words
    .replace(/[\p{Cf}\p{DI}]/gu, '')
    .normalize('NFKC')
    .replaceAll('\u3002', '.')
    .toLowerCase()
  const named = hostsIn(shown)
  const { protocol, host, hostname, pathname } = new URL(url)
  if (!protocol.startsWith('http'))
    return named.length === 0 || shown.includes(pathname) ? undefined : pathname
  return named.every((name) => isWithin(hostname, name)) ? undefined : host
}

/** Whether the host is this domain or below it. */
function isWithin(hostname: string, domain: string): boolean {
  const text = `https://${domain.replace(/^www\./, '')}`
  const name = URL.canParse(text) ? new URL(text).hostname : domain
  return hostname === name || hostname.endsWith(`.${name}`)
}

/**
 * Removes the punctuation after an address, and the closing parenthesis if the address is in parentheses. There is only
 * one backward pass, because texts may be long.
 */
export function withoutTail(address: string): string {
  let unopened = address.split(')').length - address.split('(').length
  let end = address.length
  for (; end > 0; end--) {
    const last = address[end - 1] ?? ''
    if (last === ')' && unopened > 0) unopened -= 1
    else if (!TRAILING.has(last)) break
  }
  return address.slice(0, end)
}
