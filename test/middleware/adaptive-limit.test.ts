import { expect, test } from '@jest/globals'
import { AdaptiveLimit } from '../../src/middleware/adaptive-limit.ts'

test('while the event loop keeps up, as many are admitted as are allowed', () => {
  const limit = new AdaptiveLimit(1000)
  for (let i = 0; i < 100; i++) limit.sample(5)
  expect(limit.value).toBe(1000)
})

test('while it is late fewer are admitted with every sample, and never too few to be busy', () => {
  const limit = new AdaptiveLimit(1000)
  limit.sample(25)
  limit.sample(25)
  expect(limit.value).toBe(800)
  limit.sample(10_000)
  limit.sample(10_000)
  expect(limit.value).toBe(160)
  for (let i = 0; i < 100; i++) limit.sample(10_000)
  expect(limit.value).toBe(128)
})

test('one late turn alone, as a collection of garbage makes, refuses nobody', () => {
  const limit = new AdaptiveLimit(1000)
  for (const delayMs of [5, 400, 5, 400, 5]) limit.sample(delayMs)
  expect(limit.value).toBe(1000)
})

test('when it keeps up again, all are admitted within two seconds', () => {
  const limit = new AdaptiveLimit(1000)
  for (let i = 0; i < 100; i++) limit.sample(10_000)
  for (let i = 0; i < 40; i++) limit.sample(5)
  expect(limit.value).toBe(1000)
})

test('a lower bound of the operator holds', () => {
  const limit = new AdaptiveLimit(10)
  limit.sample(10_000)
  limit.sample(5)
  expect(limit.value).toBe(10)
})
