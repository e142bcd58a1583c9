import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createSseParser, type ServerSentEvent } from '../../src/browser/client/sse-parser.ts'

function parse(...chunks: string[]) {
  const events: ServerSentEvent[] = []
  const retries: number[] = []
  const push = createSseParser({ onEvent: (event) => events.push(event), onRetry: (ms) => retries.push(ms) })
  for (const chunk of chunks) push(chunk)
  return { events, retries }
}

describe('the text/event-stream parser', () => {
  test('yields events with a name, data and an id', () => {
    const { events } = parse('id: 7\nevent: message\ndata: {"a":1}\n\n')
    expect(events).toEqual([{ id: '7', event: 'message', data: '{"a":1}' }])
  })

  test('joins data lines without the first space after each colon', () => {
    expect(parse('data:a\ndata:  b\ndata\n\n').events[0]?.data).toBe('a\n b\n')
  })

  test('names events "message" by default, and yields no event without data', () => {
    const { events } = parse('event: typing\n\ndata: x\n\n')
    expect(events).toEqual([{ id: undefined, event: 'message', data: 'x' }])
  })

  test('keeps the last id for subsequent events, and ignores an id that contains NUL', () => {
    const { events } = parse('id: 1\ndata: a\n\ndata: b\n\nid: 2\0\ndata: c\n\nid\ndata: d\n\n')
    expect(events.map(({ id }) => id)).toEqual(['1', '1', '1', ''])
  })

  test('sets the retry delay only if the field consists of digits', () => {
    expect(parse('retry: 2000\nretry: soon\nretry:\n').retries).toEqual([2000])
  })

  test('ignores comments, unknown fields and a byte order mark', () => {
    const { events } = parse('\uFEFFdata: a\n: keep-alive\nfoo: bar\n\n')
    expect(events.map(({ data }) => data)).toEqual(['a'])
  })

  test('yields no event that was cut off', () => {
    expect(parse('data: a\n').events).toEqual([])
  })

  test.each(['\n', '\r\n', '\r'])(
    'yields the same events wherever a stream whose lines end in %j is split',
    (lineEnd) => {
      const lines = [
        '\uFEFFid: 1',
        'event: typing',
        'data: ä€😀',
        'data: b',
        '',
        ': ping',
        '',
        'data: c',
        '',
        '',
      ]
      // The parser holds back a lone CR at the very end until more text arrives, so the test adds some.
      const stream = lines.join(lineEnd) + ': end'
      const whole = parse(stream).events
      expect(whole.map(({ data }) => data)).toEqual(['ä€😀\nb', 'c'])
      fc.assert(
        fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
          const places = [0, ...cuts.sort((a, b) => a - b), stream.length]
          const chunks = places.slice(1).map((place, i) => stream.slice(places[i], place))
          expect(parse(...chunks).events).toEqual(whole)
        }),
      )
    },
  )
})
