import { expect, test } from '@jest/globals'
import type { Message, MessagePage } from '../../../src/contract/contract.ts'
import { readConversation } from '../../../src/service/features/transcript/read-conversation.ts'
import { UpstreamError } from '../../../src/service/errors/upstream-error.ts'

const message = (number: number): Message => ({
  id: `m${number}`,
  time: new Date(number * 1000).toISOString(),
  direction: 'inbound',
  type: 'text',
  text: `text ${number}`,
  sender: 'guest',
})

/** Pages of two messages, with the newest page first. */
function pagesOf(total: number, onRead: (pageNumber: number) => void = () => {}) {
  return (pageNumber: number): Promise<MessagePage> => {
    onRead(pageNumber)
    const last = total - (pageNumber - 1) * 2
    const numbers = [last - 1, last].filter((number) => number > 0)
    return Promise.resolve({
      messages: numbers.map(message),
      pageNumber,
      pageSize: 2,
      total,
      pageCount: Math.ceil(total / 2),
    })
  }
}
const ids = (messages: readonly Message[]) => messages.map(({ id }) => id)

test('all pages are joined into one conversation, with the oldest message first', async () => {
  const { messages, isComplete } = await readConversation(pagesOf(5))
  expect(ids(messages)).toEqual(['m1', 'm2', 'm3', 'm4', 'm5'])
  expect(isComplete).toBe(true)
})

test('an empty history is a complete conversation', async () => {
  expect(await readConversation(pagesOf(0))).toEqual({ messages: [], isComplete: true })
})

test('at most ten pages are read, and a longer conversation is marked as incomplete', async () => {
  const read: number[] = []
  const { messages, isComplete } = await readConversation(pagesOf(100, (number) => read.push(number)))
  expect(read).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect([messages.length, messages[0]?.id, isComplete]).toEqual([20, 'm81', false])
})

test('a message that arrives while pages are read causes no duplicate', async () => {
  let total = 4
  const { messages } = await readConversation((pageNumber) => {
    const page = pagesOf(total)(pageNumber)
    total += 1
    return page
  })
  expect(ids(messages)).toEqual(['m1', 'm2', 'm3', 'm4'])
})

const limited = new UpstreamError('upstream_rate_limited', 'ten a minute', { retryAfterSeconds: 60 })

test('if Genesys allows no more reads, the messages read so far are returned as incomplete', async () => {
  const { messages, isComplete } = await readConversation((pageNumber) =>
    pageNumber > 2 ? Promise.reject(limited) : pagesOf(9)(pageNumber),
  )
  expect([ids(messages), isComplete]).toEqual([['m6', 'm7', 'm8', 'm9'], false])
})

test('a rate limit on the first page, or any other error on any page, is reported as an error', async () => {
  await expect(readConversation(() => Promise.reject(limited))).rejects.toBe(limited)
  const broken = new UpstreamError('upstream_unavailable', 'down')
  const read = (number: number) => (number === 2 ? Promise.reject(broken) : pagesOf(9)(number))
  await expect(readConversation(read)).rejects.toBe(broken)
})
