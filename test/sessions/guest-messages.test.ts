import { expect, test } from '@jest/globals'
import { UpstreamError } from '../../src/service/errors/upstream-error.ts'
import type { SessionClaims } from '../../src/service/sessions/session-token.ts'
import { createSessionStack } from './session-stack.ts'

function setUp() {
  const { ended, genesys, guestApi, tokens, messages, clock } = createSessionStack()
  const claims: SessionClaims = {
    sid: 'sid-1',
    purpose: 'guest-session',
    guestApi: 'web-messaging',
    deploymentId: 'd',
    guest: { token: 'guest-1' },
    attributes: { values: { 'custom.a': '1' }, version: 1, removedKeys: ['custom.gone'], delivered: false },
    generation: 0,
    issuedAtMs: clock.ms,
    expiresAtMs: clock.ms + 60_000,
  }
  const options = { deadlineAtMs: clock.ms + 1000 }
  return { ended, genesys, guestApi, tokens, messages, claims, options, clock }
}

test('the first message contains the attributes, with removed keys empty, and the token records delivery', async () => {
  const { genesys, tokens, messages, claims, options } = setUp()
  const sent = await messages.send(claims, { text: 'hello' }, options)
  expect(genesys.sent[0]?.message.attributes).toEqual({ 'custom.a': '1', 'custom.gone': '' })
  expect((await tokens.open(sent.session ?? '', undefined)).attributes).toMatchObject({
    delivered: true,
    removedKeys: [],
  })
  const next = await messages.send(claims, { text: 'again, with the old token' }, options)
  expect(genesys.sent[1]?.message.attributes).toBeUndefined()
  expect((await tokens.open(next.session ?? '', undefined)).attributes.delivered).toBe(true)
})

test('attributes that were refused although their message was accepted are sent with the next message', async () => {
  const { genesys, guestApi, messages, claims, options } = setUp()
  const { send } = guestApi
  guestApi.send = async (...call) => ({ ...(await send!(...call)), attributesPending: true })
  const sent = await messages.send(claims, { text: 'hello' }, options)
  expect(sent).not.toHaveProperty('attributesPending')
  expect(sent.session).toBeUndefined()
  await messages.send(claims, { text: 'again' }, options)
  expect(genesys.sent[1]?.message.attributes).toMatchObject({ 'custom.a': '1' })
})

test('a session that Genesys no longer knows is recorded as ended', async () => {
  const { ended, genesys, messages, claims, options } = setUp()
  genesys.failNext(new UpstreamError('session_ended', 'expired'))
  await expect(messages.send(claims, { text: 'hello' }, options)).rejects.toMatchObject({
    code: 'session_ended',
  })
  expect(ended).toEqual(['sid-1'])
})

test('a retry after an unknown outcome makes the driver search from the time of the first attempt', async () => {
  const { genesys, messages, claims, options, clock } = setUp()
  const firstTriedAtMs = clock.ms
  const keyed = { ...options, idempotencyKey: 'k' }
  genesys.failNext(new UpstreamError('delivery_unknown', 'no echo'))
  await expect(messages.send(claims, { text: 'hello' }, keyed)).rejects.toMatchObject({
    code: 'delivery_unknown',
  })
  clock.ms += 60_000
  await messages.send(claims, { text: 'hello' }, keyed)
  expect(genesys.sent[0]?.message.repeat).toMatchObject({ firstTriedAtMs })
})

test.each([
  ['after the last message that the page knew', 'm-7', { afterId: 'm-7' }],
  ['through the whole history if the page knew none', '', { afterId: undefined }],
])('a retry at another replica makes the driver search %s', async (_what, idempotencyAfter, repeat) => {
  const { genesys, messages, claims, options } = setUp()
  await messages.send(claims, { text: 'hello' }, { ...options, idempotencyKey: 'k', idempotencyAfter })
  expect(genesys.sent[0]?.message.repeat).toMatchObject(repeat)
})

test('a retry with an unknown key makes the driver search the history before it sends the message', async () => {
  const { genesys, messages, claims, options } = setUp()
  await messages.send(claims, { text: 'hello' }, { ...options, idempotencyKey: 'k', retry: 1 })
  expect(genesys.sent[0]?.message.repeat).toMatchObject({ afterId: undefined, firstTriedAtMs: undefined })
})

test('if this replica first received a message as a retry, later searches for it have no start time', async () => {
  const { genesys, messages, claims, options, clock } = setUp()
  const keyed = { ...options, idempotencyKey: 'k', retry: 1 }
  genesys.failNext(new UpstreamError('delivery_unknown', 'the history cannot be read'))
  await expect(messages.send(claims, { text: 'hello' }, keyed)).rejects.toMatchObject({
    code: 'delivery_unknown',
  })
  clock.ms += 60_000
  await messages.send(claims, { text: 'hello' }, keyed)
  expect(genesys.sent[0]?.message.repeat).toMatchObject({ afterId: undefined, firstTriedAtMs: undefined })
})

test.each([
  [4096, 'is sent', 'x'.repeat(4096), undefined],
  [4097, 'is refused', 'x'.repeat(4097), 'text_too_long'],
  [4095, 'is sent', '€'.repeat(1365), undefined],
  [4098, 'is refused', '€'.repeat(1366), 'text_too_long'],
])('a text of %i bytes of UTF-8 %s', async (_bytes, _outcome, text, code) => {
  const { messages, claims, options } = setUp()
  const outcome = await messages.send(claims, { text }, options).then(
    () => undefined,
    (error: unknown) => (error as { code: string }).code,
  )
  expect(outcome).toBe(code)
})

test('a text that is too long is refused for its length, even if another text has used its key', async () => {
  const { messages, claims, options } = setUp()
  const keyed = { ...options, idempotencyKey: 'k' }
  await messages.send(claims, { text: 'hello' }, keyed)
  await expect(messages.send(claims, { text: 'x'.repeat(4097) }, keyed)).rejects.toMatchObject({
    code: 'text_too_long',
  })
})
