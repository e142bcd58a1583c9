import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ConnectionRateLimiter } from '../../../../src/genesys/web-messaging/connection/connection-rate-limiter.ts'

let nowMs = 0
const pace = (perMinute: number) => new ConnectionRateLimiter(perMinute, () => nowMs)
const takenOf = (asked: number, from: ConnectionRateLimiter) =>
  Array.from({ length: asked }, () => from.take()).filter(Boolean).length

test('a quarter of a minute’s connections may be made at once, the others one by one', () => {
  const thousand = pace(1000)
  expect(takenOf(9900, thousand)).toBe(250)
  nowMs += 1000
  expect(takenOf(9900, thousand)).toBe(12)
  nowMs += 59_000
  expect(takenOf(9900, thousand)).toBe(250)
})

test('whatever is asked and when, no minute has more than its connections', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 4, max: 2000 }),
      fc.array(
        fc.record({ afterMs: fc.integer({ min: 0, max: 20_000 }), asked: fc.integer({ min: 0, max: 3000 }) }),
      ),
      (perMinute, steps) => {
        const asked = pace(perMinute)
        const made: { atMs: number; count: number }[] = []
        for (const step of steps) {
          nowMs += step.afterMs
          made.push({ atMs: nowMs, count: takenOf(step.asked, asked) })
          const lastMinute = made.filter(({ atMs }) => atMs > nowMs - 60_000)
          expect(lastMinute.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(perMinute)
        }
      },
    ),
  )
})

test('those who can not wait are counted, and the others give way', () => {
  const thousand = pace(1000)
  for (let guest = 0; guest < 200; guest++) thousand.forceTake()
  expect(takenOf(9900, thousand)).toBe(50)
})

test('after a rush of those who can not wait, the others have their turn within the minute', () => {
  const thousand = pace(1000)
  for (let guest = 0; guest < 5000; guest++) thousand.forceTake()
  expect(thousand.take()).toBe(false)
  nowMs += 21_000
  expect(thousand.take()).toBe(true)
})

test('a clock that goes back takes nothing away', () => {
  const thousand = pace(1000)
  nowMs -= 3_600_000
  expect(takenOf(9900, thousand)).toBe(250)
})
