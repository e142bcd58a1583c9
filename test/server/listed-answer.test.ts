import http, { type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createListedAnswer, type ListedAnswer } from '../../src/server/listed-answer.ts'

const Listed = createListedAnswer()

function answers(): ServerResponse[] {
  const req = new http.IncomingMessage(new Socket())
  Object.assign(req, { method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 })
  return [new http.ServerResponse(req), new Listed(req)]
}

/** The head as it would go over the wire. */
function head(res: ServerResponse): string[] {
  const { _header: text } = res as ServerResponse & { _header: string }
  return text.split('\r\n').filter((line) => !line.startsWith('Date:'))
}

type Step = (res: ServerResponse) => unknown

const name = fc.constantFrom(
  'Vary',
  'vary',
  'VARY',
  'Set-Cookie',
  'X-One',
  'x-one',
  'Content-Length',
  'X Bad',
  'Date',
)
const value = fc.oneof(
  fc.constantFrom<string | number | string[]>(
    'a',
    'b',
    7,
    ['c', 'd'],
    [],
    'bad\r\nX-Evil: 1',
    'ü',
    '\u{1F600}',
  ),
  fc.string({ maxLength: 5 }),
)
/** Values are copies: node's `appendHeader` adds to the very list that was set. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(name, value).map<Step>(
    ([n, v]) =>
      (res) =>
        void res.setHeader(n, structuredClone(v)),
  ),
  fc.tuple(name, value).map<Step>(
    ([n, v]) =>
      (res) =>
        void res.appendHeader(n, structuredClone(v) as string),
  ),
  name.map<Step>((n) => (res) => res.removeHeader(n)),
  name.map<Step>((n) => (res) => res.getHeader(n)),
  name.map<Step>((n) => (res) => res.hasHeader(n)),
  fc.constant<Step>((res) => ({ ...res.getHeaders() })),
  fc.constant<Step>((res) => res.getHeaderNames()),
)
const last: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((res) => void res.writeHead(200)),
  fc.constant<Step>((res) => void res.writeHead(404, 'Nothing here')),
  fc.constant<Step>((res) => void res.writeHead(200, { 'X-One': 'last', Vary: 'last' })),
  fc.constant<Step>((res) => void res.writeHead(200, 'Fine', { 'X-One': 'last' })),
  fc.constant<Step>((res) => void res.writeHead(200, ['X-One', 'last', 'Vary', 'last'])),
  fc.constant<Step>((res) => void res.writeHead(204)),
)

/** What came of it: a result, or the code of what was thrown. */
function outcome(take: Step, res: ServerResponse): unknown {
  try {
    return take(res)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code
  }
}

/** The same lists for many answers, as guards have them; one with a header that node looks at. */
const added = fc.constantFrom<readonly string[][]>(
  [],
  [['X-One', 'a', 'Vary', 'b']],
  [
    ['X-One', 'a'],
    ['Vary', 'b', 'X-Two', 'c'],
  ],
  [['Content-Length', '3', 'x-one', 'd']],
)

test('whatever is added, set, looked up and taken away, it answers and writes as a ServerResponse does', () => {
  fc.assert(
    fc.property(added, fc.array(step, { maxLength: 12 }), last, (lists, steps, write) => {
      const [node, listed] = answers() as [ServerResponse, ServerResponse & ListedAnswer]
      for (const list of lists) {
        listed.addHeaders(list)
        list.forEach((name, at) => at % 2 === 0 && node.setHeader(name, list[at + 1] ?? ''))
      }
      for (const take of steps) expect(outcome(take, listed)).toEqual(outcome(take, node))
      expect(outcome(write, listed)).toEqual(outcome(write, node))
      expect(listed.headersSent).toBe(node.headersSent)
      if (node.headersSent) expect(head(listed).sort()).toEqual(head(node).sort())
    }),
    { numRuns: 2000 },
  )
})

test('after its head has gone, nothing can be set or taken away, and what was set can still be asked', () => {
  for (const res of answers()) {
    res.setHeader('X-One', 'a')
    res.writeHead(200)
    const codes = [
      () => res.setHeader('X-One', 'b'),
      () => res.appendHeader('X-One', 'b'),
      () => res.removeHeader('X-One'),
      () => res.writeHead(200, { 'X-One': 'b' }),
    ].map((take) => outcome(take, res))
    expect(codes).toEqual(Array(4).fill('ERR_HTTP_HEADERS_SENT'))
    expect(res.getHeader('x-one')).toBe('a')
  }
})

test('a list that is all there is goes as it is, with what stands in it twice', () => {
  for (const res of answers()) {
    res.writeHead(200, ['X-One', 'a', 'x-one', 'b'])
    expect(head(res)).toEqual(expect.arrayContaining(['X-One: a', 'x-one: b']))
  }
})

test('headers that are added all at once are among the others', () => {
  const [, res] = answers() as [ServerResponse, ServerResponse & ListedAnswer]
  res.addHeaders(['X-One', 'a', 'X-Two', 'b'])
  res.setHeader('x-two', 'c')
  expect(res.getHeaders()).toEqual({ 'x-one': 'a', 'x-two': 'c' })
  res.writeHead(200)
  expect(head(res)).toEqual(expect.arrayContaining(['X-One: a', 'x-two: c']))
})

test('what is set on one answer is not on the next to which the same list is added', () => {
  const list = ['X-One', 'a', 'X-Two', 'b']
  for (const value of ['c', undefined]) {
    const [, res] = answers() as [ServerResponse, ServerResponse & ListedAnswer]
    res.addHeaders(list)
    if (value !== undefined) res.setHeader('X-Two', value)
    res.setHeader('X-Three', 'd')
    res.writeHead(200)
    expect(head(res)).toEqual(expect.arrayContaining(['X-One: a', `X-Two: ${value ?? 'b'}`, 'X-Three: d']))
    expect(res.getHeaders()).toEqual({ 'x-one': 'a', 'x-two': value ?? 'b', 'x-three': 'd' })
  }
})

test('what is forgotten after it was sent is not kept', () => {
  const [, res] = answers() as [ServerResponse, ServerResponse & ListedAnswer]
  res.setHeader('X-One', 'a')
  res.writeHead(200)
  res.forgetHeaders()
  expect(res.getHeaderNames()).toEqual([])
})
