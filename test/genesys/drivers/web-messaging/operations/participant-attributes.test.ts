import { expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { createConversationAccess } from '../../../../../src/service/genesys/drivers/web-messaging/operations/participant-attributes.ts'
import type { AccessToken } from '../../../../../src/service/genesys/oauth/access-token.ts'
import type { UpstreamClient } from '../../../../../src/service/outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../../../src/service/errors/upstream-error.ts'
import { fakeGenesys } from '../fake-genesys.ts'
import { accessTokenOf, soon, startDriver } from '../start-driver.ts'

const text = (words: string) => ({ text: words, tracingId: randomUUID() })
const GOLD = { 'custom.plan': 'gold' }

test('attributes are written immediately during a conversation', async () => {
  const { api, guest, genesys } = await startDriver({}, { withOAuth: true })
  const jane = await guest()
  await api.send(jane, text('Hello'), soon())
  expect(await api.setAttributes(jane, GOLD, soon())).toBe(true)
  expect(genesys.sawAttributes().now).toEqual(GOLD)
})

test('a replica that has seen none of the messages finds the conversation through the history', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  await api.send(jane, text('Hello'), soon())
  const { deploymentId, messagingUrl, url } = genesys
  const accessToken = accessTokenOf(genesys)
  const other = await startDriver({}, { accessToken, deploymentId, messagingUrl, apiUrl: url })
  expect(await other.api.setAttributes(jane, GOLD, soon())).toBe(true)
  expect(genesys.sawAttributes().now).toEqual(GOLD)
})

test.each([
  ['without OAuth', {}, {}],
  ['before the first message', {}, { withOAuth: true }],
])(
  '%s, attributes are not written immediately but kept for the next message',
  async (_, simulator, options) => {
    const { api, guest } = await startDriver(simulator, options)
    expect(await api.setAttributes(await guest(), GOLD, soon())).toBe(false)
  },
)

test('without a permission, attributes wait for the next message, and a hint names the permission', async () => {
  const { api, guest, hints } = await startDriver({ permissions: [] }, { withOAuth: true })
  const jane = await guest()
  await api.send(jane, text('Hello'), soon())
  expect(await api.setAttributes(jane, GOLD, soon())).toBe(false)
  expect(hints).toEqual([expect.stringContaining('conversation:webmessaging:view')])
})

test('attributes that are set after the conversation has ended wait for the next message', async () => {
  const { api, guest, genesys } = await startDriver({}, { withOAuth: true })
  const jane = await guest()
  await api.send(jane, text('Hello'), soon())
  genesys.agentLeaves()
  await genesys.seenFrame({ event: 'Disconnect', direction: 'to-guest' })
  expect(await api.setAttributes(jane, GOLD, soon())).toBe(false)
})

test('when the API fails, attributes wait for the next message', async () => {
  const { api, guest, genesys } = await startDriver({}, { withOAuth: true })
  const jane = await guest()
  await api.send(jane, text('Hello'), soon())
  genesys.injectFault('PATCH /api/v2/conversations/*', { status: 500 })
  expect(await api.setAttributes(jane, GOLD, soon())).toBe(false)
})

test('if the login host hangs, attributes wait for the next message, and later calls return quickly', async () => {
  const { api: first, guest, genesys } = await startDriver()
  const jane = await guest()
  await first.send(jane, text('Hello'), soon())
  const { deploymentId, messagingUrl, url } = genesys
  const accessToken = accessTokenOf(genesys)
  const { api } = await startDriver({}, { accessToken, deploymentId, messagingUrl, apiUrl: url })
  genesys.injectFault('POST /oauth/token', { swallow: true, times: 10 })
  const startedAtMs = performance.now()
  expect(await api.setAttributes(jane, GOLD, soon())).toBe(false)
  expect(performance.now() - startedAtMs).toBeLessThan(1_500)
  const againAtMs = performance.now()
  expect(await api.setAttributes(jane, GOLD, soon())).toBe(false)
  expect(performance.now() - againAtMs).toBeLessThan(250)
})

test('if the API hangs, the call ends after three seconds, and attributes wait for the next message', async () => {
  const deadlinesMs: unknown[] = []
  const api: Pick<UpstreamClient, 'request'> = {
    request: ({ deadlineAtMs }) => {
      deadlinesMs.push(deadlineAtMs)
      return Promise.reject(new UpstreamError('upstream_timeout', 'No answer by the deadline'))
    },
  }
  const accessToken: Pick<AccessToken, 'get' | 'authorize'> = {
    get: () => Promise.resolve('token'),
    authorize: (attempt) => attempt('Bearer token'),
  }
  const { connections, guest } = fakeGenesys()
  connections.of(guest()).newest.id = 'message-1'
  const access = createConversationAccess({
    api: api as UpstreamClient,
    apiUrl: 'https://api.example',
    accessToken: accessToken as AccessToken,
    connections,
    history: { newest: () => Promise.resolve([]) } as never,
    onHint: () => undefined,
    monotonicNow: () => 1_000,
  })
  expect(await access.setAttributes(guest(), GOLD, 31_000)).toBe(false)
  expect(deadlinesMs).toEqual([4_000])
  expect(await access.setAttributes(guest(), GOLD, 2_000)).toBe(false)
  expect(deadlinesMs).toEqual([4_000, 2_000])
  connections.close()
})
