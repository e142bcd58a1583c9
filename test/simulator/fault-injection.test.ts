import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'
import { askToken, authorized, call } from './rest-client.ts'

let simulator: Simulator
let guest: GuestClient
beforeEach(async () => {
  simulator = await startSimulator({ agent: 'silent', restGuestApis: true })
  guest = await connect(simulator)
  await guest.configure()
})
afterEach(() => simulator.close())

const text = { message: { type: 'Text', text: 'Hello' } }

test('a fault affects one REST response but not the next', async () => {
  const fault = simulator.injectFault('POST /oauth/token', { status: 503, headers: { 'retry-after': '7' } })
  const refused = await askToken(simulator)
  expect(refused).toMatchObject({ status: 503, body: { code: 'service.unavailable' } })
  expect(refused.headers.get('retry-after')).toBe('7')
  await fault.happened
  expect(await askToken(simulator)).toMatchObject({ status: 200 })
})

test('a fault can affect several responses, and affects none after it is canceled', async () => {
  const fault = simulator.injectFault('POST /oauth/*', { status: 418, body: 'teapot', times: 3 })
  expect(await askToken(simulator)).toMatchObject({ status: 418, text: 'teapot' })
  expect(await askToken(simulator)).toMatchObject({ status: 418 })
  fault.cancel()
  expect(await askToken(simulator)).toMatchObject({ status: 200 })
})

test('an injected 429 looks like a 429 from the platform', async () => {
  simulator.injectFault('GET /api/*', { status: 429 })
  const { headers, body } = await call(`${simulator.url}/api/v2/webdeployments/deployments`)
  expect(headers.get('retry-after')).toBe('1')
  expect(headers.get('inin-ratelimit-allowed')).toBe('300')
  expect(body).toMatchObject({ code: 'too.many.requests.retry.after' })
})

test('a response can be garbled, dropped or withheld', async () => {
  simulator.injectFault('POST /oauth/token', { garbage: true })
  expect(await askToken(simulator)).toMatchObject({ status: 200, body: undefined })
  simulator.injectFault('POST /oauth/token', { drop: true })
  await expect(askToken(simulator)).rejects.toThrow()
  const silent = simulator.injectFault('POST /oauth/token', { swallow: true })
  const stop = new AbortController()
  const asking = call(`${simulator.url}/oauth/token`, { method: 'POST', signal: stop.signal })
  await silent.happened
  stop.abort()
  await expect(asking).rejects.toThrow('aborted')
})

test('a request can be processed even if its response is lost', async () => {
  const headers = await authorized(simulator)
  const create = () =>
    call(`${simulator.url}/api/v2/conversations/messaging/external/guests`, {
      method: 'POST',
      headers,
      json: {},
    })
  simulator.injectFault('POST */external/guests', { drop: true })
  await expect(create()).rejects.toThrow()
  expect(simulator.restGuests).toHaveLength(0)
  simulator.injectFault('POST */external/guests', { drop: true, afterWork: true })
  await expect(create()).rejects.toThrow()
  expect(simulator.restGuests).toHaveLength(1)
  simulator.injectFault('POST */external/guests', { status: 502, afterWork: true })
  expect(await create()).toMatchObject({ status: 502 })
  expect(simulator.restGuests).toHaveLength(2)
})

test('bend is a deprecated alias of injectFault', async () => {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- released as bend
  simulator.bend('POST /oauth/token', { status: 503 })
  expect(await askToken(simulator)).toMatchObject({ status: 503 })
})

test('a handshake can be refused or dropped', async () => {
  simulator.injectFault('GET /v1', { status: 503 })
  await expect(connect(simulator)).rejects.toThrow('503')
  simulator.injectFault('GET /v1', { drop: true })
  await expect(connect(simulator)).rejects.toThrow('socket hang up')
  await connect(simulator)
})

test('the echo of a message can be lost even if the agent gets the message', async () => {
  simulator.injectFault('onMessage', { swallow: true })
  guest.send('onMessage', text)
  await simulator.seenFrame('onMessage')
  expect(await guest.say('next')).toMatchObject({ body: { text: 'next' } })
  expect(simulator.transcript().map((entry) => entry.text)).toEqual(['Hello', 'next'])
})

test('a message can be lost before the agent gets it', async () => {
  simulator.injectFault({ received: 'onMessage' }, { swallow: true })
  guest.send('onMessage', text)
  expect(await guest.say('next')).toMatchObject({ body: { text: 'next' } })
  expect(simulator.transcript().map((entry) => entry.text)).toEqual(['next'])
})

test('a frame can be refused before it is processed', async () => {
  const frame = { class: 'string', code: 5000, body: 'Unexpected error' }
  simulator.injectFault({ received: 'onMessage' }, { frame })
  expect(await guest.say('Hello')).toEqual({ type: 'response', ...frame })
  expect(simulator.transcript()).toEqual([])
})

test('a response can be replaced, and keeps its tracingId', async () => {
  simulator.injectFault('SessionResponse', {
    frame: { class: 'SessionResponse', code: 200, body: { connected: true } },
  })
  const tracingId = guest.send('configureSession', { deploymentId: simulator.deploymentId })
  expect(await guest.next()).toMatchObject({ tracingId, body: { connected: true } })
})

test('a frame can arrive twice, after the next frame, or garbled', async () => {
  simulator.injectFault({ text: 'twice' }, { duplicate: true })
  simulator.agentSays('twice')
  expect(await guest.next()).toEqual(await guest.next())
  simulator.injectFault({ text: 'first' }, { reorder: true })
  simulator.agentSays('first')
  simulator.agentSays('second')
  expect((await guest.next()).body.text).toBe('second')
  expect((await guest.next()).body.text).toBe('first')
  simulator.injectFault((recorded) => recorded.frame.class === 'StructuredMessage', { garbage: true })
  simulator.agentSays('third')
  expect(await guest.next()).toEqual({ garbage: expect.any(String) })
})

test('several frames in a row can be overtaken, and none of them is lost', async () => {
  simulator.injectFault({ class: 'StructuredMessage' }, { reorder: true, times: 2 })
  for (const text of ['first', 'second', 'third']) simulator.agentSays(text)
  const came = [await guest.next(), await guest.next(), await guest.next()]
  expect(came.map(({ body }) => (body as { text: string }).text)).toEqual(['third', 'first', 'second'])
})

test('a frame can be delayed', async () => {
  simulator.injectFault({ text: 'slow' }, { delayMs: 20 })
  simulator.agentSays('slow')
  simulator.agentSays('quick')
  expect((await guest.next()).body.text).toBe('quick')
  expect((await guest.next()).body.text).toBe('slow')
})

test('the connection can be cut or closed in place of a frame', async () => {
  simulator.injectFault('JwtResponse', { closeCode: 1011 })
  guest.send('getJwt')
  expect(await guest.closed).toBe(1011)
  const other = await connect(simulator)
  await other.configure()
  simulator.injectFault('getJwt', { drop: true })
  other.send('getJwt')
  expect(await other.closed).toBe(1006)
})

test('all sockets can be cut or closed', async () => {
  simulator.dropSockets()
  expect(await guest.closed).toBe(1006)
  const one = await connect(simulator)
  await one.configure()
  const two = await connect(simulator)
  await two.configure()
  simulator.closeSockets(1012, 'restart', one.token)
  expect(await one.closed).toBe(1012)
  expect(simulator.connections(two.token)).toBe(1)
})
