import { describe, expect, test } from '@jest/globals'
import { createMemoryWatch, type MemoryFigures } from '../../src/service/http-server/memory-watch.ts'

const MIB = 1024 * 1024

function setUp(figures: Partial<MemoryFigures> = {}) {
  const clock = { ms: 0 }
  const machine = { limit: 512 * MIB, available: 400 * MIB, resident: 100 * MIB, ...figures }
  const isMemoryLow = createMemoryWatch({ read: () => machine, monotonicNow: () => clock.ms })
  return { clock, machine, isMemoryLow }
}

describe('memory', () => {
  test.each([
    ['is sufficient if the process uses far less than the limit', {}, false],
    [
      'is low if the process uses more than 85% of the limit',
      { resident: 440 * MIB, available: 72 * MIB },
      true,
    ],
    ['is sufficient for a small process even if the page cache fills it', { available: 10 * MIB }, false],
    ['is low for a large process if little is available', { resident: 300 * MIB, available: 20 * MIB }, true],
    ['is sufficient if there is no limit', { limit: 0, resident: 4096 * MIB, available: 0 }, false],
    [
      'is sufficient if the limit is larger than the machine’s memory',
      { limit: 2 ** 63, available: 100 * MIB },
      false,
    ],
  ])('%s', (_what, figures, isLow) => {
    expect(setUp(figures).isMemoryLow()).toBe(isLow)
  })

  test('is measured at most once a second, and counts as sufficient again after it has recovered', () => {
    const { clock, machine, isMemoryLow } = setUp({ resident: 500 * MIB })
    expect(isMemoryLow()).toBe(true)
    machine.resident = 100 * MIB
    clock.ms = 999
    expect(isMemoryLow()).toBe(true)
    clock.ms = 1000
    expect(isMemoryLow()).toBe(false)
  })
})
