import { generateKeyPairSync } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { SignJWT } from 'jose'
import { ask, pageOf, SITE, startTogether, type Page, type Running } from './start-service.ts'
import { knows, startSiteBackend, type SiteBackend } from './features/visitor-webhook/site-backend.ts'
import { NO_RATE_LIMITS } from './service-settings.ts'

/** Whatever a browser sends, no trusted or unlisted attribute and none of another guest's data changes at Genesys. */
const ours = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const settings = {
  USER_TOKEN_PUBLIC_KEY: ours.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  USER_TOKEN_ISSUER: 'https://login.example.com',
  USER_TOKEN_AUDIENCE: 'chat',
  ATTRIBUTES_TRUSTED: 'custom.userId=sub, custom.membershipLevel=membership_level',
  ...NO_RATE_LIMITS,
}
const userToken = await new SignJWT({ membership_level: 'Silver' })
  .setProtectedHeader({ alg: 'ES256' })
  .setSubject('user-1')
  .setIssuer(settings.USER_TOKEN_ISSUER)
  .setAudience(settings.USER_TOKEN_AUDIENCE)
  .setExpirationTime('1h')
  .sign(ours.privateKey)

let running: Running
/** A second service, whose visitors are identified by the website's own backend. */
let asking: Running
let backend: SiteBackend
beforeAll(async () => {
  running = await startTogether({ settings, simulator: { limits: false } })
  backend = await startSiteBackend()
  backend.respond = (res, visit) =>
    visit.headers.cookie === 'shop-session=of-user-1'
      ? knows({
          visitor: 'user-1',
          attributes: { 'custom.userId': 'user-1', 'custom.membershipLevel': 'Silver' },
        })(res, visit)
      : knows({})(res, visit)
  asking = await startTogether({
    settings: {
      ...backend.settings,
      VISITOR_WEBHOOK_ATTRIBUTES: 'custom.userId, custom.membershipLevel',
      ...NO_RATE_LIMITS,
    },
    simulator: { limits: false },
  })
})
afterAll(async () => {
  await running.stop()
  await asking.stop()
  await backend.stop()
})

const TRUSTED = ['custom.userId', 'custom.membershipLevel', 'custom.isAuthenticated']
const key = fc.oneof(
  fc.constantFrom(
    ...TRUSTED,
    'vip',
    'custom.cart',
    '__proto__',
    'constructor',
    'Custom.userId',
    'custom.userId ',
  ),
  fc.string({ maxLength: 40 }),
)
const value = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.constant({}),
)
const attributes = fc.dictionary(key, value, { maxKeys: 4, noNullPrototype: true })
const extra = fc.dictionary(
  fc.constantFrom(
    'guestId',
    'token',
    'userId',
    'trusted',
    'claims',
    'visitor',
    'isAuthenticated',
    'customAttributes',
  ),
  fc.oneof(value, attributes),
  { maxKeys: 2 },
)
const headers = fc.dictionary(
  fc.constantFrom('x-user', 'x-custom-attributes', 'x-forwarded-user', 'x-guest-id', 'cookie'),
  fc.stringMatching(/^[\w=; .-]{0,40}$/),
  { maxKeys: 2 },
)

/** @param sent headers that the browser sends with every request, in addition to the usual ones */
type OpenAs = (isSignedIn: boolean) => Promise<{ page: Page; sent?: Record<string, string> }>

async function changesNothingTrusted(at: Running, openAs: OpenAs, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(attributes, extra, headers, fc.boolean(), async (changes, more, forged, isSignedIn) => {
      const { page, sent: own } = await openAs(isSignedIn)
      const sent = { ...forged, ...own }
      await page.say('hello')
      const token = at.genesys.sessions.at(-1)?.token
      const others = at.genesys.sessions.slice(0, -1).at(-1)?.token
      const otherBefore = others && JSON.stringify(at.genesys.sawAttributes(others).now)

      await page.ask('PUT', '/guest-attributes', { attributes: changes, ...more }, sent)
      await page.ask('PUT', '/guest-attributes', { attributes: changes }, sent)
      await page.ask('POST', '/guest-session', { attributes: changes, ...more }, sent)
      await ask(at.url, 'POST', '/guest-session', { attributes: changes, ...more }, { origin: SITE, ...sent })
      await page.ask('POST', '/messages', { text: 'x', attributes: changes, ...more }, sent)
      await page.say('what does the agent see now?')

      const seen = at.genesys.sawAttributes(token).now
      expect(TRUSTED.map((name) => seen[name])).toEqual(
        isSignedIn ? ['user-1', 'Silver', 'true'] : [undefined, undefined, 'false'],
      )
      for (const name of Object.keys(seen)) expect(name).toMatch(/^custom\.[A-Za-z0-9_.:-]*$/)
      if (others) expect(JSON.stringify(at.genesys.sawAttributes(others).now)).toBe(otherBefore)
    }),
    { numRuns },
  )
}

test(
  'no body, header or claim that a browser sends changes what routing trusts',
  () =>
    changesNothingTrusted(
      running,
      async (isSignedIn) => ({ page: await running.openPage(isSignedIn ? { userToken } : {}) }),
      40,
    ),
  60_000,
)

test(
  'if the website’s backend identifies visitors, no body, header or claim changes what routing trusts',
  () =>
    changesNothingTrusted(
      asking,
      async (isSignedIn) => {
        const sent: Record<string, string> = isSignedIn ? { cookie: 'shop-session=of-user-1' } : {}
        const opened = await ask(asking.url, 'POST', '/guest-session', {}, { origin: SITE, ...sent })
        return { page: pageOf(asking.url, opened), sent }
      },
      20,
    ),
  60_000,
)

test('an attribute named __proto__ is refused, and the problem names it', async () => {
  const together = await startTogether()
  try {
    const page = await together.openPage()
    const body = '{"attributes":{"__proto__":"x","custom.page":"/"}}'
    const headers = { ...page.headers, 'content-type': 'application/json' }
    expect(await ask(together.url, 'PUT', '/guest-attributes', body, headers)).toMatchObject({
      status: 400,
      body: { code: 'invalid_request', errors: [{ path: 'attributes.__proto__' }] },
    })
  } finally {
    await together.stop()
  }
})
