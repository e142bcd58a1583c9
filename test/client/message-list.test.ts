import { expect, test } from '@jest/globals'
import { ChatProblem } from '../../src/browser/client/chat-problem.ts'
import type { Message } from '../../src/contract/contract.ts'
import { createMessageList } from '../../src/browser/client/message-list.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString()

function message(id: string, second: number, text: string, from: 'guest' | 'agent' = 'agent'): Message {
  const direction = from === 'guest' ? 'inbound' : 'outbound'
  return { id, time: at(second), direction, type: 'text', text, sender: from }
}

function start() {
  let changes = 0
  const messageList = createMessageList(
    () => (changes += 1),
    () => Date.parse(at(30)),
  )
  const ids = () => messageList.messages.map(({ id }) => id)
  return { messageList, ids, changes: () => changes }
}

test('messages are sorted by time, in whatever order they arrive', () => {
  const { messageList, ids } = start()
  messageList.merge([message('b', 2, 'two')], true)
  messageList.merge([message('c', 3, 'three'), message('a', 1, 'one')], false)
  expect(ids()).toEqual(['a', 'b', 'c'])
})

test('a message that arrives twice appears only once, and is reported as new only once', () => {
  const { messageList, ids } = start()
  messageList.merge([message('a', 1, 'one')], true)
  expect(messageList.merge([message('a', 1, 'one'), message('b', 2, 'two')], true)).toMatchObject([
    { id: 'b' },
  ])
  expect(ids()).toEqual(['a', 'b'])
})

test("the guest's own message appears at the end immediately, and is sorted by time when it is accepted", () => {
  const { messageList } = start()
  messageList.addPending('key-1', { text: 'Hello' })
  messageList.merge([message('later', 59, 'late')], true)
  expect(messageList.messages.map(({ text, status }) => [text, status])).toEqual([
    ['late', 'sent'],
    ['Hello', 'pending'],
  ])
  messageList.accept('key-1', message('m1', 31, 'Hello', 'guest'))
  expect(messageList.messages).toMatchObject([
    { id: 'm1', key: 'key-1', status: 'sent', time: at(31) },
    { id: 'later', status: 'sent' },
  ])
})

test('an echo that arrives before the response replaces the pending message', () => {
  const { messageList } = start()
  messageList.addPending('key-1', { text: 'Hello' })
  expect(messageList.merge([message('m1', 31, 'Hello', 'guest')], true)).toHaveLength(1)
  expect(messageList.messages).toMatchObject([{ id: 'm1', key: 'key-1', status: 'sent' }])
  expect(messageList.accept('key-1', message('m1', 31, 'Hello', 'guest'))).toBeUndefined()
  expect(messageList.messages).toHaveLength(1)
})

test('a message from another tab with the same text as a pending message stays separate', () => {
  const { messageList } = start()
  messageList.addPending('key-1', { text: 'ok' })
  messageList.merge([message('other-tab', 31, 'ok', 'guest')], true)
  messageList.accept('key-1', message('mine', 32, 'ok', 'guest'))
  expect(messageList.messages.map(({ id, key }) => [id, key])).toEqual([
    ['other-tab', 'other-tab'],
    ['mine', 'key-1'],
  ])
})

test('a message in the history is not treated as the echo of a pending message with the same text', () => {
  const { messageList } = start()
  messageList.addPending('key-1', { text: 'Hello' })
  messageList.merge([message('yesterday', 1, 'Hello', 'guest')], false)
  expect(messageList.messages.map(({ status }) => status)).toEqual(['sent', 'pending'])
})

test('a failed message stays in the list with its reason, and can be retried or discarded', () => {
  const { messageList } = start()
  const problem = new ChatProblem('text_too_long', { status: 413 })
  messageList.addPending('key-1', { text: 'long' })
  messageList.fail('key-1', problem)
  expect(messageList.messages).toMatchObject([{ status: 'failed', problem: { code: 'text_too_long' } }])
  messageList.markPending('key-1')
  expect(messageList.messages).toMatchObject([{ status: 'pending' }])
  messageList.remove('key-1')
  expect(messageList.messages).toEqual([])
})

test('a new conversation keeps only unsent messages', () => {
  const { messageList } = start()
  messageList.merge([message('a', 1, 'one')], true)
  messageList.addPending('key-1', { text: 'still to go' })
  messageList.clear()
  expect(messageList.messages).toMatchObject([{ text: 'still to go' }])
  expect(messageList.lastId()).toBeUndefined()
})

test('a chosen quick reply is shown as a message with the reply’s text', () => {
  const { messageList } = start()
  messageList.addPending('key-1', { quickReply: { text: 'Yes', payload: 'yes' } })
  expect(messageList.messages).toMatchObject([{ text: 'Yes', type: 'structured', sender: 'guest' }])
})
