import { expect, test } from '@jest/globals'
import { setImmediate as turn } from 'node:timers/promises'
import { batchWrite } from '../../src/service/outgoing-http/batch-write.ts'

const unexpected = (error: unknown): never => {
  throw error
}

test('batched tasks run in order at the end of the event loop’s turn', async () => {
  const done: string[] = []
  batchWrite(() => done.push('first'), unexpected)
  await Promise.resolve()
  process.nextTick(() => batchWrite(() => done.push('second'), unexpected))
  expect(done).toEqual([])
  await turn()
  expect(done).toEqual(['first', 'second'])
})

test('tasks that are added while batched tasks run wait for the event loop’s next turn', async () => {
  const done: string[] = []
  batchWrite(() => {
    batchWrite(() => done.push('later'), unexpected)
    done.push('now')
  }, unexpected)
  await turn()
  expect(done).toEqual(['now'])
  await turn()
  expect(done).toEqual(['now', 'later'])
})

test('among many tasks in one turn of the event loop, none waits for more than 31 others', () => {
  const done: number[] = []
  for (let task = 1; task <= 70; task++) batchWrite(() => done.push(task), unexpected)
  expect(done).toHaveLength(64)
})

test('an exception in a batched task is passed to its caller, and the other tasks run', async () => {
  const thrown: unknown[] = []
  const done: string[] = []
  const error = new Error('broken')
  batchWrite(() => {
    throw error
  }, thrown.push.bind(thrown))
  batchWrite(() => done.push('whole'), unexpected)
  await turn()
  expect(thrown).toEqual([error])
  expect(done).toEqual(['whole'])
})
