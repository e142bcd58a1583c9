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
  expect([written[0], written[3000]]).toEqual(['retry: 2001\n\n', 'retry: 5001\n\n'])
  expect([reconnectSpreadMs(10_000), reconnectSpreadMs(1_000_000)]).toEqual([10_000, 30_000])
  upkeep.close()
})
