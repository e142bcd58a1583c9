import { randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { ask, pageOf, startTogether, type Page, type Running } from '../start-service.ts'
import { startFarRedis, type FarRedis } from './far-redis.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

const FAR_MS = 30
const SHARED_LIMIT = 6
const settings = {
  SESSION_KEYS: randomBytes(32).toString('base64'),
  REDIS_KEY_PREFIX: 'test:',
  REDIS_TIMEOUT_MS: '5000',
  RATE_GUEST_PER_MINUTE: String(SHARED_LIMIT),
}

let redis: RedisServer
let far: FarRedis
let genesys: Simulator
/** A replica whose Redis is far away. The Redis that `near` uses is close. */
let running: Running
let near: Running

beforeEach(async () => {
  redis = await startRedis()
  far = await startFarRedis(redis.url, FAR_MS)
  genesys = await startSimulator({ agent: 'silent', limits: false })
  running = await startTogether({ genesys, settings: { ...settings, REDIS_URL: far.url } })
  near = await startTogether({ genesys, settings: { ...settings, REDIS_URL: redis.url } })
})
afterEach(async () => {
  await running.stop()
  await near.stop()
  await genesys.close()
  far.close()
  await redis.kill()
})

/** The round trips before a message is sent to Genesys; its outcome is stored after the guest has the response. */
async function beforeSending(page: Page, headers: Record<string, string>): Promise<readonly string[]> {
  await pause(3 * FAR_MS)
  far.forget()
  const frame = genesys.nextFrame({ action: 'onMessage' })
  const sending = page.say('hello', headers)
  await frame
  const roundTrips = [...far.roundTrips]
  expect((await sending).status).toBe(201)
  return roundTrips
}

const atReplica = ({ url }: Running, { opened, session }: Page): Page => {
  const page = pageOf(url, opened)
  page.session = session
  return page
}

test('a message waits for only one round trip to Redis, which checks its limits and its Idempotency-Key', async () => {
  const page = await near.openPage()
  const elsewhere = atReplica(running, page)
  // A session's first request also reads the time of the session's newest sign-in.
  const first = await beforeSending(elsewhere, { 'idempotency-key': randomUUID() })
  const second = await beforeSending(elsewhere, { 'idempotency-key': randomUUID() })
  expect(first).toEqual([expect.stringContaining('test:generation:')])
  for (const roundTrips of [first, second]) {
    expect(roundTrips).toHaveLength(1)
    for (const kind of ['rate:address', 'rate:guest', 'idempotency'])
      expect(roundTrips[0]).toContain(`test:${kind}:`)
  }
})

test('a session is resumed after only one round trip to Redis', async () => {
  const page = await near.openPage()
  await pause(3 * FAR_MS)
  far.forget()
  const resumed = await atReplica(running, page).ask('POST', '/guest-session', {})
  expect(resumed.status).toBe(200)
  expect(far.roundTrips).toHaveLength(1)
})

test('other routes wait for one round trip to Redis, and ending a session waits for two', async () => {
  const file = { 'content-type': 'image/png' }
  const routes: Readonly<Record<string, (page: Page) => Promise<unknown>>> = {
    'POST /guest-session': () => running.openPage(),
    'GET /guest-session': (page) => page.ask('GET', '/guest-session'),
    'GET /messages': (page) => page.ask('GET', '/messages'),
    'PUT /guest-attributes': (page) => page.ask('PUT', '/guest-attributes', { attributes: { plan: 'gold' } }),
    'POST /typing': (page) => page.ask('POST', '/typing'),
    'GET /deployment': (page) => page.ask('GET', '/deployment'),
    'GET /events': (page) => page.events(),
    'POST /attachments': ({ headers }) =>
      ask(running.url, 'POST', '/attachments?fileName=a.png', 'bytes', { ...headers, ...file }),
    'DELETE /guest-session': (page) => page.ask('DELETE', '/guest-session'),
  }
  const counts: Record<string, number> = {}
  for (const [route, call] of Object.entries(routes)) {
    const page = atReplica(running, await near.openPage())
    await pause(3 * FAR_MS)
    far.forget()
    await call(page)
    counts[route] = far.roundTrips.length
  }
  // The second round trip tells the other replicas that the session has ended.
  const expected = Object.fromEntries(Object.keys(routes).map((route) => [route, 1]))
  expect(counts).toEqual({ ...expected, 'DELETE /guest-session': 2 })
})

test('a message that the shared limit refuses is not sent, and its Idempotency-Key is not stored', async () => {
  const page = await near.openPage()
  const elsewhere = atReplica(running, page)
  for (let count = 0; count < SHARED_LIMIT; count++)
    expect((await page.ask('GET', '/guest-session')).status).toBe(200)
  const headers = { 'idempotency-key': randomUUID() }
  expect(await elsewhere.say('too many', headers)).toMatchObject({
    status: 429,
    body: { code: 'rate_limited' },
  })
  expect(genesys.transcript()).toEqual([])
  const client = createClient({ url: redis.url })
  await client.connect()
  expect(await client.keys('test:idempotency:*')).toEqual([])
  client.destroy()
})

test('a retry that the shared limit refuses does not get the earlier response', async () => {
  const page = await near.openPage()
  const elsewhere = atReplica(running, page)
  const headers = { 'idempotency-key': randomUUID() }
  expect((await elsewhere.say('once', headers)).status).toBe(201)
  for (let count = 1; count < SHARED_LIMIT; count++)
    expect((await page.ask('GET', '/guest-session')).status).toBe(200)
  expect((await elsewhere.say('once', headers)).status).toBe(429)
  expect((await elsewhere.say('another body', headers)).status).toBe(429)
})
