import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { Outcome } from '../../src/service/outgoing-http/http-attempt.ts'
import { createUpstreamBreaker } from '../../src/service/outgoing-http/upstream-breaker.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

test('a half-open breaker’s probe call has a timeout of five seconds', async () => {
  const breaker = createUpstreamBreaker(Date.now)
  const failed: Outcome = { kind: 'lost', sent: true, blamesUpstream: true }
  const given: number[] = []
  const call = () =>
    breaker.run((mostMs) => {
      given.push(mostMs)
      return Promise.resolve(failed)
    })
  for (let i = 0; i < 10; i++) await call()
  expect(given).toEqual(Array(10).fill(Infinity))
  expect(await call()).toBeUndefined()
  jest.advanceTimersByTime(5001)
  expect(await call()).toBe(failed)
  expect(given.at(-1)).toBe(5000)
})
