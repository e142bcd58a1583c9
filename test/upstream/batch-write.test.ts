import { expect, test } from '@jest/globals'
import { setImmediate as turn } from 'node:timers/promises'
import { batchWrite } from '../../src/upstream/batch-write.ts'

test('what is left for the end of a turn is done then, in order', async () => {
  const done: string[] = []
  batchWrite(() => done.push('first'))
  await Promise.resolve()
  process.nextTick(() => batchWrite(() => done.push('second')))
  expect(done).toEqual([])
  await turn()
  expect(done).toEqual(['first', 'second'])
})

test('what is left while that is done waits for the next turn', async () => {
  const done: string[] = []
  batchWrite(() => {
    batchWrite(() => done.push('later'))
    done.push('now')
  })
  await turn()
  expect(done).toEqual(['now'])
  await turn()
  expect(done).toEqual(['now', 'later'])
})

test('of many tasks in one turn of the event loop, none waits for more than 31 others', () => {
  const done: number[] = []
  for (let task = 1; task <= 70; task++) batchWrite(() => done.push(task))
  expect(done).toHaveLength(64)
})
