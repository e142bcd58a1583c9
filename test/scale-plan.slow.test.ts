import { readFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { simulateReconnection, withPlan } from '../scripts/scale-plan.ts'

const page = readFileSync('docs/scale.md', 'utf8')
const MINUTE_MS = 60_000

/** The text without its tables' padding. */
const bare = (text: string) => text.replace(/ +/g, ' ').replace(/-{3,}/g, '---')

test('the plan in docs/scale.md follows from the tables in the document', () => {
  expect(bare(withPlan(page))).toBe(bare(page))
  expect(page).toMatch(/\| live guests +\| 10,000/)
})

test('a changed figure changes the plan, and a missing figure is reported', () => {
  const fewer = page.replace(/(\| Guests per replica +\| )10,000/, '$15,000')
  expect(fewer).not.toBe(page)
  expect(bare(withPlan(fewer))).not.toBe(bare(fewer))
  expect(() => withPlan(page.replace('| Minutes that a guest stays', '| Minutes'))).toThrow(
    'Minutes that a guest stays',
  )
})

test('queued guests reconnect in the time that the limit implies, even if many new guests arrive', () => {
  const waiting = 10_000
  const alone = simulateReconnection({ waiting, arrivalsPerMinute: 0, limitPerMinute: 1000 })!
  // A quarter of the limit connects immediately, and the rest at three quarters of the limit per minute.
  expect(alone / MINUTE_MS).toBeCloseTo((waiting - 250) / 750, 1)
  const reconnection = (arrivalsPerMinute: number) =>
    simulateReconnection({ waiting, arrivalsPerMinute, limitPerMinute: 1000 })! / MINUTE_MS
  expect(reconnection(600) / (waiting / 400)).toBeCloseTo(1, 1)
  // However many new guests there are, a share of each minute is reserved for waiting guests.
  expect(reconnection(2000)).toBeLessThan(waiting / 150)
})
