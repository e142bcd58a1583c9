import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import { stopOnSignal } from '../../src/stop-on-signal.ts'

const { npm_lifecycle_event: script } = process.env
const exit = jest.spyOn(process, 'exit')
beforeEach(() => {
  // Otherwise, the end of npm would have the same effect as a signal.
  delete process.env['npm_lifecycle_event']
  exit.mockImplementation(() => undefined as never)
})
afterEach(() => {
  process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT')
  process.env['npm_lifecycle_event'] = script
  exit.mockReset()
})

test('the first signal lets the program stop by itself, and a second one makes it exit immediately', () => {
  stopOnSignal(() => new Promise(() => undefined))
  process.emit('SIGTERM', 'SIGTERM')
  expect(exit).not.toHaveBeenCalled()
  process.emit('SIGINT', 'SIGINT')
  expect(exit.mock.calls).toEqual([[1]])
})

test('a program that has stopped exits with 0', async () => {
  const stopped = Promise.resolve()
  stopOnSignal(() => stopped)
  process.emit('SIGTERM', 'SIGTERM')
  await new Promise(setImmediate)
  expect(exit.mock.calls).toEqual([[0]])
})
