import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { RefusalSampler } from '../../src/middleware/refusal-sampler.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

function sampler() {
  const written: [string, number][] = []
  return { written, sampler: new RefusalSampler<string>((line, count) => written.push([line, count])) }
}

test('the first refusal of a kind is written at once, the others of a second as one line with their count', () => {
  const { written, sampler: refusals } = sampler()
  for (let i = 0; i < 1000; i++) refusals.note('a', `a${i}`)
  refusals.note('b', 'b')
  expect(written).toEqual([
    ['a0', 1],
    ['b', 1],
  ])
  jest.advanceTimersByTime(1000)
  expect(written.slice(2)).toEqual([['a999', 999]])
})

test('a kind that comes again after a quiet second is written at once again, and no timer stays behind', () => {
  const { written, sampler: refusals } = sampler()
  refusals.note('a', 'first')
  jest.advanceTimersByTime(2000)
  expect(jest.getTimerCount()).toBe(0)
  refusals.note('a', 'second')
  expect(written).toEqual([
    ['first', 1],
    ['second', 1],
  ])
})

test('refusals of more kinds than are kept apart are counted together, and none is lost', () => {
  const { written, sampler: refusals } = sampler()
  for (let i = 0; i < 5000; i++) refusals.note(String(i), String(i))
  expect(written.length).toBeLessThanOrEqual(1001)
  jest.advanceTimersByTime(1000)
  expect(written.reduce((sum, [, count]) => sum + count, 0)).toBe(5000)
})
