import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { Response } from 'express'
import { reconnectSpreadMs } from '../../src/service/http-server/reconnect-spread.ts'
import { createEventStreams, StreamUpkeep } from '../../src/service/http-server/event-stream.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

/** The parts of a response that a stream needs; `written` collects what is written. */
function answer(written: string[]): Response {
  const res = Object.assign(new EventEmitter(), {
    req: { socket: new EventEmitter() },
    locals: {},
    closed: false,
    socket: { cork: () => undefined, uncork: () => undefined },
    writableLength: 0,
    writeHead: () => undefined,
    flushHeaders: () => undefined,
    end: () => undefined,
    write: (text: string) => written.push(text),
  })
  return res as unknown as Response
}

const UNBOUNDED = { max: 10_000, maxPerAddress: 10_000 }
const KEEP_ALIVE = ': keep-alive\n\n'

test('each stream gets a keep-alive every fifteen seconds, and at most ten streams get one at a time', () => {
  const upkeep = new StreamUpkeep()
  const streams = createEventStreams(upkeep, UNBOUNDED)
  const written: string[] = []
  for (let i = 0; i < 3000; i++) streams.openStream(answer(written))
  let most = 0
  let all = 0
  for (let passedMs = 0; passedMs < 15_000; passedMs += 50) {
    written.length = 0
    jest.advanceTimersByTime(50)
    expect(new Set(written).size).toBeLessThanOrEqual(1)
    most = Math.max(most, written.length)
    all += written.filter((text) => text === KEEP_ALIVE).length
  }
  expect(all).toBe(3000)
  expect(most).toBeLessThanOrEqual(10)
  upkeep.close()
})

test('pages are asked to reconnect after two seconds plus up to a millisecond for each open stream', () => {
  const upkeep = new StreamUpkeep()
  const streams = createEventStreams(upkeep, { ...UNBOUNDED, random: () => 1 })
  const written: string[] = []
  for (let i = 0; i < 3001; i++) {
    streams.acquire('203.0.113.7')
    streams.openStream(answer(written))
  }
  expect([written[0], written[3000]]).toEqual(['retry: 2001\n', 'retry: 5001\n'])
  expect([reconnectSpreadMs(10_000), reconnectSpreadMs(1_000_000)]).toEqual([10_000, 30_000])
  upkeep.close()
})

test('an event is one line of data, even for readers that also break lines at U+0085, U+2028 and U+2029', () => {
  const upkeep = new StreamUpkeep()
  const written: string[] = []
  const text = 'next\u0085line\u2028separator\u2029paragraph'
  const stream = createEventStreams(upkeep, UNBOUNDED).openStream(answer(written))
  stream.write({ event: 'message', data: { text } })
  const lines = written.join('').split(/[\n\u0085\u2028\u2029]/)
  expect(lines).toHaveLength(5)
  expect(JSON.parse(lines[2]?.replace('data: ', '') ?? '')).toEqual({ text })
  upkeep.close()
})

test('a stream begins with its first event, and not with a block that has no data', () => {
  const upkeep = new StreamUpkeep()
  const written: string[] = []
  const stream = createEventStreams(upkeep, UNBOUNDED).openStream(answer(written))
  stream.write({ event: 'session', data: { state: 'connected' } })
  const [first] = written.join('').split('\n\n')
  expect(first).toMatch(/^retry: \d+\nevent: session\ndata: /)
  upkeep.close()
})
