import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { GuestConnection } from '../../../../../src/service/genesys/drivers/web-messaging/connection/guest-connection.ts'
import { getJwt, onMessage } from '../../../../../src/service/genesys/drivers/web-messaging/wire/requests.ts'
import { codeOf, fakeGenesys, pass } from '../fake-genesys.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

function send(connection: GuestConnection, text: string, timeoutMs = 30_000) {
  const tracingId = randomUUID()
  return connection
    .request({
      frame: onMessage({ text, tracingId }),
      purpose: 'message',
      deadlineAtMs: Date.now() + timeoutMs,
      readResponse: (frame) =>
        frame.class === 'StructuredMessage' && frame.tracingId === tracingId ? frame.body.text : undefined,
      ifLost: 'delivery-unknown',
    })
    .catch(codeOf)
}

const actions = (socket: { sent: Record<string, unknown>[] }) => socket.sent.map(({ action }) => action)

describe('a request without a response', () => {
  test('causes a ping and an echo, and the connection is replaced if neither gets a response', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const [halfOpen] = genesys.sockets
    const sent = send(connection, 'into the void')
    await pass(2_250)
    expect(halfOpen?.pings).toBe(1)
    expect(actions(halfOpen!)).toEqual(['configureSession', 'onMessage', 'echo'])
    await pass(2_250)
    expect(halfOpen?.isLeft).toBe(true)
    expect(await sent).toBe('delivery_unknown')
    const next = send(connection, 'heard')
    genesys.socket.accepts()
    genesys.socket.configures()
    genesys.socket.echoes(genesys.socket.sent.find(({ action }) => action === 'onMessage') ?? {})
    expect(await next).toBe('heard')
    expect(genesys.sockets).toHaveLength(2)
  })

  test('keeps its connection while pings and the echo get responses', async () => {
    const genesys = fakeGenesys()
    const sent = send(genesys.ready(), 'slow', 20_000)
    await pass(2_250)
    genesys.socket.pongs()
    const { tracingId } = genesys.socket.lastSent
    genesys.socket.says({ type: 'response', class: 'StructuredMessage', code: 200, tracingId, body: {} })
    await pass(15_000)
    expect(genesys.sockets).toHaveLength(1)
    genesys.socket.echoes(genesys.socket.sent.find(({ action }) => action === 'onMessage') ?? {})
    expect(await sent).toBe('slow')
  })

  test('ends its connection if pings get responses but the echo does not', async () => {
    const genesys = fakeGenesys()
    const sent = send(genesys.ready(), 'into the void')
    const [halfOpen] = genesys.sockets
    for (let second = 0; second < 8; second++) {
      await pass(1_000)
      halfOpen?.pongs()
    }
    expect(halfOpen?.isLeft).toBe(true)
    expect(await sent).toBe('delivery_unknown')
  })

  test('is immediately sent again on a new connection if its connection is lost and a retry is safe', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const asked = connection.request({
      frame: getJwt(),
      purpose: 'read',
      deadlineAtMs: Date.now() + 600,
      readResponse: (frame) => (frame.class === 'JwtResponse' ? frame.body.jwt : undefined),
      ifLost: 'send-again',
    })
    genesys.socket.breaks()
    expect(genesys.sockets).toHaveLength(2)
    genesys.socket.accepts()
    genesys.socket.configures()
    genesys.socket.says({ class: 'JwtResponse', code: 200, body: { jwt: 'j', exp: 1 } })
    expect(await asked).toBe('j')
  })
})

test('setting the clock back an hour does not affect pings, deadlines or reconnects', async () => {
  const startedAtMs = Date.now()
  const startedAt = performance.now()
  const monotonicNow = () => startedAtMs + performance.now() - startedAt
  const genesys = fakeGenesys({ monotonicNow })
  const connection = genesys.ready()
  connection.subscribe(() => undefined)
  jest.setSystemTime(Date.now() - 3_600_000)
  const sent = connection
    .request({
      frame: getJwt(),
      purpose: 'read',
      deadlineAtMs: monotonicNow() + 1_000,
      readResponse: () => undefined,
      ifLost: 'send-again',
    })
    .catch(codeOf)
  await pass(1_000)
  expect(await sent).toBe('upstream_timeout')
  await pass(20_000)
  expect(genesys.sockets[0]?.pings).toBeGreaterThan(0)
  genesys.socket.breaks()
  await pass(1_000)
  expect(genesys.sockets.length).toBeGreaterThan(1)
})

test('an exception while a guest’s frame is read is reported, and ends only that guest’s connection', async () => {
  const genesys = fakeGenesys()
  const other = genesys.ready('token-2')
  const [otherSocket] = genesys.sockets
  const connection = genesys.ready('token-1')
  const asked = connection
    .request({
      frame: getJwt(),
      purpose: 'read',
      deadlineAtMs: Date.now() + 1_000,
      readResponse: () => {
        throw new TypeError('unexpected')
      },
      ifLost: 'send-again',
    })
    .catch(codeOf)
  const [, failing] = genesys.sockets
  failing?.says({ class: 'JwtResponse', code: 200, body: { jwt: 'j', exp: 1 } })
  expect(genesys.unexpected).toEqual(['read a frame'])
  expect(failing?.isLeft).toBe(true)
  await pass(1_000)
  expect(await asked).toMatch(/^upstream_/)
  expect(otherSocket?.isLeft).toBe(false)
  expect(other.session.current).toBeDefined()
})
