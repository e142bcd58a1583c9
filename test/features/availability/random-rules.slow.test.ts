import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bothStarts, ruleAndWindow } from './random-rules.ts'

const TIME_LIMIT_MS = 20_000

/** `scripts/random-rules.ts` compares 100,000 rules, without a time limit. */
test('random rules, compared for 20 seconds, have the same starts as in the rrule package', () => {
  let compared = 0
  fc.assert(
    fc.property(ruleAndWindow, (given) => {
      const both = bothStarts(given)
      if (both === undefined) return
      compared += 1
      expect(both.ours).toEqual(both.theirs)
    }),
    { numRuns: 100_000, interruptAfterTimeLimit: TIME_LIMIT_MS },
  )
  expect(compared).toBeGreaterThan(500)
})
