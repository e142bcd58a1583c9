import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Guest } from '../../../../../src/service/genesys/guest-api.ts'
import { isState, listen, says, soon, startDriver, ORIGIN } from '../start-driver.ts'

const handshakes = (genesys: { requests: readonly { path: string }[] }) =>
  genesys.requests.filter(({ path }) => path === '/v1').length
const text = (words: string) => ({ text: words, tracingId: randomUUID() })

test('a lost socket is reconnected with the same token, and the gap is reported', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const page = listen(api, jane)
  await page.until(isState('connected'))
  page.events.length = 0
  genesys.dropSockets()
  await page.until((event) => event.type === 'gap')
  expect(page.events).toEqual([
    { type: 'session', state: 'reconnecting' },
    { type: 'session', state: 'connected' },
    { type: 'gap' },
  ])
  const configures = genesys.frames.filter(({ frame }) => frame.action === 'configureSession')
  expect(configures.map(({ frame }) => frame.token)).toEqual([jane.ref['token'], jane.ref['token']])
  expect(configures.at(-1)?.frame).toMatchObject({ startNew: false })
  genesys.agentSays('Are you there?', jane.ref['token'])
  await page.until(says('Are you there?'))
})

test('a socket that Genesys closes with code 1001 (going away) is reconnected too', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const page = listen(api, jane)
  genesys.closeSockets(1001)
  await page.until((event) => event.type === 'gap')
})

test('a page that subscribes while the socket is closed learns that it may have missed events', async () => {
  const { api } = await startDriver()
  const page = listen(api, { ref: { token: randomUUID() }, origin: ORIGIN })
  await page.until((event) => event.type === 'gap')
})

test('a query whose response was lost with the socket is sent again', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  await api.send(jane, text('Hello'), soon())
  genesys.injectFault('JwtResponse', { drop: true })
  const page = await api.history(jane, { pageSize: 25, pageNumber: 1 }, soon())
  expect(page.messages).toHaveLength(1)
  expect(handshakes(genesys)).toBe(2)
})

test('a message waits for a socket that opens only at the second attempt', async () => {
  const { api, genesys } = await startDriver()
  genesys.injectFault('GET /v1', { status: 503 })
  const jane = { ref: { token: randomUUID() }, origin: ORIGIN }
  expect(await api.send(jane, text('Hello'), soon())).toMatchObject({ text: 'Hello' })
  expect(genesys.transcript()).toHaveLength(1)
})

test('an address that refuses connections is reported with the system’s error code', async () => {
  const { api } = await startDriver({}, { messagingUrl: 'ws://127.0.0.1:9' })
  await expect(api.open({ origin: ORIGIN, attributes: {} }, soon())).rejects.toMatchObject({
    code: 'upstream_unavailable',
    facts: { hint: expect.stringContaining('ECONNREFUSED') },
  })
})

test('a rate limit on configuring a session is reported with the time to wait', async () => {
  const { api, genesys } = await startDriver()
  const body = {
    retryAfter: 60,
    errorCode: 429,
    errorMessage: 'ConfigureSession rate too high for this session',
  }
  genesys.injectFault('configureSession', {
    frame: { class: 'TooManyRequestsErrorMessage', code: 429, body },
  })
  const jane = { ref: { token: randomUUID() }, origin: ORIGIN }
  await expect(api.resume(jane, soon())).rejects.toMatchObject({
    code: 'upstream_rate_limited',
    facts: { retryAfterSeconds: 60 },
  })
})

describe('an idle socket', () => {
  test('is closed after its idle time, and opened again when it is needed', async () => {
    const { api, guest, genesys } = await startDriver({}, { idleMs: 1 })
    const jane = await guest()
    await until(() => genesys.connections() === 0)
    expect(await api.send(jane, text('Hello'), soon())).toMatchObject({ text: 'Hello' })
  })

  test('is closed after an upload is interrupted, without waiting for the upload’s deadline', async () => {
    const { api, guest, genesys } = await startDriver({}, { idleMs: 1 })
    const body = new Readable({ read: () => undefined })
    const file = { fileName: 'a.txt', contentType: 'text/plain', sizeBytes: 10, body }
    const uploading = api.upload(await guest(), file, soon(120_000))
    const outcome = expect(uploading).rejects.toMatchObject({ code: 'attachment_refused' })
    await genesys.seenFrame('PresignedUrlResponse')
    setTimeout(() => body.destroy(), 50)
    await outcome
    await until(() => genesys.connections() === 0)
  })

  test('stays open between a polling page’s reads, but not after the page has used a stream', async () => {
    const { api, guest, genesys } = await startDriver({}, { idleMs: 1 })
    const polling = await guest()
    const isOpen = ({ ref }: Guest) => genesys.connections(ref['token']) === 1
    await api.history(polling, { pageSize: 25, pageNumber: 1 }, soon())
    // By the time two other guests' idle connections are closed, all connections have been checked several times.
    for (const other of [await guest(), await guest()]) await until(() => !isOpen(other))
    const last = await guest()
    await until(() => !isOpen(last))
    expect(isOpen(polling)).toBe(true)
    const page = listen(api, polling)
    await api.history(polling, { pageSize: 25, pageNumber: 1 }, soon())
    page.leave()
    await until(() => !isOpen(polling))
  })

  test('stays open while a page listens', async () => {
    const { api, guest, genesys } = await startDriver({}, { idleMs: 1 })
    const [jane, john] = [await guest(), await guest()]
    const page = listen(api, jane)
    await until(() => genesys.connections(john.ref['token']) === 0)
    expect(genesys.connections(jane.ref['token'])).toBe(1)
    page.leave()
    await until(() => genesys.connections() === 0)
  })
})

/** Polls every five milliseconds. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}
