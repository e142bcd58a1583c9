import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { UpstreamError } from '../../../../../src/service/errors/upstream-error.ts'
import type { WebMessagingOptions } from '../../../../../src/service/genesys/drivers/web-messaging/web-messaging.ts'
import { isState, listen, says, soon, startDriver, type Driver } from '../start-driver.ts'

const text = (words: string) => ({ text: words, tracingId: randomUUID() })
const sentTexts = ({ genesys }: Driver) => genesys.frames.filter(({ frame }) => frame.action === 'onMessage')

async function failure(promise: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof UpstreamError)) throw new Error(`No UpstreamError, but ${String(error)}`)
  return error
}

test('attributes are sent inside the message and nowhere else in the frame', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  await api.send(jane, { ...text('Hello'), attributes: { 'custom.plan': 'gold' } }, soon())
  expect(genesys.sawAttributes().now).toEqual({ 'custom.plan': 'gold' })
  const { frame } = await genesys.seenFrame('onMessage')
  expect(frame).not.toHaveProperty('channel')
})

test('a message is sent without attributes if none have changed', async () => {
  const { api, guest, genesys } = await startDriver()
  await api.send(await guest(), { ...text('Hello'), attributes: {} }, soon())
  const { frame } = await genesys.seenFrame('onMessage')
  expect(frame.message).toEqual({ type: 'Text', text: 'Hello', metadata: { tracingId: frame.tracingId } })
})

test('a chosen quick reply is sent and echoed as a quick reply', async () => {
  const { api, guest, genesys } = await startDriver()
  const reply = { quickReply: { text: 'Yes', payload: 'yes' }, tracingId: randomUUID() }
  const sent = await api.send(await guest(), reply, soon())
  expect(sent).toMatchObject({
    type: 'structured',
    text: 'Yes',
    content: [{ type: 'button-response', text: 'Yes', payload: 'yes' }],
  })
  const { frame } = await genesys.seenFrame('onMessage')
  expect(frame.message).toMatchObject({ content: [{ buttonResponse: { type: 'QuickReply' } }] })
})

test('a guest’s messages arrive in the order in which they were written', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  await Promise.all(['one', 'two', 'three'].map((words) => api.send(jane, text(words), soon())))
  expect(genesys.transcript().map((line) => line.text)).toEqual(['one', 'two', 'three'])
})

test('a message is sent only after the response to the previous one', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  genesys.injectFault({ class: 'StructuredMessage', text: 'one' }, { delayMs: 100 })
  await Promise.all([api.send(jane, text('one'), soon()), api.send(jane, text('two'), soon())])
  const order = genesys.frames
    .filter(({ frame, answerTo }) => frame.action === 'onMessage' || answerTo === 'onMessage')
    .map(({ direction }) => direction)
  expect(order).toEqual(['from-guest', 'to-guest', 'from-guest', 'to-guest'])
})

test.each([
  ['text that is too long', 'text_too_long', 4011, () => text('ä'.repeat(2049))],
  [
    'a message with attributes that are too large',
    'attributes_too_large',
    4013,
    () => ({ ...text('Hello'), attributes: { 'custom.big': 'x'.repeat(2048) } }),
  ],
  [
    'a message with a file that was never uploaded',
    'attachment_refused',
    4009,
    () => ({ attachmentIds: [randomUUID()], tracingId: randomUUID() }),
  ],
])('%s is refused with the code %s, and the next message is sent', async (_, code, status, message) => {
  const { api, guest } = await startDriver()
  const jane = await guest()
  const [refused, sent] = await Promise.allSettled([
    api.send(jane, message(), soon()),
    api.send(jane, text('Hello'), soon()),
  ])
  expect(refused).toMatchObject({ reason: { code, facts: { status } } })
  expect(sent).toMatchObject({ status: 'fulfilled', value: { text: 'Hello' } })
})

test('a message above the rate limit is refused, and the error states how long to wait', async () => {
  const { api, guest, genesys } = await startDriver({ limits: { messagesPerSecond: 1 } })
  const jane = await guest()
  await api.send(jane, text('one'), soon())
  const error = await failure(api.send(jane, text('two'), soon()))
  expect(error).toMatchObject({ code: 'upstream_rate_limited', facts: { status: 429 } })
  expect(error.facts.retryAfterSeconds).toBeGreaterThanOrEqual(1)
  expect(genesys.transcript().map((line) => line.text)).toEqual(['one'])
})

test('a rate-limit error with a tracing id is attributed to the message', async () => {
  const { api, guest } = await startDriver({ limits: { messagesPerSecond: 1 }, tracingIdOnErrors: true })
  const jane = await guest()
  await api.send(jane, text('one'), soon())
  expect(await failure(api.send(jane, text('two'), soon()))).toMatchObject({ code: 'upstream_rate_limited' })
})

test('a message accepted just before the socket is lost is found in the history and not sent again', async () => {
  const driver = await startDriver()
  const { api, guest, genesys } = driver
  const jane = await guest()
  genesys.injectFault({ class: 'StructuredMessage', text: 'Hello' }, { drop: true })
  const sent = await api.send(jane, text('Hello'), soon())
  expect(sent).toMatchObject({ text: 'Hello', direction: 'inbound' })
  expect(genesys.transcript()).toHaveLength(1)
  expect(sentTexts(driver)).toHaveLength(1)
})

test('an earlier message with the same text is not mistaken for a lost message', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  await api.send(jane, text('Hello'), soon())
  genesys.injectFault({ received: 'onMessage' }, { drop: true })
  expect(await failure(api.send(jane, text('Hello'), soon(1_500)))).toMatchObject({
    code: 'delivery_unknown',
  })
  expect(genesys.transcript()).toHaveLength(1)
})

test('a lost message is not mistaken for a concurrent one with the same text', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const first = api.send(jane, text('Hello'), soon())
  const second = failure(api.send(jane, text('Hello'), soon(1_500)))
  genesys.injectFault({ class: 'StructuredMessage', text: 'Hello' }, { delayMs: 100 })
  await genesys.seenFrame('onMessage')
  genesys.injectFault({ received: 'onMessage' }, { drop: true })
  expect(await first).toMatchObject({ text: 'Hello' })
  expect(await second).toMatchObject({ code: 'delivery_unknown' })
  expect(genesys.transcript()).toHaveLength(1)
})

test('if the socket is lost before a message is accepted, delivery is unknown and no retry is sent', async () => {
  const driver = await startDriver()
  const jane = await driver.guest()
  driver.genesys.injectFault({ received: 'onMessage' }, { drop: true })
  expect(await failure(driver.api.send(jane, text('Hello'), soon(1_500)))).toMatchObject({
    code: 'delivery_unknown',
  })
  expect(sentTexts(driver)).toHaveLength(1)
})

test('if no echo arrives by the deadline, the delivery is unknown, and a late echo completes the retry', async () => {
  const driver = await startDriver()
  const { api, guest, genesys } = driver
  const jane = await guest()
  const page = listen(api, jane)
  genesys.injectFault({ class: 'StructuredMessage', text: 'Hello' }, { delayMs: 300 })
  const message = text('Hello')
  expect(await failure(api.send(jane, message, soon(100)))).toMatchObject({ code: 'delivery_unknown' })
  await page.until(says('Hello'))
  expect(await api.send(jane, { ...message, repeat: {} }, soon())).toMatchObject({ text: 'Hello' })
  expect(sentTexts(driver)).toHaveLength(1)
  expect(genesys.requests.some(({ path }) => path.endsWith('/messages'))).toBe(false)
})

test('a retry finds a message in the history if an earlier attempt has delivered it', async () => {
  const driver = await startDriver()
  const { api, guest, genesys } = driver
  const jane = await guest()
  const before = await api.send(jane, text('Hello'), soon())
  genesys.injectFault({ class: 'StructuredMessage', text: 'Bye' }, { swallow: true })
  const message = text('Bye')
  expect(await failure(api.send(jane, message, soon(150)))).toMatchObject({ code: 'delivery_unknown' })
  const found = await api.send(jane, { ...message, repeat: { afterId: before.id } }, soon())
  expect(found).toMatchObject({ text: 'Bye' })
  expect(sentTexts(driver)).toHaveLength(2)
})

test('attributes set after the first attempt are still pending if a retry finds the message', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  genesys.injectFault({ class: 'StructuredMessage', text: 'Hello' }, { swallow: true })
  const message = text('Hello')
  expect(await failure(api.send(jane, message, soon(150)))).toMatchObject({ code: 'delivery_unknown' })
  const repeat = { ...message, repeat: {}, attributes: { 'custom.plan': 'gold' } }
  expect(await api.send(jane, repeat, soon())).toMatchObject({ text: 'Hello', attributesPending: true })
  expect(genesys.sawAttributes().now).toEqual({})
})

test('attributes sent with a message whose echo was lost are not pending', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  genesys.injectFault({ class: 'StructuredMessage', text: 'Hello' }, { drop: true })
  const sent = await api.send(jane, { ...text('Hello'), attributes: { 'custom.plan': 'gold' } }, soon())
  expect(sent).not.toHaveProperty('attributesPending')
  expect(genesys.sawAttributes().now).toEqual({ 'custom.plan': 'gold' })
})

test('a retry is sent if the first attempt never arrived', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  genesys.injectFault({ received: 'onMessage' }, { swallow: true })
  const message = text('Hello')
  expect(await failure(api.send(jane, message, soon(150)))).toMatchObject({ code: 'delivery_unknown' })
  const notTaken: string[] = []
  const repeat = { onNotAccepted: () => void notTaken.push('Hello') }
  await api.send(jane, { ...message, repeat }, soon())
  expect(genesys.transcript().map((line) => line.text)).toEqual(['Hello'])
  expect(notTaken).toEqual(['Hello'])
  await api.send(jane, { ...message, repeat }, soon())
  expect(notTaken).toHaveLength(1)
})

test('a retry does not mistake an older message with the same text for its own', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  await api.send(jane, text('ok'), soon())
  const aMinuteLaterMs = Date.now() + 60_000
  await api.send(jane, { ...text('ok'), repeat: { firstTriedAtMs: aMinuteLaterMs } }, soon())
  expect(genesys.transcript().map((line) => line.text)).toEqual(['ok', 'ok'])
})

test('a retry does not mistake another message that was just acknowledged for its own', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const first = text('ok')
  const sent = await api.send(jane, first, soon())
  const repeat = { firstTriedAtMs: Date.now() }
  expect(await api.send(jane, { ...first, repeat }, soon())).toMatchObject({ id: sent.id })
  const other = await api.send(jane, { ...text('ok'), repeat }, soon())
  expect(other.id).not.toBe(sent.id)
  expect(genesys.transcript().map((line) => line.text)).toEqual(['ok', 'ok'])
})

describe('when a guest uses two replicas,', () => {
  /** The same guest at another replica. */
  async function twoReplicas(options: Partial<WebMessagingOptions> = {}) {
    const one = await startDriver()
    const { deploymentId, messagingUrl, url } = one.genesys
    const other = await startDriver({}, { deploymentId, messagingUrl, apiUrl: url, cdnUrl: url, ...options })
    return { one, other, jane: await one.guest(), genesys: one.genesys }
  }

  test('a retry is sent even if another tab’s message with the same text was accepted', async () => {
    const { one, other, jane, genesys } = await twoReplicas()
    const [mine, theirs] = [text('ok'), text('ok')]
    const accepted = await one.api.send(jane, theirs, soon())
    const found = await other.api.send(jane, { ...mine, repeat: { firstTriedAtMs: Date.now() } }, soon())
    expect(found.id).not.toBe(accepted.id)
    expect(genesys.transcript().map((line) => line.text)).toEqual(['ok', 'ok'])
  })

  test('the retries of two messages with the same text each find their own message', async () => {
    const { one, other, jane, genesys } = await twoReplicas()
    const messages = [text('ok'), text('ok')]
    const sent = await Promise.all(messages.map((message) => one.api.send(jane, message, soon())))
    const again = await Promise.all(
      messages.map((message) => other.api.send(jane, { ...message, repeat: {} }, soon())),
    )
    expect(again.map(({ id }) => id)).toEqual(sent.map(({ id }) => id))
    expect(genesys.transcript()).toHaveLength(2)
  })

  test('a retry is not sent if the first attempt was in flight when the other replica read the history', async () => {
    const { one, other, jane, genesys } = await twoReplicas({ repeatSettleMs: 1_000 })
    const message = text('ok')
    genesys.injectFault({ received: 'onMessage' }, { delayMs: 400 })
    expect(await failure(one.api.send(jane, message, soon(100)))).toMatchObject({ code: 'delivery_unknown' })
    expect(await other.api.send(jane, { ...message, repeat: {} }, soon())).toMatchObject({ text: 'ok' })
    expect(sentTexts(one)).toHaveLength(1)
    expect(genesys.transcript()).toHaveLength(1)
  })

  test('if the other replica saw the first attempt’s echo, a retry is not sent and the history is not read', async () => {
    const { one, other, jane, genesys } = await twoReplicas()
    const page = listen(other.api, jane)
    await page.until(isState('connected'))
    const message = text('ok')
    const sent = await one.api.send(jane, message, soon())
    await page.until(says('ok'))
    expect(await other.api.send(jane, { ...message, repeat: {} }, soon())).toMatchObject({ id: sent.id })
    expect(genesys.requests.some(({ path }) => path.endsWith('/messages'))).toBe(false)
  })

  test('without tracing ids in the history, a message that a replica saw is not mistaken for a retry', async () => {
    const { one, other, jane, genesys } = await twoReplicas()
    const page = listen(other.api, jane)
    await page.until(isState('connected'))
    const { id, time } = await one.api.send(jane, text('ok'), soon())
    const entity = { id, type: 'Text', direction: 'Inbound', text: 'ok', channel: { time, messageId: id } }
    genesys.injectFault('GET /api/v2/webmessaging/messages', { status: 200, body: { entities: [entity] } })
    await page.until(says('ok'))
    await other.api.send(jane, { ...text('ok'), repeat: { firstTriedAtMs: Date.now() } }, soon())
    expect(genesys.transcript()).toHaveLength(2)
  })
})

test('a retry finds its message by the tracing id, even behind many newer messages', async () => {
  const { api, guest, genesys } = await startDriver({ limits: false })
  const jane = await guest()
  const message = text('long ago')
  const sent = await api.send(jane, message, soon())
  for (let index = 0; index < 30; index++) genesys.agentSays(`newer ${index}`)
  const found = await api.send(jane, { ...message, repeat: { firstTriedAtMs: Date.now() } }, soon())
  expect(found.id).toBe(sent.id)
})

test('a retry finds a message that was accepted after the stated time of the first attempt', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const firstTriedAtMs = Date.now()
  genesys.injectFault({ class: 'StructuredMessage', text: 'Bye' }, { swallow: true })
  const message = text('Bye')
  expect(await failure(api.send(jane, message, soon(150)))).toMatchObject({ code: 'delivery_unknown' })
  await api.send(jane, { ...message, repeat: { firstTriedAtMs } }, soon())
  expect(genesys.transcript()).toHaveLength(1)
})

test('a retry is not sent while it is unknown whether the first attempt was accepted', async () => {
  const driver = await startDriver()
  const { api, guest, genesys } = driver
  const jane = await guest()
  genesys.injectFault('GET /api/v2/webmessaging/messages*', { status: 500, times: 3 })
  const error = await failure(api.send(jane, { ...text('Hello'), repeat: {} }, soon()))
  expect(error).toMatchObject({ code: 'delivery_unknown' })
  expect(sentTexts(driver)).toHaveLength(0)
})

test('retries that fail to read the history leave enough history reads for a later retry', async () => {
  const driver = await startDriver()
  const { api, guest, genesys } = driver
  const jane = await guest()
  genesys.injectFault('GET /api/v2/webmessaging/messages*', { status: 500, times: 9 })
  const repeat = { ...text('Hello'), repeat: {} }
  for (let count = 0; count < 9; count++)
    expect(await failure(api.send(jane, repeat, soon()))).toMatchObject({ code: 'delivery_unknown' })
  expect(await api.send(jane, repeat, soon())).toMatchObject({ text: 'Hello' })
  expect(sentTexts(driver)).toHaveLength(1)
})

describe('when few history reads are left,', () => {
  const isHistory = ({ path }: { path: string }) => path.endsWith('/webmessaging/messages')
  const FIRST = { pageSize: 25, pageNumber: 1 }

  test('a retry reads nothing and reports when enough reads will be available', async () => {
    let nowMs = Date.now()
    const clock = () => nowMs
    const driver = await startDriver({ limits: false }, { monotonicNow: clock })
    const { api, guest, genesys } = driver
    const jane = await guest()
    await api.history(jane, FIRST, clock() + 5_000)
    nowMs += 10_000
    for (let count = 0; count < 9; count++) await api.history(jane, FIRST, clock() + 5_000)
    const repeat = { ...text('Hello'), repeat: {} }
    for (let count = 0; count < 3; count++) {
      const error = await failure(api.send(jane, repeat, clock() + 5_000))
      expect(error).toMatchObject({ code: 'delivery_unknown', facts: { retryAfterSeconds: 60 } })
    }
    expect(genesys.requests.filter(isHistory)).toHaveLength(10)
    nowMs += 60_000
    expect(await api.send(jane, repeat, clock() + 5_000)).toMatchObject({ text: 'Hello' })
  })

  test('the error for the first attempt already reports when to try again', async () => {
    const { api, guest, genesys } = await startDriver({ limits: false })
    const jane = await guest()
    for (let count = 0; count < 9; count++) await api.history(jane, FIRST, soon())
    genesys.injectFault({ received: 'onMessage' }, { swallow: true })
    const error = await failure(api.send(jane, text('Hello'), soon(150)))
    expect(error.code).toBe('delivery_unknown')
    expect(error.facts.retryAfterSeconds).toBeGreaterThan(50)
  })

  test('a retry whose own read failed reports when to try again', async () => {
    const { api, guest, genesys } = await startDriver({ limits: false })
    const jane = await guest()
    for (let count = 0; count < 8; count++) await api.history(jane, FIRST, soon())
    genesys.injectFault('GET /api/v2/webmessaging/messages*', { status: 404 })
    const error = await failure(api.send(jane, { ...text('Hello'), repeat: {} }, soon()))
    expect(error.code).toBe('delivery_unknown')
    expect(error.facts.retryAfterSeconds).toBeGreaterThan(50)
  })

  test('a first attempt reads nothing, so a retry can use the last reads', async () => {
    const { api, guest, genesys } = await startDriver({ limits: false })
    const jane = await guest()
    for (let count = 0; count < 7; count++) await api.history(jane, FIRST, soon())
    const frame = { class: 'string', code: 5000, body: 'Unexpected error' }
    genesys.injectFault({ received: 'onMessage' }, { frame })
    const message = text('Hello')
    const error = await failure(api.send(jane, message, soon()))
    expect(error.code).toBe('delivery_unknown')
    expect(error.facts).not.toHaveProperty('retryAfterSeconds')
    expect(genesys.requests.filter(isHistory)).toHaveLength(7)
    expect(await api.send(jane, { ...message, repeat: {} }, soon())).toMatchObject({ text: 'Hello' })
  })

  test('a retry that competes with the guest’s other retries reports that it can be tried again soon', async () => {
    const { api, guest, genesys } = await startDriver({ limits: false })
    const jane = await guest()
    for (let count = 0; count < 6; count++) await api.history(jane, FIRST, soon())
    genesys.injectFault('GET /api/v2/webmessaging/messages*', { delayMs: 200, times: 2 })
    const repeats = ['a', 'b', 'c'].map((words) => api.send(jane, { ...text(words), repeat: {} }, soon()))
    expect(await failure(repeats[2]!)).toMatchObject({
      code: 'delivery_unknown',
      facts: { retryAfterSeconds: 1 },
    })
    await Promise.all(repeats.slice(0, 2))
  })

  test('several retries that need more reads than are left use only one read in total', async () => {
    const { api, guest, genesys } = await startDriver({ limits: false })
    const jane = await guest()
    for (let count = 0; count < 30; count++) await api.send(jane, text(`message ${count}`), soon())
    for (let count = 0; count < 7; count++) await api.history(jane, FIRST, soon())
    const repeat = { ...text('Hello'), repeat: {} }
    for (let count = 0; count < 3; count++) {
      const error = await failure(api.send(jane, repeat, soon()))
      expect(error.code).toBe('delivery_unknown')
      expect(error.facts.retryAfterSeconds).toBeGreaterThan(50)
    }
    expect(genesys.requests.filter(isHistory)).toHaveLength(8)
  })
})

test('a retry is not sent if there is no time to wait for a first attempt that may be in flight', async () => {
  const driver = await startDriver({}, { repeatSettleMs: 3_000 })
  const jane = await driver.guest()
  driver.genesys.injectFault('GET /api/v2/webmessaging/messages*', { delayMs: 400 })
  const repeat = { ...text('Hello'), repeat: {} }
  expect(await failure(driver.api.send(jane, repeat, soon(600)))).toMatchObject({ code: 'delivery_unknown' })
  expect(sentTexts(driver)).toHaveLength(0)
})

test('after an "unexpected error" from Genesys, the history shows that a message was accepted', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  genesys.injectFault('onMessage', { frame: { class: 'string', code: 5000, body: 'Unexpected error' } })
  // The history contains it, so the guest learns that it was delivered after all.
  expect(await api.send(jane, text('Hello'), soon())).toMatchObject({ text: 'Hello' })
  expect(genesys.transcript()).toHaveLength(1)
})

test('an unknown frame instead of an echo counts as no response, so the history is searched', async () => {
  const { api, guest, genesys, odd } = await startDriver()
  const jane = await guest()
  genesys.injectFault('onMessage', { frame: { class: 'Novelty', code: 200, body: 'new' } })
  expect(await api.send(jane, text('one'), soon())).toMatchObject({ text: 'one' })
  expect(odd).toEqual(['unknown class'])
  expect(genesys.transcript()).toHaveLength(1)
})

test('a malformed frame is reported and closes no connection, but a request that gets nothing else fails', async () => {
  const { api, guest, genesys, odd } = await startDriver()
  const jane = await guest()
  genesys.injectFault('JwtResponse', { garbage: true })
  const read = api.history(jane, { pageSize: 25, pageNumber: 1 }, soon(200))
  expect(await failure(read)).toMatchObject({ code: 'upstream_bad_response' })
  expect(odd).toEqual(['not a frame'])
  expect(await api.send(jane, text('two'), soon())).toMatchObject({ text: 'two' })
})

test('a message that cannot be sent while Genesys is unavailable fails with upstream_unavailable', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const page = listen(api, jane)
  await genesys.close()
  await page.until(isState('reconnecting'))
  expect(await failure(api.send(jane, text('Hello'), soon()))).toMatchObject({ code: 'upstream_unavailable' })
})

test('a message that is not sent by its deadline fails with upstream_timeout', async () => {
  const { api, genesys } = await startDriver()
  genesys.injectFault({ received: 'configureSession' }, { swallow: true })
  const jane = { ref: { token: randomUUID() }, origin: undefined }
  expect(await failure(api.send(jane, text('Hello'), soon(100)))).toMatchObject({ code: 'upstream_timeout' })
})

test('a closed driver sends nothing and tells listeners that they are disconnected', async () => {
  const { api, guest } = await startDriver()
  const jane = await guest()
  await api.close()
  await listen(api, jane).until(isState('disconnected'))
  expect(await failure(api.send(jane, text('Hello'), soon()))).toMatchObject({ code: 'upstream_unavailable' })
})
