import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import nock from 'nock'
import {
  createFaultClock,
  startFaultProxy,
  UNRESOLVABLE_HOST,
  type FaultProxy,
} from '../../src/test-kit/faults/faults.ts'
import { PROBLEM_CATALOGUE } from '../../src/service/problems/catalogue.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { checkedFetch } from '../openapi-answers.ts'
import { ask, SITE, startTogether, type Answer, type Page, type Running } from '../start-service.ts'
import { FAULT_TABLE, faultsAsMarkdown, outcomeOf, ROUTES, type RouteName } from './fault-table.ts'
import { genesysUrls } from '../service-settings.ts'

const UPSTREAM_TIMEOUT_MS = 1000
/** Extra time after the deadline, because this machine may be busy. */
const SLACK_MS = 2000

/** A page that is ready to call every route, with the id of the file that it uploaded. */
interface ReadyPage {
  readonly page: Page
  readonly fileId: string
}

const calls: Record<RouteName, (ready: ReadyPage) => Promise<Answer>> = {
  'POST /guest-session': () => ask(running.url, 'POST', '/guest-session', {}, { origin: SITE }),
  'GET /guest-session': ({ page }) => page.ask('GET', '/guest-session'),
  'POST /messages': ({ page }) => page.say('hello'),
  'GET /messages': ({ page }) => page.ask('GET', '/messages'),
  'PUT /guest-attributes': ({ page }) =>
    page.ask('PUT', '/guest-attributes', { attributes: { 'custom.a': 'b' } }),
  'POST /typing': ({ page }) => page.ask('POST', '/typing'),
  'POST /attachments': ({ page }) => upload(page),
  'GET /attachments/{id}': ({ page, fileId }) => page.ask('GET', `/attachments/${fileId}`),
  'GET /deployment': () => ask(running.url, 'GET', '/deployment', undefined, { origin: SITE }),
  'POST /sign-in': ({ page }) => {
    const code = genesys.authorizationCode('user-1')
    return page.ask('POST', '/sign-in', { code, redirectUri: `${SITE}/callback` })
  },
  'DELETE /guest-session': ({ page }) => page.ask('DELETE', '/guest-session'),
}

async function upload(page: Page): Promise<Answer> {
  const response = await checkedFetch(`${running.url}/attachments?fileName=a.png`, {
    method: 'POST',
    headers: { ...page.headers, 'content-type': 'image/png' },
    body: 'bytes',
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

async function readyPage(): Promise<ReadyPage> {
  const page = await running.openPage()
  expect(page.opened.status).toBe(201)
  expect((await page.say('first')).status).toBe(201)
  const { body } = await upload(page)
  return { page, fileId: body.id }
}

/** The service's own counts of what is open. */
async function openCounts(): Promise<Record<string, number>> {
  const { body } = await ask(running.url, 'GET', '/metrics')
  const names = ['live_streams', 'requests_in_flight', 'requests_arriving', 'upstream_sockets']
  return Object.fromEntries(
    names.map((name) => [name, Number(new RegExp(`^guest_bff_${name} (.+)$`, 'm').exec(String(body))?.[1])]),
  )
}

let genesys: Simulator
let proxy: FaultProxy
let running: Running
const clock = createFaultClock()

function start(settings: Record<string, string>): Promise<Running> {
  return startTogether({
    genesys,
    settings: {
      // After closing a stream, a test reads /metrics until the service has noticed.
      RATE_ADDRESS_PER_MINUTE: '1000000',
      RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '100000',
      UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
      ...settings,
    },
    options: { now: clock.now, monotonicNow: clock.monotonicNow },
  })
}

beforeAll(async () => {
  nock.restore() // nock makes its own connections
  genesys = await startSimulator({ agent: 'silent', limits: { requestsPerMinute: Infinity } })
  proxy = await startFaultProxy({ target: genesys.url })
  running = await start({
    GENESYS_SIGN_IN: 'on',
    ...genesysUrls(proxy),
  })
})
afterEach(() => proxy.heal())
afterAll(async () => {
  await running.stop()
  await genesys.close()
  await proxy.stop()
})

/** The outcome of a call, which must end by its deadline; a problem must be a documented one. */
async function outcomeOfCall(call: Promise<Answer>): Promise<string> {
  const startedAtMs = performance.now()
  const { status, body } = await call
  expect(performance.now() - startedAtMs).toBeLessThan(UPSTREAM_TIMEOUT_MS + SLACK_MS)
  if (status < 400) return 'served'
  expect(PROBLEM_CATALOGUE).toHaveProperty(body.code)
  return String(body.code)
}

interface Stream {
  /** Resolves when this text has arrived. */
  heard(text: string): Promise<void>
  /** Resolves when the service counts no request in flight. */
  close(): Promise<void>
}

/** Uses node:http, because `fetch` in Node.js 20 does not always close an aborted stream's connection. */
async function openStream(page: Page): Promise<Stream> {
  const request = http.get(`${running.url}/events`, { headers: page.headers, agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  response.on('error', () => undefined)
  return {
    async heard(wanted) {
      while (!text.includes(wanted)) await once(response, 'data')
    },
    async close() {
      request.destroy()
      while (running.service.requestsInFlight() > 0 || (await openCounts())['live_streams'] !== 0)
        await turn()
    },
  }
}

/** After a request to one of these routes, the page may have another guest or none. */
const ENDS_THE_GUEST: ReadonlySet<RouteName> = new Set(['POST /sign-in', 'DELETE /guest-session'])

describe('on every route, while a stream is open,', () => {
  test.each(FAULT_TABLE.map((row) => [row.what, row] as const))(
    'requests are served or fail in time with a documented problem, and later requests work: %s',
    async (_what, row) => {
      // Pages are opened one after another. On a busy machine, opening all of them simultaneously could take longer than the deadline.
      const pages: ReadyPage[] = []
      while (pages.length < ROUTES.length) pages.push(await readyPage())
      const listener = await running.openPage()
      const stream = await openStream(listener)

      await proxy.inject(row.fault)
      const outcomes = await Promise.all(ROUTES.map((route, i) => outcomeOfCall(calls[route](pages[i]!))))
      ROUTES.forEach((route, i) => {
        expect([route, outcomeOf(row, route).split(' or ')]).toEqual([
          route,
          expect.arrayContaining([outcomes[i]!]),
        ])
      })

      await proxy.heal()
      const next = await running.openPage()
      expect(next.opened.status).toBe(201)
      expect((await next.say('next')).status).toBe(201)
      expect((await next.ask('GET', '/messages')).status).toBe(200)
      for (const [i, route] of ROUTES.entries()) {
        if (ENDS_THE_GUEST.has(route)) continue
        expect([route, (await pages[i]!.page.say('after')).status]).toEqual([route, 201])
      }
      expect((await listener.say('to all tabs')).status).toBe(201)
      await stream.heard('to all tabs')
      expect(running.service.requestsInFlight()).toBe(0)
      expect(await openCounts()).toMatchObject({ live_streams: 1 })
      await stream.close()
      expect(await openCounts()).toEqual({
        live_streams: 0,
        requests_in_flight: 0,
        requests_arriving: 0,
        upstream_sockets: genesys.connections(),
      })
    },
    60_000,
  )
})

test('a one-hour clock change does not affect a guest with an open stream', async () => {
  const page = await running.openPage()
  const stream = await openStream(page)
  for (const stepMs of [-3_600_000, 3_600_000, 3_600_000]) {
    clock.step(stepMs)
    expect((await page.say(`stepped by ${stepMs}`)).status).toBe(201)
    await stream.heard(`stepped by ${stepMs}`)
  }
  await stream.close()
  clock.step(-3_600_000)
})

test.each([-3_600_000, 3_600_000])(
  'a message that is retried with its key is sent only once even if the clock is changed by %i ms',
  async (stepMs) => {
    const page = await running.openPage()
    const headers = { 'idempotency-key': `clock-set-by-${stepMs}-ms` }
    const first = await page.say('once', headers)
    clock.step(stepMs)
    const repeat = await page.say('once', headers)
    clock.step(-stepMs)
    expect([first.status, repeat.status, repeat.body.id]).toEqual([201, 201, first.body.id])
  },
)

test.each([
  ['host names that do not resolve', () => `http://${UNRESOLVABLE_HOST}`, () => `ws://${UNRESOLVABLE_HOST}`],
  [
    'a port that does not speak TLS',
    () => proxy.url.replace('http', 'https'),
    () => proxy.messagingUrl.replace('ws', 'wss'),
  ],
])(
  'with %s, no session opens (upstream_unavailable or upstream_timeout), and readiness is degraded',
  async (_what, httpUrl, socketUrl) => {
    await proxy.inject({ kind: 'garbage' })
    const broken = await start(genesysUrls({ url: httpUrl(), messagingUrl: socketUrl() }))
    const { opened } = await broken.openPage()
    // The deadline may pass before the last attempt ends.
    expect([
      [503, 'upstream_unavailable'],
      [504, 'upstream_timeout'],
    ]).toContainEqual([opened.status, opened.body.code])
    expect(await ask(broken.url, 'GET', '/readyz')).toMatchObject({
      status: 200,
      body: { status: 'degraded' },
    })
    expect(await ask(broken.url, 'GET', '/healthz')).toMatchObject({ status: 200 })
    await broken.stop()
  },
)

test('docs/faults.md contains the table from the fault tests', () => {
  const inOneForm = (text: string): string => text.replace(/-{3,}/g, '---').replace(/[ \t]+/g, ' ')
  expect(inOneForm(readFileSync('docs/faults.md', 'utf8'))).toContain(inOneForm(faultsAsMarkdown()))
})
