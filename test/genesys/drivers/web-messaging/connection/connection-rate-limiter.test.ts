import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { ConnectionRateLimiter } from '../../../../../src/service/genesys/drivers/web-messaging/connection/connection-rate-limiter.ts'

let nowMs = 0
const pace = (perMinute: number) => new ConnectionRateLimiter(perMinute, () => nowMs)
/** The number of these concurrent guests that are connected immediately. The others' requests are canceled. */
function takenOf(asked: number, from: ConnectionRateLimiter, isUrgent = false): number {
  let taken = 0
  for (let guest = 0; guest < asked; guest++) {
    const waiting = {
      connectNow: () => {
        taken += 1
      },
    }
    from.request(waiting, isUrgent)
    from.cancel(waiting)
  }
  return taken
}

test('a quarter of a minute’s connections can be made immediately, and the others gradually', () => {
  const thousand = pace(1000)
  expect(takenOf(9900, thousand)).toBe(250)
  nowMs += 1000
  expect(takenOf(9900, thousand)).toBe(12)
  nowMs += 59_000
  expect(takenOf(9900, thousand)).toBe(250)
})

test('no minute has more connections than the limit, whatever the pattern of requests', () => {
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

test('urgent connections count toward the limit, so fewer listening guests are connected', () => {
  const thousand = pace(1000)
  expect(takenOf(800, thousand, true)).toBe(800)
  expect(takenOf(9900, thousand)).toBe(200)
})

test('listening guests get their share of each minute, however many connections are urgent', () => {
  const sixty = pace(60)
  let listeners = 0
  for (let second = 0; second < 60; second++) {
    takenOf(100, sixty, true)
    listeners += takenOf(1, sixty)
    nowMs += 1000
  }
  expect(listeners).toBeGreaterThanOrEqual(8)
})

test('urgent connections use at most 85% of the limit in each minute', () => {
  const thousand = pace(1000)
  expect(takenOf(5000, thousand, true)).toBe(850)
  nowMs += 61_000
  expect(takenOf(5000, thousand, true)).toBe(850)
})

test('queued guests are connected in the order of their arrival', () => {
  const sixty = pace(60)
  const connected: number[] = []
  for (let guest = 0; guest < 200; guest++)
    sixty.request({ connectNow: () => void connected.push(guest) }, false)
  for (let passed = 0; passed < 300_000; passed += 25) {
    nowMs += 25
    sixty.connectInTurn()
  }
  expect(connected).toEqual(Array.from({ length: 200 }, (_, guest) => guest))
})

test('an urgent guest who requests a connection again keeps the same place in the queue', () => {
  const ten = pace(10)
  takenOf(100, ten, true)
  const connected: string[] = []
  const waiting = (name: string) => ({ connectNow: () => void connected.push(name) })
  const first = waiting('first')
  ten.request(first, true)
  ten.request(waiting('second'), true)
  ten.request(first, true)
  nowMs += 61_000
  ten.connectInTurn()
  expect(connected).toEqual(['first', 'second'])
})

test('a queued guest who becomes urgent goes ahead of listening guests', () => {
  const four = pace(4)
  takenOf(4, four)
  const connected: string[] = []
  const waiting = (name: string) => ({ connectNow: () => void connected.push(name) })
  const second = waiting('second')
  four.request(waiting('first'), false)
  four.request(second, false)
  four.request(second, true)
  expect(connected).toEqual(['second'])
})

test('a clock that is set back does not reduce the limit', () => {
  const thousand = pace(1000)
  nowMs -= 3_600_000
  expect(takenOf(9900, thousand)).toBe(250)
})
