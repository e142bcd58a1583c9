import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { GuestEvent } from '../../../../../src/service/genesys/guest-api.ts'
import type { GuestConnection } from '../../../../../src/service/genesys/drivers/web-messaging/connection/guest-connection.ts'
import type { DeploymentConfig } from '../../../../../src/service/genesys/drivers/web-messaging/operations/deployment-config.ts'
import { createSessionLifecycle } from '../../../../../src/service/genesys/drivers/web-messaging/operations/session-lifecycle.ts'
import { readMessage } from '../../../../../src/service/genesys/drivers/web-messaging/wire/read-message.ts'
import { getJwt, onMessage } from '../../../../../src/service/genesys/drivers/web-messaging/wire/requests.ts'
import { codeOf, fakeGenesys, pass } from '../fake-genesys.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

function send(connection: GuestConnection, text: string, patienceMs = 10_000) {
  const tracingId = randomUUID()
  const outcome = connection
    .request({
      frame: onMessage({ text, tracingId }),
      purpose: 'message',
      deadlineAtMs: Date.now() + patienceMs,
      readResponse: (frame) =>
        frame.class === 'StructuredMessage' && frame.tracingId === tracingId
          ? readMessage(frame.body, 0)
          : undefined,
      ifLost: 'delivery-unknown',
    })
    .then((message) => message.text ?? '')
    .catch(codeOf)
  return { tracingId, outcome }
}

function ask(connection: GuestConnection, patienceMs = 10_000) {
  return connection
    .request({
      frame: getJwt(),
      purpose: 'read',
      deadlineAtMs: Date.now() + patienceMs,
      readResponse: (frame) => (frame.class === 'JwtResponse' ? frame.body.jwt : undefined),
      ifLost: 'send-again',
    })
    .catch(codeOf)
}

const jwt = (tracingId?: unknown) => ({
  type: 'response',
  class: 'JwtResponse',
  code: 200,
  body: { jwt: 'a.b.c', exp: 1 },
  tracingId,
})

test('a request whose deadline has passed is not sent, and starts no timer', async () => {
  const genesys = fakeGenesys()
  const connection = genesys.ready()
  const timers = jest.getTimerCount()
  const { outcome } = send(connection, 'too late', -1)
  expect(jest.getTimerCount()).toBe(timers)
  expect(await outcome).toBe('upstream_timeout')
  expect(genesys.socket.lastSent).not.toMatchObject({ action: 'onMessage' })
})

/** Genesys' own stub of the platform responds to `closeSession` with both a response and an event. */
test.each([[['response', 'event']], [['event', 'response']]])(
  'a new chat starts on the existing connection after closing is acknowledged in the order %j',
  async (order) => {
    const genesys = fakeGenesys()
    genesys.ready()
    const { socket, connections } = genesys
    const config = { known: undefined } as DeploymentConfig
    const unused = { cdn: undefined as never, cdnUrl: '' }
    const options = { ...unused, connections, config, deploymentId: 'd-1', monotonicNow: Date.now }
    const started = createSessionLifecycle(options).startNew(genesys.guest(), Date.now() + 5_000)
    await pass(0)
    const { tracingId } = socket.lastSent
    for (const which of order) {
      const body = { connected: false }
      if (which === 'response')
        socket.says({ type: 'response', class: 'SessionResponse', code: 200, tracingId, body })
      else socket.says({ type: 'message', class: 'ConnectionClosedEvent', code: 200, body: {} })
    }
    expect(socket.lastSent).toMatchObject({ action: 'configureSession', startNew: true })
    socket.configures({ newSession: true })
    expect(await started).toMatchObject({ state: 'new' })
    expect(genesys.sockets).toHaveLength(1)
    socket.says({ type: 'message', class: 'ConnectionClosedEvent', code: 200, body: {} })
    expect(socket.isLeft).toBe(true)
  },
)

test.each([
  [false, 1],
  [true, 0],
])(
  'if the deployment starts conversations, the number of joins in a session with readOnly %j is %i',
  (readOnly, count) => {
    const genesys = fakeGenesys({ hasAutoStart: () => true })
    genesys.connections.of(genesys.guest()).subscribe(() => undefined)
    genesys.socket.accepts()
    genesys.socket.configures({ newSession: true, readOnly })
    const joins = genesys.socket.sent.filter((frame) => JSON.stringify(frame).includes('"Join"'))
    expect(joins).toHaveLength(count)
  },
)

describe('when responses are matched to requests,', () => {
  test('a response with the id of another request is ignored', async () => {
    const genesys = fakeGenesys()
    const asked = ask(genesys.ready(), 1_000)
    genesys.socket.says(jwt('another'))
    await pass(1_000)
    expect(await asked).toBe('upstream_timeout')
  })

  test('a response without an id is recognized by its class', async () => {
    const genesys = fakeGenesys()
    const asked = ask(genesys.ready())
    genesys.socket.says(jwt())
    expect(await asked).toBe('a.b.c')
  })

  test('an error without an id is attributed to the one request in flight', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const [one, two] = [send(connection, 'one'), send(connection, 'two')]
    genesys.socket.refusesWith(4011)
    genesys.socket.echoes(genesys.socket.lastSent)
    expect([await one.outcome, await two.outcome]).toEqual(['text_too_long', 'two'])
  })

  test('an error with the id of another request is ignored', async () => {
    const genesys = fakeGenesys()
    const { outcome } = send(genesys.ready(), 'one')
    genesys.socket.refusesWith(4011, 'late', 'another')
    genesys.socket.echoes(genesys.socket.lastSent)
    expect(await outcome).toBe('one')
  })

  test('the error for a request that was given up is not attributed to the next request', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const given = send(connection, 'one', 1_000)
    await pass(1_000)
    expect(await given.outcome).toBe('delivery_unknown')
    const next = send(connection, 'two')
    genesys.socket.refusesWith(4013)
    genesys.socket.echoes(genesys.socket.lastSent)
    expect(await next.outcome).toBe('two')
  })

  test('an error is not attributed to an earlier request whose response came late', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const given = send(connection, 'one', 1_000)
    await pass(1_000)
    expect(await given.outcome).toBe('delivery_unknown')
    genesys.socket.echoes(genesys.socket.lastSent)
    const next = send(connection, 'two')
    genesys.socket.refusesWith(4011)
    await pass(10_000)
    expect(await next.outcome).toBe('text_too_long')
  })

  test('an error is not attributed to an earlier request that was abandoned', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const given = send(connection, 'one', 1_000)
    await pass(1_000)
    expect(await given.outcome).toBe('delivery_unknown')
    connection.subscribe(() => undefined)
    await pass(15_000)
    genesys.socket.pongs()
    await pass(15_000)
    const next = send(connection, 'two')
    genesys.socket.refusesWith(4013)
    expect(await next.outcome).toBe('attributes_too_large')
  })

  test('an error frame that matches no request is reported as unrecognized', () => {
    const genesys = fakeGenesys()
    genesys.ready()
    genesys.socket.refusesWith(4020)
    expect(genesys.odd).toEqual(['error 4020 without a request'])
  })

  test('a request that waited too long for its turn is never sent', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const first = send(connection, 'one', 5_000)
    const second = send(connection, 'two', 1_000)
    await pass(1_000)
    expect(await second.outcome).toBe('upstream_timeout')
    genesys.socket.echoes(genesys.socket.lastSent)
    expect(await first.outcome).toBe('one')
    expect(JSON.stringify(genesys.socket.sent)).not.toContain('two')
  })
})

describe('typing', () => {
  test('is sent at most once every five seconds', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    for (let second = 0; second < 11; second++) {
      connection.sendTyping()
      await pass(1_000)
    }
    expect(genesys.socket.sent.filter(({ tracingId }) => tracingId === 'typing')).toHaveLength(3)
  })

  test('that is refused does not make a message fail, and no more typing is sent', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    connection.sendTyping()
    const { outcome } = send(connection, 'one')
    genesys.socket.refusesWith(403, 'Turn on the Feature Toggle or fix the configuration.')
    genesys.socket.echoes(genesys.socket.lastSent)
    expect(await outcome).toBe('one')
    await pass(10_000)
    connection.sendTyping()
    expect(genesys.socket.lastSent).toMatchObject({ message: { text: 'one' } })
  })

  test('that was not sent is not blamed for a refusal that mentions a feature toggle', async () => {
    const genesys = fakeGenesys()
    const { outcome } = send(genesys.ready(), 'one')
    genesys.socket.refusesWith(403, 'Turn on the Feature Toggle or fix the configuration.')
    expect(await outcome).toBe('upstream_refused')
  })

  test('that Genesys rate-limits is not reported as an unrecognized frame', () => {
    const genesys = fakeGenesys()
    genesys.ready().sendTyping()
    genesys.socket.refusesWith(429, { retryAfter: 3 })
    expect(genesys.odd).toEqual([])
  })

  test('just before a message makes a rate limit ambiguous, so only the echo shows what was limited', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    connection.sendTyping()
    const { outcome } = send(connection, 'one')
    genesys.socket.refusesWith(429, { retryAfter: 3 })
    await pass(500)
    genesys.socket.echoes(genesys.socket.lastSent)
    expect(await outcome).toBe('one')
  })

  test('just before a message is not blamed for a rate limit if the message is not echoed', async () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    connection.sendTyping()
    const { outcome } = send(connection, 'one')
    genesys.socket.refusesWith(429, { retryAfter: 3 })
    await pass(1_500)
    expect(await outcome).toBe('upstream_rate_limited')
  })

  test('is not sent while a message is in flight, in a read-only session, or without a socket', () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    void send(connection, 'one')
    connection.sendTyping()
    expect(genesys.socket.lastSent).toMatchObject({ message: { text: 'one' } })
    const other = genesys.ready('token-2')
    genesys.socket.says({
      type: 'message',
      class: 'StructuredMessage',
      code: 200,
      body: {
        type: 'Event',
        direction: 'Outbound',
        events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }],
        metadata: { readOnly: 'true' },
      },
    })
    other.sendTyping()
    expect(genesys.socket.sent).toHaveLength(1)
    genesys.connections.of(genesys.guest('token-3')).sendTyping()
    expect(genesys.sockets).toHaveLength(2)
  })
})

describe('a listener', () => {
  test('that throws harms neither the others nor the socket', () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const heard: GuestEvent[] = []
    connection.subscribe(() => {
      throw new Error('broken page')
    })
    connection.subscribe((event) => heard.push(event))
    genesys.socket.echoes({ message: { type: 'Text', text: 'Hello' } })
    expect(heard).toEqual([{ type: 'message', message: expect.objectContaining({ text: 'Hello' }) }])
    expect(genesys.unexpected).toEqual(['notify a listener'])
  })

  test('that was removed gets no events', () => {
    const genesys = fakeGenesys()
    const connection = genesys.ready()
    const heard: GuestEvent[] = []
    const leave = connection.subscribe((event) => heard.push(event))
    leave()
    leave()
    genesys.socket.echoes({ message: { type: 'Text', text: 'Hello' } })
    expect(heard).toEqual([])
  })
})

test('requests in flight when the service stops are rejected', async () => {
  const genesys = fakeGenesys()
  const asked = ask(genesys.ready())
  genesys.connections.close()
  expect(await asked).toBe('upstream_unavailable')
  expect(genesys.socket.isLeft).toBe(true)
})

test('when the service stops, only a message that was sent has an unknown outcome', async () => {
  const genesys = fakeGenesys()
  const connection = genesys.ready()
  const [inFlight, waiting] = [send(connection, 'first'), send(connection, 'second')]
  genesys.connections.close()
  expect(await inFlight.outcome).toBe('delivery_unknown')
  expect(await waiting.outcome).toBe('upstream_unavailable')
})

test('a guest without a token gets session_ended', () => {
  const { connections } = fakeGenesys()
  expect(() => connections.of({ ref: {}, origin: undefined })).toThrow(
    expect.objectContaining({ code: 'session_ended' }),
  )
})

test('the session’s expiry is read from the response to an echo', async () => {
  const genesys = fakeGenesys()
  const connection = genesys.ready()
  connection.subscribe(() => undefined)
  for (let waited = 0; waited < 240_000; waited += 10_000) {
    await pass(10_000)
    genesys.socket.pongs()
  }
  await pass(250)
  const expirationDate = Math.floor(Date.now() / 1000) + 3600
  expect(genesys.socket.sent.filter(({ action }) => action === 'echo')).toHaveLength(1)
  genesys.socket.says({
    type: 'response',
    class: 'StructuredMessage',
    code: 200,
    tracingId: genesys.socket.lastSent['tracingId'],
    body: {
      type: 'Text',
      text: 'ping',
      direction: 'Inbound',
      metadata: { expirationDate: String(expirationDate) },
    },
  })
  expect(connection.session.current?.expiresAtMs).toBe(expirationDate * 1000)
})

describe('an expiry in the past, in a session that Genesys has not ended,', () => {
  const past = () => Math.floor(Date.now() / 1000) - 60

  test('is ignored when the session is configured', async () => {
    const genesys = fakeGenesys()
    const heard: GuestEvent[] = []
    const connection = genesys.connections.of(genesys.guest())
    connection.subscribe((event) => heard.push(event))
    genesys.socket.accepts()
    genesys.socket.configures({ newSession: true, durationSeconds: 900, expirationDate: past() })
    expect(connection.session.current).toMatchObject({ expiresAtMs: undefined, durationMs: 900_000 })
    expect(heard[0]).toEqual({ type: 'session', state: 'connected' })
  })

  test('is ignored in the response to an echo', () => {
    const genesys = fakeGenesys()
    const { session } = genesys.ready()
    const future = past() + 960
    for (const expirationDate of [future, past()]) {
      const body = { text: 'ping', metadata: { expirationDate: String(expirationDate) } }
      genesys.socket.says({ type: 'response', class: 'StructuredMessage', code: 200, body })
    }
    expect(session.current?.expiresAtMs).toBe(future * 1000)
  })
})
