import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { Request, Response } from 'express'
import {
  createRateLimits,
  WindowCounter,
  type CountShared,
} from '../../src/service/middleware/rate-limits.ts'
import { RequestError } from '../../src/service/errors/request-error.ts'

const SETTINGS = { perGuestPerMinute: 100, perAddressPerMinute: 2, sessionsPerAddressPerMinute: 1 }

let limits: ReturnType<typeof createRateLimits>
beforeEach(() => {
  jest.useFakeTimers()
  limits = createRateLimits(SETTINGS)
})
afterEach(() => {
  jest.useRealTimers()
})

/** The outcome of a request: its problem if it is refused, and the headers of its response. */
async function ask(limit: 'perAddress' | 'sessionsPerAddress', ip = '203.0.113.7', through = limits) {
  const headers: Record<string, string> = {}
  const setHeader = (name: string, value: string) => void (headers[name] = value)
  const req = { ip } as unknown as Request
  const res = { headersSent: false, locals: {}, setHeader } as unknown as Response
  try {
    for (const handler of [through[limit], ...through.shared]) await handler(req, res, () => undefined)
  } catch (error) {
    return { problem: error as RequestError, headers }
  }
  return { problem: undefined, headers }
}

test('an address may send as many requests as its limit allows, and more only in the next minute', async () => {
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
  'an address’s limit lasts for a minute even if the clock is changed by %i ms',
  async (stepMs) => {
    for (let request = 0; request < 3; request++) await ask('perAddress')
    jest.setSystemTime(Date.now() + stepMs)
    expect((await ask('perAddress')).problem?.facts).toMatchObject({ retryAfterSeconds: 60 })
    jest.advanceTimersByTime(60_000)
    expect((await ask('perAddress')).problem).toBeUndefined()
  },
)

describe('the memory that limits use', () => {
  test('is bounded: the windows that would end first are removed to make room for new ones', () => {
    const counter = new WindowCounter(1000)
    for (let i = 0; i < 5000; i++) expect(counter.hit(`2001:db8:${i}::/64`, i).hits).toBe(1)
    expect(counter.size).toBe(1000)
    expect(counter.hit('2001:db8:4000::/64', 5000).hits).toBe(2)
    expect(counter.hit('2001:db8:0::/64', 5000).hits).toBe(1)
  })

  test('is freed when the windows end', () => {
    const counter = new WindowCounter()
    for (let i = 0; i < 100; i++) counter.hit(String(i), 0)
    counter.hit('next', 60_000)
    expect(counter.size).toBe(1)
  })
})

test('one address does not use up another address’s limit', async () => {
  for (let request = 0; request < 3; request++) await ask('perAddress')
  expect((await ask('perAddress', '203.0.113.8')).problem).toBeUndefined()
})

test('all addresses in one IPv6 /64 network count as a single address', async () => {
  for (const last of [1, 2]) await ask('perAddress', `2001:db8:1:2::${last}`)
  expect((await ask('perAddress', '2001:db8:1:2:ffff::3')).problem).toBeDefined()
  expect((await ask('perAddress', '2001:db8:1:3::1')).problem).toBeUndefined()
})

test('the limit on new sessions is advertised before it is reached, but the limit on requests is not', async () => {
  const { headers } = await ask('sessionsPerAddress')
  expect(headers['RateLimit']).toBe('"sessions"; r=0; t=60')
  const hash = createHash('sha256').update('203.0.113.7').digest('hex').slice(0, 12)
  const partition = Buffer.from(hash).toString('base64')
  expect(headers['RateLimit-Policy']).toBe(`"sessions"; q=1; w=60; pk=:${partition}:`)
  expect((await ask('perAddress')).headers).toEqual({})
})

describe('replicas that count together', () => {
  /** Counts as Redis does, with one number for all replicas. */
  function sharedCounter() {
    const counted = new Map<string, number>()
    const count: CountShared = (name, key) => {
      const hits = (counted.get(name + key) ?? 0) + 1
      counted.set(name + key, hits)
      return Promise.resolve({ hits, resetMs: 30_000 })
    }
    return count
  }

  test('refuse requests above their common limit, and advertise what remains of it', async () => {
    const count = sharedCounter()
    const [one, other] = [createRateLimits(SETTINGS, count), createRateLimits(SETTINGS, count)]
    expect((await ask('sessionsPerAddress', '203.0.113.7', one)).headers['RateLimit']).toMatch(/r=0; t=30$/)
    const { problem } = await ask('sessionsPerAddress', '203.0.113.7', other)
    expect(problem).toMatchObject({ code: 'rate_limited', facts: { retryAfterSeconds: 30 } })
  })

  test('check all limits on a request at the same time', async () => {
    let pending = 0
    let most = 0
    const count: CountShared = async () => {
      most = Math.max(most, ++pending)
      await Promise.resolve()
      pending -= 1
      return undefined
    }
    const both = createRateLimits(SETTINGS, count)
    const locals = {}
    const res = { locals, setHeader: () => undefined } as unknown as Response
    const req = { ip: '203.0.113.7' } as unknown as Request
    void both.perAddress(req, res, () => undefined)
    void both.sessionsPerAddress(req, res, () => undefined)
    for (const handler of both.shared) await handler(req, res, () => undefined)
    expect(most).toBe(2)
  })

  test('count separately while the shared store is unavailable', async () => {
    const alone = createRateLimits(SETTINGS, () => Promise.resolve(undefined))
    expect((await ask('sessionsPerAddress', '203.0.113.7', alone)).problem).toBeUndefined()
    expect((await ask('sessionsPerAddress', '203.0.113.7', alone)).problem).toBeDefined()
  })
})
