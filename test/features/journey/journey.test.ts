import { afterEach, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../../src/service/settings/read-config.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts'
import { ask, settingsFor, SITE, startTogether, type Running } from '../../start-service.ts'

const VISITOR = '1c9d3f0e-6f0e-4d0b-9c0e-7f1f1a2b3c4d'
const PAGE = { url: `${SITE}/lamps`, title: 'Lamps' }
const VIEW = { visitorId: VISITOR, name: 'page_viewed', page: PAGE }
const CARD = '4111 1111 1111 1111'

let genesys: Simulator
let running: Running
afterEach(async () => {
  await running.stop()
  await genesys.close()
})

async function start(more: Record<string, string> = {}, options: SimulatorOptions = {}): Promise<void> {
  genesys = await startSimulator({ agent: 'silent', ...options })
  running = await startTogether({ genesys, settings: { JOURNEY: 'open', ...more } })
}

const credentials = () => ({
  GENESYS_CLIENT_ID: genesys.clientId,
  GENESYS_CLIENT_SECRET: genesys.clientSecret,
})
const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  ask(running.url, 'POST', path, body, { origin: SITE, ...headers })
const record = (body: object, headers?: Record<string, string>) => post('/journey/events', body, headers)
const pings = () => genesys.requests.filter(({ path }) => path.includes('/ping'))

test('with JOURNEY=off, every journey path returns 501, and GET /deployment does not mention the journey', async () => {
  await start({ JOURNEY: 'off' })
  for (const path of ['/journey/events', '/journey/invitations', '/journey/answers'])
    expect(await post(path, VIEW)).toMatchObject({ status: 501, body: { code: 'not_enabled' } })
  expect((await ask(running.url, 'GET', '/deployment', undefined, { origin: SITE })).body).not.toHaveProperty(
    'journey',
  )
  expect(genesys.journeyEvents).toEqual([])
})

test('a page view reaches Genesys with the page, campaign and browser, but without the rest of the URL', async () => {
  await start()
  const { body } = await ask(running.url, 'GET', '/deployment', undefined, { origin: SITE })
  expect(body.journey).toBe(true)
  const { status } = await record(
    {
      ...VIEW,
      page: {
        url: `${SITE}/lamps/a:b?session=secret&utm_source=news&email=jane%40example.com#token=secret`,
        title: 'Lamps',
        language: 'en-us',
      },
      referrer: 'https://search.example/?q=jane',
      attributes: { items: 3, total: 9.5, isNew: true, color: 'red' },
    },
    { 'user-agent': 'Browser/1' },
  )
  expect(status).toBe(200)
  expect(genesys.journeyEvents).toEqual([
    {
      customerCookieId: VISITOR,
      eventName: 'page_viewed',
      page: { url: `${SITE}/lamps/a:b?utm_source=news`, title: 'Lamps', lang: 'en-us' },
      referrerUrl: 'https://search.example/',
      userAgentString: 'Browser/1',
      attributes: {
        items: { dataType: 'integer', value: '3' },
        total: { dataType: 'number', value: '9.5' },
        isNew: { dataType: 'boolean', value: 'true' },
        color: { dataType: 'string', value: 'red' },
      },
      sessionId: expect.any(String),
    },
  ])
})

test('an action map offers a chat once, and Genesys is told that the chat was offered and accepted', async () => {
  await start()
  genesys.setActionMaps([
    { urlContains: '/cart', text: 'Can we help with your order?' },
    { mediaType: 'contentOffer' },
  ])
  expect((await record(VIEW)).body.invitations).toEqual([])
  const inCart = { ...VIEW, page: { url: `${SITE}/cart`, title: 'Cart' } }
  const { body } = await record(inCart)
  expect(body).toEqual({
    sessionId: expect.any(String),
    invitations: [
      {
        id: expect.any(String),
        sessionId: body.sessionId,
        text: 'Can we help with your order?',
        actionMap: { id: expect.any(String), version: 1 },
      },
    ],
    askAgainAfterSeconds: 15,
  })
  expect((await record(inCart)).body.invitations).toEqual([])
  const [{ id }] = body.invitations
  const answer = { invitationId: id, sessionId: body.sessionId }
  for (const state of ['offered', 'accepted'])
    expect((await post('/journey/answers', { ...answer, state })).status).toBe(204)
  expect(genesys.actionStates.map(({ actionId, actionState }) => [actionId, actionState])).toEqual([
    [id, 'offered'],
    [id, 'accepted'],
  ])
})

test('an answer to an invitation that Genesys does not know is dropped, and says nothing about the service', async () => {
  await start()
  const answer = { invitationId: 'outdated', sessionId: 'outdated', state: 'ignored' }
  expect((await post('/journey/answers', answer)).status).toBe(204)
  expect((await ask(running.url, 'GET', '/readyz')).body.status).toBe('ready')
  expect(running.logLines.join('')).not.toContain('"level":"error"')
})

test('a page can request invitations without sending an event', async () => {
  await start()
  await record(VIEW)
  genesys.setActionMaps([{}])
  const { body } = await post('/journey/invitations', { visitorId: VISITOR, page: PAGE })
  expect(body.invitations).toHaveLength(1)
  expect(body.invitations[0]).not.toHaveProperty('text')
  expect(genesys.journeyEvents).toHaveLength(1)
})

test('with redaction, sensitive data in a journey event reaches neither Genesys nor the log', async () => {
  await start({ REDACT: 'card,email' })
  await record({
    ...VIEW,
    page: { url: `${SITE}/p/${encodeURIComponent(CARD)}?utm_term=${encodeURIComponent(CARD)}`, title: CARD },
    referrer: `${SITE}/jane%40example.com`,
    attributes: { note: CARD, number: 4111111111111111 },
  })
  const sent = JSON.stringify([genesys.journeyEvents, pings().map(({ path }) => path)])
  expect(genesys.journeyEvents).toHaveLength(1)
  for (const secret of ['4111', 'jane']) {
    expect(sent).not.toContain(secret)
    expect(running.logLines.join('')).not.toContain(secret)
  }
})

test('an IBAN whose last digit has two code units is fully masked in a page’s path and campaign', async () => {
  await start({ REDACT: 'iban' })
  const iban = 'DE8937040044053201300𝟎'
  const url = `${SITE}/${iban}?utm_source=${iban}`
  expect(await record({ ...VIEW, page: { url, title: 'Lamps' } })).toMatchObject({ status: 200 })
  const masked = '*'.repeat(23)
  expect(JSON.stringify(genesys.journeyEvents)).toContain(`${SITE}/${masked}?utm_source=${masked}`)
})

test('a card number in a path is masked even if the path also contains invalid UTF-8', async () => {
  await start({ REDACT: 'card' })
  await record({ ...VIEW, page: { url: `${SITE}/4111%201111%201111%20%31111%ff`, title: 'Lamps' } })
  expect(genesys.journeyEvents).toHaveLength(1)
  expect(JSON.stringify(genesys.journeyEvents)).not.toContain('4111')
})

test('no data from a journey event is logged, even without redaction', async () => {
  await start()
  await record({ ...VIEW, page: { url: `${SITE}/private-page`, title: 'private title' } })
  expect(running.logLines.join('')).not.toMatch(/private|1c9d3f0e/)
})

test.each([
  ['a page on another website', { ...VIEW, page: { ...PAGE, url: 'https://other.example/' } }, 'page.url'],
  ['a page with a script address', { ...VIEW, page: { ...PAGE, url: 'javascript:alert(1)' } }, 'page.url'],
  ['a visitor id that is not a UUID', { ...VIEW, visitorId: 'jane' }, 'visitorId'],
  ['an event name with spaces', { ...VIEW, name: 'page viewed' }, 'name'],
  [
    'too many attributes',
    { ...VIEW, attributes: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`a${i}`, i])) },
    'attributes',
  ],
  ['an attribute that is too long', { ...VIEW, attributes: { a: 'x'.repeat(513) } }, 'attributes.a'],
  ['an unknown field', { ...VIEW, ipAddress: '192.0.2.1' }, 'ipAddress'],
])('a journey event with %s is refused', async (_what, body, path) => {
  await start()
  const { status, body: problem } = await record(body)
  expect([status, problem.code, problem.errors[0].path]).toEqual([400, 'invalid_request', path])
  expect(genesys.journeyEvents).toEqual([])
})

test('a journey event with an attribute named __proto__ is refused', async () => {
  await start()
  const body = JSON.stringify(VIEW).replace(/}$/, ',"attributes":{"__proto__":{"a":1}}}')
  expect((await post('/journey/events', body)).status).toBe(400)
})

test('journey events are refused from other websites and with GET', async () => {
  await start()
  expect((await record(VIEW, { origin: 'https://other.example' })).status).toBe(403)
  expect((await ask(running.url, 'GET', '/journey/events', undefined, { origin: SITE })).status).toBe(405)
})

const from = (address: string) => ({ 'x-forwarded-for': address })

test('one address may use half of the calls for the journey, so that other visitors can use the rest', async () => {
  await start({ JOURNEY_CALLS_PER_MINUTE: '8', TRUST_PROXY: '1' })
  const answers = []
  for (let i = 0; i < 3; i++) answers.push(await record(VIEW, from('203.0.113.7')))
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429])
  expect(answers[2]).toMatchObject({ body: { code: 'rate_limited' } })
  expect(Number(answers[2]?.headers.get('retry-after'))).toBeGreaterThan(0)
  expect((await record(VIEW, from('203.0.113.8'))).status).toBe(200)
})

describe('an access token for the journey', () => {
  test('is sent with JOURNEY=oauth', async () => {
    genesys = await startSimulator({ agent: 'silent', journeyNeedsToken: true })
    running = await startTogether({ genesys, settings: { JOURNEY: 'oauth', ...credentials() } })
    expect((await record(VIEW)).status).toBe(200)
    expect(genesys.journeyEvents).toHaveLength(1)
  })

  test('that Genesys requires is reported as missing, and the hint names JOURNEY=oauth', async () => {
    await start({}, { journeyNeedsToken: true })
    const { status, body } = await record(VIEW)
    expect([status, body.hint]).toEqual([502, expect.stringContaining('JOURNEY=oauth')])
    const { body: ready } = await ask(running.url, 'GET', '/readyz')
    expect(ready.checks).toContainEqual(
      expect.objectContaining({ name: 'journey', ok: false, essential: false }),
    )
  })

  test('needs an OAuth client', async () => {
    await start({ JOURNEY: 'off' })
    expect(() => readConfig({ ...settingsFor(genesys), JOURNEY: 'oauth' })).toThrow(/JOURNEY=oauth needs/)
  })
})

test('journey calls are limited per minute, but an event succeeds if only its invitations exceed the limit', async () => {
  await start({ JOURNEY_CALLS_PER_MINUTE: '3', TRUST_PROXY: '1' })
  expect((await record(VIEW, from('203.0.113.7'))).status).toBe(200)
  expect(await record(VIEW, from('203.0.113.8'))).toMatchObject({ status: 200, body: { invitations: [] } })
  expect(await record(VIEW, from('203.0.113.9'))).toMatchObject({
    status: 429,
    body: { code: 'upstream_rate_limited' },
  })
  expect(genesys.journeyEvents).toHaveLength(2)
  expect(pings()).toHaveLength(1)
})

test('the service does not retry a journey event that fails', async () => {
  await start()
  genesys.injectFault('POST /api/v2/journey/deployments/*', { status: 503, times: 1 })
  expect((await record(VIEW)).status).toBeGreaterThanOrEqual(500)
  expect(genesys.journeyEvents).toEqual([])
  expect((await record(VIEW)).status).toBe(200)
})
