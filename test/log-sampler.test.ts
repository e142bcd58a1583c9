import { expect, test } from '@jest/globals'
import { createLogSampler } from '../src/service/observability/log-sampler.ts'

test('at most one log line of a kind is written per second, and it states how many it represents', () => {
  let nowMs = 0
  const sample = createLogSampler(() => nowMs)
  expect(sample('a')).toBe(1)
  for (let i = 0; i < 999; i++) expect(sample('a')).toBeUndefined()
  expect(sample('b')).toBe(1)
  nowMs = 1000
  expect(sample('a')).toBe(1000)
  expect(sample('a')).toBeUndefined()
  nowMs = 5000
  expect(sample('a')).toBe(2)
})

test('a fifteen-minute attack is logged in fewer than fifty lines, which count its events', () => {
  let nowMs = 0
  const sample = createLogSampler(() => nowMs)
  const counts: number[] = []
  for (; nowMs < 900_000; nowMs += 10) {
    const count = sample('a')
    if (count !== undefined) counts.push(count)
  }
  expect(counts.length).toBeLessThan(50)
  expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThan(90_000 - 3_001)
  nowMs += 120_000
  expect(sample('a')).toBeDefined()
  nowMs += 1000
  expect(sample('a')).toBe(1)
})

test('log lines of many kinds are limited in total, and the written lines count the omitted ones', () => {
  let nowMs = 0
  const sample = createLogSampler(() => nowMs)
  const kinds = Array.from({ length: 200 }, (_, i) => `address-${i}`)
  let counted = 0
  for (; nowMs < 10_000; nowMs += 1000) {
    const counts = kinds.map((kind) => sample(kind)).filter((count) => count !== undefined)
    expect(counts).toHaveLength(50)
    counted += counts.reduce((sum, count) => sum + count, 0)
  }
  expect(counted).toBeGreaterThan(50 * 10 - 1)
})
