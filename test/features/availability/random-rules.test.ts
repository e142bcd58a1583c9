import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { bothStarts, ruleAndWindow } from './random-rules.ts'

test('random rules have the same starts as in the rrule package', () => {
  let compared = 0
  let starts = 0
  fc.assert(
    fc.property(ruleAndWindow, (given) => {
      const both = bothStarts(given)
      if (both === undefined) return
      compared += 1
      starts += both.ours.length
      expect(both.ours).toEqual(both.theirs)
    }),
    { numRuns: 400 },
  )
  expect(compared).toBeGreaterThan(200)
  // Few rules have many starts, so the sum of 400 rules varies between 200 and 520.
  expect(starts).toBeGreaterThan(100)
})
