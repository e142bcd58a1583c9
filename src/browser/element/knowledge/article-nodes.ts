import { externalLink, linkUrl } from '../autolink.ts'
import { h, withoutOverrides } from '../dom.ts'

/** The elements in articles that need no separate handling, unlike tables, `a`, `br` and `img`. */
const PLAIN = ['p', 'h3', 'h4', 'h5', 'h6', 'pre', 'strong', 'em', 'u', 'ol', 'ul', 'li'] as const
const TABLE = ['table', 'tbody', 'tr', 'td'] as const
const NAMES: ReadonlySet<string> = new Set([...PLAIN, ...TABLE, 'a'])
const TOKEN = /<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)>|[^<]+/g
const ENTITY = /&(amp|lt|gt|quot|#39);/g
const CHARACTERS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/**
 * Converts an article's HTML into nodes. Only the few kinds of elements that the service writes are created,
 * because injected markup could name another service, whose HTML must not run on the page. The conversion also works on
 * pages that require Trusted Types.
 */
export function articleNodes(html: string): Node[] {
  const article = h('div')
  const open: HTMLElement[] = [article]
  for (const [token, slash, name = '', attributes = ''] of html.matchAll(TOKEN)) {
    const inner = open.at(-1) ?? article
    if (slash === undefined) inner.append(withoutOverrides(decoded(token)))
    else if (name === 'br') inner.append(h('br'))
    else if (name === 'img') inner.append(...picture(attributes))
    else if (!NAMES.has(name)) continue
    else if (slash === '') {
      const made = name === 'a' ? link(attributes) : h(name as (typeof PLAIN)[number])
      inner.append(made)
      open.push(made)
    } else if (open.length > 1) open.pop()
  }
  return [...article.childNodes]
}

function link(attributes: string): HTMLElement {
  const url = linkUrl(valueOf(attributes, 'href'))
  return url === undefined ? h('span') : externalLink(url, {})
}

function picture(attributes: string): HTMLElement[] {
  const url = linkUrl(valueOf(attributes, 'src'))
  if (!url?.startsWith('https:')) return []
  return [h('img', { src: url, alt: '', loading: 'lazy', referrerpolicy: 'no-referrer' })]
}

function valueOf(attributes: string, name: string): string | undefined {
  const [, value] = attributes.split(` ${name}="`)
  return value === undefined ? undefined : decoded(value.split('"')[0] ?? '')
}

function decoded(text: string): string {
  return text.replaceAll(ENTITY, (entity, name: string) => CHARACTERS[name] ?? entity)
}
