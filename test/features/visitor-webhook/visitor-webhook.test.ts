import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createGuestBff } from '../../../src/service/guest-bff.ts'
import { readConfig } from '../../../src/service/settings/read-config.ts'
import { createVisitorWebhook } from '../../../src/service/features/visitor-webhook/visitor-webhook.ts'
import { knows, startSiteBackend, WEBHOOK_SECRET, type Respond, type SiteBackend } from './site-backend.ts'

const COOKIE = 'shop-session=s3cr3t'
const HEADERS = { cookie: `other=1; ${COOKIE}; more=2`, origin: 'https://www.example.com' }
const REQUIRED = { ALLOWED_ORIGINS: 'https://www.example.com', GENESYS_DEPLOYMENT_ID: 'd' }

let backend: SiteBackend
let nowMs: number
beforeEach(async () => {
  backend = await startSiteBackend()
  nowMs = Date.now()
})
const opened: { close(): void }[] = []
afterEach(async () => {
  for (const webhook of opened.splice(0)) webhook.close()
  await backend.stop()
})

function webhookWith(settings: Record<string, string> = {}) {
  const config = readConfig({
    ...REQUIRED,
    GENESYS_REGION: 'eu-west-1',
    ...backend.settings,
    ...settings,
  })
  const webhook = createVisitorWebhook(config.visitorWebhook!, {
    now: () => nowMs,
    monotonicNow: () => nowMs,
  })
  opened.push(webhook)
  return webhook
}

const request = (headers: Record<string, string> = HEADERS) => ({ headers, subject: undefined })

describe('the visitor webhook', () => {
  test('identifies the visitor and sets only the configured attributes', async () => {
    backend.respond = knows({
      visitor: 'u-1',
      attributes: { 'custom.plan': 7, vip: true },
      expiresInSeconds: 60,
    })
    expect(await webhookWith().identify(request())).toEqual({
      visitor: 'u-1',
      attributes: { 'custom.plan': '7' },
      expiresAtMs: nowMs + 60_000,
    })
  })

  test('gets only the configured cookie from a request, with a Standard Webhooks signature', async () => {
    await webhookWith().identify({ ...request(), subject: 'jwt-1' })
    const [visit] = backend.visits
    expect(visit?.headers.cookie).toBe(COOKIE)
    expect(visit?.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase())).toEqual([
      'host',
      'accept',
      'accept-encoding',
      'content-type',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
      'cookie',
      'content-length',
      'connection',
    ])
    expect(visit?.event).toEqual({
      type: 'visitor.identify',
      timestamp: new Date(nowMs).toISOString(),
      data: {
        origin: 'https://www.example.com',
        subject: 'jwt-1',
        credentialSha256: createHash('sha256').update(COOKIE).digest('hex'),
      },
    })
  })

  test('gets a header instead of a cookie if the settings name a header', async () => {
    const webhook = webhookWith({ VISITOR_WEBHOOK_COOKIE: '', VISITOR_WEBHOOK_HEADER: 'X-Shop-Session' })
    await webhook.identify(request({ ...HEADERS, 'x-shop-session': 'abc' }))
    expect(backend.visits[0]?.headers).toMatchObject({ 'x-shop-session': 'abc' })
    expect(backend.visits[0]?.headers.cookie).toBeUndefined()
  })

  test.each([
    ['is missing', {}],
    ['is empty', { cookie: 'shop-session=' }],
    ['has a name that only ends with the configured one', { cookie: 'my-shop-session=1; xshop-session=2' }],
  ])('is not called for a request whose cookie %s', async (_what, headers) => {
    expect(await webhookWith().identify(request(headers))).toBeUndefined()
    expect(backend.visits).toEqual([])
  })

  test('is called with a signature for each secret, so a backend can change its secret at any time', async () => {
    const next = `whsec_${Buffer.alloc(24, 9).toString('base64')}`
    await webhookWith({ VISITOR_WEBHOOK_SECRET: `${next},${WEBHOOK_SECRET}` }).identify(request())
    expect(String(backend.visits[0]?.headers['webhook-signature']).split(' ')).toHaveLength(2)
  })

  test('is called once for concurrent requests from one visitor, and separately for each visitor', async () => {
    const webhook = webhookWith()
    const other = { ...HEADERS, cookie: 'shop-session=other' }
    await Promise.all([HEADERS, HEADERS, other].map((headers) => webhook.identify(request(headers))))
    expect(backend.visits).toHaveLength(2)
  })

  test('is called again after the time in its response if that is shorter than the cache time', async () => {
    backend.respond = knows({ expiresInSeconds: 3 })
    const webhook = webhookWith({ VISITOR_WEBHOOK_CACHE_S: '5' })
    await webhook.identify(request())
    nowMs += 2999
    await webhook.identify(request())
    expect(backend.visits).toHaveLength(1)
    nowMs += 1
    await webhook.identify(request())
    expect(backend.visits).toHaveLength(2)
  })

  test('is called once more with the same id after a server error, and not a third time', async () => {
    backend.respond = (res) => void res.writeHead(503).end()
    const webhook = webhookWith()
    await expect(webhook.identify(request())).rejects.toMatchObject({
      code: 'trusted_attributes_unavailable',
    })
    expect(backend.visits.map(({ id }) => id)).toEqual([backend.visits[0]?.id, backend.visits[0]?.id])
    expect(webhook.latestFailure?.reason).toBe('the response has the status 503')

    backend.respond = (res, visit) =>
      backend.visits.length === 3 ? void res.destroy() : knows({ visitor: 'u-1' })(res, visit)
    expect(await webhook.identify(request())).toMatchObject({ visitor: 'u-1' })
    expect(webhook.latestFailure).toBeUndefined()
  })

  const json = (text: string) => (res: Parameters<Respond>[0]) =>
    void res.setHeader('content-type', 'application/json').end(text)
  test.each<[string, Respond]>([
    [
      'has a media type other than JSON',
      (res, { id }) => void res.end(JSON.stringify({ id, visitor: 'u-1' })),
    ],
    ['is not JSON', json('{')],
    [
      'is a redirect',
      (res) => void res.writeHead(302, { location: backend.settings['VISITOR_WEBHOOK_URL'] }).end(),
    ],
    ['has the status 201', (res, visit) => knows({ visitor: 'u-1' })(res.writeHead(201), visit)],
    ['belongs to another request', (res, visit) => knows({ id: 'msg_1', visitor: 'u-1' })(res, visit)],
    ['has no id', json('{"visitor":"u-1"}')],
    ['has an unknown field', knows({ visitor: 'u-1', admin: true })],
    ['has a visitor that is not a string', knows({ visitor: { $ne: '' } })],
    ['has an attribute that is an object', knows({ attributes: { 'custom.plan': {} } })],
    ['has attributes that are too large', knows({ attributes: { 'custom.plan': 'x'.repeat(2048) } })],
    ['is too large', (res, visit) => knows({ visitor: 'u-1', x: 'x'.repeat(20_000) })(res, visit)],
    ['never ends', (res) => void res.setHeader('content-type', 'application/json').write('{')],
    ['never arrives', () => undefined],
  ])('fails with trusted_attributes_unavailable if the response %s', async (what, respond) => {
    backend.respond = respond
    const isLate = what === 'never ends' || what === 'never arrives'
    const webhook = webhookWith(isLate ? { VISITOR_WEBHOOK_TIMEOUT_MS: '300' } : {})
    const error: unknown = await webhook.identify(request()).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'trusted_attributes_unavailable' })
    expect(JSON.stringify([error, webhook.latestFailure])).not.toMatch(/u-1|s3cr3t/)
    expect(backend.visits).toHaveLength(1)
  })

  test('names the secret and the clocks as possible causes if the backend refuses the request', async () => {
    nowMs += 600_000
    const webhook = webhookWith()
    await expect(webhook.identify(request())).rejects.toThrow()
    expect(webhook.latestFailure?.hint).toMatch(/VISITOR_WEBHOOK_SECRET .* clocks/)
    const { clockAheadMs = 0 } = await webhook.probe()
    expect(Math.abs(clockAheadMs + 600_000)).toBeLessThan(5000)
  })
})

test('the example’s backend recognizes Jane by her cookie, and nobody by an unknown cookie', async () => {
  // eslint-disable-next-line @typescript-eslint/ban-ts-comment -- an example in JavaScript
  // @ts-ignore
  const example = await import('../../../examples/visitor-webhook/server.mjs')
  const { createBackend } = example as { createBackend: (secret: string) => Server }
  const server = createBackend(WEBHOOK_SECRET).listen(0, '127.0.0.1')
  try {
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const webhook = webhookWith({ VISITOR_WEBHOOK_URL: url })
    expect(await webhook.identify(request({ cookie: 'a=b; shop-session=of-jane' }))).toMatchObject({
      visitor: 'user-12345',
      attributes: { 'custom.plan': 'gold' },
    })
    expect(await webhook.identify(request({ cookie: 'shop-session=unknown' }))).toEqual({ attributes: {} })
  } finally {
    server.closeAllConnections()
    server.close()
  }
})

describe('the visitor webhook settings', () => {
  const problems = (settings: Record<string, string>) => {
    try {
      readConfig({ ...REQUIRED, GENESYS_REGION: 'eu-west-1', ...backend.settings, ...settings })
    } catch (error) {
      return String(error)
    }
    return ''
  }

  test.each<[string, Record<string, string>, RegExp]>([
    ['no secret', { VISITOR_WEBHOOK_SECRET: '' }, /SECRET is missing/],
    ['a short secret', { VISITOR_WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, /24 to 64 bytes/],
    ['both a cookie and a header', { VISITOR_WEBHOOK_HEADER: 'X-Shop' }, /but not both/],
    ['no cookie or header', { VISITOR_WEBHOOK_COOKIE: '' }, /must be set/],
    [
      'this service’s session cookie',
      { VISITOR_WEBHOOK_COOKIE: '__Host-guest-session' },
      /this service's own cookie/,
    ],
    [
      'the header Authorization',
      { VISITOR_WEBHOOK_COOKIE: '', VISITOR_WEBHOOK_HEADER: 'Authorization' },
      /of your own/,
    ],
    [
      'an attribute that the service sets',
      { VISITOR_WEBHOOK_ATTRIBUTES: 'custom.isAuthenticated' },
      /the service sets it/,
    ],
    ['an attribute that pages set', { VISITOR_WEBHOOK_ATTRIBUTES: 'custom.email' }, /pages set it/],
    ['no URL', { VISITOR_WEBHOOK_URL: '' }, /URL is missing/],
    [
      'plain http in production',
      { NODE_ENV: 'production', VISITOR_WEBHOOK_URL: 'http://shop.example/v' },
      /must begin with https/,
    ],
  ])('with %s are refused, and the message contains no secret', (_what, settings, message) => {
    expect(problems(settings)).toMatch(message)
    expect(problems(settings)).not.toMatch(/whsec_\w|c2hvcnQ/)
  })

  test('are refused if the application also passes trustedAttributes', () => {
    const config = readConfig({
      ...REQUIRED,
      GENESYS_REGION: 'eu-west-1',
      LOG_LEVEL: 'silent',
      ...backend.settings,
    })
    const trustedAttributes = { keys: [], read: () => undefined }
    expect(() => createGuestBff(config, { trustedAttributes })).toThrow(/VISITOR_WEBHOOK_URL/)
  })
})
