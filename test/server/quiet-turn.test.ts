import { expect, test } from '@jest/globals'
import { quietTurn } from '../../src/server/quiet-turn.ts'

/** Turns as they come: how many connections each accepts, and how long it takes; quiet ones after them. */
async function turnsUntilQuiet(comes: readonly { accepts?: number; ms?: number }[], withinMs = 500) {
  let [accepted, turns, nowMs] = [0, 0, 0]
  const eventLoop = {
    nowMs: () => nowMs,
    turn() {
      const { accepts = 0, ms = 0.1 } = comes[turns++] ?? {}
      accepted += accepts
      nowMs += ms
      return Promise.resolve()
    },
  }
  await quietTurn(() => accepted, { withinMs, eventLoop })
  return turns
}

const REST_OF_A_TURN = {}

test('a quiet turn is a whole one', async () => {
  expect(await turnsUntilQuiet([REST_OF_A_TURN])).toBe(2)
})

test('as long as connections are accepted, no turn is quiet', async () => {
  expect(await turnsUntilQuiet([REST_OF_A_TURN, ...Array.from({ length: 40 }, () => ({ accepts: 1 }))])).toBe(
    42,
  )
})

test('a turn that took long is not quiet, as connections can have come in it', async () => {
  expect(await turnsUntilQuiet([REST_OF_A_TURN, { ms: 5 }, { ms: 0.5 }])).toBe(4)
})

test('where none is quiet, it ends when its time is over', async () => {
  const busy = Array.from({ length: 1000 }, () => ({ accepts: 1, ms: 10 }))
  expect(await turnsUntilQuiet(busy)).toBe(50)
})
