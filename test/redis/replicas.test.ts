import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { createClient } from '@redis/client'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { SignJWT } from 'jose'
import type { ReadinessReport } from '../../src/service/observability/readiness-report.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { ask, pageOf, SITE, startTogether, type Page, type Running } from '../start-service.ts'
import { startRedis, type RedisServer } from './redis-server.ts'
import { NO_RATE_LIMITS } from '../service-settings.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ISSUER = 'https://login.example.com'
const settings = {
  SESSION_KEYS: randomBytes(32).toString('base64'),
  REDIS_KEY_PREFIX: 'test:',
  // Allows for a busy machine: after a timeout, a replica continues without Redis.
  REDIS_TIMEOUT_MS: '5000',
  ...NO_RATE_LIMITS,
  USER_TOKEN_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  USER_TOKEN_ISSUER: ISSUER,
  USER_TOKEN_AUDIENCE: 'chat',
}
const userToken = (sub: string) =>
  new SignJWT({})
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject(sub)
    .setIssuer(ISSUER)
    .setAudience('chat')
    .setExpirationTime('5m')
    .sign(privateKey)

let redis: RedisServer
let genesys: Simulator
let replicas: Running[]

beforeEach(async () => {
  redis = await startRedis()
  genesys = await startSimulator({ agent: 'silent', limits: false })
  replicas = []
})
afterEach(async () => {
  for (const replica of replicas.splice(0)) {
    expect(replica.logLines.join('')).not.toContain(redis.password)
    await replica.stop()
  }
  await genesys.close()
  redis.resume()
  await redis.kill()
})

async function startReplica(more: Record<string, string> = {}): Promise<Running> {
  const replica = await startTogether({ genesys, settings: { ...settings, REDIS_URL: redis.url, ...more } })
  replicas.push(replica)
  return replica
}

/** A response is stored after it is sent; the commands of the next request follow on the same connection to Redis. */
const untilKept = (page: Page) => page.ask('GET', '/guest-session')

const startReplicas = async (more?: Record<string, string>): Promise<[Running, Running]> => [
  await startReplica(more),
  await startReplica(more),
]

/** The same page at another replica. */
const atReplica = ({ url }: Running, { opened, session }: Page): Page => {
  const page = pageOf(url, opened)
  page.session = session
  return page
}

const readiness = async ({ url }: Running): Promise<ReadinessReport> =>
  (await ask(url, 'GET', '/readyz')).body as ReadinessReport

async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const giveUpAtMs = performance.now() + 15_000
  while (!(await holds())) {
    if (performance.now() > giveUpAtMs) throw new Error('It never came true.')
    await pause(20)
  }
}

const isShared = async (replica: Running) =>
  (await readiness(replica)).checks.some(({ name, ok }) => name === 'redis' && ok)

describe('two replicas with Redis', () => {
  test('give a retry with the same Idempotency-Key the first response, whichever replica it reaches', async () => {
    const [a, b] = await startReplicas()
    const page = await a.openPage()
    const headers = { 'idempotency-key': randomUUID() }
    const first = await page.say('only once, please', headers)
    await untilKept(page)
    expect(first.status).toBe(201)
    const elsewhere = atReplica(b, page)
    expect(await elsewhere.say('only once, please', headers)).toMatchObject({
      status: 201,
      body: { id: first.body.id },
    })
    expect(await elsewhere.say('something else', headers)).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    })
    expect(genesys.transcript().map(({ text }) => text)).toEqual(['only once, please'])
  })

  test('refuse a retry during the first request, but give a later retry that request’s response', async () => {
    const [a, b] = await startReplicas()
    const page = await a.openPage()
    const headers = { 'idempotency-key': randomUUID() }
    genesys.injectFault('onMessage', { delayMs: 1500 })
    const first = page.say('slowly', headers)
    await genesys.seenFrame({ action: 'onMessage' })
    const elsewhere = atReplica(b, page)
    const early = await elsewhere.say('slowly', headers)
    expect(early).toMatchObject({ status: 409, body: { code: 'request_in_progress' } })
    expect(early.headers.get('retry-after')).toBe('1')
    const { status, body } = await first
    expect(status).toBe(201)
    await untilKept(page)
    expect(await elsewhere.say('slowly', headers)).toMatchObject({ status: 201, body: { id: body.id } })
    expect(genesys.transcript()).toHaveLength(1)
  })

  test('accept a message on one replica after Genesys has refused it on the other', async () => {
    const [a, b] = await startReplicas()
    const page = await a.openPage()
    const headers = { 'idempotency-key': randomUUID() }
    genesys.injectFault({ received: 'onMessage' }, { frame: { class: 'string', code: 400, body: 'no' } })
    expect((await page.say('again', headers)).status).toBeGreaterThanOrEqual(400)
    expect((await atReplica(b, page).say('again', headers)).status).toBe(201)
  })

  test('count requests toward the limits together', async () => {
    const [a, b] = await startReplicas({
      RATE_GUEST_PER_MINUTE: '6',
      RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '3',
    })
    const page = await a.openPage()
    const elsewhere = atReplica(b, page)
    for (const each of [page, elsewhere, page, elsewhere, page, elsewhere]) {
      expect((await each.ask('GET', '/guest-session')).status).toBe(200)
    }
    for (const each of [page, elsewhere]) {
      const refused = await each.ask('GET', '/guest-session')
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30)
    }
    expect((await b.openPage()).opened.status).toBe(201)
    expect((await a.openPage()).opened.status).toBe(201)
    for (const each of [a, b]) expect((await each.openPage()).opened.status).toBe(429)
  })

  test('immediately refuse a token issued before a sign-in at the other replica, and end its stream', async () => {
    const [a, b] = await startReplicas()
    const page = await a.openPage()
    const copy = atReplica(b, page)
    expect((await copy.say('before')).status).toBe(201)
    const stream = await copy.events()
    const signedIn = await page.ask('POST', '/guest-session', { userToken: await userToken('user-1') })
    expect(signedIn.status).toBe(200)
    expect(await copy.ask('GET', '/messages')).toMatchObject({
      status: 401,
      body: { code: 'session_invalid' },
    })
    expect(await stream.next(({ event }) => event === 'reconnect')).toBeDefined()
    expect((await atReplica(b, page).ask('GET', '/messages')).status).toBe(200)
    stream.close()
  })

  test('stop using credentials after Genesys has refused them twice for one replica', async () => {
    const wrong = { GENESYS_CLIENT_ID: randomUUID(), GENESYS_CLIENT_SECRET: 'not-the-secret-of-this-client' }
    const tokenRequests = () => genesys.requests.filter(({ path }) => path === '/oauth/token').length
    const first = await startReplica(wrong)
    // A readiness query causes the second token request.
    await until(async () => {
      await readiness(first)
      return tokenRequests() === 2
    })
    for (const replica of [first, await startReplica(wrong)]) {
      const { checks } = await readiness(replica)
      expect(checks).toContainEqual(
        expect.objectContaining({ name: 'oauth', ok: false, code: 'upstream_auth_failed' }),
      )
    }
    expect(tokenRequests()).toBe(2)
  })

  test('store no guest’s data in plain text in Redis, and nothing without an expiry', async () => {
    const [a] = await startReplicas()
    const page = await a.openPage({ name: 'Jane Doe', attributes: { 'custom.plan': 'gold' } })
    const key = randomUUID()
    await page.say('words of a guest', { 'idempotency-key': key })
    await page.ask('POST', '/guest-session', { userToken: await userToken('user-1') })
    const client = createClient({ url: redis.url })
    await client.connect()
    const stored: string[] = []
    const names = await client.keys('*')
    for (const name of names) {
      expect(name).toMatch(/^test:/)
      expect(await client.pTTL(name)).toBeGreaterThan(0)
      const value = (await client.type(name)) === 'hash' ? await client.hGetAll(name) : await client.get(name)
      stored.push(name, JSON.stringify(value))
    }
    client.destroy()
    for (const kind of ['rate:address:', 'rate:guest:', 'rate:sessions:', 'idempotency:', 'generation:'])
      expect(names.filter((name) => name.startsWith(`test:${kind}`))).not.toEqual([])
    const { sid } = JSON.parse(Buffer.from(page.session.split('.')[0]!, 'base64url').toString()) as {
      sid: string
    }
    const all = stored.join('\n')
    for (const secret of [
      'Jane',
      'gold',
      'words of a guest',
      '127.0.0.1',
      'user-1',
      SITE,
      key,
      sid,
      genesys.sessions[0]!.token,
    ])
      expect(all).not.toContain(secret)
  })

  test('lose, refuse and duplicate no message when Redis is killed and restarted while guests send', async () => {
    const both = await startReplicas()
    const guests = await Promise.all(Array.from({ length: 8 }, () => both[0].openPage()))
    const sent: string[] = []
    let isOver = false
    const sending = guests.map(async (page) => {
      for (let at = 0; !isOver; at++) {
        const text = `message ${randomUUID()}`
        const answer = await atReplica(both[at % 2]!, page).say(text, { 'idempotency-key': randomUUID() })
        expect(answer.status).toBe(201)
        sent.push(text)
      }
    })
    const more = async (count: number) => {
      const from = sent.length
      await until(() => sent.length >= from + count)
    }
    await more(50)
    await redis.kill()
    await more(50)
    for (const replica of both) {
      expect(await readiness(replica)).toMatchObject({ status: 'degraded' })
      expect((await ask(replica.url, 'GET', '/metrics')).body).toContain('guest_bff_redis_available 0')
    }
    await redis.start()
    for (const replica of both) await until(() => isShared(replica))
    await more(50)
    isOver = true
    await Promise.all(sending)
    const there = guests.flatMap((_, at) =>
      genesys.transcript(genesys.sessions[at]!.token).map(({ text }) => text),
    )
    expect(there.toSorted()).toEqual(sent.toSorted())
    for (const { logLines } of both) {
      expect(logLines.filter((line) => line.includes('Redis does not respond'))).toHaveLength(1)
      expect(logLines.filter((line) => line.includes('replicas share their state'))).toHaveLength(2)
    }
    // They share state again, although Redis has lost everything that it held.
    const headers = { 'idempotency-key': randomUUID() }
    const first = await atReplica(both[0], guests[0]!).say('shared again', headers)
    await untilKept(atReplica(both[0], guests[0]!))
    expect(await atReplica(both[1], guests[0]!).say('shared again', headers)).toMatchObject({
      body: { id: first.body.id },
    })
  }, 60_000)

  test('learn, once Redis is available again, of a sign-in that happened during the outage', async () => {
    const [a, b] = await startReplicas()
    const page = await a.openPage()
    const copy = atReplica(b, page)
    await redis.kill()
    expect((await page.ask('POST', '/guest-session', { userToken: await userToken('user-1') })).status).toBe(
      200,
    )
    expect((await copy.ask('GET', '/messages')).status).toBe(200)
    await redis.start()
    for (const replica of [a, b]) await until(() => isShared(replica))
    await until(async () => (await copy.ask('GET', '/messages')).status === 401)
  }, 30_000)

  test('respond within 1.5 seconds while Redis hangs', async () => {
    const [a, b] = await startReplicas({ REDIS_TIMEOUT_MS: '100' })
    const page = await a.openPage()
    const elsewhere = atReplica(b, page)
    await page.say('before')
    redis.hang()
    const tookMs: number[] = []
    for (let at = 0; at < 40; at++) {
      const startedAtMs = performance.now()
      const answer = await [page, elsewhere][at % 2]!.say(`message ${at}`, {
        'idempotency-key': randomUUID(),
      })
      expect(answer.status).toBe(201)
      tookMs.push(performance.now() - startedAtMs)
    }
    process.stderr.write(
      `while Redis hangs: first ${Math.round(tookMs[0]!)} ms, most ${Math.round(Math.max(...tookMs))} ms\n`,
    )
    expect(Math.max(...tookMs)).toBeLessThan(1500)
    await until(async () => (await readiness(a)).status === 'degraded')
    redis.resume()
    for (const replica of [a, b]) await until(() => isShared(replica))
    const headers = { 'idempotency-key': randomUUID() }
    const first = await page.say('after', headers)
    await untilKept(page)
    expect(await elsewhere.say('after', headers)).toMatchObject({ status: 201, body: { id: first.body.id } })
  }, 40_000)

  test('start without Redis, report that it is missing, and share state once it is available', async () => {
    await redis.kill()
    const [a, b] = await startReplicas()
    const page = await a.openPage()
    expect((await page.say('alone')).status).toBe(201)
    expect(await readiness(a)).toMatchObject({ status: 'degraded' })
    await redis.start()
    for (const replica of [a, b]) await until(() => isShared(replica))
    const headers = { 'idempotency-key': randomUUID() }
    const first = await page.say('together', headers)
    await untilKept(page)
    expect(await atReplica(b, page).say('together', headers)).toMatchObject({
      status: 201,
      body: { id: first.body.id },
    })
  }, 40_000)
})
