import { describe, expect, test } from '@jest/globals'
import { articleHtml, articleText } from '../../../src/service/features/knowledge/article-html.ts'

const text = (words: string, more: object = {}) => ({ type: 'Text', text: { text: words, ...more } })
const paragraph = (blocks: object[], fontType?: string) => ({
  type: 'Paragraph',
  paragraph: { blocks, properties: { fontType } },
})
const item = (...blocks: object[]) => ({ type: 'ListItem', blocks })
const nested = (depth: number): object => {
  let list: object | undefined
  for (let i = 0; i < depth; i++) {
    const inner = list === undefined ? [] : [list]
    list = { type: 'UnorderedList', list: { blocks: [item(text(`at ${i}`), ...inner)] } }
  }
  return list ?? {}
}

describe('an article is rendered as HTML with', () => {
  test.each([
    ['a paragraph', [paragraph([text('Hello')])], '<p>Hello</p>'],
    [
      'a heading at a lower level than the chat’s headings',
      [paragraph([text('Hello')], 'Heading1')],
      '<h3>Hello</h3>',
    ],
    ['preformatted text', [paragraph([text('a  b')], 'Preformatted')], '<pre>a  b</pre>'],
    [
      'marks, in any order',
      [text('Hello', { marks: ['Underline', 'Bold'] })],
      '<u><strong>Hello</strong></u>',
    ],
    ['line breaks', [text('one\ntwo')], 'one<br>two'],
    [
      'nested lists',
      [
        {
          type: 'OrderedList',
          list: {
            blocks: [item(text('one'), { type: 'UnorderedList', list: { blocks: [item(text('two'))] } })],
          },
        },
      ],
      '<ol><li>one<ul><li>two</li></ul></li></ol>',
    ],
    [
      'a table',
      [{ type: 'Table', table: { rows: [{ cells: [{ blocks: [text('a')] }, { blocks: [text('b')] }] }] } }],
      '<table><tbody><tr><td>a</td><td>b</td></tr></tbody></table>',
    ],
    [
      'a link',
      [text('there', { hyperlink: 'https://www.example.com/?a=1&b="2"' })],
      '<a href="https://www.example.com/?a=1&amp;b=%222%22" target="_blank" rel="noopener noreferrer">there</a>',
    ],
    [
      'a picture',
      [{ type: 'Image', image: { url: 'https://files.example.com/a.png' } }],
      '<img src="https://files.example.com/a.png" alt="" loading="lazy" referrerpolicy="no-referrer">',
    ],
    [
      'a video as a link',
      [{ type: 'Video', video: { url: 'https://video.example.com/1' } }],
      '<a href="https://video.example.com/1" target="_blank" rel="noopener noreferrer">https://video.example.com/1</a>',
    ],
  ])('%s', (_name, blocks, html) => expect(articleHtml(blocks)).toBe(html))
})

describe('a block cannot add', () => {
  test.each([
    ['a script', [text('<script>alert(1)</script>')], '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['a script address', [text('here', { hyperlink: 'javascript:alert(1)' })], 'here'],
    ['a script address with a tab', [text('here', { hyperlink: 'java\tscript:alert(1)' })], 'here'],
    ['a data address', [text('here', { hyperlink: 'data:text/html,<b>' })], 'here'],
    [
      'the address of an object in Genesys',
      [text('here', { hyperlink: 'grn:knowledge:::document/1/2' })],
      'here',
    ],
    ['an address without a scheme', [text('here', { hyperlink: '//evil.example' })], 'here'],
    ['a picture from a data address', [{ image: { url: 'data:image/svg+xml,<svg onload=alert(1)>' } }], ''],
    ['a video from a script address', [{ video: { url: 'javascript:alert(1)' } }], 'javascript:alert(1)'],
    [
      'an unknown mark',
      [text('here', { marks: ['img src=x onerror=alert(1)', '__proto__', 'constructor'] })],
      'here',
    ],
    ['an unknown kind of paragraph', [paragraph([text('here')], 'script')], '<p>here</p>'],
    [
      'anything in an invalid form',
      [null, 7, 'text', [], {}, { text: 7 }, { list: {} }, { table: { rows: [{}] } }],
      '',
    ],
  ])('%s', (_name, blocks, html) => expect(articleHtml(blocks)).toBe(html))

  test('an attribute through quotes in an address', () => {
    const html = articleHtml([text('x', { hyperlink: 'https://a.example/"onmouseover="alert(1)' })])
    expect(html.match(/<a [^>]*>/)?.[0].match(/"/g)).toHaveLength(6)
  })

  test('lists beyond the permitted depth', () => {
    expect(articleHtml([nested(5000)]).match(/<ul>/g)!.length).toBeLessThan(20)
    expect(articleText([nested(5000)], 1000)).not.toBe('')
  })
})

test('an article ends before the block that would bring its lists to more than 20,000 entries', () => {
  const table = (cells: number) => ({
    table: { rows: [{ cells: Array(cells).fill({ blocks: [text('c')] }) }] },
  })
  const blocks = [text('a'), table(5000), table(7000), text('d')]
  expect(articleHtml(blocks)).toBe(articleHtml(blocks.slice(0, 2)))
  expect(articleText(blocks, 100_000)).toBe(articleText(blocks.slice(0, 2), 100_000))
  expect(articleHtml(Array(20_001).fill(text('a')))).toHaveLength(20_000)
})

test('an excerpt is on one line, and is cut between two words', () => {
  const blocks = [paragraph([text('Hello '), text('there,')]), nested(2), paragraph([text('you\nall')])]
  expect(articleText(blocks, 100)).toBe('Hello there, at 1at 0 you all')
  expect(articleText(blocks, 14)).toBe('Hello there,…')
})
