import { once } from 'node:events'
import http from 'node:http'
import net, { Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import express from 'express'
import { createLoadShedding } from '../src/load-shedding.ts'
import { createLog } from '../src/log.ts'
import { createMetrics } from '../src/metrics.ts'
import { createLoadLimit, type LoadLimit } from '../src/middleware/load-limit.ts'
import { startServer, type RunningServer } from '../src/server/http-server.ts'
import { ask, SITE, startTogether, type Answer, type Page, type Running } from './start-service.ts'

/** Whole answers as they come, one string for each piece that was read. */
async function pieces(socket: Socket, until: (text: string) => boolean): Promise<string[]> {
  const all: string[] = []
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    all.push(String(chunk))
    if (until(all.join(''))) break
  }
  return all
}

describe('a service that has too much to do', () => {
  let running: Running
  let page: Page
  let waiting: Promise<Answer>
  beforeEach(async () => {
    const settings = {
      GENESYS_GUEST_API: 'external-guests',
      MAX_REQUESTS_UNDER_WAY: '1',
      UPSTREAM_TIMEOUT_MS: '1000',
    }
    const oauth = { GENESYS_CLIENT_ID: 'id', GENESYS_CLIENT_SECRET: 'the-secret-of-a-client' }
    running = await startTogether({
      settings: { ...settings, ...oauth },
      simulator: { restGuestApis: true, clientId: 'id', clientSecret: 'the-secret-of-a-client' },
    })
    page = await running.openPage()
    expect(page.opened.status).toBe(201)
    // An answer may be here before its place is free again.
    while (running.service.activeRequests().length > 0) await turn()
    running.genesys.injectFault('POST /api/v2/conversations/messaging/external/guests/*/messages', {
      swallow: true,
    })
    waiting = page.say('never answered')
    while (!running.genesys.requests.some(({ path }) => path.endsWith('/messages'))) await turn()
  })
  afterEach(async () => {
    await waiting
    await running.stop()
  })

  test('tells the page so, as any problem is told', async () => {
    const { status, headers, body } = await page.say('one too many', { 'x-request-id': 'asked-by-page' })
    expect([status, body.code]).toEqual([503, 'overloaded'])
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
    expect(headers.get('retry-after')).toBe('1')
    expect(headers.get('x-request-id')).toBe('asked-by-page')
    const foreign = await page.say('from elsewhere', { origin: 'https://evil.example.org' })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
    const normal = await ask(running.url, 'GET', '/healthz', undefined, { origin: SITE })
    for (const name of ['access-control-allow-origin', 'access-control-expose-headers', 'vary'])
      expect([name, headers.get(name)]).toEqual([name, normal.headers.get(name)])
  })

  test('says it in one piece, and the connection serves the next request', async () => {
    const socket = net.connect(running.service.port, '127.0.0.1')
    const lines = Object.entries({ host: 'x', ...page.headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    socket.write(`POST /typing HTTP/1.1\r\n${lines.join('')}content-length: 0\r\n\r\n`)
    const refusal = await pieces(socket, (text) => text.endsWith('}'))
    expect(refusal).toHaveLength(1)
    expect(refusal[0]).toMatch(/^HTTP\/1.1 503 /)
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    expect((await pieces(socket, (text) => text.endsWith('}'))).join('')).toMatch(/^HTTP\/1.1 200 /)
    socket.destroy()
  })

  test('counts every refusal, and tells them in one line a second', async () => {
    let refusals = 0
    for (let i = 0; i < 30; i++) if ((await page.say('one too many')).status === 503) refusals += 1
    const lines = running.logLines.filter((line) => line.includes('"code":"overloaded"'))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThanOrEqual(3)
    expect(lines[0]).toMatch(/"requestId":"[^"]+"/)
    const { body } = await ask(running.url, 'GET', '/metrics')
    expect(body).toContain(`guest_bff_problems_total{code="overloaded"} ${refusals}\n`)
  })
})

describe('a server that sheds all load', () => {
  const seen: string[] = []
  let server: RunningServer | undefined
  afterEach(async () => {
    seen.length = 0
    await server?.stop(0)
  })

  const admittedByPath: Pick<LoadLimit, 'admit'> = {
    admit: ({ url }, _res, { serve, refuse }) => (url === '/admitted' ? serve() : refuse()),
  }
  function createShedding({ lingerMs = 60_000, load = admittedByPath, metrics = createMetrics() } = {}) {
    return createLoadShedding({
      load,
      gate: { corsHeaders: () => [] },
      log: createLog({ level: 'silent' }),
      metrics,
      publicUrl: '',
      hints: false,
      lingerMs,
    })
  }

  function exchange() {
    const req = Object.assign(new http.IncomingMessage(new Socket()), { method: 'GET', url: '/shed' })
    return { req, res: new http.ServerResponse(req) }
  }

  async function start(options: { lingerMs?: number } = {}) {
    const shedLoad = createShedding(options)
    const app = express().use((req, res) => {
      seen.push(req.path)
      setImmediate(() => res.end('served'))
    })
    server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000, shedLoad })
    return net.connect(server.port, '127.0.0.1')
  }

  test('does not let the application see a request', async () => {
    const socket = await start()
    socket.write('GET /shed HTTP/1.1\r\nHost: x\r\n\r\n')
    expect((await pieces(socket, (text) => text.endsWith('}'))).join('')).toMatch(/^HTTP\/1.1 503 /)
    expect(seen).toEqual([])
    socket.destroy()
  })

  test('answers some together, and after some hundreds nobody before the turn ends, as whoever is answered may ask again in it', async () => {
    const shedLoad = createShedding()
    const answered = () => answers.filter(({ headersSent }) => headersSent).length
    const answers: http.ServerResponse[] = []
    const askMany = (count: number) => {
      for (let i = 0; i < count; i++) {
        const { req, res } = exchange()
        answers.push(res)
        shedLoad(req, res, () => seen.push('/shed'))
      }
      return answered()
    }
    expect([63, 1, 100, 1000].map(askMany)).toEqual([0, 64, 128, 512])
    await turn()
    expect(answered()).toBe(1164)
    expect(askMany(100)).toBe(1164 + 64)
    await turn()
    expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 503))
    expect(seen).toEqual([])
  })

  test('counts how long a request has waited in vain', async () => {
    const metrics = createMetrics()
    let cameMsAgo = 1500
    let sample: () => void = () => undefined
    const load = createLoadLimit(1000, {
      afterTurn: () => undefined,
      every: (_ms, callback) => ((sample = callback), () => undefined),
      nowMs: () => performance.now() - cameMsAgo,
    })
    const shedLoad = createShedding({ load, metrics })
    let served = 0
    const serve = () => (served += 1)
    for (let i = 0; i < 100; i++) {
      const { req, res } = exchange()
      shedLoad(req, res, serve)
    }
    cameMsAgo = 0
    sample()
    await turn()
    const text = await metrics.text()
    expect(text).toContain(`bucket{le="1",method="GET",route="none",status="503"} 0\n`)
    expect(text).toContain(`bucket{le="2.5",method="GET",route="none",status="503"} ${100 - served}\n`)
  })

  test('does not answer again what an application around it has answered by then', async () => {
    const shedLoad = createShedding()
    const [first, second] = [0, 1].map(() => {
      const { req, res } = exchange()
      shedLoad(req, res, () => undefined)
      return res
    })
    first!.writeHead(504).end()
    await turn()
    expect([first!.statusCode, second!.statusCode]).toEqual([504, 503])
  })

  test('keeps to the order of requests that come at once', async () => {
    const socket = await start()
    const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`
    socket.write(get('/shed') + get('/admitted') + get('/shed') + get('/admitted'))
    const text = (await pieces(socket, (all) => all.split('served').length === 3)).join('')
    expect(text.match(/HTTP\/1.1 \d+/gm)).toEqual(
      ['503', '200', '503', '200'].map((status) => `HTTP/1.1 ${status}`),
    )
    socket.destroy()
  })

  test('answers before a long body has come, and closes the connection only when its reader had time for the answer', async () => {
    const socket = await start({ lingerMs: 100 })
    const closed = once(socket, 'close')
    socket.write('POST /shed HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n')
    const uploading = setInterval(() => socket.write(Buffer.alloc(1000)), 10)
    const text = (await pieces(socket, (all) => all.endsWith('}'))).join('')
    expect(text).toMatch(/^HTTP\/1.1 503 [^]*"code":"overloaded"/)
    await closed.catch(() => undefined)
    clearInterval(uploading)
    expect(seen).toEqual([])
  })

  test('reads a body that comes in time, and goes on with the connection', async () => {
    const socket = await start()
    socket.write('POST /shed HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n')
    await pieces(socket, (text) => text.endsWith('}'))
    socket.write(Buffer.alloc(100_000))
    socket.write('GET /admitted HTTP/1.1\r\nHost: x\r\n\r\n')
    expect((await pieces(socket, (text) => text.endsWith('served'))).join('')).toMatch(/^HTTP\/1.1 200 /)
    socket.destroy()
  })
})
