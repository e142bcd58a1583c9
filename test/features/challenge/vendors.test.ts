import { afterAll, describe, expect, test } from '@jest/globals'
import nock from 'nock'
import { createVendorCheck } from '../../../src/service/features/challenge/vendors.ts'
import { createUpstreamAgents } from '../../../src/service/outgoing-http/upstream-agents.ts'

type Kind = Parameters<typeof createVendorCheck>[0]['kind']

/** The address of each vendor, and its response for a token that was created on a host. */
const VENDORS: readonly (readonly [Kind, string, string, (host: string) => object])[] = [
  [
    'turnstile',
    'https://challenges.cloudflare.com',
    '/turnstile/v0/siteverify',
    (hostname) => ({ hostname }),
  ],
  ['hcaptcha', 'https://api.hcaptcha.com', '/siteverify', (hostname) => ({ hostname })],
  [
    'recaptcha',
    'https://www.google.com',
    '/recaptcha/api/siteverify',
    (hostname) => ({ hostname, score: 0.9 }),
  ],
  [
    'friendly-captcha',
    'https://global.frcapi.com',
    '/api/v2/captcha/siteverify',
    (host) => ({ data: { challenge: { timestamp: '2026-11-25T08:00:00Z', origin: `https://${host}` } } }),
  ],
]
const SITE = 'www.example.com'
const agents = createUpstreamAgents()
afterAll(() => agents.close())

const checkOf = (kind: Kind) =>
  createVendorCheck(
    {
      kind,
      secret: 'the-secret',
      siteKey: 'public-key',
      verifyUrl: undefined,
      abovePerMinute: 0,
      difficulty: 1,
      onFailure: 'refuse',
    },
    agents,
  )

describe.each(VENDORS)('%s', (kind, host, path, madeAt) => {
  test('receives the secret and the token, but no data about the visitor', async () => {
    let sent = ''
    nock(host)
      .post(path, (body) => (sent = JSON.stringify(body)) !== '')
      .reply(200, function () {
        sent += JSON.stringify(this.req.headers)
        return { success: true, ...madeAt(SITE) }
      })
    expect(await checkOf(kind)('vendor-token', SITE)).toEqual({ verdict: 'accepted' })
    expect(sent).toMatch(/vendor-token/)
    expect(sent).toMatch(/the-secret/)
    expect(sent).not.toMatch(/remoteip|origin"|user-agent/)
  })

  test('refuses an invalid token, and a token from another or an unknown website', async () => {
    nock(host)
      .post(path)
      .reply(200, { success: false, 'error-codes': ['invalid-input-response'] })
    expect(await checkOf(kind)('token', SITE)).toEqual({ verdict: 'refused' })
    nock(host)
      .post(path)
      .reply(200, { success: true, ...madeAt('evil.example') })
    expect(await checkOf(kind)('token', SITE)).toEqual({ verdict: 'refused' })
    nock(host).post(path).reply(200, { success: true })
    expect(await checkOf(kind)('token', SITE)).toEqual({ verdict: 'refused' })
  })

  test.each<[string, (vendor: nock.Interceptor) => nock.Scope]>([
    ['a server error', (vendor) => vendor.reply(500, 'oops')],
    ['a redirect', (vendor) => vendor.reply(302, '', { location: 'https://evil.example/' })],
    ['a truncated response', (vendor) => vendor.reply(200, '{"success":')],
    [
      'a response that is too long',
      (vendor) => vendor.reply(200, `{"success":true,"x":"${'x'.repeat(20_000)}"}`),
    ],
    ['no connection', (vendor) => vendor.replyWithError(new Error('reset'))],
    [
      'a wrong secret',
      (vendor) => vendor.reply(200, { success: false, 'error-codes': ['invalid-input-secret'] }),
    ],
  ])('is reported as unavailable after %s', async (_what, respond) => {
    respond(nock(host).post(path))
    expect(await checkOf(kind)('token', SITE)).toMatchObject({ verdict: 'unavailable' })
  })
})

test('a reCAPTCHA token with a low score is refused', async () => {
  nock('https://www.google.com')
    .post('/recaptcha/api/siteverify')
    .reply(200, { success: true, hostname: SITE, score: 0.1 })
  expect(await checkOf('recaptcha')('token', SITE)).toEqual({ verdict: 'refused' })
})
