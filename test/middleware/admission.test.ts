import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import express, { type Response } from 'express'
import { readEvents } from '../event-reader.ts'
import { admitRequests } from '../../src/service/middleware/admission.ts'
import { limitOpen } from '../../src/service/http-server/open-limit.ts'
import { whenClosed } from '../../src/service/http-server/when-closed.ts'
import { startServer, type RunningServer } from '../../src/service/http-server/http-server.ts'
import { ask, SITE, startTogether, type Running } from '../start-service.ts'

const turn = () => new Promise((resolve) => setImmediate(resolve))

describe('the limit on concurrent work', () => {
  test('applies overall and to each key, and a released slot can be used again', () => {
    const limit = limitOpen({ max: 3, maxPerKey: 2 })
    const first = limit.acquire('a')
    limit.acquire('a')
    expect(limit.acquire('a')).toBe('all of this key taken')
    limit.acquire('b')
    expect(limit.acquire('c')).toBe('all taken')
    if (typeof first === 'function') first()
    expect(limit.open).toBe(2)
    expect(limit.acquire('a')).toBeInstanceOf(Function)
  })

  test('frees only one slot if a slot is released twice', () => {
    const limit = limitOpen({ max: 3, maxPerKey: 3 })
    const release = limit.acquire('a')
    limit.acquire('a')
    if (typeof release !== 'function') throw new Error('no slot was free')
    release()
    release()
    expect(limit.open).toBe(1)
  })
})

let stop: (() => Promise<unknown>) | undefined
afterEach(() => stop?.())

describe('a request that is admitted', () => {
  const inFlight = limitOpen({ max: 5, maxPerKey: 5 })
  let server: RunningServer
  let held: Response[]

  async function start() {
    held = []
    const app = express()
    app.use(admitRequests({ inFlight, addressOf: () => 'a', refuse: (_req, res) => res.status(503).end() }))
    app.use((_req, res) => void held.push(res))
    server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000 })
    stop = () => server.stop(0)
  }

  test('releases its slot when its connection breaks, even if it is waiting behind another response', async () => {
    await start()
    const socket = net.connect(server.port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3))
    while (inFlight.open < 3) await turn()
    socket.destroy()
    while (inFlight.open > 0) await turn()
    let called = 0
    for (const res of held) whenClosed(res, () => (called += 1))
    expect(called).toBe(3)
  })

  test('releases its slot after its response, and the connection stays open', async () => {
    await start()
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    for (let i = 0; i < 10; i++) {
      const answered = once(http.get(`${server.url}/`, { agent }), 'response')
      while (held.length <= i) await turn()
      held[i]?.end()
      const [response] = (await answered) as [http.IncomingMessage]
      await once(response.resume(), 'end')
    }
    while (inFlight.open > 0) await turn()
    agent.destroy()
  })
})

describe('the service with every slot taken', () => {
  let running: Running
  const sockets: net.Socket[] = []

  async function startFull(settings: Record<string, string>) {
    running = await startTogether({ settings })
    stop = async () => {
      for (const socket of sockets.splice(0)) socket.destroy()
      await running.stop()
    }
    const page = await running.openPage()
    // Requests whose bodies never arrive occupy the slots.
    const post = `POST /messages HTTP/1.1\r\nHost: x\r\nOrigin: ${SITE}\r\nAuthorization: Bearer ${page.session}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n`
    for (let i = 0; i < 2; i++) {
      const socket = net.connect(running.service.port, '127.0.0.1').on('error', () => undefined)
      socket.write(post)
      sockets.push(socket)
    }
    while (running.service.requestsInFlight() < 2) await turn()
    return page
  }

  test('sends problem details and Retry-After, which only allowed pages may read', async () => {
    const page = await startFull({ MAX_REQUESTS_IN_FLIGHT: '2' })
    const { status, body, headers } = await page.ask('GET', '/guest-session', undefined, {
      'x-request-id': 'request-17',
    })
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'overloaded', '1'])
    expect(headers.get('content-type')).toContain('application/problem+json')
    expect(headers.get('access-control-allow-origin')).toBe(SITE)
    expect(headers.get('access-control-expose-headers')).toContain('Retry-After')
    expect(headers.get('x-request-id')).toBe('request-17')
    const foreign = await ask(running.url, 'GET', '/guest-session', undefined, {
      origin: 'https://x.example',
    })
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('counts every refusal, but logs only one line a second', async () => {
    const page = await startFull({ MAX_REQUESTS_IN_FLIGHT: '2' })
    for (let i = 0; i < 20; i++) expect((await page.ask('GET', '/guest-session')).status).toBe(503)
    const { body } = await ask(running.url, 'GET', '/metrics')
    expect(String(body)).toMatch(/^guest_bff_problems_total\{code="overloaded"\} 20$/m)
    const lines = running.logLines.filter((line) => line.includes('"code":"overloaded"'))
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.length).toBeLessThanOrEqual(3)
  })

  test.each(['MAX_REQUESTS_IN_FLIGHT', 'MAX_REQUESTS_IN_FLIGHT_PER_ADDRESS'])(
    'serves probes and preflights when %s is reached',
    async (setting) => {
      const page = await startFull({ [setting]: '2' })
      const refused = await page.ask('GET', '/guest-session')
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([
        setting === 'MAX_REQUESTS_IN_FLIGHT' ? 503 : 429,
        '1',
      ])
      for (const path of ['/healthz', '/readyz', '/metrics'])
        expect([path, (await ask(running.url, 'GET', path)).status]).toEqual([path, 200])
      const preflight = await fetch(`${running.url}/messages`, {
        method: 'OPTIONS',
        headers: { origin: SITE, 'access-control-request-method': 'POST' },
      })
      expect(preflight.status).toBe(204)
    },
  )
})

test('with default settings, 200 event streams that open at the same time are all served and hold no slot', async () => {
  const running = await startTogether()
  stop = () => running.stop()
  const page = await running.openPage()
  const pages = [page]
  while (pages.length < 10) pages.push(await running.openPage())
  const streams = await Promise.all(
    Array.from({ length: 200 }, (_, i) => readEvents(running.url, pages[i % 10]!.headers, {})),
  )
  expect(streams.map(({ status }) => status)).toEqual(Array(200).fill(200))
  while (running.service.requestsInFlight() > 0) await turn()
  for (const stream of streams) stream.close()
})
