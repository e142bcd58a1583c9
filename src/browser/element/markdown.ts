/**
 * Rich text in the syntax of Genesys' Messenger, in addition to the usual Markdown: `*bold*`, `_italic_`, `~struck~`,
 * `==marked==`, code in backticks, links, lists and quotes. The result is a tree of the elements below; HTML stays text.
 */

export type MarkdownTag =
  'p' | 'strong' | 'em' | 'del' | 'mark' | 'code' | 'pre' | 'ul' | 'ol' | 'li' | 'blockquote'

export type MarkdownNode =
  | string
  | { readonly tag: MarkdownTag; readonly children: readonly MarkdownNode[]; readonly start?: number }
  | { readonly tag: 'a'; readonly url: string; readonly children: readonly MarkdownNode[] }

/**
 * Text that is nested more deeply is not interpreted, so that the cost stays proportional to the length of the text.
 */
const MAX_DEPTH = 6
/** Longer marks come first. Single `*` and `_` have the same meaning as in Messenger. */
const STYLES: readonly (readonly [mark: string, tag: MarkdownTag])[] = [
  ['***', 'strong'],
  ['**', 'strong'],
  ['__', 'strong'],
  ['~~', 'del'],
  ['==', 'mark'],
  ['*', 'strong'],
  ['_', 'em'],
  ['~', 'del'],
]
const BULLET = /^ {0,3}[-*+•]\s+(?=\S)/
const NUMBER = /^ {0,3}(\d{1,9})[.)]\s+(?=\S)/
const QUOTE = /^ {0,3}> ?/
const FENCE = /^ {0,3}```/
const HEADING = /^#{1,6}\s+/
const INDENT = /^(?: {2,4}|\t)/
const LINK = /\[([^[\]\n]{1,1000})\]\(([^()\s]{1,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,200}){0,5})\)/y

/** A web address. Its `_`, `~` and `=` are no marks. */
const ADDRESS = /https?:\/\/[^\s<>"'`*\\]+/iy

/** @param safeUrl returns the allowed target of a link; links with other targets stay text */
export function parseMarkdown(
  text: string,
  safeUrl: (url: string) => string | undefined,
): readonly MarkdownNode[] {
  return blocks(text.split(/\r\n?|\n/), safeUrl, 0)
}

function blocks(
  lines: readonly string[],
  safeUrl: (url: string) => string | undefined,
  depth: number,
): readonly MarkdownNode[] {
  const nodes: MarkdownNode[] = []
  const inside = (part: readonly string[]) => blocks(part, safeUrl, depth + 1)
  const styled = (part: string) => inlines(part, safeUrl, 0)
  /** Returns the lines from `from` up to the first line for which the condition does not hold. */
  const take = (from: number, holds: (line: string) => boolean) => {
    let end = from
    while (end < lines.length && holds(lines[end] ?? '')) end++
    return lines.slice(from, end)
  }
  const startsBlock = (line: string) =>
    [BULLET, NUMBER, QUOTE, FENCE, HEADING].some((mark) => mark.test(line))
  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? ''
    const isNested = depth < MAX_DEPTH
    if (line.trim() === '') at += 1
    else if (FENCE.test(line)) {
      const code = take(at + 1, (next) => !FENCE.test(next))
      nodes.push({ tag: 'pre', children: [{ tag: 'code', children: [code.join('\n')] }] })
      at += code.length + 2
    } else if (isNested && QUOTE.test(line)) {
      const quoted = take(at, (next) => QUOTE.test(next))
      nodes.push({ tag: 'blockquote', children: inside(quoted.map((next) => next.replace(QUOTE, ''))) })
      at += quoted.length
    } else if (isNested && (BULLET.test(line) || NUMBER.test(line))) {
      const mark = BULLET.test(line) ? BULLET : NUMBER
      const items: MarkdownNode[] = []
      const start = Number(NUMBER.exec(line)?.[1] ?? 1)
      for (let item = lines[at]; item !== undefined && mark.test(item); item = lines[at]) {
        const more = take(at + 1, (next) => INDENT.test(next))
        const first = item.replace(mark, '')
        const below = more.map((next) => next.replace(INDENT, ''))
        items.push({ tag: 'li', children: [...styled(first), ...(below.length > 0 ? inside(below) : [])] })
        at += 1 + more.length
      }
      nodes.push({ tag: mark === BULLET ? 'ul' : 'ol', children: items, ...(start !== 1 && { start }) })
    } else if (HEADING.test(line)) {
      nodes.push({ tag: 'p', children: [{ tag: 'strong', children: styled(line.replace(HEADING, '')) }] })
      at += 1
    } else {
      const paragraph = [line, ...take(at + 1, (next) => next.trim() !== '' && !startsBlock(next))]
      nodes.push({ tag: 'p', children: styled(paragraph.join('\n')) })
      at += paragraph.length
    }
  }
  return nodes
}

function inlines(
  text: string,
  safeUrl: (url: string) => string | undefined,
  depth: number,
): readonly MarkdownNode[] {
  const nodes: MarkdownNode[] = []
  /** Marks that are known to have no closing mark. The text is searched only once for each of them. */
  const unclosed = new Set<string>()
  let plain = ''
  const push = (node: MarkdownNode) => {
    if (plain !== '') nodes.push(plain)
    plain = ''
    nodes.push(node)
  }
  for (let at = 0; at < text.length;) {
    const character = text[at] ?? ''
    if (character === '\\' && /[!-/:-@[-`{-~\n]/.test(text[at + 1] ?? '')) {
      plain += text[at + 1] ?? ''
      at += 2
      continue
    }
    if (character === '`') {
      const end = text.indexOf('`', at + 1)
      if (end > at + 1) {
        push({ tag: 'code', children: [text.slice(at + 1, end)] })
        at = end + 1
        continue
      }
    }
    if (character === '[') {
      LINK.lastIndex = at
      const [whole = '', words = '', address = ''] = LINK.exec(text) ?? []
      const url = whole === '' ? undefined : safeUrl(address)
      if (url !== undefined) {
        push({
          tag: 'a',
          url,
          children: depth < MAX_DEPTH ? inlines(words, () => undefined, depth + 1) : [words],
        })
        at += whole.length
        continue
      }
    }
    ADDRESS.lastIndex = at
    const [address = ''] = ADDRESS.exec(text) ?? []
    if (address !== '') {
      plain += address
      at += address.length
      continue
    }
    const style = depth < MAX_DEPTH ? styleAt(text, at, unclosed) : undefined
    if (style) {
      push({ tag: style.tag, children: inlines(text.slice(style.from, style.to), safeUrl, depth + 1) })
      at = style.end
      continue
    }
    plain += character
    at += 1
  }
  return plain === '' ? nodes : [...nodes, plain]
}

/** Finds a styled range that starts at this position. Both of its marks must be at the edge of a word. */
function styleAt(text: string, at: number, unclosed: Set<string>) {
  for (const [mark, tag] of STYLES) {
    if (!text.startsWith(mark, at) || unclosed.has(mark)) continue
    const from = at + mark.length
    if (isWordAt(text, at - 1) || isSpaceAt(text, from)) continue
    for (let to = text.indexOf(mark, from + 1); ; to = text.indexOf(mark, to + 1)) {
      if (to < 0) {
        unclosed.add(mark)
        break
      }
      if (!isSpaceAt(text, to - 1) && !isWordAt(text, to + mark.length) && text[to + mark.length] !== mark[0])
        return { tag, from, to, end: to + mark.length }
    }
  }
  return undefined
}

function isWordAt(text: string, at: number): boolean {
  return /[\p{L}\p{N}]/u.test(text[at] ?? '')
}

function isSpaceAt(text: string, at: number): boolean {
  return at >= text.length || /\s/.test(text[at] ?? ' ')
}
