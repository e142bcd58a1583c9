import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Request, Response } from 'express'
import { BoundedMemoryStore } from '../../src/middleware/bounded-memory-store.ts'
import { createRateLimits, type RateLimits } from '../../src/middleware/rate-limits.ts'
import { RequestError } from '../../src/middleware/request-error.ts'

let limits: RateLimits
beforeEach(() => {
  jest.useFakeTimers()
  limits = createRateLimits({
    perGuestPerMinute: 100,
    perAddressPerMinute: 2,
    sessionsPerAddressPerMinute: 1,
    overallPerSecond: 3,
  })
})
afterEach(() => {
  jest.useRealTimers()
})

/** What becomes of a request: passed, or refused with its problem; and the headers of its answer. */
async function ask(limit: keyof RateLimits, ip = '203.0.113.7') {
  const headers: Record<string, string> = {}
  const res = { headersSent: false, append: (name: string, value: string) => void (headers[name] = value) }
  let problem: unknown
  await limits[limit]({ ip } as unknown as Request, res as unknown as Response, (error?: unknown) => {
    problem = error
  })
  return { problem: problem as RequestError | undefined, headers }
}

test('an address may send as many requests as its limit says, and more when the minute is over', async () => {
  expect((await ask('perAddress')).problem).toBeUndefined()
  expect((await ask('perAddress')).problem).toBeUndefined()
  jest.advanceTimersByTime(20_000)
  const { problem } = await ask('perAddress')
  expect(problem).toBeInstanceOf(RequestError)
  expect(problem).toMatchObject({ code: 'rate_limited', facts: { retryAfterSeconds: 40 } })
  jest.advanceTimersByTime(40_000)
  expect((await ask('perAddress')).problem).toBeUndefined()
})

test.each([-3_600_000, 3_600_000])(
  'the limit of an address lasts its minute though the clock is set by %i ms',
  async (stepMs) => {
    for (let request = 0; request < 3; request++) await ask('perAddress')
    jest.setSystemTime(Date.now() + stepMs)
    expect((await ask('perAddress')).problem?.facts).toMatchObject({ retryAfterSeconds: 60 })
    jest.advanceTimersByTime(60_000)
    expect((await ask('perAddress')).problem).toBeUndefined()
  },
)

describe('what the limits remember', () => {
  test('is bounded: above it the windows that would end first end early', () => {
    const store = new BoundedMemoryStore(1000)
    store.init({ windowMs: 60_000 })
    for (let i = 0; i < 5000; i++) expect(store.increment(`2001:db8:${i}::/64`).totalHits).toBe(1)
    expect(store.size).toBe(1000)
    expect(store.increment('2001:db8:4000::/64').totalHits).toBe(2)
    expect(store.increment('2001:db8:0::/64').totalHits).toBe(1)
  })

  test('is forgotten when its window is over', () => {
    const store = new BoundedMemoryStore()
    store.init({ windowMs: 60_000 })
    for (let i = 0; i < 100; i++) store.increment(String(i))
    jest.advanceTimersByTime(60_000)
    store.increment('next')
    expect(store.size).toBe(1)
  })
})

test('one address does not use up the limit of another', async () => {
  for (let request = 0; request < 3; request++) await ask('perAddress')
  expect((await ask('perAddress', '203.0.113.8')).problem).toBeUndefined()
})

test('all addresses of one IPv6 /64 count as one', async () => {
  for (const last of [1, 2]) await ask('perAddress', `2001:db8:1:2::${last}`)
  expect((await ask('perAddress', '2001:db8:1:2:ffff::3')).problem).toBeDefined()
  expect((await ask('perAddress', '2001:db8:1:3::1')).problem).toBeUndefined()
})

test('the limit of opening sessions is advertised before it is reached, those of an address and of all are not', async () => {
  const { headers } = await ask('sessionsPerAddress')
  expect(headers['RateLimit']).toBe('"sessions"; r=0; t=60')
  expect(headers['RateLimit-Policy']).toMatch(/^"sessions"; q=1; w=60; pk=:\w+:$/)
  expect((await ask('perAddress')).headers).toEqual({})
  expect((await ask('overall')).headers).toEqual({})
})
