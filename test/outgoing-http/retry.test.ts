import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { parseRetryAfter, retryDelayMs } from '../../src/service/outgoing-http/retry.ts'

const NOW = Date.UTC(2026, 10, 24, 10, 0, 0)

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['42', 42],
    [' 7 ', 7],
    ['99999999999999999999', 86_400],
    ['Tue, 24 Nov 2026 10:00:30 GMT', 30],
    ['Tuesday, 24-Nov-26 10:00:30 GMT', 30],
    ['Tue Nov 24 10:00:30 2026', 30],
    ['Tue, 24 Nov 2026 09:00:00 GMT', 0],
    ['Tue, 24 Nov 2099 09:00:00 GMT', 86_400],
    ['Tue, 99 Nov 2026 10:00:30 GMT', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['1e3', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%p is read as this number of seconds: %p', (value, seconds) => {
    expect(parseRetryAfter(value, NOW)).toBe(seconds)
  })

  test('is read as whole seconds, at most a day, or as undefined, whatever its value', () => {
    const anything = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.date({ noInvalidDate: true }).map((d) => d.toUTCString()),
    )
    fc.assert(
      fc.property(anything, (value) => {
        const seconds = parseRetryAfter(value, NOW)
        if (seconds === undefined) return
        expect(Number.isInteger(seconds)).toBe(true)
        expect(seconds).toBeGreaterThanOrEqual(0)
        expect(seconds).toBeLessThanOrEqual(86_400)
      }),
    )
  })
})

describe('the pause before a retry', () => {
  const lost = { kind: 'lost', sent: true, blamesUpstream: true } as const
  const unreachable = { kind: 'unreachable', sent: false, blamesUpstream: true } as const
  const idempotent = { retry: 'idempotent', deadlineAtMs: NOW + 10_000 } as const

  test('is up to 400 ms, then up to 800 ms, and there is no third retry', () => {
    expect(retryDelayMs(lost, { number: 1, ...idempotent }, NOW, () => 1)).toBe(400)
    expect(retryDelayMs(lost, { number: 1, ...idempotent }, NOW, () => 0)).toBe(0)
    expect(retryDelayMs(lost, { number: 2, ...idempotent }, NOW, () => 1)).toBe(800)
    expect(retryDelayMs(lost, { number: 3, ...idempotent }, NOW, () => 0)).toBeUndefined()
  })

  test('is not started if it would exceed the deadline', () => {
    const soon = { number: 1, retry: 'idempotent', deadlineAtMs: NOW + 100 } as const
    expect(retryDelayMs(lost, soon, NOW, () => 1)).toBeUndefined()
  })

  test('applies to a message that was not sent; a message that may have been sent is not retried', () => {
    const message = { number: 1, retry: 'non-idempotent', deadlineAtMs: NOW + 10_000 } as const
    expect(retryDelayMs(lost, message, NOW, () => 0)).toBeUndefined()
    expect(retryDelayMs(unreachable, message, NOW, () => 0)).toBe(0)
  })
})
