import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto'
import { createClient } from '@redis/client'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { SignJWT } from 'jose'
import { BANK, SHOP, startSites, type RunningSites } from '../sites/start-sites.ts'
import { openPage, pageOf, type Page } from '../start-service.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const ISSUER = 'https://login.example.com'
const MAX_SESSIONS = 3

let redis: RedisServer
let running: RunningSites

beforeEach(async () => {
  redis = await startRedis()
  running = await startSites({
    SESSION_KEYS: randomBytes(32).toString('base64'),
    REDIS_URL: redis.url,
    REDIS_TIMEOUT_MS: '5000',
    REDIS_KEY_PREFIX: 'test:',
    RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: String(MAX_SESSIONS),
    USER_TOKEN_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    USER_TOKEN_ISSUER: ISSUER,
    USER_TOKEN_AUDIENCE: 'chat',
  })
})
afterEach(async () => {
  await running.stop()
  await redis.kill()
})

const openBoth = async (): Promise<[shop: Page, bank: Page]> => [
  await openPage(running.url, {}, SHOP),
  await openPage(running.url, {}, BANK),
]

async function signIn(page: Page): Promise<number> {
  const token = new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).setSubject('user-1').setIssuer(ISSUER)
  const userToken = await token.setAudience('chat').setExpirationTime('5m').sign(privateKey)
  return (await page.ask('POST', '/guest-session', { userToken })).status
}

/** Names of keys, without the parts that differ by guest, address or message. */
async function keysInRedis(): Promise<Set<string>> {
  const client = createClient({ url: redis.url })
  await client.connect()
  const names = await client.keys('*')
  client.destroy()
  return new Set(names.map((name) => name.replace(/[^:]*$/, '')))
}

/** The number of sessions that a site opens before it refuses one. */
async function openUntilRefused(origin: string): Promise<number> {
  for (let opened = 0; ; opened++) {
    if ((await openPage(running.url, {}, origin)).opened.status === 429) return opened
    // While Redis is slow, a process counts alone, so there can be twice as many.
    if (opened > 2 * MAX_SESSIONS) throw new Error('There is no limit.')
  }
}

test('an address’s limits are counted separately for each site', async () => {
  expect(await openUntilRefused(SHOP)).toBeGreaterThanOrEqual(MAX_SESSIONS)
  expect(await openUntilRefused(BANK)).toBeGreaterThanOrEqual(MAX_SESSIONS)
})

test('an Idempotency-Key used at one site has no effect at another site', async () => {
  const pages = await openBoth()
  const headers = { 'idempotency-key': randomUUID() }
  const [shop, bank] = [await pages[0].say('hello', headers), await pages[1].say('hello', headers)]
  expect([shop.status, bank.status]).toEqual([201, 201])
  expect(bank.body.id).not.toBe(shop.body.id)
  expect(running.shop.transcript()).toHaveLength(1)
  expect(running.bank.restGuests.flatMap(({ messages }) => messages)).toHaveLength(1)
})

test('a sign-in at one site invalidates earlier tokens of that session, but not those of another site', async () => {
  const [shop, bank] = await openBoth()
  const before = pageOf(running.url, shop.opened, SHOP)
  expect(await signIn(shop)).toBe(200)
  expect((await before.ask('GET', '/guest-session')).status).toBe(401)
  expect((await bank.ask('GET', '/guest-session')).status).toBe(200)
})

test('no key in Redis belongs to two sites', async () => {
  const pages = await openBoth()
  for (const page of pages) {
    await page.say('hello', { 'idempotency-key': randomUUID() })
    expect(await signIn(page)).toBe(200)
  }
  const kinds = ['rate:address:', 'rate:guest:', 'rate:sessions:', 'idempotency:', 'generation:']
  const keys = await keysInRedis()
  const expected = ['shop', 'bank'].flatMap((site) => kinds.map((kind) => `test:${site}:${kind}`))
  expect([...keys]).toEqual(expect.arrayContaining(expected))
  for (const key of keys) expect(key).toMatch(/^test:(shop|bank):/)
})
