import { expect, jest, test } from '@jest/globals'
import { createListeners } from '../../src/browser/client/chat-listeners.ts'

test('an exception in one listener is reported to the page, and does not stop the other listeners', () => {
  jest.useFakeTimers()
  const { on, emit } = createListeners<{ message: string }>()
  const heard: string[] = []
  on('message', () => {
    throw new Error('a mistake')
  })
  on('message', (text) => heard.push(text))
  emit('message', 'Hi')
  expect(heard).toEqual(['Hi'])
  expect(() => jest.runAllTimers()).toThrow('a mistake')
  jest.useRealTimers()
})

test('a removed listener is not called', () => {
  const { on, emit } = createListeners<{ message: string }>()
  const heard: string[] = []
  const stop = on('message', (text) => heard.push(text))
  stop()
  emit('message', 'Hi')
  expect(heard).toEqual([])
})
