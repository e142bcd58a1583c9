import { generateKeyPairSync } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { SignJWT } from 'jose'
import type { Deployment } from '../../../src/contract/contract.ts'
import { ConfigError } from '../../../src/service/settings/config.ts'
import { readConfig } from '../../../src/service/settings/read-config.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts'
import { ALL_PERMISSIONS } from '../../../src/simulator/settings.ts'
import { ask, settingsFor, SITE, startTogether, type Page, type Running } from '../../start-service.ts'

/** A Wednesday. */
const NOON = '2026-11-25T11:00:00.000Z'
const TOMORROW_AT_TEN = '2026-11-26T09:00:00.000Z'
const WORKDAYS = {
  start: '2026-01-05T09:00:00.000',
  end: '2026-01-05T17:00:00.000',
  rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
}
const JANE = { name: 'Jane Doe', phone: '+49 30 901820' }

let nowMs: number
let genesys: Simulator
let running: Running | undefined
let page: Page
beforeEach(() => {
  nowMs = Date.parse(NOON)
})
afterEach(async () => {
  await running?.stop()
  running = undefined
  await genesys.close()
})

const settings = () => ({
  GENESYS_CLIENT_ID: genesys.clientId,
  GENESYS_CLIENT_SECRET: genesys.clientSecret,
  GENESYS_SCHEDULE_GROUP_ID: genesys.scheduleGroupId,
  GENESYS_QUEUE_ID: genesys.queueId,
  RATE_GUEST_PER_MINUTE: '10000',
  CALLBACKS: 'on',
})

async function start(more: Record<string, string> = {}, options: SimulatorOptions = {}): Promise<void> {
  const now = () => nowMs
  genesys = await startSimulator({ agent: 'silent', now, limits: false, ...options })
  genesys.setHours({ open: [WORKDAYS] })
  running = await startTogether({ genesys, settings: { ...settings(), ...more }, options: { now } })
  page = await running.openPage()
}

const callBack = (body: object, key?: string) =>
  page.ask('POST', '/callbacks', body, key === undefined ? {} : { 'idempotency-key': key })

const deployment = async () =>
  (await ask(running!.url, 'GET', '/deployment', undefined, { origin: SITE })).body as Deployment

test('with CALLBACKS=off, a request gets 501, and capabilities and deployment do not mention callbacks', async () => {
  await start({ CALLBACKS: 'off' })
  expect(await deployment()).not.toHaveProperty('callbacks')
  expect(await callBack(JANE)).toMatchObject({ status: 501, body: { code: 'not_enabled' } })
  expect(page.opened.body.capabilities).not.toContain('callbacks')
})

test('CALLBACKS=on is refused at startup without a queue', async () => {
  await start()
  expect(() => readConfig({ ...settingsFor(genesys), CALLBACKS: 'on' })).toThrow(ConfigError)
})

test('with redaction, a card number in the name does not reach Genesys, but the phone number does', async () => {
  await start({ REDACT: 'card,phone' })
  const { status } = await callBack({ ...JANE, name: 'Jane 4111 1111 1111 1111' })
  expect(status).toBe(201)
  expect(genesys.callbacks).toMatchObject([
    { userName: 'Jane **** **** **** ****', numbers: ['+4930901820'] },
  ])
})

test('a callback reaches Genesys once, with the number in international form and the requested time', async () => {
  await start()
  expect(page.opened.body.capabilities).toContain('callbacks')
  const { status, body } = await callBack({ ...JANE, at: TOMORROW_AT_TEN })
  expect(status).toBe(201)
  expect(body).toEqual({ id: expect.any(String), phone: '+4930901820', at: TOMORROW_AT_TEN })
  expect(genesys.callbacks).toEqual([
    {
      conversationId: body.id,
      queueId: genesys.queueId,
      userName: 'Jane Doe',
      numbers: ['+4930901820'],
      scheduledTime: TOMORROW_AT_TEN,
      data: {},
    },
  ])
})

test('a hundred requests with one idempotency key create one callback', async () => {
  await start()
  const answers = await Promise.all(Array.from({ length: 8 }, () => callBack(JANE, 'one')))
  for (let i = answers.length; i < 100; i++) answers.push(await callBack(JANE, 'one'))
  // The others get 409 while the first one is in flight.
  expect(answers.filter(({ status }) => status !== 409).length).toBeGreaterThan(92)
  const ids = answers.flatMap(({ status, body }) => (status === 409 ? [] : [body.id as string]))
  expect(ids).toEqual(ids.map(() => genesys.callbacks[0]!.conversationId))
  expect(genesys.callbacks).toHaveLength(1)
  expect(await callBack({ ...JANE, name: 'Joe' }, 'one')).toMatchObject({
    body: { code: 'idempotency_key_reused' },
  })
})

test('if it is unknown whether Genesys has the callback, a retry creates no second one', async () => {
  await start()
  genesys.injectFault('POST /api/v2/conversations/callbacks', { status: 500, times: 1 })
  expect(await callBack(JANE, 'one')).toMatchObject({ status: 504, body: { code: 'delivery_unknown' } })
  expect(await callBack(JANE, 'one')).toMatchObject({ status: 504, body: { code: 'delivery_unknown' } })
  expect(genesys.callbacks).toEqual([])
})

describe('outside opening hours,', () => {
  const refused = { status: 422, body: { code: 'callback_outside_hours' } }

  test('a callback at a requested time is refused, and the response states the next possible time', async () => {
    await start()
    const saturday = await callBack({ ...JANE, at: '2026-11-28T11:00:00.000Z' })
    expect(saturday).toMatchObject(refused)
    expect(saturday.body.nextPossibleAt).toBe('2026-11-30T08:00:00.000Z')
    expect(genesys.callbacks).toEqual([])
  })

  test('a callback as soon as possible is refused, and the response states the next possible time', async () => {
    nowMs = Date.parse('2026-11-25T19:00:00.000Z')
    await start()
    const now = await callBack(JANE)
    expect(now).toMatchObject(refused)
    expect(now.body.nextPossibleAt).toBe('2026-11-26T08:00:00.000Z')
    expect(await callBack({ ...JANE, at: now.body.nextPossibleAt as string })).toMatchObject({ status: 201 })
  })
})

test('if the opening hours are unknown, a callback is accepted at any time', async () => {
  await start()
  genesys.deleteSchedules()
  // For five minutes, the service keeps the opening hours that it has read.
  nowMs += 6 * 60_000
  expect(await callBack({ ...JANE, at: '2026-11-28T11:00:00.000Z' })).toMatchObject({ status: 201 })
})

test.each(['on', 'verified'] as const)(
  'GET /deployment reports who can request a callback: %s',
  async (CALLBACKS) => {
    await start({ CALLBACKS })
    expect((await deployment()).callbacks).toBe(CALLBACKS)
  },
)

test.each([
  ['a number that cannot exist', { ...JANE, phone: '+49 1' }, 'phone'],
  ['a number without a country', { ...JANE, phone: '030 901820' }, 'phone'],
  ['a number with words', { ...JANE, phone: 'call me at +49 30 901820' }, 'phone'],
  ['a satellite phone’s number', { ...JANE, phone: '+870 773 111 632' }, 'phone'],
  ['a number in an international network', { ...JANE, phone: '+882 16 12345678' }, 'phone'],
  ['an international premium-rate number', { ...JANE, phone: '+979 123456789' }, 'phone'],
  ['a time in the past', { ...JANE, at: '2026-11-25T09:00:00.000Z' }, 'at'],
  ['a time half a year from now', { ...JANE, at: '2027-05-25T09:00:00.000Z' }, 'at'],
  ['no name', { phone: JANE.phone }, 'name'],
])('a callback request with %s is refused', async (_name, body, path) => {
  await start()
  const { status, body: problem } = await callBack(body)
  expect([status, problem.code, problem.errors[0].path]).toEqual([400, 'invalid_request', path])
  expect(genesys.callbacks).toEqual([])
})

test('CALLBACK_COUNTRY is the country for numbers without a country code', async () => {
  await start({ CALLBACK_COUNTRY: 'de' })
  expect((await callBack({ ...JANE, phone: '030 901820' })).body.phone).toBe('+4930901820')
})

test('at most three callbacks an hour are accepted for one number', async () => {
  await start()
  for (let i = 0; i < 3; i++) expect((await callBack(JANE)).status).toBe(201)
  expect(await callBack(JANE)).toMatchObject({ status: 429, body: { code: 'rate_limited' } })
  expect((await callBack({ ...JANE, phone: '+49 30 901821' })).status).toBe(201)
  nowMs += 60 * 60_000
  expect((await callBack(JANE)).status).toBe(201)
})

test('at most ten callbacks an hour are accepted from one address', async () => {
  await start()
  const numbers = Array.from({ length: 11 }, (_, i) => `+49 30 9018${20 + i}`)
  const answers = []
  for (const phone of numbers) answers.push((await callBack({ ...JANE, phone })).status)
  expect(answers).toEqual([...Array.from({ length: 10 }, () => 201), 429])
})

test('callbacks that Genesys has refused do not count, so a guest can try again', async () => {
  await start()
  genesys.injectFault('POST /api/v2/conversations/callbacks', { status: 503, times: 4 })
  for (let i = 0; i < 4; i++) expect((await callBack(JANE)).status).toBe(503)
  expect((await callBack(JANE)).status).toBe(201)
})

test('a callback counts if it is unknown whether Genesys has it', async () => {
  await start()
  genesys.injectFault('POST /api/v2/conversations/callbacks', { status: 500, times: 3 })
  for (let i = 0; i < 3; i++) expect((await callBack(JANE)).status).toBe(504)
  expect((await callBack(JANE)).status).toBe(429)
})

test('an address that may request no more callbacks cannot use up those for another person’s number', async () => {
  await start({ TRUST_PROXY: '1' })
  const from = (address: string, phone: string) =>
    page.ask('POST', '/callbacks', { ...JANE, phone }, { 'x-forwarded-for': address })
  for (let i = 0; i < 10; i++) await from('203.0.113.7', `+49 30 9018${20 + i}`)
  for (let i = 0; i < 3; i++) expect((await from('203.0.113.7', '+49 30 901899')).status).toBe(429)
  expect((await from('203.0.113.8', '+49 30 901899')).status).toBe(201)
})

test('with CALLBACKS=verified, an anonymous guest is refused', async () => {
  await start({ CALLBACKS: 'verified' })
  expect(await callBack(JANE)).toMatchObject({ status: 403, body: { code: 'callback_not_allowed' } })
})

test('with CALLBACKS=verified, a visitor whose JWT was verified is accepted until signing out', async () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const user = {
    USER_TOKEN_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    USER_TOKEN_ISSUER: 'https://login.example.com',
    USER_TOKEN_AUDIENCE: 'chat',
  }
  await start({ CALLBACKS: 'verified', ...user })
  const seconds = Math.floor(nowMs / 1000)
  const userToken = await new SignJWT()
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject('user-1')
    .setIssuer(user.USER_TOKEN_ISSUER)
    .setAudience(user.USER_TOKEN_AUDIENCE)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 300)
    .sign(privateKey)
  page = await running!.openPage({ userToken })
  expect((await callBack(JANE)).status).toBe(201)
  expect(genesys.callbacks).toMatchObject([{ userName: 'Jane Doe', numbers: ['+4930901820'] }])
  await page.ask('POST', '/guest-session', { userToken: null })
  expect(await callBack(JANE)).toMatchObject({ status: 403, body: { code: 'callback_not_allowed' } })
  expect(genesys.callbacks).toHaveLength(1)
})

test('the hint for a refused callback names the missing permission', async () => {
  await start({}, { permissions: ALL_PERMISSIONS.filter((each) => each !== 'conversation:callback:create') })
  const { status, body } = await callBack(JANE)
  expect([status, body.code]).toEqual([502, 'upstream_refused'])
  expect(body.hint).toContain('conversation:callback:create')
})
