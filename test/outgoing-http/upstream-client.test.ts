import { once } from 'node:events'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import nock from 'nock'
import * as z from 'zod'
import {
  createUpstreamClient,
  type UpstreamClient,
  type UpstreamRequest,
} from '../../src/service/outgoing-http/upstream-client.ts'
import { closedPort, startLocalUpstream, type LocalUpstream } from './local-upstream.ts'
import { createUpstreamAgents } from '../../src/service/outgoing-http/upstream-agents.ts'
import { failure } from './failure.ts'

const API = 'https://api.mypurecloud.ie'
const Thing = z.object({ id: z.string() })
type ThingRequest = UpstreamRequest<z.infer<typeof Thing>>

let client: UpstreamClient
beforeEach(() => {
  client = createUpstreamClient({ name: 'api', timeoutMs: 2000, random: () => 0 })
})

function read(more: Partial<ThingRequest> = {}): ThingRequest {
  return {
    operation: 'read_thing',
    method: 'GET',
    url: `${API}/thing`,
    schema: Thing,
    deadlineAtMs: Date.now() + 5000,
    retry: 'idempotent',
    ...more,
  }
}

function say(more: Partial<ThingRequest> = {}): ThingRequest {
  return read({
    operation: 'send_message',
    method: 'POST',
    body: { text: 'Hi' },
    retry: 'non-idempotent',
    ...more,
  })
}

let upstream: LocalUpstream | undefined
afterEach(async () => {
  client.close()
  await upstream?.stop()
  upstream = undefined
})

test('an exception at the start of a request makes only that request fail', async () => {
  nock.restore() // When active, nock replaces the connections.
  upstream = await startLocalUpstream((_, res) => res.end('{"id":"1"}'))
  const agents = createUpstreamAgents()
  const broken = new Error('not to be thrown')
  const agentFor = (url: URL) => {
    if (url.pathname === '/broken') throw broken
    return agents.agentFor(url)
  }
  client = createUpstreamClient({ name: 'api', timeoutMs: 2000, agents: { ...agents, agentFor } })
  const [failed, served] = await Promise.allSettled([
    client.request(read({ url: `${upstream.url}/broken` })),
    client.request(read({ url: `${upstream.url}/thing` })),
  ])
  agents.close()
  expect(failed).toEqual({ status: 'rejected', reason: broken })
  expect(served).toEqual({ status: 'fulfilled', value: { id: '1' } })
})

describe('when a request is sent,', () => {
  test('JSON is sent with its length, and the response is validated against the schema', async () => {
    const scope = nock(API, {
      reqheaders: {
        'content-type': 'application/json',
        'content-length': '17',
        'accept-encoding': 'identity',
        authorization: 'Bearer abc',
      },
    })
      .put('/thing', { text: 'Grüß' })
      .reply(200, { id: '7', more: true })
    const request = read({ method: 'PUT', body: { text: 'Grüß' }, headers: { authorization: 'Bearer abc' } })
    await expect(client.request(request)).resolves.toEqual({ id: '7' })
    scope.done()
  })

  test('a form is URL-encoded', async () => {
    const scope = nock(API).post('/form', 'grant_type=client_credentials&x=a+%26+b').reply(200, { id: '1' })
    const form = { grant_type: 'client_credentials', x: 'a & b' }
    await client.request(read({ method: 'POST', url: `${API}/form`, form }))
    scope.done()
  })

  test('consecutive calls share one connection', async () => {
    nock.restore() // When active, nock replaces the connections.
    upstream = await startLocalUpstream((_, res) => res.end('{"id":"1"}'))
    for (let i = 0; i < 5; i++) await client.request(read({ url: `${upstream.url}/thing` }))
    expect(upstream.requests).toHaveLength(5)
    expect(upstream.connections()).toBe(1)
  })

  test('a redirect is not followed, and the hint says so', async () => {
    nock(API).get('/thing').reply(302, '', { location: 'https://elsewhere.example/' })
    const error = await failure(client.request(read()))
    expect(error.code).toBe('upstream_bad_response')
    expect(error.facts.hint).toMatch(/redirects are not followed/)
  })

  test.each([
    'ftp://a/b',
    '//h/x',
    '/x',
    '',
    'file:///etc/passwd',
    'https://u@host/x',
    'https://u:p@host/x',
    'https://h#x/y',
    'https://h/x#y',
    'https://h/x\r\ny',
    'https://h/ü',
    'https://h:99999/x',
    'https://h /x',
    'https://host\\@evil/x',
    'https://h/a b',
    'nonsense',
  ])('the invalid address %p is not called', async (url) => {
    expect((await failure(client.request(read({ url })))).code).toBe('upstream_bad_response')
  })

  test('a header with a line break is not sent', async () => {
    upstream = await startLocalUpstream((_, res) => res.end('{"id":"1"}'))
    const headers = { authorization: 'Bearer a\r\nx: y' }
    const error = await failure(client.request(read({ url: `${upstream.url}/`, headers })))
    expect(error.code).toBe('upstream_bad_response')
    expect(upstream.requests).toHaveLength(0)
  })
})

describe('when a response is invalid,', () => {
  test.each([
    ['a body that is not JSON', '<html>'],
    ['JSON of the wrong shape', '{"id":7}'],
    ['an empty body', ''],
    ['null', 'null'],
  ])('%s causes upstream_bad_response and is not quoted in the error', async (_, body) => {
    nock(API).get('/thing').reply(200, body)
    const error = await failure(client.request(read()))
    expect(error.code).toBe('upstream_bad_response')
    expect(JSON.stringify([error.message, error.facts])).not.toContain('html')
    expect(error.cause).toBeUndefined()
  })

  test('an error quotes no key that comes from the response', async () => {
    nock(API)
      .get('/thing')
      .reply(200, { things: { 'Jane <jane@example.com>': 7 } })
    const schema = z.object({ things: z.record(z.string(), z.string()) })
    const error = await failure(client.request({ ...read(), schema }))
    expect(error.facts.hint).toMatch(/things\.\?/)
  })

  test('an endless response is cut off', async () => {
    upstream = await startLocalUpstream((_, res) => {
      const more = (): void => {
        if (!res.destroyed) res.write(Buffer.alloc(1 << 20, 32), () => setImmediate(more))
      }
      more()
    })
    const patient = createUpstreamClient({ name: 'api', timeoutMs: 20_000 })
    const endless = read({ url: `${upstream.url}/thing`, deadlineAtMs: Date.now() + 20_000 })
    const error = await failure(patient.request(endless)).finally(() => patient.close())
    expect(error.code).toBe('upstream_bad_response')
    expect(error.facts.hint).toMatch(/larger/)
  })

  test('a body that is not JSON is accepted if the caller does not need JSON', async () => {
    nock(API).post('/thing').reply(202, 'OK')
    await expect(
      client.request({ ...say(), schema: z.unknown(), allowNonJson: true }),
    ).resolves.toBeUndefined()
  })
})

describe('when an upstream refuses a request,', () => {
  test.each([
    [400, 'upstream_refused'],
    [401, 'upstream_auth_failed'],
    [403, 'upstream_refused'],
    [404, 'upstream_refused'],
    [409, 'upstream_refused'],
    [500, 'delivery_unknown'],
    [503, 'upstream_unavailable'],
  ])('HTTP %i becomes %s', async (status, code) => {
    nock(API).post('/thing').reply(status, {})
    const error = await failure(client.request(say()))
    expect(error.code).toBe(code)
    expect(error.facts.status).toBe(status)
  })

  test('only the codes in an error body are passed on, and only if they look like codes', async () => {
    const body = { code: 'missing.permissions', message: 'secret text', contextId: 'c-1', details: ['x'] }
    nock(API).post('/thing').reply(403, body)
    const error = await failure(client.request(say({ explain: ({ upstreamCode }) => `see ${upstreamCode}` })))
    expect(error.facts).toEqual({
      status: 403,
      upstreamCode: 'missing.permissions',
      correlationId: 'c-1',
      hint: 'see missing.permissions',
    })
    nock(API).post('/thing').reply(403, { code: 'a b <script>', contextId: 'x\ny' })
    expect((await failure(client.request(say()))).facts).toEqual({ status: 403 })
  })

  test("the error contains the platform's correlation id", async () => {
    nock(API).post('/thing').reply(404, '', { 'ININ-Correlation-Id': 'abc-123' })
    expect((await failure(client.request(say()))).facts.correlationId).toBe('abc-123')
  })

  test('`explain` is told that the body of a refusal is empty', async () => {
    nock(API).post('/thing').reply(403)
    const error = await failure(client.request(say({ explain: ({ emptyBody }) => String(emptyBody) })))
    expect(error.facts.hint).toBe('true')
  })
})

describe('after a failure,', () => {
  test.each([429, 502, 503, 504])('a read is repeated after HTTP %i', async (status) => {
    nock(API).get('/thing').reply(status, {}, { 'retry-after': '0' }).get('/thing').reply(200, { id: '1' })
    await expect(client.request(read())).resolves.toEqual({ id: '1' })
  })

  test('a read is tried three times in total', async () => {
    const scope = nock(API).get('/thing').times(4).reply(503)
    expect((await failure(client.request(read()))).code).toBe('upstream_unavailable')
    expect(scope.pendingMocks()).toHaveLength(1)
  })

  test.each([500, 501, 400, 404])('a read is not repeated after HTTP %i', async (status) => {
    const scope = nock(API).get('/thing').times(2).reply(status)
    await failure(client.request(read()))
    expect(scope.pendingMocks()).toHaveLength(1)
  })

  test('a wait that would exceed the deadline is not started, but returned with the error', async () => {
    nock(API).get('/thing').reply(429, {}, { 'retry-after': '600' })
    const startedAtMs = Date.now()
    const error = await failure(client.request(read()))
    expect(error.code).toBe('upstream_rate_limited')
    expect(error.facts.retryAfterSeconds).toBe(600)
    expect(Date.now() - startedAtMs).toBeLessThan(1000)
  })

  test("without Retry-After, the wait is read from the platform's own rate-limit header", async () => {
    nock(API).get('/thing').reply(429, {}, { 'inin-ratelimit-reset': '61' })
    expect((await failure(client.request(read()))).facts.retryAfterSeconds).toBe(61)
  })

  test('a message is repeated after 429, because it was not accepted', async () => {
    nock(API).post('/thing').reply(429, {}, { 'retry-after': '0' }).post('/thing').reply(201, { id: '1' })
    await expect(client.request(say())).resolves.toEqual({ id: '1' })
  })

  test.each([
    [500, 'delivery_unknown'],
    [502, 'delivery_unknown'],
    [503, 'upstream_unavailable'],
    [504, 'delivery_unknown'],
  ])('a message is not repeated after HTTP %i, and fails with %s', async (status, code) => {
    const scope = nock(API).post('/thing').times(2).reply(status)
    expect((await failure(client.request(say()))).code).toBe(code)
    expect(scope.pendingMocks()).toHaveLength(1)
  })

  test('a refused connection is tried three times and fails with upstream_unavailable, even for a message', async () => {
    const url = `${await closedPort()}/thing`
    const tries: unknown[] = []
    const observed = createUpstreamClient({
      name: 'api',
      timeoutMs: 2000,
      random: () => 0,
      observe: ({ result }) => tries.push(result),
    })
    const error = await failure(observed.request(say({ url })))
    expect(error.code).toBe('upstream_unavailable')
    expect(error.facts.hint).toBe(
      `No connection to ${new URL(url).host}: nothing listens there (ECONNREFUSED). Check GENESYS_REGION or the address set instead of it.`,
    )
    expect(tries).toEqual(['unreachable', 'unreachable', 'unreachable'])
  })

  test('a message whose connection breaks fails with delivery_unknown and is not sent again', async () => {
    upstream = await startLocalUpstream((req) => req.socket.destroy())
    expect((await failure(client.request(say({ url: `${upstream.url}/thing` })))).code).toBe(
      'delivery_unknown',
    )
    expect(upstream.requests).toHaveLength(1)
  })

  test('a message whose connection breaks during the response fails with delivery_unknown', async () => {
    upstream = await startLocalUpstream((req, res) => {
      res.writeHead(201, { 'content-length': '100' }).write('{"id":', () => req.socket.destroy())
    })
    expect((await failure(client.request(say({ url: `${upstream.url}/thing` })))).code).toBe(
      'delivery_unknown',
    )
  })

  test('requests that have waited for a connection leave no listener on it', async () => {
    nock.restore() // When active, nock opens a new connection for each request.
    upstream = await startLocalUpstream((_req, res) => res.end('{"id":"1"}'))
    const agents = createUpstreamAgents({ maxSockets: 1 })
    const narrow = createUpstreamClient({ name: 'api', timeoutMs: 2000, agents })
    const call = say({ url: `${upstream.url}/thing` })
    const listeners = (): number => {
      const [socket] = Object.values(agents.agentFor(new URL(upstream!.url)).freeSockets).flatMap(
        (free) => free ?? [],
      )
      return (socket?.eventNames() ?? []).reduce((sum, name) => sum + socket!.listenerCount(name), 0)
    }
    await narrow.request(call)
    const afterOne = listeners()
    await Promise.all([narrow.request(call), narrow.request(call), narrow.request(call)])
    expect(upstream.connections()).toBe(1)
    expect(afterOne).toBeGreaterThan(0)
    expect(listeners()).toBe(afterOne)
    agents.close()
  })

  test('a read whose connection breaks is sent again', async () => {
    upstream = await startLocalUpstream((req, res, count) => {
      if (count < 3) req.socket.destroy()
      else res.end('{"id":"3"}')
    })
    await expect(client.request(read({ url: `${upstream.url}/thing` }))).resolves.toEqual({ id: '3' })
  })

  test('a message is sent again after nock refuses its connection, but not after nock resets it', async () => {
    const broken = (code: string): Error => Object.assign(new Error(code), { code })
    nock(API).post('/thing').replyWithError(broken('ECONNREFUSED')).post('/thing').reply(201, { id: '1' })
    await expect(client.request(say())).resolves.toEqual({ id: '1' })
    const scope = nock(API).post('/thing').times(2).replyWithError(broken('ECONNRESET'))
    expect((await failure(client.request(say()))).code).toBe('delivery_unknown')
    expect(scope.pendingMocks()).toHaveLength(1)
  })

  test('a creation whose response is lost is not repeated, and fails with upstream_unavailable', async () => {
    upstream = await startLocalUpstream((req) => req.socket.destroy())
    const error = await failure(client.request(say({ url: `${upstream.url}/thing`, retry: 'creation' })))
    expect(error.code).toBe('upstream_unavailable')
    expect(upstream.requests).toHaveLength(1)
  })

  test('an unexpected protocol switch is treated as a lost response', async () => {
    upstream = await startLocalUpstream((req) => {
      req.socket.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n')
    })
    expect((await failure(client.request(say({ url: `${upstream.url}/thing` })))).code).toBe(
      'delivery_unknown',
    )
  })
})

describe('once the deadline has passed,', () => {
  test('a read without a response fails with upstream_timeout after one attempt', async () => {
    upstream = await startLocalUpstream(() => undefined)
    const request = read({ url: `${upstream.url}/thing`, deadlineAtMs: Date.now() + 100 })
    expect((await failure(client.request(request))).code).toBe('upstream_timeout')
    expect(upstream.requests).toHaveLength(1)
  })

  test('a message without a response fails with delivery_unknown', async () => {
    upstream = await startLocalUpstream(() => undefined)
    const request = say({ url: `${upstream.url}/thing`, deadlineAtMs: Date.now() + 100 })
    expect((await failure(client.request(request))).code).toBe('delivery_unknown')
  })

  test('a response that arrives byte by byte is cut off', async () => {
    upstream = await startLocalUpstream((_, res) => {
      const drip = setInterval(() => res.write(' '), 10)
      res.on('close', () => clearInterval(drip))
    })
    const request = read({ url: `${upstream.url}/thing`, deadlineAtMs: Date.now() + 150 })
    expect((await failure(client.request(request))).code).toBe('upstream_timeout')
  })

  test('a new call is not made', async () => {
    const scope = nock(API).get('/thing').reply(200, { id: '1' })
    const error = await failure(client.request(read({ deadlineAtMs: Date.now() - 1 })))
    expect(error.code).toBe('upstream_timeout')
    expect(scope.isDone()).toBe(false)
  })
})

describe('a breaker', () => {
  test('opens after ten consecutive failures, and lets a call through five seconds later', async () => {
    let nowMs = Date.now()
    const realNow = Date.now
    Date.now = () => nowMs
    try {
      let down = true
      upstream = await startLocalUpstream((_, res) => res.writeHead(down ? 500 : 200).end('{"id":"1"}'))
      const breaking = createUpstreamClient({ name: 'api', timeoutMs: 2000 })
      const request = (): Promise<unknown> =>
        breaking.request(read({ url: `${upstream!.url}/thing`, deadlineAtMs: nowMs + 5000 }))
      for (let i = 0; i < 10; i++) expect((await failure(request())).facts.status).toBe(500)
      const error = await failure(request())
      expect(error.code).toBe('upstream_unavailable')
      expect(error.facts.retryAfterSeconds).toBe(5)
      expect(upstream.requests).toHaveLength(10)
      down = false
      nowMs += 5001
      await expect(request()).resolves.toEqual({ id: '1' })
      breaking.close()
    } finally {
      Date.now = realNow
    }
  })

  test('does not open because of refusals', async () => {
    upstream = await startLocalUpstream((_, res, count) =>
      res.writeHead(count > 30 ? 200 : 403).end('{"id":"1"}'),
    )
    const url = `${upstream.url}/thing`
    for (let i = 0; i < 30; i++)
      expect((await failure(client.request(read({ url })))).code).toBe('upstream_refused')
    await expect(client.request(read({ url }))).resolves.toEqual({ id: '1' })
  })
})

describe('during an upload,', () => {
  const upload = (body: Readable, sizeBytes: number, headers: Record<string, string> = {}) =>
    client.upload({
      operation: 'upload_file',
      url: `${upstream!.url}/file`,
      headers,
      body,
      sizeBytes,
      deadlineAtMs: Date.now() + 3000,
    })

  test('a file is streamed with exactly the given headers and its length', async () => {
    let received = ''
    upstream = await startLocalUpstream((req, res) => {
      req.on('data', (chunk: Buffer) => (received += chunk.toString()))
      req.on('end', () => res.end())
    })
    await upload(Readable.from([Buffer.from('ab'), Buffer.from('cd')]), 4, { 'x-amz-tagging': 'a' })
    expect(received).toBe('abcd')
    const { method, headers } = upstream.requests[0]!
    expect(method).toBe('PUT')
    expect(Object.keys(headers).sort()).toEqual(['connection', 'content-length', 'host', 'x-amz-tagging'])
  })

  test.each([
    ['short', ['a'], 4],
    ['long', ['abc', 'def'], 4],
  ])(
    'a file that is too %s for its announced size fails with attachment_refused',
    async (_, parts, sizeBytes) => {
      upstream = await startLocalUpstream((req, res) => req.resume().on('end', () => res.end()))
      const body = Readable.from(parts.map((part) => Buffer.from(part)))
      expect((await failure(upload(body, sizeBytes))).code).toBe('attachment_refused')
    },
  )

  test('a page that closes during the upload causes attachment_refused', async () => {
    upstream = await startLocalUpstream((req) => req.resume())
    const body = new Readable({ read: () => undefined })
    body.push('ab')
    const refused = failure(upload(body, 4))
    body.destroy(new Error('gone'))
    expect((await refused).code).toBe('attachment_refused')
  })

  test('a page that closed before its file was read causes attachment_refused immediately', async () => {
    upstream = await startLocalUpstream((req) => req.resume())
    const body = new Readable({ read: () => undefined })
    body.destroy()
    await once(body, 'close')
    expect((await failure(upload(body, 4))).code).toBe('attachment_refused')
  })

  test('a refusal ends the upload before the whole file is sent', async () => {
    upstream = await startLocalUpstream((_, res) => res.writeHead(403).end())
    const body = new Readable({ read: () => undefined })
    body.push('ab')
    expect((await failure(upload(body, 4))).facts.status).toBe(403)
  })

  test('slow pages do not prevent other pages’ uploads', async () => {
    upstream = await startLocalUpstream((req, res) => req.resume().on('end', () => res.end()))
    const trickle = () => {
      const body = new Readable({ read: () => undefined })
      body.push('a')
      const deadlineAtMs = Date.now() + 1100
      return client.upload({
        operation: 'upload',
        url: `${upstream!.url}/file`,
        body,
        sizeBytes: 4,
        deadlineAtMs,
      })
    }
    const slow = await Promise.all(Array.from({ length: 12 }, () => failure(trickle())))
    expect(new Set(slow.map(({ code }) => code))).toEqual(new Set(['upstream_timeout']))
    await expect(upload(Readable.from([Buffer.from('abcd')]), 4)).resolves.toBeUndefined()
  })

  test('a store that closes a slow page’s connection is not counted as failing', async () => {
    let isClosing = true
    upstream = await startLocalUpstream((req, res) => {
      if (isClosing) req.socket.destroy()
      else req.resume().on('end', () => res.end())
    })
    for (let i = 0; i < 12; i++) {
      const body = new Readable({ read: () => undefined })
      body.push('a')
      expect((await failure(upload(body, 4))).code).toBe('upstream_unavailable')
    }
    isClosing = false
    await expect(upload(Readable.from([Buffer.from('abcd')]), 4)).resolves.toBeUndefined()
  })

  test('a store that has received the whole file must respond within the usual request timeout', async () => {
    upstream = await startLocalUpstream((req) => void req.resume())
    const impatient = createUpstreamClient({ name: 'store', timeoutMs: 300 })
    const error = await failure(
      impatient.upload({
        operation: 'upload',
        url: `${upstream.url}/file`,
        body: Readable.from([Buffer.from('abcd')]),
        sizeBytes: 4,
        deadlineAtMs: Date.now() + 120_000,
      }),
    )
    expect(error.code).toBe('upstream_timeout')
    impatient.close()
  })

  test('the breaker opens if the store receives whole files but never responds', async () => {
    upstream = await startLocalUpstream((req) => void req.resume())
    const url = `${upstream.url}/file`
    const send = () => {
      const body = Readable.from([Buffer.from('abcd')])
      return failure(
        client.upload({ operation: 'upload', url, body, sizeBytes: 4, deadlineAtMs: Date.now() + 1100 }),
      )
    }
    const hanging = await Promise.all(Array.from({ length: 10 }, send))
    expect(hanging.map(({ code }) => code)).toContain('upstream_timeout')
    expect((await send()).code).toBe('upstream_unavailable')
  })
})
