import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { FaultMatch, FaultSpec } from '../src/simulator/simulator.ts'
import { startTogether, type Page, type Running } from './start-service.ts'

/**
 * Every failure that Genesys can cause on the guest socket is reported as its documented problem by the
 * deadline, and the service continues to serve this guest and others.
 */
const TIMEOUT_MS = 700
let running: Running
beforeEach(async () => {
  running = await startTogether({
    settings: { UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS), RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '1000' },
    simulator: { limits: false },
  })
})
afterEach(() => running.stop())

const errorFrame = (code: number, body: string): FaultSpec => ({
  frame: { type: 'response', class: 'string', code, body },
})
const rateFrame: FaultSpec = {
  frame: {
    type: 'response',
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter: 3, errorCode: 4029, errorMessage: 'Message rate too high for this session' },
  },
}
const received: FaultMatch = { received: 'onMessage' }

async function goesOn(page?: Page): Promise<void> {
  const next = page?.session === undefined ? await running.openPage() : page
  expect(await next.say('the service goes on')).toMatchObject({ status: 201 })
}

describe('opening a session', () => {
  test.each<[string, FaultMatch, FaultSpec, number, string]>([
    ['the handshake is refused with 403', 'GET /v1', { status: 403 }, 502, 'deployment_not_usable'],
    ['the handshake is refused with 429', 'GET /v1', { status: 429, times: 9 }, 429, 'upstream_rate_limited'],
    ['the handshake is refused with 503', 'GET /v1', { status: 503, times: 9 }, 503, 'upstream_unavailable'],
    [
      'the deployment is unknown',
      'SessionResponse',
      errorFrame(400, 'Deployment not found'),
      502,
      'deployment_not_usable',
    ],
    [
      'the session is refused with 401',
      'SessionResponse',
      errorFrame(401, 'User is unauthorized'),
      502,
      'upstream_refused',
    ],
    [
      'every attempt is refused with 5000',
      'SessionResponse',
      { ...errorFrame(5000, 'Unexpected error'), times: 50 },
      503,
      'upstream_unavailable',
    ],
    ['the rate is limited', 'SessionResponse', rateFrame, 429, 'upstream_rate_limited'],
    ['there is no response', 'SessionResponse', { swallow: true }, 504, 'upstream_timeout'],
    ['the response is garbage', 'SessionResponse', { garbage: true }, 504, 'upstream_timeout'],
    [
      'the connection drops on every attempt',
      'SessionResponse',
      { drop: true, times: 50 },
      503,
      'upstream_unavailable',
    ],
  ])('fails with the documented problem if %s', async (_what, match, how, status, code) => {
    const fault = running.genesys.injectFault(match, how)
    const startedAt = performance.now()
    const { opened } = await running.openPage()
    expect({ status: opened.status, code: opened.body.code }).toEqual({ status, code })
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS + 1500)
    if (code === 'upstream_rate_limited') expect(Number(opened.headers.get('retry-after'))).toBeGreaterThan(0)
    fault.cancel()
    await goesOn()
  })
})

test('a session is opened on a second attempt after an unexpected error', async () => {
  const fault = running.genesys.injectFault('SessionResponse', errorFrame(5000, 'Unexpected error'))
  const { opened } = await running.openPage()
  await fault.happened
  expect(opened).toMatchObject({ status: 201, body: { state: 'new' } })
})

describe('sending a message', () => {
  test.each<[string, FaultMatch, FaultSpec, number, string]>([
    [
      'the message is refused with 400',
      received,
      errorFrame(400, 'Request failed.'),
      502,
      'upstream_refused',
    ],
    [
      'the message is refused with 403',
      received,
      errorFrame(403, 'HTTP authorization error'),
      502,
      'upstream_refused',
    ],
    [
      'the session is read-only',
      received,
      errorFrame(409, 'Session is read-only, no new messages allowed'),
      409,
      'session_read_only',
    ],
    ['the session has expired', received, errorFrame(4006, 'Session has expired'), 410, 'session_ended'],
    ['the session is not found', received, errorFrame(4007, 'Session not found'), 410, 'session_ended'],
    [
      'the text is too long',
      received,
      errorFrame(4011, 'Message length 5000 is larger than 4096'),
      413,
      'text_too_long',
    ],
    [
      'attributes are too large',
      received,
      errorFrame(4013, 'Custom Attributes in channel metadata is larger than 2048 bytes'),
      413,
      'attributes_too_large',
    ],
    [
      'an attachment is not found',
      received,
      errorFrame(4009, 'Attachment not found'),
      422,
      'attachment_refused',
    ],
    ['a parameter is missing', received, errorFrame(4020, 'Missing parameter'), 502, 'upstream_refused'],
    ['the rate is limited', received, rateFrame, 429, 'upstream_rate_limited'],
    ['there is no echo', received, { swallow: true }, 504, 'delivery_unknown'],
    ['the response is garbage', received, { garbage: true }, 504, 'delivery_unknown'],
    [
      'the connection drops before the message is accepted',
      received,
      { drop: true },
      504,
      'delivery_unknown',
    ],
  ])('fails with the documented problem if %s', async (_what, match, how, status, code) => {
    const page = await running.openPage()
    const fault = running.genesys.injectFault(match, how)
    const startedAt = performance.now()
    const answer = await page.say('hello')
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
    expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS + 1500)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    if (code === 'upstream_rate_limited') expect(answer.headers.get('retry-after')).toBe('3')
    fault.cancel()
    await goesOn()
  })

  test('succeeds without a second attempt if the connection drops after the message was accepted', async () => {
    const page = await running.openPage()
    running.genesys.injectFault('onMessage', { drop: true })
    const answer = await page.say('taken, but not heard')
    expect(answer).toMatchObject({ status: 201, body: { text: 'taken, but not heard' } })
    expect(running.genesys.transcript().filter(({ text }) => text === 'taken, but not heard')).toHaveLength(1)
  })

  test('again with the same key does not duplicate it if its echo was lost', async () => {
    const page = await running.openPage()
    running.genesys.injectFault('onMessage', { swallow: true })
    const key = { 'idempotency-key': 'lost-echo' }
    const first = await page.say('once and for all', key)
    const second = first.status === 201 ? first : await page.say('once and for all', key)
    expect(second.status).toBe(201)
    expect(running.genesys.transcript().filter(({ text }) => text === 'once and for all')).toHaveLength(1)
  })
})

describe('a connection', () => {
  test('that was closed while idle is reopened for the next message', async () => {
    const page = await running.openPage()
    running.genesys.closeSockets(1001)
    await goesOn(page)
  })

  test('that receives garbage can still be used by its guest', async () => {
    const page = await running.openPage()
    const stream = await page.events()
    running.genesys.injectFault({ direction: 'to-guest' } as never, { garbage: true })
    running.genesys.agentSays('lost in garbage')
    running.genesys.agentSays('heard')
    await stream.next(({ data }) => data['text'] === 'heard')
    stream.close()
    await goesOn(page)
  })

  test('delivers a message whose id is not valid Unicode, and later messages too', async () => {
    const page = await running.openPage()
    const stream = await page.events()
    const message = {
      type: 'Text',
      direction: 'Outbound',
      id: '\ud800',
      text: 'with half a character as its id',
    }
    running.genesys.injectFault(
      { class: 'StructuredMessage', text: 'original' },
      { frame: { type: 'message', class: 'StructuredMessage', code: 200, body: message } },
    )
    running.genesys.agentSays('original')
    await stream.next(({ data }) => data['text'] === message.text)
    running.genesys.agentSays('the next one')
    await stream.next(({ data }) => data['text'] === 'the next one')
    stream.close()
    await goesOn(page)
  })

  test('that is dropped while a page listens is reopened, and the page misses no message', async () => {
    const page = await running.openPage()
    await page.say('hello')
    const stream = await page.events()
    running.genesys.dropSockets()
    running.genesys.agentSays('said while nobody was connected')
    await stream.next(({ data }) => data['text'] === 'said while nobody was connected')
    stream.close()
  })
})
