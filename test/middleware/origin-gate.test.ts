import { describe, expect, test } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import request from 'supertest'
import { createOriginGate } from '../../src/service/middleware/origin-gate.ts'

const SITE = 'https://www.example.com'

/** An application with the gate, and optional handlers before the gate. */
function appBehindGate({
  credentials = false,
  explainRefusals = false,
  before = [] as RequestHandler[],
} = {}) {
  const gate = createOriginGate({
    isAllowed: (origin) => origin === SITE,
    allowNoOrigin: false,
    credentials,
    explainRefusals,
  })
  const app = express()
  if (before.length > 0) app.use(before)
  app.use(gate.cors, gate.enforceOrigin)
  app.get('/', (_req, res) => void res.end('served'))
  return app
}

test('an allowed page may read the response and the headers that pages need', async () => {
  const { headers } = await request(appBehindGate()).get('/').set('Origin', SITE)
  expect(headers['access-control-allow-origin']).toBe(SITE)
  expect(headers['access-control-allow-credentials']).toBeUndefined()
  expect(headers['access-control-expose-headers']).toContain('Retry-After')
  expect(headers['vary']).toBe('Origin')
})

test('browsers may send the cookie if cookies are enabled', async () => {
  const { headers } = await request(appBehindGate({ credentials: true }))
    .get('/')
    .set('Origin', SITE)
  expect(headers['access-control-allow-credentials']).toBe('true')
})

test('the response to an allowed page’s preflight lists what the page may send', async () => {
  const { status, headers } = await request(appBehindGate())
    .options('/')
    .set('Origin', SITE)
    .set('Access-Control-Request-Method', 'POST')
  expect(status).toBe(204)
  expect(headers['access-control-allow-methods']).toContain('POST')
  expect(headers['access-control-allow-headers']).toContain('Idempotency-Key')
})

test('a response that already varies by another header varies by the origin too', async () => {
  const before: RequestHandler = (_req, res, next) => {
    res.setHeader('Vary', 'Accept-Encoding')
    next()
  }
  const { headers } = await request(appBehindGate({ before: [before] }))
    .get('/')
    .set('Origin', SITE)
  expect(headers['vary']).toBe('Accept-Encoding, Origin')
})

test('a response varies by the origin even if the request has none', async () => {
  const { headers } = await request(appBehindGate()).get('/')
  expect(headers['vary']).toBe('Origin')
})

describe('if refusals are explained,', () => {
  const FOREIGN = 'https://foreign.example'
  const app = appBehindGate({ explainRefusals: true, credentials: true })

  test('a foreign page’s OPTIONS request that is not a preflight is refused like any other request', async () => {
    const { status, headers } = await request(app).options('/').set('Origin', FOREIGN)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(headers).toMatchObject({ 'access-control-allow-origin': FOREIGN })
    expect((await request(app).options('/').set('Origin', SITE)).status).toBe(204)
  })

  test('a foreign page’s preflight succeeds, so that the page can read why its request is refused', async () => {
    const preflight = await request(app)
      .options('/')
      .set('Origin', FOREIGN)
      .set('Access-Control-Request-Method', 'POST')
    expect(preflight.status).toBe(204)
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': FOREIGN,
      'access-control-max-age': '0',
    })
    expect(preflight.headers['access-control-allow-headers']).toContain('Authorization')
  })

  test('a foreign page’s request is refused, and the page can read the refusal', async () => {
    const { status, headers, text } = await request(app).get('/').set('Origin', FOREIGN)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(text).not.toContain('served')
    expect(headers).toMatchObject({
      'access-control-allow-origin': FOREIGN,
      'access-control-allow-credentials': 'true',
    })
  })
})

test('if refusals are not explained, a foreign page’s request is refused, and the page cannot read why', async () => {
  const foreign = { Origin: 'https://foreign.example' }
  for (const answer of [
    await request(appBehindGate()).get('/').set(foreign),
    await request(appBehindGate()).options('/').set(foreign),
  ]) {
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  }
})
