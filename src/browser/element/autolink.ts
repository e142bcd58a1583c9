import { h } from './dom.ts'

const ADDRESS = /\bhttps?:\/\/[^\s<>"'`]+/gi

/** Text as the DOM shows it, with its http and https addresses as links. Nothing else of it is interpreted. */
export function linked(text: string): (Node | string)[] {
  const parts: (Node | string)[] = []
  let end = 0
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutTail(match[0])
    const url = safeUrl(address)
    if (url === undefined) continue
    parts.push(text.slice(end, match.index), externalLink(url, {}, address))
    end = match.index + address.length
  }
  return [...parts, text.slice(end)].filter((part) => part !== '')
}

/** A link out of the chat, to http and https only. */
export function externalLink(
  url: string,
  attributes: Readonly<Record<string, string>>,
  ...children: (Node | string)[]
): HTMLAnchorElement {
  return h('a', { ...attributes, href: url, target: '_blank', rel: 'noopener noreferrer' }, ...children)
}

/** @returns undefined for everything but http and https, `javascript:` for instance */
export function safeUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined
  const url = new URL(text)
  return url.protocol === 'https:' || url.protocol === 'http:' ? url.href : undefined
}

/** The full stop after an address, or the bracket around it, is not part of it. */
function withoutTail(address: string): string {
  const cut = address.replace(/[.,;:!?'"»”’*_~]+$/, '')
  return cut.endsWith(')') && !cut.includes('(') ? withoutTail(cut.slice(0, -1)) : cut
}
