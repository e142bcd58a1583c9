import { expect, test } from '@jest/globals'
import { ChatProblem } from '../../src/browser/client/chat-problem.ts'
import type { Message } from '../../src/contract/contract.ts'
import { createTranscript } from '../../src/browser/client/transcript.ts'

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 10, 0, second)).toISOString()

function message(id: string, second: number, text: string, from: 'guest' | 'agent' = 'agent'): Message {
  const direction = from === 'guest' ? 'inbound' : 'outbound'
  return { id, time: at(second), direction, type: 'text', text, sender: from }
}

function start() {
  let changes = 0
  const transcript = createTranscript(
    () => (changes += 1),
    () => Date.parse(at(30)),
  )
  const ids = () => transcript.messages.map(({ id }) => id)
  return { transcript, ids, changes: () => changes }
}

test('messages are sorted by time, in whatever order they arrive', () => {
  const { transcript, ids } = start()
  transcript.merge([message('b', 2, 'two')], true)
  transcript.merge([message('c', 3, 'three'), message('a', 1, 'one')], false)
  expect(ids()).toEqual(['a', 'b', 'c'])
})

test('a repeated message is not new, and appears once', () => {
  const { transcript, ids } = start()
  transcript.merge([message('a', 1, 'one')], true)
  expect(transcript.merge([message('a', 1, 'one'), message('b', 2, 'two')], true)).toMatchObject([
    { id: 'b' },
  ])
  expect(ids()).toEqual(['a', 'b'])
})

test("the guest's own message appears immediately, below the others, and becomes the accepted one", () => {
  const { transcript } = start()
  transcript.begin('key-1', { text: 'Hello' })
  transcript.merge([message('later', 59, 'late')], true)
  expect(transcript.messages.map(({ text, status }) => [text, status])).toEqual([
    ['late', 'sent'],
    ['Hello', 'pending'],
  ])
  transcript.accept('key-1', message('m1', 31, 'Hello', 'guest'))
  expect(transcript.messages).toMatchObject([
    { id: 'm1', key: 'key-1', status: 'sent', time: at(31) },
    { id: 'later', status: 'sent' },
  ])
})

test('an echo that arrives before the response replaces the pending message', () => {
  const { transcript } = start()
  transcript.begin('key-1', { text: 'Hello' })
  expect(transcript.merge([message('m1', 31, 'Hello', 'guest')], true)).toHaveLength(1)
  expect(transcript.messages).toMatchObject([{ id: 'm1', key: 'key-1', status: 'sent' }])
  expect(transcript.accept('key-1', message('m1', 31, 'Hello', 'guest'))).toBeUndefined()
  expect(transcript.messages).toHaveLength(1)
})

test('the same text from another tab stays a separate message', () => {
  const { transcript } = start()
  transcript.begin('key-1', { text: 'ok' })
  transcript.merge([message('other-tab', 31, 'ok', 'guest')], true)
  transcript.accept('key-1', message('mine', 32, 'ok', 'guest'))
  expect(transcript.messages.map(({ id, key }) => [id, key])).toEqual([
    ['other-tab', 'other-tab'],
    ['mine', 'key-1'],
  ])
})

test('the same text in the history is not treated as an echo', () => {
  const { transcript } = start()
  transcript.begin('key-1', { text: 'Hello' })
  transcript.merge([message('yesterday', 1, 'Hello', 'guest')], false)
  expect(transcript.messages.map(({ status }) => status)).toEqual(['sent', 'pending'])
})

test('a failed message keeps its place and its reason until it is retried or discarded', () => {
  const { transcript } = start()
  const problem = new ChatProblem('text_too_long', { status: 413 })
  transcript.begin('key-1', { text: 'long' })
  transcript.fail('key-1', problem)
  expect(transcript.messages).toMatchObject([{ status: 'failed', problem: { code: 'text_too_long' } }])
  transcript.pending('key-1')
  expect(transcript.messages).toMatchObject([{ status: 'pending' }])
  transcript.remove('key-1')
  expect(transcript.messages).toEqual([])
})

test('a new conversation keeps only unsent messages', () => {
  const { transcript } = start()
  transcript.merge([message('a', 1, 'one')], true)
  transcript.begin('key-1', { text: 'still to go' })
  transcript.clear()
  expect(transcript.messages).toMatchObject([{ text: 'still to go' }])
  expect(transcript.lastId()).toBeUndefined()
})

test('a choice is shown with its text', () => {
  const { transcript } = start()
  transcript.begin('key-1', { quickReply: { text: 'Yes', payload: 'yes' } })
  expect(transcript.messages).toMatchObject([{ text: 'Yes', type: 'structured', sender: 'guest' }])
})
