import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { linkUrl } from '../../src/browser/element/autolink.ts'
import { parseMarkdown, type MarkdownNode } from '../../src/browser/element/markdown.ts'
import { richText } from '../../src/browser/element/rich-text.ts'

/** Formats the tree as HTML, so that the expected values are readable. */
function html(nodes: readonly MarkdownNode[]): string {
  return nodes
    .map((node) => {
      if (typeof node === 'string') return node
      const attributes = node.tag === 'a' ? ` href="${node.url}"` : node.start ? ` start="${node.start}"` : ''
      return `<${node.tag}${attributes}>${html(node.children)}</${node.tag}>`
    })
    .join('')
}
const shown = (text: string) => html(parseMarkdown(text, linkUrl))

describe("in Messenger's rich text,", () => {
  test.each([
    ['*bold* and _italic_', '<p><strong>bold</strong> and <em>italic</em></p>'],
    ['~gone~, ==marked==, `code *x*`', '<p><del>gone</del>, <mark>marked</mark>, <code>code *x*</code></p>'],
    ['**bold**, __bold__, ~~gone~~', '<p><strong>bold</strong>, <strong>bold</strong>, <del>gone</del></p>'],
    ['*bold and _italic_*', '<p><strong>bold and <em>italic</em></strong></p>'],
    ['[Our page](https://example.com/a_(b))', '<p><a href="https://example.com/a_(b)">Our page</a></p>'],
    ['[Call](tel:+15550100)', '<p><a href="tel:+15550100">Call</a></p>'],
    ['- one\n- two\n  - deeper', '<ul><li>one</li><li>two<ul><li>deeper</li></ul></li></ul>'],
    ['3. three\n4. four', '<ol start="3"><li>three</li><li>four</li></ol>'],
    [
      '> quoted\n> *twice*\n\nanswer',
      '<blockquote><p>quoted\n<strong>twice</strong></p></blockquote><p>answer</p>',
    ],
    ['# Heading', '<p><strong>Heading</strong></p>'],
    ['```\na *b*\n```', '<pre><code>a *b*</code></pre>'],
    ['one\ntwo', '<p>one\ntwo</p>'],
    ['\\*not bold\\*', '<p>*not bold*</p>'],
    ['https://x.example/my\\_page', '<p>https://x.example/my_page</p>'],
    ['*https://x.example/_a_*', '<p><strong>https://x.example/_a_</strong></p>'],
    ['**https://x.example/a** or b', '<p><strong>https://x.example/a</strong> or b</p>'],
    ['one\\\ntwo', '<p>one\ntwo</p>'],
  ])('%j becomes %j', (text, expected) => {
    expect(shown(text)).toBe(expected)
  })

  test.each([
    '2 * 3 * 4 = 24',
    'snake_case_name and file_name.txt',
    'a ~ b ~ c',
    '* a star alone',
    '<b onclick=alert(1)>x</b> <script>alert(1)</script>',
    '[x](javascript:alert(1))',
    '[x](data:text/html,x)',
    '[x] (https://example.com)',
    '5 == 5 and 6 == 6',
    'https://x.example/_docs/ and https://x.example/all_, too',
    'https://x.example/~jane/?next=_start_',
  ])('%j stays plain text', (text) => {
    expect(shown(text).replace(/<\/?(p|ul|li)>/g, '')).toBe(text.replace(/^\* /, ''))
  })
})

/** Takes the place of a page's elements, and records those that are created. */
class RecordedElement {
  static made = new Map<string, Set<string>>()
  static addresses = new Set<string>()
  readonly attributes: Set<string>
  constructor(localName: string) {
    this.attributes = RecordedElement.made.get(localName) ?? new Set()
    RecordedElement.made.set(localName, this.attributes)
  }
  setAttribute(name: string, value: string) {
    this.attributes.add(name)
    if (name === 'href') RecordedElement.addresses.add(new URL(value).protocol)
  }
  removeAttribute() {}
  addEventListener() {
    throw new Error('Rich text listens to nothing.')
  }
  append() {}
}

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  a: ['href', 'rel', 'target'],
  ol: ['start'],
  ...Object.fromEntries(
    ['p', 'strong', 'em', 'del', 'mark', 'code', 'pre', 'ul', 'li', 'blockquote'].map((tag) => [tag, []]),
  ),
}
const pieces = [
  ...[
    '*',
    '**',
    '_',
    '__',
    '~',
    '~~',
    '==',
    '`',
    '```',
    '[',
    ']',
    '(',
    ')',
    '> ',
    '- ',
    '1. ',
    '\n',
    '\n\n',
    '  ',
    '\\',
  ],
  ...[
    '# ',
    '<',
    '>',
    '"',
    "'",
    '&',
    '=',
    'a',
    'word',
    ' ',
    '!',
    '<img src=x onerror=alert(1)>',
    '<script>',
    '</p>',
  ],
  ...[
    'https://example.com/',
    'javascript:alert(1)',
    'data:text/html,<b>',
    'mailto:a@b.example',
    'tel:1',
    'x@y.example',
  ],
  ...['](javascript:alert(1))', '](https://example.com "x" onclick=y)', '\u0000', '\u202e', '😀', '\t'],
]

describe('random text', () => {
  const { document } = globalThis as { document?: unknown }
  beforeAll(() => {
    Object.assign(globalThis, { document: { createElement: (tag: string) => new RecordedElement(tag) } })
  })
  afterAll(() => {
    Object.assign(globalThis, { document })
  })

  test('creates only allowed elements, attributes and URL schemes, in ten thousand samples', () => {
    const marked = fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof({ weight: 3, arbitrary: marked }, fc.string({ unit: 'binary' })), (text) => {
        richText(text)
      }),
      { numRuns: 10_000 },
    )
    for (const [tag, attributes] of RecordedElement.made) {
      expect(ALLOWED).toHaveProperty(tag)
      expect(ALLOWED[tag]).toEqual(expect.arrayContaining([...attributes]))
    }
    expect([...RecordedElement.made.keys()].sort()).toEqual(Object.keys(ALLOWED).sort())
    expect([...RecordedElement.addresses].sort()).toEqual(['https:', 'mailto:', 'tel:'])
  }, 120_000)

  test('is parsed within two seconds, even if it repeats one piece of markup 8,000 times', () => {
    for (const piece of [...pieces, '*a ', '[a](', '(a) ', '> > ', '_a* ', '*_'])
      expect(timeOf(() => richText(piece.repeat(8000)))).toBeLessThan(2000)
  })
})

function timeOf(work: () => void): number {
  const before = performance.now()
  work()
  return performance.now() - before
}
