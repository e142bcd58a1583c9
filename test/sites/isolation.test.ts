import { request } from 'node:http'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ask, openPage } from '../start-service.ts'
import { BANK, SHOP, startSites, type RunningSites } from './start-sites.ts'

let running: RunningSites
afterEach(() => running.stop())

const EVIL = 'https://evil.example.org'
const GUEST_PATHS = ['/guest-session', '/deployment', '/messages', '/events', '/attachments/x']
const FILES = ['/client.js', '/docs/', '/openapi.json']
const metricsText = async () => String((await ask(running.url, 'GET', '/metrics')).body)

describe('with two sites in one process,', () => {
  beforeEach(async () => {
    running = await startSites()
  })

  test('each site uses its own Genesys organization and driver', async () => {
    const [atShop, atBank] = [await openPage(running.url, {}, SHOP), await openPage(running.url, {}, BANK)]
    expect(atShop.opened).toMatchObject({ status: 201, body: { guestApi: 'web-messaging' } })
    expect(atBank.opened).toMatchObject({ status: 201, body: { guestApi: 'external-guests' } })
    expect((await atShop.say('to the shop')).status).toBe(201)
    expect((await atBank.say('to the bank')).status).toBe(201)
    expect(running.shop.transcript().map(({ text }) => text)).toEqual(['to the shop'])
    expect(running.bank.restGuests.flatMap(({ messages }) => messages.map(({ text }) => text))).toEqual([
      'to the bank',
    ])
    expect(running.bank.sessions).toEqual([])
    expect(running.shop.requests.filter(({ path }) => path.includes('oauth'))).toEqual([])
  })

  test('at each site, a session token of the other site is refused exactly like an invalid token', async () => {
    const [atShop, atBank] = [await openPage(running.url, {}, SHOP), await openPage(running.url, {}, BANK)]
    for (const [origin, session] of [
      [SHOP, atBank.session],
      [BANK, atShop.session],
    ] as const) {
      const nonsense = await refusal(origin, 'nonsense')
      for (const [method, path] of [
        ['GET', '/guest-session'],
        ['GET', '/messages'],
        ['GET', '/events'],
        ['POST', '/messages'],
        ['POST', '/guest-session'],
      ] as const) {
        const body = method === 'POST' ? { ...(path === '/messages' && { text: 'x' }) } : undefined
        expect(await refusal(origin, session, method, path, body)).toEqual(nonsense)
      }
    }
    expect((await atShop.say('still good')).status).toBe(201)
  })

  test('a token belongs to the site that issued it, even with the same driver, deployment and origin', async () => {
    const page = await openPage(running.url, {}, SHOP)
    // The site is the same in every respect except its name.
    const { shop, bank } = running.sites
    running.reload({ sites: { store: shop, bank } })
    expect((await page.ask('GET', '/guest-session')).status).toBe(401)
  })

  test('each site has its own session cookie, so that one browser can be a guest of both', async () => {
    for (const site of [running.sites.shop, running.sites.bank]) site['SESSION_COOKIE'] = true
    running.reload()
    const pages = [await openPage(running.url, {}, SHOP), await openPage(running.url, {}, BANK)]
    const cookies = pages.map(({ opened }) => opened.headers.getSetCookie()[0]?.split(';')[0] ?? '')
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual([
      '__Host-guest-session-shop',
      '__Host-guest-session-bank',
    ])
    const cookie = cookies.join('; ')
    for (const [at, origin] of [SHOP, BANK].entries()) {
      const asked = await ask(running.url, 'GET', '/guest-session', undefined, { origin, cookie })
      expect(asked).toMatchObject({ status: 200, body: { guestApi: pages[at]?.opened.body['guestApi'] } })
      const withOther = { origin, cookie: cookies[1 - at] ?? '' }
      expect((await ask(running.url, 'GET', '/guest-session', undefined, withOther)).status).toBe(401)
    }
  })

  test('each site determines which attributes its pages may set, and which labels its deployment has', async () => {
    running.sites.shop['ATTRIBUTES_PREFILL'] = ['name=custom.shopper']
    running.sites.shop['DEPLOYMENT_LABELS'] = { de: { headerTitle: 'Fragen Sie uns' } }
    running.reload()
    const shop = await openPage(running.url, { name: 'Sam' }, SHOP)
    const setAtShop = (key: string) => shop.ask('PUT', '/guest-attributes', { attributes: { [key]: 'x' } })
    expect((await setAtShop('account.iban')).body.code).toBe('attribute_not_allowed')
    expect((await setAtShop('custom.cart')).body.attributes).toMatchObject({
      'custom.shopper': 'Sam',
      'custom.cart': 'x',
    })
    const bank = await openPage(running.url, {}, BANK)
    const setAtBank = (key: string) => bank.ask('PUT', '/guest-attributes', { attributes: { [key]: 'x' } })
    expect((await setAtBank('custom.cart')).body.code).toBe('attribute_not_allowed')
    expect((await setAtBank('account.iban')).body.attributes).toEqual({
      'account.iban': 'x',
      'custom.isAuthenticated': 'false',
    })
    const deployment = async (origin: string): Promise<{ labels?: object }> =>
      (await ask(running.url, 'GET', '/deployment', undefined, { origin })).body as object
    expect(await deployment(SHOP)).toMatchObject({
      id: running.shop.deploymentId,
      labels: { de: { headerTitle: 'Fragen Sie uns' } },
    })
    expect((await deployment(BANK)).labels).toBeUndefined()
  })

  test('each site has its own limits', async () => {
    Object.assign(running.sites.shop, {
      RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: 2,
      RATE_GUEST_PER_MINUTE: 3,
      RATE_ADDRESS_PER_MINUTE: 9,
    })
    running.reload()
    const open = async (origin: string) => (await openPage(running.url, {}, origin)).opened.status
    expect([await open(SHOP), await open(SHOP), await open(SHOP)]).toEqual([201, 201, 429])
    for (let i = 0; i < 8; i++) await open(SHOP)
    const deployment = async (origin: string) =>
      (await ask(running.url, 'GET', '/deployment', undefined, { origin })).status
    expect([await deployment(SHOP), await deployment(BANK)]).toEqual([429, 200])
    expect(await open(BANK)).toBe(201)
  })

  test('guests of one site are served while the other site’s Genesys organization does not respond', async () => {
    const bank = await openPage(running.url, {}, BANK)
    running.bank.injectFault('POST /api/v2/conversations/messaging/external/guests/*/messages', {
      swallow: true,
    })
    const waiting = bank.say('never answered')
    while (!running.bank.requests.some(({ path }) => path.endsWith('/messages'))) await turn()
    expect((await openPage(running.url, {}, SHOP)).opened.status).toBe(201)
    expect((await waiting).body.code).toBe('delivery_unknown')
  })

  test('metrics and log lines name the site, and a page of one site sees nothing about the other', async () => {
    const shop = await openPage(running.url, {}, SHOP)
    const stream = await shop.events()
    await openPage(running.url, {}, BANK)
    const text = await metricsText()
    for (const site of ['shop', 'bank'])
      expect(
        valueOf(text, 'request_duration_seconds_count', `site="${site}"`, 'route="/guest-session"'),
      ).toBe(1)
    expect(text).toContain('guest_bff_live_streams{site="shop"} 1')
    expect(text).toContain('guest_bff_live_streams{site="bank"} 0')
    expect(text.match(/^# TYPE guest_bff_live_streams gauge$/gm)).toHaveLength(1)
    const created = (site: string) =>
      valueOf(text, 'upstream_call_duration_seconds_count', `site="${site}"`, 'operation="create_guest"')
    expect([created('shop'), created('bank')]).toEqual([undefined, 1])
    stream.close()
    const requests = running.logLines
      .filter((line) => line.includes('/guest-session'))
      .map((line) => (JSON.parse(line) as { site?: string }).site)
    expect(requests.sort()).toEqual(['bank', 'shop'])
    expect((await ask(running.url, 'GET', '/metrics', undefined, { origin: SHOP })).status).toBe(404)
    const ready = await ask(running.url, 'GET', '/readyz', undefined, { origin: SHOP })
    expect(JSON.stringify(ready.body)).not.toContain('bank')
  })

  test('a page that belongs to neither site is refused on every path', async () => {
    for (const path of [...GUEST_PATHS, ...FILES, '/healthz', '/readyz', '/metrics', '/nothing', '/'])
      expect([path, await codeOf(path, { origin: EVIL })]).toEqual([path, '403 origin_not_allowed'])
  })

  test('a request without an origin belongs to the site with the requested host', async () => {
    const shop = await openPage(running.url, {}, SHOP)
    const bank = await openPage(running.url, {}, BANK)
    const read = (host: string, session: string) => statusByHost('/guest-session', host, session)
    expect(await read('chat.shop.example.com', shop.session)).toBe(200)
    expect(await read('shop.example.com', shop.session)).toBe(200)
    expect(await read('bank.example.net', bank.session)).toBe(200)
    expect(await read('bank.example.net', shop.session)).toBe(401)
    expect(await read('chat.example.org', shop.session)).toBe(404)
    running.sites.bank['PUBLIC_URL'] = running.sites.shop['PUBLIC_URL']
    running.reload()
    expect(await read('chat.shop.example.com', shop.session)).toBe(404)
    expect(await read('shop.example.com', shop.session)).toBe(200)
  })

  test('a request with neither an origin nor a known host can read files, but gets 404 on guest paths', async () => {
    for (const path of [...GUEST_PATHS, '/nothing'])
      expect([path, await codeOf(path)]).toEqual([path, '404 not_found'])
    for (const path of [...FILES, '/healthz', '/readyz', '/metrics'])
      expect([path, await codeOf(path)]).toEqual([path, '200 '])
  })

  test('after one site is removed, the other gets requests without an origin, whatever their host', async () => {
    const shop = await openPage(running.url, {}, SHOP)
    running.reload({ sites: { shop: running.sites.shop } })
    expect(await statusByHost('/guest-session', 'chat.example.org', shop.session)).toBe(200)
    expect(await codeOf('/guest-session', { origin: EVIL })).toBe('403 origin_not_allowed')
  })

  test('an exact origin takes precedence over a wildcard', async () => {
    running.sites.shop.ALLOWED_ORIGINS = ['https://*.example.com']
    running.sites.bank.ALLOWED_ORIGINS = ['https://bank.example.com']
    running.reload()
    const guestApi = async (origin: string) =>
      String((await openPage(running.url, {}, origin)).opened.body.guestApi)
    expect(await guestApi('https://bank.example.com')).toBe('external-guests')
    expect(await guestApi('https://any.example.com')).toBe('web-messaging')
  })
})

test('the process is degraded if one site cannot serve guests, and not ready if none can', async () => {
  running = await startSites()
  const ready = () => ask(running.url, 'GET', '/readyz')
  expect(await ready()).toMatchObject({ status: 200, body: { status: 'ready' } })
  running.sites.shop['GENESYS_DEPLOYMENT_ID'] = '00000000-0000-4000-8000-000000000000'
  running.reload()
  const one = await ready()
  expect(one).toMatchObject({ status: 200, body: { status: 'degraded' } })
  expect(one.body.checks).toContainEqual(
    expect.objectContaining({ name: 'deployment', site: 'shop', ok: false, essential: true }),
  )
  running.sites.bank['GENESYS_DEPLOYMENT_ID'] = '00000000-0000-4000-8000-000000000000'
  running.reload()
  expect(await ready()).toMatchObject({ status: 503, body: { status: 'not ready' } })
})

/** The response to an invalid token, without the parts that differ in each response. */
async function refusal(
  origin: string,
  session: string,
  method = 'GET',
  path = '/guest-session',
  body?: object,
): Promise<unknown> {
  const headers = { origin, authorization: `Bearer ${session}` }
  const answer = await ask(running.url, method, path, body, headers)
  return [answer.status, { ...answer.body, requestId: undefined, instance: undefined }]
}

function valueOf(text: string, metric: string, ...labels: readonly string[]): number | undefined {
  const lines = text.split('\n').filter((line) => line.startsWith(`guest_bff_${metric}{`))
  const line = lines.find((each) => labels.every((label) => each.includes(label)))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}

/** The status of the response, and the code of its problem if it has one. */
async function codeOf(path: string, headers: Record<string, string> = {}): Promise<string> {
  const { status, body } = await ask(running.url, 'GET', path, undefined, headers)
  return `${status} ${String(body?.code ?? '')}`
}

/** Uses `request`, because `fetch` sets `Host` itself. */
function statusByHost(path: string, host: string, session: string): Promise<number> {
  const headers = { host, authorization: `Bearer ${session}` }
  return new Promise((resolve, reject) => {
    request(running.url + path, { headers }, (res) => resolve(res.resume().statusCode ?? 0))
      .on('error', reject)
      .end()
  })
}
