import { createHash, randomBytes } from 'node:crypto'
import { createClient } from '@redis/client'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { ask, SITE, startTogether, type Running } from '../start-service.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

const MAX_CALLS = 20

let redis: RedisServer
let genesys: Simulator
let replicas: Running[]
let nowMs: number

beforeEach(async () => {
  nowMs = Date.now()
  redis = await startRedis()
  genesys = await startSimulator({ agent: 'silent', limits: false })
  replicas = []
  const settings = {
    SESSION_KEYS: randomBytes(32).toString('base64'),
    RATE_ADDRESS_PER_MINUTE: '100000',
    REDIS_URL: redis.url,
    REDIS_TIMEOUT_MS: '5000',
    GENESYS_CLIENT_ID: genesys.clientId,
    GENESYS_CLIENT_SECRET: genesys.clientSecret,
    GENESYS_SCHEDULE_GROUP_ID: genesys.scheduleGroupId,
    GENESYS_EMERGENCY_GROUP_ID: genesys.emergencyGroupId,
    GENESYS_QUEUE_ID: genesys.queueId,
    CALLBACKS: 'on',
  }
  for (let i = 0; i < 2; i++)
    replicas.push(await startTogether({ genesys, settings, options: { now: () => nowMs } }))
  // Each replica checks availability once at startup, for its readiness. That result expires here.
  for (const { url } of replicas) await ask(url, 'GET', '/readyz')
  nowMs += 60 * 60_000
})
afterEach(async () => {
  for (const replica of replicas.splice(0)) await replica.stop()
  await genesys.close()
  redis.resume()
  await redis.kill()
})

const stateAt = async ({ url }: Running): Promise<string> =>
  ((await ask(url, 'GET', '/availability', undefined, { origin: SITE })).body as { state: string }).state

const calls = () =>
  genesys.requests.filter(({ path }) => /\/(architect|routing|analytics)\//.test(path)).length

test('two replicas together make at most 20 availability calls while pages poll for a minute', async () => {
  for (let second = 0; second < 60; second++) {
    const states = await Promise.all(replicas.flatMap((replica) => [stateAt(replica), stateAt(replica)]))
    expect(new Set(states)).toEqual(new Set(['open']))
    nowMs += 1000
  }
  expect(calls()).toBeLessThanOrEqual(MAX_CALLS)
  expect(calls()).toBeGreaterThanOrEqual(9)
})

test('an availability result that one replica has read is not requested again by the other', async () => {
  const [one, two] = replicas as [Running, Running]
  expect(await stateAt(one)).toBe('open')
  const before = calls()
  expect(await stateAt(two)).toBe('open')
  expect(calls()).toBe(before)
})

test('replicas share one call budget per minute even if they read many schedules at the same time', async () => {
  const [one, two] = replicas as [Running, Running]
  genesys.setHours({
    open: Array.from({ length: 30 }, () => ({
      start: '2026-01-01T00:00:00.000',
      end: '2026-01-01T20:00:00.000',
      rrule: 'FREQ=DAILY',
    })),
  })
  await Promise.all([stateAt(one), stateAt(two)])
  expect(calls()).toBe(MAX_CALLS)
})

test('availability entries in Redis that no replica wrote are ignored', async () => {
  const [one, two] = replicas as [Running, Running]
  expect(await stateAt(one)).toBe('open')
  const client = createClient({ url: redis.url })
  await client.connect()
  const keys = await client.sendCommand<string[]>(['KEYS', '*value:*'])
  const before = calls()
  expect(keys.length).toBeGreaterThan(3)
  for (const key of keys)
    await client.sendCommand(['SET', key, JSON.stringify({ readAtMs: nowMs, value: { state: 'active' } })])
  client.destroy()
  expect(await stateAt(two)).toBe('open')
  expect(calls()).toBeGreaterThan(before)
})

test('callbacks that Genesys has refused at one replica do not count at another', async () => {
  const callback = { name: 'Jane Doe', phone: '+49 30 901820' }
  const pages = await Promise.all(replicas.map((replica) => replica.openPage()))
  const statuses = []
  genesys.injectFault('POST /api/v2/conversations/callbacks', { status: 503, times: 3 })
  for (const at of [0, 0, 0, 1, 1, 1, 1])
    statuses.push((await pages[at]!.ask('POST', '/callbacks', callback)).status)
  expect(statuses).toEqual([503, 503, 503, 201, 201, 201, 429])
})

test('the keys in Redis contain neither a callback’s phone number nor an unkeyed hash of it', async () => {
  const page = await replicas[0]!.openPage()
  const { status } = await page.ask('POST', '/callbacks', { name: 'Jane Doe', phone: '+49 30 901820' })
  expect(status).toBe(201)
  const client = createClient({ url: redis.url })
  await client.connect()
  const keys = (await client.sendCommand<string[]>(['KEYS', '*'])).join(' ')
  client.destroy()
  expect(keys).toContain('calls:')
  expect(keys).not.toContain('4930901820')
  for (const encoding of ['hex', 'base64', 'base64url'] as const)
    expect(keys).not.toContain(createHash('sha256').update('+4930901820').digest(encoding).slice(0, 16))
})
