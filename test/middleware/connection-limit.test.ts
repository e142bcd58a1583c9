import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { Request, Response } from 'express'
import { createConnectionLimit } from '../../src/middleware/connection-limit.ts'
import type { RequestError } from '../../src/middleware/request-error.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

const connected = new Set<string>()
const limit = () =>
  createConnectionLimit({ connectionsPerMinute: 20, isConnected: (req) => connected.has(req.url) })

/** A request of a guest; it connects, unless it is answered without that. */
function ask(guard: ReturnType<typeof limit>, guest: string, { ip = '203.0.113.7', connects = true } = {}) {
  const res = new EventEmitter()
  guard({ url: guest, ip } as Request, res as unknown as Response, () => {
    if (connects) connected.add(guest)
    res.emit('finish')
  })
}

function refusal(run: () => void): RequestError | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    return error as RequestError
  }
}

test('one address may connect a quarter of a minute’s guests, and others go on', () => {
  const guard = limit()
  for (let guest = 0; guest < 5; guest++) ask(guard, `guest-${guest}`)
  const refused = refusal(() => ask(guard, 'one more'))
  expect(refused).toMatchObject({ code: 'rate_limited', facts: { retryAfterSeconds: 60 } })
  expect(refusal(() => ask(guard, 'one more', { ip: '203.0.113.8' }))).toBeUndefined()
  jest.advanceTimersByTime(60_000)
  expect(refusal(() => ask(guard, 'yet another'))).toBeUndefined()
})

test('guests who are connected count for nothing, and nor does what connects nobody', () => {
  const guard = limit()
  for (let i = 0; i < 20; i++) ask(guard, 'a guest who only looks', { connects: false })
  for (let i = 0; i < 20; i++) ask(guard, 'a guest who talks')
  expect(refusal(() => ask(guard, 'another'))).toBeUndefined()
})
