import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from '@jest/globals'
import { createEventLoopWatch } from '../../src/middleware/load-limit.ts'

function keepBusy(forMs: number): void {
  const until = performance.now() + forMs
  while (performance.now() < until) continue
}

test('turns of the event loop that are longer than the time between two samples are told as late, each of them', async () => {
  const delays: number[] = []
  const watch = createEventLoopWatch()
  watch.onSample((delayMs) => delays.push(delayMs))
  for (let turn = 0; turn < 6; turn++) {
    keepBusy(120)
    await nextTurn()
  }
  watch.close()
  expect(delays.length).toBeGreaterThanOrEqual(4)
  for (const delayMs of delays) expect(delayMs).toBeGreaterThan(60)
})
