import { expect, test } from '@jest/globals'
import { setImmediate as turn } from 'node:timers/promises'
import { atTurnEnd } from '../../src/upstream/batch-write.ts'

test('what is left for the end of a turn is done then, in order', async () => {
  const done: string[] = []
  atTurnEnd(() => done.push('first'))
  await Promise.resolve()
  process.nextTick(() => atTurnEnd(() => done.push('second')))
  expect(done).toEqual([])
  await turn()
  expect(done).toEqual(['first', 'second'])
})

test('what is left while that is done waits for the next turn', async () => {
  const done: string[] = []
  atTurnEnd(() => {
    atTurnEnd(() => done.push('later'))
    done.push('now')
  })
  await turn()
  expect(done).toEqual(['now'])
  await turn()
  expect(done).toEqual(['now', 'later'])
})
