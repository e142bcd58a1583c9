import * as z from 'zod'
import { firstEntries } from '../../collections/first-entries.ts'
import { escapeHtml } from '../../html/escape-html.ts'
import { parseUrl } from '../../urls/parse-url.ts'

/** More deeply nested lists and tables are left out. */
const MAX_DEPTH = 12
/** Blocks, rows, cells and marks together. Limits the time that the largest response takes; real articles have far fewer. */
const MAX_ENTRIES = 20_000
const LINK_PROTOCOLS: ReadonlySet<string> = new Set(['https:', 'http:', 'mailto:', 'tel:'])
const MARKS: Readonly<Record<string, string>> = { Bold: 'strong', Italic: 'em', Underline: 'u' }

const blocks = z.array(z.unknown()).nullish()
const Text = z.object({
  text: z.string(),
  marks: z.array(z.string()).nullish(),
  hyperlink: z.string().nullish(),
})

/** One block of a Genesys document; `type` determines which of the other fields the block has. */
const Block = z.object({
  type: z.string().nullish(),
  text: Text.nullish(),
  image: z.object({ url: z.string(), hyperlink: z.string().nullish() }).nullish(),
  video: z.object({ url: z.string() }).nullish(),
  paragraph: z
    .object({ blocks, properties: z.object({ fontType: z.string().nullish() }).nullish() })
    .nullish(),
  list: z.object({ blocks }).nullish(),
  table: z.object({ rows: z.array(z.object({ cells: z.array(z.object({ blocks })).nullish() })) }).nullish(),
  /** The content of a list item. */
  blocks,
})
type Block = z.infer<typeof Block>

/**
 * An article as HTML. The text of its blocks is escaped, and only a few elements are ever written, so that the HTML cannot
 * contain any other markup. Blocks of an unknown form are left out, and so is the rest of an article with too many blocks.
 */
export function articleHtml(list: readonly unknown[]): string {
  return blocksHtml(firstEntries(list, MAX_ENTRIES), 0)
}

function blocksHtml(list: readonly unknown[], depth: number): string {
  if (depth > MAX_DEPTH) return ''
  return blocksIn(list)
    .map((block) => blockHtml(block, depth + 1))
    .join('')
}

function blockHtml({ type, text, image, video, paragraph, list, table }: Block, depth: number): string {
  const inside = (of: { readonly blocks?: readonly unknown[] | null | undefined }) =>
    blocksHtml(of.blocks ?? [], depth)
  if (text) return textHtml(text)
  if (paragraph) return element(elementOf(paragraph.properties?.fontType), inside(paragraph))
  if (list) {
    const items = blocksIn(list.blocks ?? []).map((item) => element('li', inside(item)))
    return element(type === 'OrderedList' ? 'ol' : 'ul', items.join(''))
  }
  if (table) {
    const rows = table.rows.map(({ cells }) =>
      element('tr', (cells ?? []).map((cell) => element('td', inside(cell))).join('')),
    )
    return element('table', element('tbody', rows.join('')))
  }
  if (image) return linked(imageHtml(image.url), image.hyperlink)
  if (video) return linked(escapeHtml(video.url), video.url)
  return ''
}

function textHtml({ text, marks, hyperlink }: z.infer<typeof Text>): string {
  const escaped = escapeHtml(text).replaceAll('\n', '<br>')
  const names = Object.keys(MARKS).filter((name) => marks?.includes(name))
  const marked = names.reduce((html, name) => element(MARKS[name] ?? 'span', html), escaped)
  return linked(marked, hyperlink)
}

/** Headings start at a lower level than those of a page and of its chat. */
function elementOf(fontType: string | null | undefined): string {
  if (fontType === 'Preformatted') return 'pre'
  const level = /^Heading([1-6])$/.exec(fontType ?? '')?.[1]
  return level === undefined ? 'p' : `h${Math.min(6, Number(level) + 2)}`
}

/** Adds a link, unless a browser cannot open the address: a `grn:` address, for example, names an object in Genesys. */
function linked(html: string, address: string | null | undefined): string {
  const url = parseUrl(address ?? '')
  if (html === '' || url === undefined || !LINK_PROTOCOLS.has(url.protocol)) return html
  return `<a href="${escapeHtml(url.href)}" target="_blank" rel="noopener noreferrer">${html}</a>`
}

function imageHtml(address: string): string {
  const url = parseUrl(address)
  if (url?.protocol !== 'https:') return ''
  return `<img src="${escapeHtml(url.href)}" alt="" loading="lazy" referrerpolicy="no-referrer">`
}

function element(name: string, html: string): string {
  return html === '' ? '' : `<${name}>${html}</${name}>`
}

/** The words of an article, up to about `maxChars`. */
export function articleText(list: readonly unknown[], maxChars: number): string {
  const words: string[] = []
  let chars = 0

  function collect(from: readonly unknown[] | null | undefined, depth: number): void {
    if (depth > MAX_DEPTH) return
    for (const { text, paragraph, list, table, blocks: items } of blocksIn(from ?? [])) {
      if (chars > maxChars) return
      if (text) {
        words.push(text.text)
        chars += text.text.length
      }
      for (const inner of [paragraph?.blocks, list?.blocks, items]) collect(inner, depth + 1)
      for (const { cells } of table?.rows ?? [])
        for (const cell of cells ?? []) {
          collect(cell.blocks, depth + 1)
          words.push(' ')
        }
      if (!text) words.push(' ')
    }
  }

  collect(firstEntries(list, MAX_ENTRIES), 0)
  return shortened(words.join(''), maxChars)
}

/** The text on one line, with an ellipsis if it was shortened. */
export function shortened(text: string, maxChars: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  if (line.length <= maxChars) return line
  const cut = line.slice(0, maxChars)
  const end = cut.lastIndexOf(' ')
  return `${(end > 0 ? cut.slice(0, end) : cut).replace(/[\uD800-\uDBFF]$/, '')}…`
}

function blocksIn(list: readonly unknown[]): Block[] {
  return list.flatMap((each) => {
    const { data } = Block.safeParse(each)
    return data === undefined ? [] : [data]
  })
}
