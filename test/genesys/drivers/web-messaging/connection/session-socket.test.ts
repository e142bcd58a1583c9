import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { GuestEvent } from '../../../../../src/service/genesys/guest-api.ts'
import { reconnectDelayMs } from '../../../../../src/service/genesys/drivers/web-messaging/connection/reconnect-delay.ts'
import { codeOf, fakeGenesys, pass } from '../fake-genesys.ts'

beforeEach(() => void jest.useFakeTimers())
afterEach(() => void jest.useRealTimers())

const code = (promise: Promise<unknown>) => promise.catch(codeOf)

function listening(genesys: ReturnType<typeof fakeGenesys>, token?: string) {
  const heard: GuestEvent[] = []
  genesys.connections.of(genesys.guest(token)).subscribe((event) => heard.push(event))
  return heard
}

const ask = (genesys: ReturnType<typeof fakeGenesys>) =>
  genesys.connections
    .of(genesys.guest())
    .ready(Date.now() + 60_000)
    .catch((error: unknown) => error)

describe('the pause before a reconnect', () => {
  test('is random, up to a bound that doubles until it reaches ten seconds', () => {
    const longest = [0, 1, 2, 3, 4, 5, 20].map((attempt) => reconnectDelayMs(attempt, () => 1))
    expect(longest).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
    expect(reconnectDelayMs(5, () => 0)).toBe(0)
  })

  test('grows as long as Genesys is unavailable', async () => {
    const genesys = fakeGenesys({ random: () => 0.999 })
    listening(genesys)
    const pauses: number[] = []
    for (let attempt = 0; attempt < 7; attempt++) {
      const brokeAtMs = Date.now()
      const attempts = genesys.sockets.length
      genesys.socket.breaks()
      while (genesys.sockets.length === attempts) await pass(250)
      pauses.push(Date.now() - brokeAtMs)
    }
    expect(pauses).toEqual([500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  })

  test('is short again after a connection that lasted for a while', async () => {
    const genesys = fakeGenesys({ random: () => 0.999 })
    listening(genesys)
    for (let attempt = 0; attempt < 4; attempt++) {
      genesys.socket.breaks()
      await pass(10_250)
    }
    genesys.socket.accepts()
    genesys.socket.configures()
    await pass(20_250)
    genesys.socket.breaks()
    const attempts = genesys.sockets.length
    await pass(500)
    expect(genesys.sockets.length).toBe(attempts + 1)
  })

  test('ends early when a guest makes a request', async () => {
    const genesys = fakeGenesys({ random: () => 0.999 })
    listening(genesys)
    for (let attempt = 0; attempt < 4; attempt++) {
      genesys.socket.breaks()
      if (attempt < 3) await pass(10_250)
    }
    const attempts = genesys.sockets.length
    void code(genesys.connections.of(genesys.guest()).ready(Date.now() + 5_000))
    await pass(500)
    expect(genesys.sockets.length).toBe(attempts + 1)
  })

  test.each([
    ['a waiting request', 3, (genesys: ReturnType<typeof fakeGenesys>) => void ask(genesys)],
    ['a listener', 10, (genesys: ReturnType<typeof fakeGenesys>) => void listening(genesys)],
  ])('applies even after an unexpected exception in a handler, with %s', async (_, maxConnections, begin) => {
    const readSession = () => {
      throw new RangeError('unexpected')
    }
    const genesys = fakeGenesys({ readSession })
    begin(genesys)
    let configured = 0
    for (let passedMs = 0; passedMs < 30_000; passedMs += 10) {
      // Genesys accepts and configures every connection.
      for (const socket of genesys.sockets.slice(configured)) {
        configured++
        socket.accepts()
        socket.configures()
      }
      await pass(10)
    }
    expect(genesys.sockets.length).toBeGreaterThan(1)
    expect(genesys.sockets.length).toBeLessThanOrEqual(maxConnections)
    expect(genesys.unexpected).toHaveLength(genesys.sockets.length)
  })

  test('is not skipped when the response to a request causes an unexpected exception', async () => {
    const genesys = fakeGenesys({ random: () => 0.999 })
    const connection = genesys.ready()
    const asked = code(
      connection.request({
        frame: { action: 'getJwt', tracingId: 't' },
        purpose: 'read',
        deadlineAtMs: Date.now() + 10_000,
        readResponse: () => {
          throw new TypeError('unexpected')
        },
        ifLost: 'send-again',
      }),
    )
    genesys.socket.says({ class: 'JwtResponse', code: 200, body: { jwt: 'j', exp: 1 } })
    expect(genesys.sockets).toHaveLength(1)
    await pass(250)
    expect(genesys.sockets).toHaveLength(2)
    await pass(10_000)
    expect(await asked).toMatch(/^upstream_/)
  })

  test('is reported to the page once, regardless of the number of attempts', async () => {
    const genesys = fakeGenesys()
    const heard = listening(genesys)
    for (let attempt = 0; attempt < 3; attempt++) {
      genesys.socket.breaks()
      await pass(10_250)
    }
    genesys.socket.accepts()
    genesys.socket.configures()
    expect(heard).toEqual([
      { type: 'session', state: 'reconnecting' },
      { type: 'session', state: 'connected' },
      { type: 'gap' },
    ])
  })

  test('is longer for some listeners if all of them lose their sockets at the same time', async () => {
    const genesys = fakeGenesys({}, 240)
    const guests = 100
    for (let index = 0; index < guests; index++) listening(genesys, `token-${index}`)
    await pass(60_000)
    for (const socket of [...genesys.sockets]) socket.breaks()
    const within = () => genesys.sockets.length - guests
    await pass(500)
    expect(within()).toBeGreaterThanOrEqual(60)
    expect(within()).toBeLessThanOrEqual(62)
    await pass(9_500)
    expect(within()).toBeGreaterThan(85)
    expect(within()).toBeLessThanOrEqual(91)
    await pass(5_000)
    expect(within()).toBe(guests)
  })
})

describe('when more guests start listening than Genesys allows per minute, as after a restart,', () => {
  const many = 1000
  function allListen() {
    const genesys = fakeGenesys({}, 240)
    const heard: GuestEvent[] = []
    const listens = (index: number) =>
      genesys.connections.of(genesys.guest(`token-${index}`)).subscribe((event) => heard.push(event))
    const leaves = Array.from({ length: many }, (_, index) => listens(index))
    return { genesys, heard, leaves }
  }

  test('they are connected gradually, and the first minute’s connections stay within the limit', async () => {
    const { genesys } = allListen()
    expect(genesys.sockets).toHaveLength(60)
    await pass(59_900)
    expect(genesys.sockets.length).toBeGreaterThan(230)
    expect(genesys.sockets.length).toBeLessThanOrEqual(240)
  })

  test('queued guests’ pages are notified that they are reconnecting', async () => {
    const { heard } = allListen()
    await pass(0)
    expect(heard).toEqual(
      Array.from({ length: many - 60 }, () => ({ type: 'session', state: 'reconnecting' })),
    )
  })

  test('a guest with a request is connected immediately', async () => {
    const { genesys } = allListen()
    const asked = genesys.connections.of(genesys.guest('token-999')).ready(Date.now() + 1000)
    expect(genesys.sockets).toHaveLength(61)
    genesys.socket.accepts()
    genesys.socket.configures()
    await expect(asked).resolves.toBeDefined()
  })

  test('a guest who leaves the queue no longer takes up a place', async () => {
    const { genesys, leaves } = allListen()
    for (const leave of leaves.slice(60, 900)) leave()
    await pass(40_000)
    expect(genesys.sockets).toHaveLength(160)
  })
})

test('an unused socket is not reopened', async () => {
  const genesys = fakeGenesys()
  genesys.ready()
  genesys.socket.breaks()
  await pass(60_000)
  expect(genesys.sockets).toHaveLength(1)
})

test('an unused socket is closed after its idle time, and its guest is forgotten', async () => {
  const genesys = fakeGenesys({ idleMs: 5_000 })
  genesys.ready()
  await pass(4_750)
  expect(genesys.socket.isLeft).toBe(false)
  await pass(500)
  expect(genesys.socket.isLeft).toBe(true)
  expect(genesys.connections.size).toBe(0)
  expect(jest.getTimerCount()).toBe(0)
})

describe('a socket that receives no frames', () => {
  test('is replaced if it has not answered a ping by the time the next one is due', async () => {
    const genesys = fakeGenesys()
    genesys.ready()
    listening(genesys)
    const [socket] = genesys.sockets
    await pass(20_000)
    expect(socket?.pings).toBe(1)
    await pass(20_250)
    expect(socket?.isLeft).toBe(true)
    await pass(500)
    expect(genesys.sockets).toHaveLength(2)
  })

  test('is kept as long as it answers pings', async () => {
    const genesys = fakeGenesys()
    genesys.ready()
    listening(genesys)
    for (let minute = 0; minute < 18; minute++) {
      await pass(10_000)
      genesys.socket.pongs()
    }
    expect(genesys.sockets).toHaveLength(1)
    expect(genesys.socket.pings).toBeGreaterThanOrEqual(8)
  })

  test('during session configuration is replaced, and the waiting request fails at its deadline', async () => {
    const genesys = fakeGenesys({ configureTimeoutMs: 3_000 })
    const asked = code(genesys.connections.of(genesys.guest()).ready(Date.now() + 4_000))
    genesys.socket.accepts()
    await pass(3_750)
    expect(genesys.sockets).toHaveLength(2)
    await pass(250)
    expect(await asked).toBe('upstream_timeout')
  })
})

describe('a handshake that Genesys refuses', () => {
  test.each([
    [400, 'deployment_not_usable'],
    [401, 'deployment_not_usable'],
    [403, 'deployment_not_usable'],
    [404, 'deployment_not_usable'],
  ])('with HTTP %i is reported immediately, and is not retried', async (status, expected) => {
    const genesys = fakeGenesys()
    const asked = ask(genesys)
    genesys.socket.refuses(status)
    expect(codeOf(await asked)).toBe(expected)
    await pass(30_000)
    expect(genesys.sockets).toHaveLength(1)
  })

  test.each([200, 301, 400, 401, 403, 404])(
    'with HTTP %i is retried for a page with a stream, which then gets the messages that it missed',
    async (status) => {
      const genesys = fakeGenesys()
      genesys.ready()
      const heard = listening(genesys)
      await pass(0)
      genesys.socket.breaks()
      await pass(1_000)
      genesys.socket.refuses(status)
      await pass(10_250)
      genesys.socket.accepts()
      genesys.socket.configures()
      expect(heard.map((event) => (event.type === 'session' ? event.state : event.type))).toEqual([
        'connected',
        'reconnecting',
        'connected',
        'gap',
      ])
    },
  )

  test('with HTTP 403 causes a hint that names the deployment and the origin', async () => {
    const genesys = fakeGenesys()
    const asked = genesys.connections.of(genesys.guest()).ready(Date.now() + 60_000)
    genesys.socket.refuses(403)
    await expect(asked).rejects.toMatchObject({
      facts: { status: 403, hint: expect.stringMatching(/d-1 .*https:\/\/shop\.example/) },
    })
  })

  test.each([
    [200, 'upstream_bad_response'],
    [301, 'upstream_bad_response'],
    [408, 'upstream_unavailable'],
    [500, 'upstream_unavailable'],
    [503, 'upstream_unavailable'],
  ])('with HTTP %i is retried twice', async (status, expected) => {
    const genesys = fakeGenesys()
    const asked = code(genesys.connections.of(genesys.guest()).ready(Date.now() + 60_000))
    for (let attempt = 0; attempt < 3; attempt++) {
      genesys.socket.refuses(status)
      if (attempt < 2) await pass(10_250)
    }
    expect(await asked).toBe(expected)
    expect(genesys.sockets).toHaveLength(3)
  })

  test('with HTTP 503 is reported as the reason if a request cannot be sent by its deadline', async () => {
    const genesys = fakeGenesys({ random: () => 0.999 })
    const asked = code(genesys.connections.of(genesys.guest()).ready(Date.now() + 400))
    genesys.socket.refuses(503)
    await pass(400)
    expect(await asked).toBe('upstream_unavailable')
  })

  test('with HTTP 429 is reported immediately, and is not retried until Retry-After has passed', async () => {
    const genesys = fakeGenesys()
    listening(genesys)
    const asked = genesys.connections.of(genesys.guest()).ready(Date.now() + 60_000)
    genesys.socket.refuses(429, 30)
    await expect(asked).rejects.toMatchObject({
      code: 'upstream_rate_limited',
      facts: { retryAfterSeconds: 30 },
    })
    await pass(29_500)
    expect(genesys.sockets).toHaveLength(1)
    await pass(1_000)
    expect(genesys.sockets).toHaveLength(2)
  })
})

describe('a rate limit on handshakes', () => {
  test.each([
    ['with', true],
    ['without', false],
  ])(
    'makes every request fail immediately for as long as Genesys states, %s a stream',
    async (_, hasStream) => {
      const genesys = fakeGenesys({ idleMs: 5_000 })
      if (hasStream) listening(genesys)
      const first = ask(genesys)
      genesys.socket.refuses(429, 60)
      expect(await first).toMatchObject({ code: 'upstream_rate_limited', facts: { retryAfterSeconds: 60 } })
      await pass(40_000)
      expect(await ask(genesys)).toMatchObject({
        code: 'upstream_rate_limited',
        facts: { status: 429, retryAfterSeconds: 20 },
      })
      expect(genesys.sockets).toHaveLength(1)
      await pass(20_250)
      void ask(genesys)
      expect(genesys.sockets).toHaveLength(2)
    },
  )

  test('delays a stream that starts before the limit ends', async () => {
    const genesys = fakeGenesys()
    const first = ask(genesys)
    genesys.socket.refuses(429, 30)
    await first
    const heard = listening(genesys)
    await pass(29_000)
    expect(genesys.sockets).toHaveLength(1)
    expect(heard).toEqual([{ type: 'session', state: 'reconnecting' }])
    await pass(1_500)
    expect(genesys.sockets).toHaveLength(2)
  })

  test('of a day is shortened to five minutes', async () => {
    const genesys = fakeGenesys()
    const first = ask(genesys)
    genesys.socket.refuses(429, 86_400)
    await first
    await pass(300_250)
    void ask(genesys)
    expect(genesys.sockets).toHaveLength(2)
  })
})

describe('a connection that Genesys closes because the guest has too many', () => {
  const closed = { type: 'message', class: 'ConnectionClosedEvent', code: 200, body: {} }

  test('is opened again for a page with a stream after 30 seconds, by when other replicas have closed theirs', async () => {
    const genesys = fakeGenesys()
    genesys.ready()
    const heard = listening(genesys)
    await pass(0)
    genesys.socket.says(closed)
    await pass(29_000)
    expect(genesys.sockets).toHaveLength(1)
    await pass(1_250)
    expect(genesys.sockets).toHaveLength(2)
    genesys.socket.accepts()
    genesys.socket.configures()
    expect(heard.map((event) => (event.type === 'session' ? event.state : event.type))).toEqual([
      'connected',
      'too-many-connections',
      'connected',
      'gap',
    ])
  })

  test('stays closed if no page has a stream', async () => {
    const genesys = fakeGenesys({ idleMs: 60_000 })
    genesys.ready().touch()
    genesys.socket.says(closed)
    await pass(59_000)
    expect(genesys.sockets).toHaveLength(1)
  })
})

describe('a session configuration', () => {
  test.each([
    [400, 'Deployment not found', 'deployment_not_usable'],
    [400, 'Request failed.', 'upstream_refused'],
    [403, 'HTTP authorization error', 'upstream_refused'],
    [4006, 'Session has expired', 'session_ended'],
    [4017, 'Cannot downgrade', 'session_ended'],
  ])('that Genesys refuses with %i %s is not retried for a request', async (status, body, expected) => {
    const genesys = fakeGenesys()
    const asked = code(genesys.connections.of(genesys.guest()).ready(Date.now() + 60_000))
    genesys.socket.accepts()
    genesys.socket.refusesWith(status, body)
    expect(await asked).toBe(expected)
    await pass(30_000)
    expect(genesys.sockets).toHaveLength(1)
  })

  test.each([
    ['not retried', 4006, 1],
    ['retried', 400, 2],
  ])('is %s for a page with a stream if Genesys refuses it with %i', async (_, status, sockets) => {
    const genesys = fakeGenesys()
    listening(genesys)
    genesys.socket.accepts()
    genesys.socket.refusesWith(status)
    await pass(1_000)
    expect(genesys.sockets).toHaveLength(sockets)
  })

  test.each([500, 5000])('that Genesys refuses with %i is retried', async (status) => {
    const genesys = fakeGenesys()
    const asked = genesys.connections.of(genesys.guest()).ready(Date.now() + 60_000)
    genesys.socket.accepts()
    genesys.socket.refusesWith(status)
    await pass(1_000)
    genesys.socket.accepts()
    genesys.socket.configures()
    expect(await asked).toMatchObject({ isReadOnly: false })
  })

  test('whose response is unreadable fails with upstream_bad_response after three attempts', async () => {
    const genesys = fakeGenesys({ configureTimeoutMs: 1_000 })
    const asked = code(genesys.connections.of(genesys.guest()).ready(Date.now() + 60_000))
    for (let attempt = 0; attempt < 3; attempt++) {
      genesys.socket.accepts()
      genesys.socket.says('{"class":"SessionResponse","code":200,"body":{"connected":"perhaps"}}')
      await pass(10_000)
    }
    expect(await asked).toBe('upstream_bad_response')
  })
})

describe('a signed-in guest', () => {
  const signedIn = { ref: { token: 'token-1', jwt: 'old', refreshToken: 'r' }, origin: undefined }

  test('whose JWT has expired gets a session with a fresh JWT', async () => {
    const genesys = fakeGenesys({ renewJwt: (refreshToken) => Promise.resolve(`fresh-by-${refreshToken}`) })
    const asked = genesys.connections.of(signedIn).ready(Date.now() + 10_000)
    genesys.socket.accepts()
    expect(genesys.socket.lastSent).toMatchObject({
      action: 'configureAuthenticatedSession',
      data: { code: 'old' },
    })
    genesys.socket.refusesWith(401)
    await pass(0)
    expect(genesys.socket.lastSent).toMatchObject({ data: { code: 'fresh-by-r' } })
    genesys.socket.configures()
    await asked
    expect(genesys.sockets).toHaveLength(1)
  })

  test('whom Genesys still refuses after three fresh JWTs has to sign in again', async () => {
    const genesys = fakeGenesys({ renewJwt: () => Promise.resolve('fresh') })
    const asked = code(genesys.connections.of(signedIn).ready(Date.now() + 10_000))
    genesys.socket.accepts()
    for (let attempt = 0; attempt < 4; attempt++) {
      genesys.socket.refusesWith(401)
      await pass(0)
    }
    expect(await asked).toBe('session_ended')
    expect(genesys.socket.sent).toHaveLength(4)
  })

  test('whose JWT expires during a request still gets the response', async () => {
    const genesys = fakeGenesys({ renewJwt: () => Promise.resolve('fresh') })
    const connection = genesys.connections.of(signedIn)
    void connection.ready(Date.now() + 10_000)
    genesys.socket.accepts()
    genesys.socket.configures()
    const asked = connection.request({
      frame: { action: 'getJwt', tracingId: 't' },
      purpose: 'read',
      deadlineAtMs: Date.now() + 10_000,
      readResponse: (frame) => (frame.class === 'JwtResponse' ? frame.body.jwt : undefined),
      ifLost: 'send-again',
    })
    genesys.socket.refusesWith(401, 'User is unauthorized')
    await pass(0)
    genesys.socket.configures()
    genesys.socket.says({ class: 'JwtResponse', code: 200, body: { jwt: 'j', exp: 1 }, tracingId: 't' })
    expect(await asked).toBe('j')
  })
})

test('the handshake contains the page’s origin', () => {
  const genesys = fakeGenesys()
  listening(genesys)
  expect(genesys.socket.origin).toBe('https://shop.example')
})

describe('the report on socket outcomes', () => {
  test('contains each attempt with its outcome, and no loss of a socket that was never open', async () => {
    const genesys = fakeGenesys()
    listening(genesys)
    genesys.socket.refuses(503)
    await pass(500)
    genesys.socket.breaks()
    await pass(1_000)
    genesys.socket.accepts()
    expect(genesys.attempts).toEqual(['http_503', 'upstream_unavailable', 'ok'])
    expect(genesys.lost).toEqual([])
  })

  test('contains each loss with its reason', async () => {
    const genesys = fakeGenesys()
    genesys.ready()
    genesys.socket.breaks()
    genesys.ready('token-2')
    genesys.socket.emit('close', 1001)
    genesys.ready('token-3')
    listening(genesys, 'token-3')
    await pass(45_000)
    const connection = genesys.connections.of(genesys.guest('token-4'), true)
    void connection.ready(Date.now() + 1_000).catch(codeOf)
    genesys.socket.accepts()
    genesys.socket.refusesWith(400)
    expect(genesys.lost).toEqual(['broken', 'closed', 'silent', 'refused'])
  })

  test('contains no loss of a socket that the service itself closes', async () => {
    const genesys = fakeGenesys()
    genesys.ready()
    genesys.connections.close()
    genesys.socket.emit('close', 1005)
    await pass(1_000)
    expect(genesys.lost).toEqual([])
  })
})
