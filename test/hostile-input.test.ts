import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import nock from 'nock'
import type http from 'node:http'
import { readConfig } from '../src/service/settings/read-config.ts'
import { fixtureSettings, loadFixture } from '../src/test-kit/fixtures/fixtures.ts'
import { createLog } from '../src/service/observability/log.ts'
import { openApiDocument } from '../src/service/openapi/document.ts'
import { startService, type RunningService } from '../src/service/run-service.ts'
import { checkedFetch } from './openapi-answers.ts'
import { openPage, SITE, startTogether, type Page } from './start-service.ts'
import { NO_RATE_LIMITS } from './service-settings.ts'

/** A page sends another guest's ids and tokens. None of them reaches Genesys. */

const FOREIGN = {
  guestId: 'foreign-guest-4711',
  token: 'foreign-token-4711',
  conversationId: 'foreign-conversation-4711',
}
const ANY_FOREIGN = /foreign-(guest|token|conversation)-4711/

const { paths } = openApiDocument({ publicUrl: '', version: '0' })
const ROUTES = Object.entries(paths ?? {}).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({
    method: method.toUpperCase(),
    path: path.replace('{id}', 'own-id'),
  })),
)

/** What a page may send to each route. */
const BODIES: Record<string, object> = {
  'POST /guest-session': { name: 'Jane' },
  'POST /messages': { text: 'Hello' },
  'PUT /guest-attributes': { attributes: { 'custom.plan': 'gold' } },
}

interface Attempt {
  readonly path: string
  readonly headers?: Record<string, string>
  readonly body?: object
}

const PLACES: Record<string, (path: string, body: object | undefined) => readonly Attempt[]> = {
  path: (path) => Object.values(FOREIGN).map((value) => ({ path: `${path}/${value}` })),
  query: (path, body) =>
    Object.entries(FOREIGN).map(([name, value]) => ({
      path: `${path}?${name}=${value}`,
      ...(body && { body }),
    })),
  header: (path, body) =>
    [
      { 'x-guest-id': FOREIGN.guestId, 'x-genesys-guest-id': FOREIGN.guestId },
      { 'x-guest-token': FOREIGN.token, token: FOREIGN.token },
      { 'x-conversation-id': FOREIGN.conversationId, 'x-genesys-cloud-id': FOREIGN.conversationId },
      { cookie: `__Host-guest-session=${FOREIGN.token}; guestId=${FOREIGN.guestId}` },
      { authorization: `Bearer ${FOREIGN.token}` },
      { authorization: `Guest ${FOREIGN.token}` },
    ].map((headers) => ({
      path,
      headers,
      ...(body && { body }),
    })),
  body: (path, body) =>
    [
      ...Object.entries(FOREIGN).map(([name, value]) => ({ [name]: value })),
      { guest: FOREIGN },
      { ref: FOREIGN },
      { userId: FOREIGN.guestId },
      { to: { id: FOREIGN.conversationId } },
    ].map((more) => ({ path, body: { ...body, ...more } })),
}

/** Only the status: a stream of live events would never end. */
async function attempt(url: string, method: string, page: Page, { path, headers, body }: Attempt) {
  const canHaveBody = method !== 'GET' && body !== undefined
  const response = await checkedFetch(url + path, {
    method,
    headers: { ...page.headers, ...(canHaveBody && { 'content-type': 'application/json' }), ...headers },
    ...(canHaveBody && { body: JSON.stringify(body) }),
  })
  await response.body?.cancel()
  return response.status
}

const ending: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end()
  nock.emitter.removeAllListeners('no match')
})

/** All REST requests to Genesys, whether a recording responds or not. */
async function recordedGenesys(fixture: string): Promise<string[]> {
  const seen: string[] = []
  for (const scope of await loadFixture(fixture)) {
    scope.on('request', (req: http.ClientRequest, _interceptor: unknown, body: unknown) => {
      seen.push(JSON.stringify({ method: req.method, path: req.path, headers: req.getHeaders(), body }))
    })
  }
  // nock passes (options) for a host that is not mocked, and (request, options, body) for a mocked one.
  nock.emitter.on('no match', (first: unknown, second: unknown, body: unknown) => {
    const { hostname, method, path, headers } = (second ?? first) as http.RequestOptions
    if (hostname !== '127.0.0.1') seen.push(JSON.stringify({ hostname, method, path, headers, body }))
  })
  return seen
}

async function serve(settings: Record<string, string>): Promise<RunningService> {
  const variables = { ALLOWED_ORIGINS: SITE, HOST: '127.0.0.1', PORT: '0', ...NO_RATE_LIMITS, ...settings }
  const service = await startService(readConfig(variables), { log: createLog({ level: 'silent' }) })
  ending.push(() => service.stop())
  return service
}

jest.setTimeout(30_000)

test('the routes under test include those for sessions, messages, attributes, events and the widget', () => {
  expect(ROUTES.map(({ method, path }) => `${method} ${path}`)).toEqual(
    expect.arrayContaining([...Object.keys(BODIES), 'GET /messages', 'GET /events', 'GET /widget-config']),
  )
})

describe.each(['external-guests', 'guest-identities'])('with %s,', (driver) => {
  let seen: string[]
  let page: Page
  let service: RunningService
  beforeEach(async () => {
    seen = await recordedGenesys(`${driver}/happy-path`)
    service = await serve(fixtureSettings(driver))
    page = await openPage(service.url, { name: 'Jane' })
    expect(page.opened.status).toBe(201)
  })

  test.each(Object.keys(PLACES))('no foreign id or token in the %s reaches Genesys', async (place) => {
    for (const { method, path } of ROUTES) {
      for (const attempted of PLACES[place]!(path, BODIES[`${method} ${path}`])) {
        const before = seen.length
        const status = await attempt(service.url, method, page, attempted)
        const name = `${method} ${attempted.path} ${JSON.stringify(attempted.headers ?? attempted.body ?? {})}: ${status}`
        expect([name, seen.slice(before).filter((call) => ANY_FOREIGN.test(call))]).toEqual([name, []])
        // An unknown header is ignored; anything else that is unknown is refused before Genesys is called.
        if (place === 'path' || (status >= 400 && status < 500))
          expect([name, seen.length]).toEqual([name, before])
      }
    }
  })

  test('a foreign id that is sent as text reaches Genesys, which shows that the check finds such ids', async () => {
    const before = seen.length
    expect((await page.say('Hello')).status).toBe(201)
    expect(seen.slice(before).join()).toContain('Hello')
    expect((await page.say(FOREIGN.guestId)).status).toBe(201)
    expect(seen.join()).toMatch(ANY_FOREIGN)
  })
})

test('with external-users, no user is created if only the page names the user', async () => {
  const seen = await recordedGenesys('external-users/happy-path')
  const service = await serve(fixtureSettings('external-users'))
  for (const body of [
    {},
    { userId: FOREIGN.guestId },
    { userId: FOREIGN.guestId, userToken: FOREIGN.token },
  ]) {
    const { opened } = await openPage(service.url, body)
    expect(opened.status).toBeGreaterThanOrEqual(400)
  }
  expect(seen.join()).not.toMatch(ANY_FOREIGN)
  expect(seen.join()).not.toContain('/api/v2/external/users/messaging')
})

test('with web-messaging, no foreign id or token reaches Genesys by REST or on the socket', async () => {
  const { url, genesys, openPage, stop } = await startTogether({
    settings: NO_RATE_LIMITS,
    simulator: { limits: false },
  })
  ending.push(stop)
  for (const { method, path } of ROUTES) {
    const page = await openPage({ name: 'Jane' })
    for (const [place, attemptsAt] of Object.entries(PLACES)) {
      // An attachment's id is the one id that a page may name; it is valid only with the guest's own token.
      if (place === 'path' && path.startsWith('/attachments')) continue
      for (const attempted of attemptsAt(path, BODIES[`${method} ${path}`]))
        await attempt(url, method, page, attempted)
    }
  }
  const { requests, frames } = genesys
  expect(frames.length).toBeGreaterThan(10)
  expect(JSON.stringify(requests)).not.toMatch(ANY_FOREIGN)
  expect(JSON.stringify(frames)).not.toMatch(ANY_FOREIGN)
})

describe('a hostile id from Genesys', () => {
  const HOSTILE = [
    '../../oauth/clients',
    '..',
    '.',
    '%2e%2e',
    '%2e%2e%2fusers',
    'a%2Fb',
    'a/b',
    '@evil.example',
    'x@evil.example/',
    '//evil.example/',
    '\\evil',
    'a\r\nX-Injected: 1',
    'a\nb',
    'a?b=c',
    'a#b',
    'a;b',
    'ä€😀',
    '\u0000',
    '',
    'x'.repeat(5000),
  ]

  /** The host and path of each call; all responses except the given ones are empty. */
  function genesysThatAnswers(answers: Record<string, object>): string[] {
    const calls: string[] = []
    for (const host of ['https://api.mypurecloud.ie', 'https://login.mypurecloud.ie', /evil/]) {
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        nock(host)
          .persist()
          .intercept(/.*/, method)
          .reply(function (path) {
            calls.push(`${method} ${String(this.req.headers['host'])}${path}`)
            const found = Object.entries(answers).find(([pattern]) => new RegExp(pattern).test(path))
            return [200, found?.[1] ?? {}]
          })
      }
    }
    return calls
  }

  const TOKEN = { '^/oauth/token$': { access_token: 'token', expires_in: 86399 } }
  const DEPLOYMENT = {
    '^/api/v2/messagecenter/deployments/': { id: 'd', status: 'active' },
  }
  const EXPECTED = [
    /^POST login\.mypurecloud\.ie\/oauth\/token$/,
    /^GET api\.mypurecloud\.ie\/api\/v2\/messagecenter\/deployments\/[\w-]+$/,
    /^POST api\.mypurecloud\.ie\/api\/v2\/(conversations\/messaging\/external\/guests|guests\/identities|guests\/messages)$/,
    /^POST api\.mypurecloud\.ie\/api\/v2\/conversations\/messaging\/external\/guests\/(?!\.+\/)[^/?#@\\]+\/messages$/,
    /^PUT api\.mypurecloud\.ie\/api\/v2\/webmessaging\/guests\/(?!\.+\/)[^/?#@\\]+\/attributes$/,
    /^GET api\.mypurecloud\.ie\/api\/v2\/webdeployments\/deployments\/[\w-]+$/,
    /^GET api\.mypurecloud\.ie\/api\/v2\/conversations\/messages\/[0-9a-f]{32}\/details$/,
    /^GET api\.mypurecloud\.ie\/api\/v2\/conversations\/messages\/(?!\.+$)[^/?#@\\]+$/,
    /^PATCH api\.mypurecloud\.ie\/api\/v2\/conversations\/messages\/(?!\.+\/)[^/?#@\\]+\/participants\/(?!\.+\/)[^/?#@\\]+\/attributes$/,
    /^GET api\.mypurecloud\.ie\/api\/v2\/webmessaging\/messages\?pageSize=\d+&pageNumber=\d+$/,
  ]
  const strangeIn = (calls: readonly string[]) =>
    calls.filter((call) => !EXPECTED.some((form) => form.test(call)))

  test.each([
    ['external-guests', 'accessToken'],
    ['guest-identities', 'identityToken'],
  ])('cannot change the host or path of the requests that %s sends', async (driver, tokenName) => {
    for (const guestId of HOSTILE) {
      const opened = { guestId, [tokenName]: 'guest-token', conversationId: 'c-1' }
      const calls = genesysThatAnswers({ ...TOKEN, ...DEPLOYMENT, '^/api/v2/(conv|guests/id)': opened })
      const service = await serve(fixtureSettings(driver))
      const page = await openPage(service.url, { name: 'Jane' })
      if (page.opened.status === 201) {
        await page.say('Hello')
        await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.plan': 'gold' } })
      } else {
        expect([guestId, page.opened.body.code]).toEqual([guestId, 'upstream_bad_response'])
      }
      expect([guestId, strangeIn(calls)]).toEqual([guestId, []])
      expect(calls.length).toBeGreaterThan(1)
      nock.cleanAll()
    }
  })

  test.each(['conversationId', 'participantId'])(
    'in the field %s cannot change the host or path of the requests that web-messaging sends',
    async (field) => {
      const { genesys, stop } = await startTogether()
      ending.push(stop)
      for (const id of HOSTILE) {
        const conversationId = field === 'conversationId' ? id : 'c-1'
        const participantId = field === 'participantId' ? id : 'p-1'
        const calls = genesysThatAnswers({
          ...TOKEN,
          '/details$': { conversationId },
          '^/api/v2/conversations/messages/': { participants: [{ id: participantId, purpose: 'customer' }] },
          '^/api/v2/webmessaging/messages': { entities: [] },
        })
        const service = await serve({
          ...fixtureSettings('web-messaging'),
          GENESYS_DEPLOYMENT_ID: genesys.deploymentId,
          GENESYS_MESSAGING_URL: genesys.messagingUrl,
          GENESYS_CDN_URL: genesys.url,
        })
        const page = await openPage(service.url)
        expect((await page.say('Hello')).status).toBe(201)
        const { status, body } = await page.ask('PUT', '/guest-attributes', {
          attributes: { 'custom.plan': 'gold' },
        })
        expect([id, status]).toEqual([id, 200])
        expect(body.applied).toMatch(/now|with-next-message/)
        expect(calls.join()).toContain('/details')
        expect([id, strangeIn(calls)]).toEqual([id, []])
        nock.cleanAll()
      }
    },
  )
})
