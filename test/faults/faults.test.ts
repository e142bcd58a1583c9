import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import nock from 'nock'
import {
  createFaultClock,
  startFaultProxy,
  UNRESOLVABLE_HOST,
  type FaultProxy,
} from '../../src/faults/faults.ts'
import { PROBLEM_CATALOGUE } from '../../src/problems/catalogue.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { isMessage } from '../event-reader.ts'
import { ask, SITE, startTogether, type Answer, type Page, type Running } from '../start-service.ts'
import { FAULT_TABLE, faultsAsMarkdown, outcomeOf, ROUTES, type RouteName } from './fault-table.ts'

const UPSTREAM_TIMEOUT_MS = 1000
/** Beyond the deadline: this machine does other things too. */
const SLACK_MS = 2000

const calls: Record<RouteName, (page: Page) => Promise<Answer>> = {
  'POST /guest-session': () => ask(running.url, 'POST', '/guest-session', {}, { origin: SITE }),
  'GET /guest-session': (page) => page.ask('GET', '/guest-session'),
  'POST /messages': (page) => page.say('hello'),
  'GET /messages': (page) => page.ask('GET', '/messages'),
  'PUT /guest-attributes': (page) =>
    page.ask('PUT', '/guest-attributes', { attributes: { 'custom.a': 'b' } }),
  'POST /typing': (page) => page.ask('POST', '/typing'),
  'POST /attachments': async (page) => {
    const response = await fetch(`${running.url}/attachments?fileName=a.png`, {
      method: 'POST',
      headers: { ...page.headers, 'content-type': 'image/png' },
      body: 'bytes',
    })
    return { status: response.status, headers: response.headers, body: await response.json() }
  },
  'DELETE /guest-session': (page) => page.ask('DELETE', '/guest-session'),
}

let genesys: Simulator
let proxy: FaultProxy
let running: Running
const clock = createFaultClock()

function start(settings: Record<string, string>): Promise<Running> {
  return startTogether({
    genesys,
    settings: {
      RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '100000',
      UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
      ...settings,
    },
    options: { now: clock.now, monotonicNow: clock.monotonicNow },
  })
}

beforeAll(async () => {
  nock.restore() // it makes connections of its own
  genesys = await startSimulator({ agent: 'silent', limits: { requestsPerMinute: Infinity } })
  proxy = await startFaultProxy({ target: genesys.url })
  running = await start({
    GENESYS_API_URL: proxy.url,
    GENESYS_LOGIN_URL: proxy.url,
    GENESYS_CDN_URL: proxy.url,
    GENESYS_MESSAGING_URL: proxy.messagingUrl,
  })
})
afterAll(async () => {
  await running.stop()
  await genesys.close()
  await proxy.stop()
})

/** Its status in words, after its deadline at the latest; a problem is one of the catalogue. */
async function outcomeOfCall(call: Promise<Answer>): Promise<string> {
  const startedAtMs = performance.now()
  const { status, body } = await call
  expect(performance.now() - startedAtMs).toBeLessThan(UPSTREAM_TIMEOUT_MS + SLACK_MS)
  if (status < 400) return 'served'
  expect(PROBLEM_CATALOGUE).toHaveProperty(body.code)
  return String(body.code)
}

describe('on every route and on the open stream', () => {
  test.each(FAULT_TABLE.map((row) => [row.what, row] as const))(
    'where %s, requests end as a catalogued problem in time, and the next ones work',
    async (_what, row) => {
      const pages = await Promise.all(ROUTES.map(() => running.openPage()))
      for (const page of pages) expect((await page.say('first')).status).toBe(201)
      const listener = await running.openPage()
      const stream = await listener.events()

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
      for (const page of pages.slice(0, -1)) expect((await page.say('after')).status).toBe(201)
      expect((await listener.say('to all tabs')).status).toBe(201)
      await stream.next(isMessage('to all tabs'), 10_000)
      expect(running.service.activeRequests()).toEqual(['GET /events'])
      stream.close()
    },
    60_000,
  )
})

test('a clock that is set back an hour, or forward, changes nothing for a guest with an open stream', async () => {
  const page = await running.openPage()
  const stream = await page.events()
  for (const stepMs of [-3_600_000, 3_600_000, 3_600_000]) {
    clock.step(stepMs)
    expect((await page.say(`stepped by ${stepMs}`)).status).toBe(201)
    await stream.next(isMessage(`stepped by ${stepMs}`))
  }
  stream.close()
  clock.step(-3_600_000)
})

test.each([
  ['names that do not resolve', () => `http://${UNRESOLVABLE_HOST}`, () => `ws://${UNRESOLVABLE_HOST}`],
  [
    'a port that does not speak TLS',
    () => proxy.url.replace('http', 'https'),
    () => proxy.messagingUrl.replace('ws', 'wss'),
  ],
])('%s are upstream_unavailable, and readiness is degraded', async (_what, httpUrl, socketUrl) => {
  await proxy.inject({ kind: 'garbage' })
  const broken = await start({
    GENESYS_API_URL: httpUrl(),
    GENESYS_LOGIN_URL: httpUrl(),
    GENESYS_CDN_URL: httpUrl(),
    GENESYS_MESSAGING_URL: socketUrl(),
  })
  const { opened } = await broken.openPage()
  expect(opened).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
  expect(await ask(broken.url, 'GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'degraded' } })
  expect(await ask(broken.url, 'GET', '/healthz')).toMatchObject({ status: 200 })
  await broken.stop()
  await proxy.heal()
})

test('docs/faults.md has the table of these tests', () => {
  const inOneForm = (text: string): string => text.replace(/-{3,}/g, '---').replace(/[ \t]+/g, ' ')
  expect(inOneForm(readFileSync('docs/faults.md', 'utf8'))).toContain(inOneForm(faultsAsMarkdown()))
})
