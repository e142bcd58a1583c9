import { expect, jest, test } from '@jest/globals'
import { createListeners } from '../../src/browser/client/chat-listeners.ts'

test('a mistake in one listener of the page reaches the page, and no other listener', () => {
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

test('who stopped listening hears nothing more', () => {
  const { on, emit } = createListeners<{ message: string }>()
  const heard: string[] = []
  const stop = on('message', (text) => heard.push(text))
  stop()
  emit('message', 'Hi')
  expect(heard).toEqual([])
})
