import { expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { soon, startDriver } from '../start-driver.ts'

const text = (words: string) => ({ text: words, tracingId: randomUUID() })
const FIRST = { pageSize: 2, pageNumber: 1 }
const isHistory = ({ path }: { path: string }) => path === '/api/v2/webmessaging/messages'
const isJwt = ({ frame }: { frame: { action?: string } }) => frame.action === 'getJwt'

async function afterThreeMessages(simulator = {}, options = {}) {
  const driver = await startDriver(simulator, options)
  const jane = await driver.guest()
  const { api, genesys } = driver
  await api.send(jane, text('one'), soon())
  genesys.agentSays('two')
  await api.send(jane, text('three'), soon())
  return { ...driver, jane }
}

test('the first history page has the newest messages, and each page starts with its oldest message', async () => {
  const { api, jane } = await afterThreeMessages()
  const [newest, oldest] = [
    await api.history(jane, FIRST, soon()),
    await api.history(jane, { ...FIRST, pageNumber: 2 }, soon()),
  ]
  expect(newest.messages.map((message) => [message.sender, message.text])).toEqual([
    ['agent', 'two'],
    ['guest', 'three'],
  ])
  expect(oldest.messages.map((message) => message.text)).toEqual(['one'])
  expect(newest).toMatchObject({ pageNumber: 1, pageSize: 2, pageCount: 2, total: 3 })
})

test('a message is identical in the history and in the response to sending it', async () => {
  const { api, guest } = await startDriver()
  const jane = await guest()
  const sent = await api.send(jane, text('Hello'), soon())
  const page = await api.history(jane, FIRST, soon())
  expect(page.messages).toEqual([sent])
})

test('events in the history are not returned as messages', async () => {
  const { api, jane, genesys } = await afterThreeMessages()
  genesys.agentLeaves()
  const page = await api.history(jane, { pageSize: 25, pageNumber: 1 }, soon())
  expect(page.messages.map((message) => message.text)).toEqual(['one', 'two', 'three'])
})

test('an empty history is returned as an empty page', async () => {
  const { api, guest } = await startDriver()
  expect(await api.history(await guest(), { pageSize: 25, pageNumber: 1 }, soon())).toEqual({
    messages: [],
    pageNumber: 1,
    pageSize: 25,
    total: 0,
    pageCount: 0,
  })
})

test('the JWT is requested once, and again shortly before it expires', async () => {
  let nowMs = Date.now()
  const now = () => nowMs
  const { api, jane, genesys } = await afterThreeMessages({ jwtLifetimeSeconds: 60, now }, { now })
  const read = () => api.history(jane, FIRST, nowMs + 5_000)
  await read()
  nowMs += 50_000
  await read()
  expect(genesys.frames.filter(isJwt)).toHaveLength(1)
  nowMs += 6_000
  await read()
  expect(genesys.frames.filter(isJwt)).toHaveLength(2)
})

test('a JWT that Genesys does not accept is renewed once', async () => {
  const { api, jane, genesys } = await afterThreeMessages()
  genesys.injectFault('GET /api/v2/webmessaging/messages', { status: 401 })
  expect((await api.history(jane, FIRST, soon())).messages).toHaveLength(2)
  expect(genesys.frames.filter(isJwt)).toHaveLength(2)
  genesys.injectFault('GET /api/v2/webmessaging/messages', { status: 401, times: 2 })
  await expect(api.history(jane, FIRST, soon())).rejects.toMatchObject({ facts: { status: 401 } })
})

test('tabs that read one history page at the same time share one request to Genesys', async () => {
  const { api, jane, genesys } = await afterThreeMessages()
  const pages = await Promise.all([1, 2, 3].map(() => api.history(jane, FIRST, soon())))
  expect(new Set(pages.map((page) => page.messages.length))).toEqual(new Set([2]))
  expect(genesys.requests.filter(isHistory)).toHaveLength(1)
  await api.history(jane, FIRST, soon())
  expect(genesys.requests.filter(isHistory)).toHaveLength(2)
})

test('the eleventh history read within a minute is not sent to Genesys', async () => {
  const { api, jane, genesys } = await afterThreeMessages()
  for (let count = 0; count < 10; count++) await api.history(jane, FIRST, soon())
  await expect(api.history(jane, FIRST, soon())).rejects.toMatchObject({
    code: 'upstream_rate_limited',
    facts: { retryAfterSeconds: expect.any(Number) },
  })
  expect(genesys.requests.filter(isHistory)).toHaveLength(10)
})

test('the page’s origin is sent with a history request', async () => {
  const { api, jane, genesys } = await afterThreeMessages()
  await api.history(jane, FIRST, soon())
  expect(genesys.requests.find(isHistory)?.headers.origin).toBe('https://shop.example')
})

test('reading the history fails with upstream_bad_response if the response is not a history', async () => {
  const { api, jane, genesys } = await afterThreeMessages()
  genesys.injectFault('GET /api/v2/webmessaging/messages', { status: 200, body: { novelty: [] } })
  await expect(api.history(jane, FIRST, soon())).rejects.toMatchObject({ code: 'upstream_bad_response' })
})

test.each([-1, 1.5, 1e300, 'two'])('a total and a page count of %j are treated as unknown', async (count) => {
  const { api, jane, genesys } = await afterThreeMessages()
  const body = { entities: [{ id: 'm', type: 'Text', text: 'Hello' }], total: count, pageCount: count }
  genesys.injectFault('GET /api/v2/webmessaging/messages', { status: 200, body })
  expect(await api.history(jane, FIRST, soon())).toMatchObject({ total: 1, pageCount: 1 })
})

test('a history page has at most 100 messages, the newest of those that Genesys sends', async () => {
  const { api, jane, genesys } = await afterThreeMessages()
  const entities = Array.from({ length: 101 }, (_, index) => ({ id: `m${index}`, type: 'Text', text: 'Hi' }))
  genesys.injectFault('GET /api/v2/webmessaging/messages', { status: 200, body: { entities } })
  const { messages } = await api.history(jane, FIRST, soon())
  expect(messages).toHaveLength(100)
  expect(messages.at(-1)?.id).toBe('m0')
})
