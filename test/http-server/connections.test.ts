import { once } from 'node:events'
import net from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { isSession } from '../event-reader.ts'
import { ask, SITE, type Page } from '../start-service.ts'
import {
  connect,
  expectCounts,
  head,
  NOTHING_OPEN,
  page,
  readAll,
  running,
  start,
} from './raw-connections.ts'

/** Clients that disconnect, stall, or send what no browser sends, over raw sockets. */

afterEach(() => running.stop())

describe('the count of requests and streams', () => {
  beforeEach(() => start())

  test('includes an open stream and a request pipelined behind it until the connection closes', async () => {
    const socket = connect()
    socket.write(head('GET /events') + head('GET /guest-session'))
    await once(socket, 'data')
    // A request pipelined behind the stream runs immediately, and its response waits as long as the stream is open.
    await expectCounts({ streams: 1, inFlight: 1, arriving: 0 })
    socket.destroy()
    await expectCounts(NOTHING_OPEN)
  })
})

describe('a connection', () => {
  beforeEach(() => start({ MAX_REQUESTS_IN_FLIGHT_PER_ADDRESS: '5' }))

  test('that pipelines requests is served in order, and requests above its address’s limit are refused', async () => {
    const few = connect()
    few.write(head('GET /healthz').repeat(9) + head('GET /healthz', { connection: 'close' }))
    expect((await readAll(few)).split('{"status":"ok"}')).toHaveLength(11)
    const many = connect()
    many.write(head('GET /guest-session').repeat(9) + head('GET /guest-session', { connection: 'close' }))
    const answers = (await readAll(many)).split('HTTP/1.1 ').slice(1)
    expect(answers.map((text) => text.slice(0, 3))).toEqual([...Array(5).fill('200'), '429'])
  })

  test('that pipelines more than 16 requests is closed, and the excess requests are dropped', async () => {
    const socket = connect()
    socket.write(head('GET /healthz').repeat(16))
    await once(socket, 'data')
    socket.write(head('GET /healthz').repeat(200))
    expect((await readAll(socket)).split('{"status":"ok"}').length).toBeLessThan(35)
    await expectCounts(NOTHING_OPEN)
  })

  test('that pipelines more than 16 requests is closed even if a proxy forwards them for many addresses', async () => {
    await running.stop()
    await start({ TRUST_PROXY: '1' })
    const socket = connect()
    const requests = Array.from({ length: 200 }, (_, i) =>
      head('GET /openapi.json', { 'x-forwarded-for': `203.0.113.${i}` }),
    )
    socket.write(requests.join('') + head('GET /healthz', { connection: 'close' }))
    expect((await readAll(socket)).split('HTTP/1.1 200').length).toBeLessThan(18)
    await expectCounts(NOTHING_OPEN)
    const { body } = await ask(running.url, 'GET', '/metrics')
    expect(body).toMatch(/^guest_bff_dropped_connections_total 1$/m)
  })

  test('that opens a stream gets only the stream, and no response to a request pipelined behind it', async () => {
    const socket = connect()
    socket.write(head('GET /events') + head('POST /typing', { 'content-length': '0' }))
    const text = await new Promise<string>((resolve) => {
      let read = ''
      socket.on('data', (chunk) => {
        read += chunk.toString()
        if (read.includes('retry: 200')) resolve(read)
      })
    })
    expect(text).toMatch(/\r\nConnection: close\r\n/i)
    expect(text.split('HTTP/1.1')).toHaveLength(2)
    socket.destroy()
  })

  test.each([
    ['no Host', 'GET / HTTP/1.1\r\nX: y\r\n\r\n', 400, 'invalid_request'],
    [
      'two Host headers',
      'GET /healthz HTTP/1.1\r\nHost: a\r\nhOST: a\r\nConnection: close\r\n\r\n',
      400,
      'invalid_request',
    ],
    [
      'two Host headers with HTTP/1.0',
      'GET /healthz HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n',
      400,
      'invalid_request',
    ],
    [
      'an invalid Host',
      'GET /healthz HTTP/1.1\r\nHost: a/../b@c\r\nConnection: close\r\n\r\n',
      400,
      'invalid_request',
    ],
    ['a request that is not HTTP', 'NOT HTTP\r\n\r\n', 400, 'invalid_request'],
    [
      'headers of more than 16 KiB',
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['an unknown expectation', 'GET / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\n\r\n', 417, 'expectation_failed'],
    [
      'two content lengths',
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'invalid_request',
    ],
  ])('that sends %s gets problem details', async (_what, text, status, code) => {
    const socket = connect()
    socket.write(text)
    const [headers = '', body = ''] = (await readAll(socket)).split('\r\n\r\n')
    expect(headers).toMatch(new RegExp(`^HTTP/1.1 ${status} [A-Z]`))
    expect(headers).toMatch(/Content-Type: application\/problem\+json/i)
    expect(JSON.parse(body)).toMatchObject({ status, code })
  })
})

test('a request is served only if its Host is valid or empty; an HTTP/1.0 request needs no Host', async () => {
  await start()
  const statusOf = async (rest: string) => {
    const socket = connect()
    socket.write(`GET /healthz ${rest}\r\nConnection: close\r\n\r\n`)
    return (await readAll(socket)).split(' ')[1]
  }
  const valid = ['', 'a', 'a.', 'Guest_bff:8080', '127.0.0.1:3000', '[2001:db8::1]:443', 'a:', 'a%c3%a4']
  for (const host of valid) expect([host, await statusOf(`HTTP/1.1\r\nHost: ${host}`)]).toEqual([host, '200'])
  const invalid = ['a b', 'a:b', 'a:1:2', '[::1', '::1', 'a%2', 'a\\b', 'http://a', 'a?b', 'a@b']
  for (const host of invalid)
    expect([host, await statusOf(`HTTP/1.1\r\nHost: ${host}`)]).toEqual([host, '400'])
  expect(await statusOf('HTTP/1.0\r\nX: y')).toBe('200')
})

describe('if clients behave unusually,', () => {
  beforeEach(() => start({ REQUEST_TIMEOUT_MS: '2500' }))

  const json = { 'content-type': 'application/json' }
  const chunked = { ...json, 'transfer-encoding': 'chunked' }
  const words = '{"text":"x"}'
  const last = { connection: 'close' }
  const rows: [what: string, bytes: () => string, answers: (string | RegExp)[]][] = [
    ['an upgrade', () => head('GET /healthz', { connection: 'Upgrade, close', upgrade: 'h2c' }), ['200']],
    [
      'an upgrade with more bytes behind it',
      () => head('GET /healthz', { connection: 'Upgrade, close', upgrade: 'websocket' }) + '\x81\x05Hello',
      ['200'],
    ],
    [
      'a foreign Origin after three thousand other headers',
      () =>
        `GET /healthz HTTP/1.1\r\nHost: localhost\r\n${'A: \r\n'.repeat(3000)}Origin: https://other.example\r\nConnection: close\r\n\r\n`,
      [/403 [^]*"code":"origin_not_allowed"/],
    ],
    [
      'trailers',
      () => head('POST /messages', { ...chunked, ...last }) + `c\r\n${words}\r\n0\r\nX-Trailer: y\r\n\r\n`,
      ['201'],
    ],
    [
      'a session token as a trailer',
      () =>
        head('POST /messages', { ...chunked, ...last, authorization: '', trailer: 'Authorization' }) +
        `c\r\n${words}\r\n0\r\nAuthorization: ${page.headers['authorization']}\r\n\r\n`,
      ['401'],
    ],
    [
      'trailers of more than 16 KiB',
      () => head('POST /messages', chunked) + `c\r\n${words}\r\n0\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
      ['431'],
    ],
    [
      'Expect: 100-continue',
      () =>
        head('POST /messages', { ...json, ...last, expect: '100-continue', 'content-length': '12' }) + words,
      ['100', '201'],
    ],
    [
      'another expectation',
      () => head('GET /healthz', { expect: 'tea' }),
      [/417 [^]*"code":"expectation_failed"/],
    ],
    [
      'a head that never ends',
      () => 'GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ',
      [/408 [^]*content-type: application\/problem\+json[^]*"code":"request_timeout"/i],
    ],
    [
      'Content-Length: 00 where no body is needed',
      () => head('POST /guest-session', { ...last, 'content-length': '00' }),
      ['200'],
    ],
    [
      'Content-Length: 00 where a body is needed',
      () => head('POST /messages', { ...last, 'content-length': '00' }),
      [/400 [^]*"code":"invalid_request"/],
    ],
    ['a range that the file has', () => head('GET /client.js', { ...last, range: 'bytes=0-9' }), ['206']],
    [
      'a range that the file does not have',
      () => head('GET /client.js', { ...last, range: 'bytes=9999999-' }),
      [/416 [^]*"code":"range_not_satisfiable"/],
    ],
  ]

  test.each(rows)(
    'a request with %s gets the response that HTTP defines, and leaves nothing open',
    async (_what, bytes, answers) => {
      const socket = connect()
      socket.write(bytes(), 'latin1')
      const answered = (await readAll(socket)).split(/^HTTP\/1.1 /m).slice(1)
      expect(answered).toHaveLength(answers.length)
      answers.forEach((answer, i) => {
        expect(answered[i]).toMatch(typeof answer === 'string' ? new RegExp(`^${answer} `) : answer)
      })
      await expectCounts(NOTHING_OPEN)
      expect(running.logLines.join('')).not.toContain('internal_error')
    },
  )

  test.each([
    ['after a whole request', () => head('GET /healthz'), /^HTTP\/1.1 200 /],
    [
      'within a head',
      () => 'GET /healthz HTTP/1.1\r\nHost',
      /^(HTTP\/1.1 400 [^]*"code":"invalid_request"|$)/,
    ],
    [
      'within a body',
      () => head('POST /messages', { ...json, 'content-length': '90' }) + '{',
      /^(HTTP\/1.1 400 |$)/,
    ],
    ['during a stream', () => head('GET /events'), /^(HTTP\/1.1 200 |$)/],
  ])(
    'a connection that is half-closed %s gets a response or is closed, and leaves nothing open',
    async (_at, bytes, answer) => {
      const socket = net.connect({ port: running.service.port, host: '127.0.0.1', allowHalfOpen: true })
      socket.on('error', () => undefined)
      socket.end(bytes())
      expect(await readAll(socket)).toMatch(answer)
      await expectCounts(NOTHING_OPEN)
    },
  )

  test('an aborted download is not logged as a service error', async () => {
    for (const path of ['/client.js', '/guest-chat.js', '/openapi.json', '/docs/swagger-ui-bundle.js']) {
      for (let i = 0; i < 20; i++) {
        const socket = connect()
        socket.write(head(`GET ${path}`).repeat(3))
        await once(socket, 'data')
        socket.resetAndDestroy()
      }
    }
    await expectCounts(NOTHING_OPEN)
    expect(running.logLines.join('')).not.toMatch(/internal_error|"status":500|"level":"?(error|50)/)
  })
})

describe('slow bodies', () => {
  test('are limited for each address, and counted until their clients disconnect', async () => {
    await start({
      MAX_REQUESTS_ARRIVING: '20',
      MAX_REQUESTS_ARRIVING_PER_ADDRESS: '5',
    })
    const slow = Array.from({ length: 5 }, () => connect())
    const post = head('POST /messages', { 'content-type': 'application/json', 'content-length': '100' })
    for (const socket of slow) socket.write(`${post}{`)
    await expectCounts({ ...NOTHING_OPEN, inFlight: 5, arriving: 5 })
    expect((await page.ask('GET', '/guest-session')).status).toBe(200)
    const { status, body, headers } = await page.say('too many')
    expect([status, body.code]).toEqual([429, 'rate_limited'])
    expect(headers.get('retry-after')).not.toBeNull()
    for (const socket of slow) socket.destroy()
    await expectCounts(NOTHING_OPEN)
    expect((await page.say('now there is room')).status).toBe(201)
  }, 20_000)

  test('of uploads are limited for each guest, so other guests at the same address can still upload', async () => {
    await start()
    const file = { 'content-type': 'image/png', 'content-length': '100' }
    const slow = Array.from({ length: 8 }, () => connect())
    for (const socket of slow) socket.write(`${head('POST /attachments?fileName=a.png', file)}a`)
    await expectCounts({ ...NOTHING_OPEN, inFlight: 8, arriving: 8 })
    const upload = (from: Page) =>
      ask(running.url, 'POST', '/attachments?fileName=a.png', 'a', {
        ...from.headers,
        'content-type': 'image/png',
      })
    const refused = await upload(page)
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
    expect(refused.headers.get('retry-after')).not.toBeNull()
    expect((await upload(await running.openPage())).status).toBe(201)
    for (const socket of slow) socket.destroy()
    await expectCounts(NOTHING_OPEN)
    expect((await upload(page)).status).toBe(201)
  }, 20_000)
})

describe('event streams', () => {
  test('do not keep the body of their request in memory', async () => {
    await start()
    const socket = connect()
    const body = Buffer.alloc(32 * 1024 * 1024)
    socket.write(head('GET /events', { 'content-length': String(body.length) }))
    await once(socket, 'data')
    // More than the buffers of the operating system can contain, so it is written only if the service reads it.
    await new Promise<void>((resolve) => socket.write(body, () => resolve()))
    await expectCounts({ streams: 1, inFlight: 0, arriving: 0 })
    socket.destroy()
    await expectCounts(NOTHING_OPEN)
  })

  test('are limited for each address', async () => {
    await start({ MAX_EVENT_STREAMS_PER_ADDRESS: '2' })
    const streams = [await page.events(), await page.events()]
    await streams[0]?.next(isSession('connected'))
    const { status, body } = await page.ask('GET', '/events')
    expect([status, body.code]).toEqual([429, 'rate_limited'])
    for (const stream of streams) stream.close()
    await expectCounts(NOTHING_OPEN)
    const again = await page.events()
    expect(again.status).toBe(200)
    again.close()
  })
})

describe('refusals', () => {
  test('of one kind from one address cause one log line a second, and the metrics count all of them', async () => {
    await start()
    for (let i = 0; i < 50; i++) await ask(running.url, 'GET', '/nowhere', undefined, { origin: SITE })
    const lines = running.logLines.filter((line) => line.includes('"code":"not_found"'))
    expect(lines.length).toBeLessThanOrEqual(3)
    const { body } = await ask(running.url, 'GET', '/metrics')
    expect(String(body)).toMatch(/^guest_bff_problems_total\{code="not_found"\} 50$/m)
  })
})

describe('connections whose request heads never end', () => {
  beforeEach(() => start())

  test('are closed, oldest first, above 500 from one address, and the closures are counted and logged', async () => {
    const open = async (count: number) => {
      const sockets = Array.from({ length: count }, connect)
      await Promise.all(sockets.map((socket) => once(socket, 'connect')))
      for (const socket of sockets) socket.resume().write('GET /events HTTP/1.1\r\nHost: localhost\r\n')
      // The service reads this request after the unfinished heads, so its response shows that they have been read.
      expect((await page.ask('GET', '/guest-session')).status).toBe(200)
      return sockets
    }
    const first = await open(495)
    const closed = Promise.all(first.slice(0, 10).map((socket) => once(socket, 'close')))
    const more = await open(20)
    await closed
    const { body } = await ask(running.url, 'GET', '/metrics')
    expect(Number(/^guest_bff_dropped_connections_total (\d+)$/m.exec(String(body))?.[1])).toBeGreaterThan(9)
    expect(running.logLines.filter((line) => line.includes('connections were closed'))).toHaveLength(1)
    expect(more.every(({ destroyed }) => !destroyed)).toBe(true)
    for (const socket of [...first, ...more]) socket.destroy()
  })
})
