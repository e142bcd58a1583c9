import { generateKeyPairSync } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import { SignJWT } from 'jose'
import type { TrustedAttributes } from '../src/service/sessions/identity.ts'
import { ask, pageOf, SITE, startTogether, type Running, type StartOptions } from './start-service.ts'
import { knows, startSiteBackend, type SiteBackend } from './features/visitor-webhook/site-backend.ts'

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const settings = {
  USER_TOKEN_PUBLIC_KEY: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  USER_TOKEN_ISSUER: 'https://login.example.com',
  USER_TOKEN_AUDIENCE: 'chat',
  ATTRIBUTES_TRUSTED: 'custom.userId=sub, custom.membershipLevel=membership_level',
}
const userToken = (sub: string, level = 'Gold') =>
  new SignJWT({ membership_level: level })
    .setProtectedHeader({ alg: 'ES256' })
    .setSubject(sub)
    .setIssuer(settings.USER_TOKEN_ISSUER)
    .setAudience(settings.USER_TOKEN_AUDIENCE)
    .setExpirationTime('5m')
    .sign(privateKey)

const running: Running[] = []
const start = async (options: StartOptions = { settings }) => {
  const together = await startTogether(options)
  running.push(together)
  return together
}
afterEach(async () => {
  for (const together of running.splice(0)) await together.stop()
})

describe('a visitor', () => {
  test('who is signed in is known to the agent from the first message on', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage({ userToken: await userToken('user-1'), attributes: { 'custom.cart': 1 } })
    await page.say('hello')
    expect(genesys.sawAttributes().atMessages[0]?.attributes).toMatchObject({
      'custom.userId': 'user-1',
      'custom.membershipLevel': 'Gold',
      'custom.isAuthenticated': 'true',
      'custom.cart': '1',
    })
  })

  test('who signs in later is known from the next message on, and is anonymous after signing out', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage()
    await page.say('anonymous')
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.isAuthenticated': 'false' })
    expect(genesys.sawAttributes().now['custom.userId']).toBeUndefined()

    const upgraded = await page.ask('POST', '/guest-session', { userToken: await userToken('user-1') })
    expect(upgraded).toMatchObject({ status: 200, body: { state: 'resumed' } })
    await page.say('signed in')
    expect(genesys.sawAttributes().now).toMatchObject({
      'custom.userId': 'user-1',
      'custom.isAuthenticated': 'true',
    })

    await page.ask('POST', '/guest-session', { userToken: null })
    await page.say('signed out')
    const { now } = genesys.sawAttributes()
    expect(now['custom.isAuthenticated']).toBe('false')
    expect(now['custom.userId'] ?? '').toBe('')
    expect(now['custom.membershipLevel'] ?? '').toBe('')
  })

  test.each(['signed in', 'signed out'])(
    'who has %s does not share the session with the next visitor',
    async (state) => {
      const { openPage } = await start()
      const page = await openPage({ userToken: await userToken('user-1') })
      if (state === 'signed out') await page.ask('POST', '/guest-session', { userToken: null })
      const refused = { status: 401, body: { code: 'session_invalid' } }
      expect(
        await page.ask('POST', '/guest-session', { userToken: await userToken('user-2') }),
      ).toMatchObject(refused)
      // Another person now uses this browser, so the first person's session token has become invalid.
      expect(await page.ask('GET', '/messages')).toMatchObject(refused)
    },
  )

  test('can continue the session after signing out and in again', async () => {
    const { openPage, url } = await start()
    const page = await openPage({ userToken: await userToken('user-1') })
    const before = pageOf(url, page.opened)
    await page.ask('POST', '/guest-session', { userToken: null })
    const again = await page.ask('POST', '/guest-session', { userToken: await userToken('user-1') })
    expect(again).toMatchObject({ status: 200, body: { state: 'resumed' } })
    expect((await before.ask('GET', '/messages')).status).toBe(401)
  })

  test('ends an open stream by signing out', async () => {
    const { openPage } = await start()
    const page = await openPage({ userToken: await userToken('user-1') })
    const stream = await page.events()
    await page.ask('POST', '/guest-session', { userToken: null })
    await stream.next(({ event }) => event === 'reconnect')
    stream.close()
  })

  test('with an invalid token gets no session, not even an anonymous one', async () => {
    const { openPage, genesys } = await start()
    const answer = (await openPage({ userToken: 'not.a.token' })).opened
    expect(answer).toMatchObject({ status: 401, body: { code: 'user_token_invalid' } })
    expect(genesys.sessions).toHaveLength(0)
  })

  test('can be identified only by a token, and not by a user id', async () => {
    const { openPage } = await start()
    expect((await openPage({ userId: 'user-1' })).opened.body.code).toBe('user_token_invalid')
    const other = await openPage({ userId: 'user-1', userToken: await userToken('user-2') })
    expect(other.opened.body.code).toBe('user_token_invalid')
    expect((await openPage({ userId: 'user-1', userToken: await userToken('user-1') })).opened.status).toBe(
      201,
    )
  })
})

describe('an application that mounts the service', () => {
  const startWith = (trustedAttributes: TrustedAttributes) =>
    start({ settings, options: { trustedAttributes } })

  test('identifies the visitor from its own database', async () => {
    const { openPage, genesys } = await startWith({
      keys: ['custom.plan'],
      read: async ({ visitor }) => ({
        visitor: `db-${visitor?.subject}`,
        attributes: { 'custom.plan': 'pro', vip: 'not among the keys' },
      }),
    })
    const page = await openPage({ userToken: await userToken('user-1') })
    await page.say('hello')
    const { now } = genesys.sawAttributes()
    expect(now).toMatchObject({ 'custom.plan': 'pro', 'custom.isAuthenticated': 'true' })
    expect(now['vip']).toBeUndefined()
    expect(
      await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.plan': 'free' } }),
    ).toMatchObject({
      status: 422,
      body: { code: 'attribute_not_allowed', errors: [{ path: 'attributes.custom.plan' }] },
    })
  })

  test.each<[string, TrustedAttributes['read']]>([
    ['fails', () => Promise.reject(new Error('database password is hunter2'))],
    ['throws immediately', () => { throw new Error('boom') }], // prettier-ignore
    ['never answers', () => new Promise(() => {})],
  ])(
    'opens no session if its visitor lookup %s, and reports trusted_attributes_unavailable',
    async (_what, read) => {
      const { openPage, genesys, logLines } = await start({
        settings: { ...settings, UPSTREAM_TIMEOUT_MS: '200' },
        options: { trustedAttributes: { keys: ['custom.plan'], read } },
      })
      const { opened } = await openPage()
      expect(opened).toMatchObject({ status: 503, body: { code: 'trusted_attributes_unavailable' } })
      expect(genesys.sessions).toHaveLength(0)
      expect(JSON.stringify(opened.body) + logLines.join()).not.toContain('hunter2')
    },
  )
})

describe('a visitor whom the website’s backend identifies', () => {
  let backend: SiteBackend
  afterEach(() => backend.stop())
  const LEVELS: Record<string, string> = { 'user-1': 'Gold', 'user-2': 'Silver' }

  /** `open` opens a page in a browser with the website's cookie, or without one. */
  async function startAsking(more: Record<string, string> = {}) {
    backend = await startSiteBackend()
    backend.respond = (res, visit) => {
      const [, visitor = ''] = String(visit.headers.cookie).split('=')
      knows({ visitor, attributes: { 'custom.plan': LEVELS[visitor] ?? 'none' } })(res, visit)
    }
    const together = await start({ settings: { ...backend.settings, ...more } })
    const sentBy = (visitor: string | undefined) =>
      visitor === undefined ? {} : { cookie: `shop-session=${visitor}` }
    const open = async (visitor?: string) =>
      pageOf(
        together.url,
        await ask(together.url, 'POST', '/guest-session', {}, { origin: SITE, ...sentBy(visitor) }),
      )
    return { ...together, open, sentBy }
  }

  test('is known to the agent from the first message on, and is anonymous without the cookie', async () => {
    const { open, genesys } = await startAsking()
    await (await open('user-1')).say('hello')
    expect(genesys.sawAttributes().now).toMatchObject({
      'custom.plan': 'Gold',
      'custom.isAuthenticated': 'true',
    })
    await (await open()).say('hello')
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.isAuthenticated': 'false' })
    expect(genesys.sawAttributes().now['custom.plan']).toBeUndefined()
    expect(backend.visits).toHaveLength(1)
  })

  test('signs in and out with the cookie, and another visitor does not get the session', async () => {
    const { open, sentBy, genesys } = await startAsking()
    const page = await open()
    const resume = (visitor?: string) => page.ask('POST', '/guest-session', {}, sentBy(visitor))
    expect(await resume('user-1')).toMatchObject({ status: 200, body: { state: 'resumed' } })
    await page.say('signed in')
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.plan': 'Gold' })
    await resume()
    await page.say('signed out')
    expect(genesys.sawAttributes().now['custom.plan'] ?? '').toBe('')
    const refused = { status: 401, body: { code: 'session_invalid' } }
    expect(await resume('user-2')).toMatchObject(refused)
    expect(await page.ask('GET', '/messages')).toMatchObject(refused)
  })

  test('can neither open nor resume a session while the backend does not respond', async () => {
    const { open, sentBy, genesys, url, logLines } = await startAsking({ VISITOR_WEBHOOK_TIMEOUT_MS: '500' })
    const page = await open('user-1')
    backend.respond = () => undefined
    const refused = { status: 503, body: { code: 'trusted_attributes_unavailable' } }
    expect((await open('user-1')).opened).toMatchObject(refused)
    expect(await page.ask('POST', '/guest-session', {}, sentBy('user-1'))).toMatchObject(refused)
    expect(genesys.sessions).toHaveLength(1)
    expect(logLines.join()).toContain('the visitor webhook failed')
    expect(logLines.join()).not.toContain('shop-session=')
    expect((await ask(url, 'GET', '/readyz')).body).toMatchObject({ status: 'degraded' })
  })

  test('is anonymous only in new sessions if the backend fails and the settings allow anonymous visitors', async () => {
    const { open, sentBy, genesys } = await startAsking({
      VISITOR_WEBHOOK_FAILURE: 'anonymous',
    })
    const page = await open('user-1')
    backend.respond = knows({ unknown: 'field' })
    await (await open('user-2')).say('hello')
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.isAuthenticated': 'false' })
    expect((await page.ask('POST', '/guest-session', {}, sentBy('user-1'))).status).toBe(200)
    await page.say('still known')
    expect(genesys.sawAttributes(genesys.sessions[0]?.token).now).toMatchObject({ 'custom.plan': 'Gold' })
  })

  test('may send the cookie or the configured header from a page at another origin', async () => {
    const { url } = await startAsking()
    const preflight = { origin: SITE, 'access-control-request-method': 'POST' }
    const { headers } = await ask(url, 'OPTIONS', '/guest-session', undefined, preflight)
    expect(headers.get('access-control-allow-credentials')).toBe('true')
    const byHeader = await start({
      settings: { ...backend.settings, VISITOR_WEBHOOK_COOKIE: '', VISITOR_WEBHOOK_HEADER: 'X-Shop' },
    })
    const answer = await ask(byHeader.url, 'OPTIONS', '/guest-session', undefined, preflight)
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/,x-shop$/)
  })
})

describe('attributes', () => {
  test('survive a restart because the session token contains them', async () => {
    const key = Buffer.alloc(32, 9).toString('base64')
    const first = await start({ settings: { ...settings, SESSION_KEYS: key } })
    const page = await first.openPage({ attributes: { 'custom.page': '/pricing' } })
    const second = await start({ settings: { ...settings, SESSION_KEYS: key }, genesys: first.genesys })

    await pageOf(second.url, page.opened).say('hello')
    expect(first.genesys.sawAttributes().atMessages[0]?.attributes).toMatchObject({
      'custom.page': '/pricing',
    })
  })

  test('are sent again with the next message if a message was refused', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage({ attributes: { 'custom.page': '/pricing' } })
    genesys.injectFault(
      { received: 'onMessage' },
      { frame: { class: 'string', code: 4011, body: 'Too long' } },
    )
    expect((await page.say('refused')).body.code).toBe('text_too_long')
    await page.say('taken')
    expect(genesys.sawAttributes().atMessages.at(-1)?.attributes).toMatchObject({ 'custom.page': '/pricing' })
  })

  test('of an older tab never overwrite those of a newer tab', async () => {
    const { openPage, genesys, url } = await start()
    const page = await openPage()

    const olderTab = pageOf(url, page.opened)
    await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.cart': '3' } })
    await page.say('from the newer tab')
    await olderTab.say('from the older tab')
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.cart': '3' })
  })

  test('are written immediately during a conversation if there is an OAuth client', async () => {
    const first = await start()
    const { clientId, clientSecret } = first.genesys
    const { openPage, genesys } = await start({
      genesys: first.genesys,
      settings: { ...settings, GENESYS_CLIENT_ID: clientId, GENESYS_CLIENT_SECRET: clientSecret },
    })
    const page = await openPage()
    expect(genesys.requests.filter(({ path }) => /messages/.test(path))).toEqual([])
    await page.say('hello')
    const changed = await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.cart': '3' } })
    expect(changed).toMatchObject({ status: 200, body: { applied: 'now' } })
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.cart': '3' })
  })
})
