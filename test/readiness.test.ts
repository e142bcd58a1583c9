import { afterEach, describe, expect, test } from '@jest/globals'
import express from 'express'
import request from 'supertest'
import { addHealthRoutes } from '../src/service/routes/health.ts'
import { ask, startTogether, type Answer, type Running, type StartOptions } from './start-service.ts'

let running: Running | undefined
let nowMs = Date.now()
afterEach(async () => {
  await running?.stop()
  running = undefined
})

async function start(options: StartOptions = {}): Promise<Running> {
  nowMs = Date.now()
  running = await startTogether({ options: { now: () => nowMs, monotonicNow: () => nowMs }, ...options })
  return running
}

const ready = (): Promise<Answer> => ask(running!.url, 'GET', '/readyz')

describe('GET /readyz reports ready, with 200,', () => {
  test('if the deployment is active and allows every website', async () => {
    await start()
    const { status, body } = await ready()
    expect(status).toBe(200)
    expect(body).toEqual({
      status: 'ready',
      checks: [
        { name: 'deployment', ok: true },
        { name: 'allowed-domains', ok: true },
      ],
    })
  })
})

describe('GET /readyz reports degraded, with 200,', () => {
  test('while the public configuration is unavailable, although sessions can still be opened', async () => {
    const { genesys, openPage } = await start({ settings: { UPSTREAM_TIMEOUT_MS: '2000' } })
    nowMs += 6 * 60_000
    genesys.injectFault('GET /webdeployments/*', { drop: true, times: 100 })
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'degraded' } })
    expect((await openPage()).opened.status).toBe(201)
  })

  test('while the cached configuration, which pages still get, cannot be reloaded', async () => {
    const { url, genesys, openPage } = await start()
    const page = await openPage()
    expect(await ready()).toMatchObject({ body: { status: 'ready' } })
    genesys.injectFault('GET /webdeployments/*', { status: 503, times: 100 })
    nowMs += 10 * 60_000
    const { status, body } = await ready()
    expect([status, body.status]).toEqual([200, 'degraded'])
    expect(body.checks).toContainEqual(
      expect.objectContaining({
        name: 'deployment',
        ok: false,
        essential: false,
        code: 'upstream_unavailable',
      }),
    )
    expect(
      await ask(url, 'GET', '/deployment', undefined, { origin: page.headers['origin']! }),
    ).toMatchObject({
      status: 200,
      body: { status: 'active' },
    })
  })

  test('if optional credentials are wrong', async () => {
    await start({ settings: { GENESYS_CLIENT_ID: 'nobody', GENESYS_CLIENT_SECRET: 'wrong' } })
    const { status, body } = await ready()
    expect([status, body.status]).toEqual([200, 'degraded'])
    expect(body.checks[0]).toMatchObject({ name: 'oauth', ok: false, essential: false })
  })

  test('if the deployment does not allow a website, and the report and the startup log name that website', async () => {
    const { logLines } = await start({
      simulator: { allowedDomains: ['example.com'] },
      settings: {
        ALLOWED_ORIGINS: 'https://www.example.com,https://*.example.com,https://shop.test,https://*.b.test',
      },
    })
    const { status, body } = await ready()
    expect([status, body.status]).toEqual([200, 'degraded'])
    expect(JSON.stringify(body.checks)).toContain('does not allow https://shop.test, https://*.b.test:')
    expect(logLines.join('')).toContain('does not allow https://shop.test, https://*.b.test:')
  })
})

describe('GET /readyz reports not ready, with 503,', () => {
  test.each([
    ['an unknown deployment', { GENESYS_DEPLOYMENT_ID: '00000000-0000-4000-8000-000000000000' }],
    [
      'wrong credentials for a guest API that requires them',
      { GENESYS_GUEST_API: 'external-guests', GENESYS_CLIENT_ID: 'nobody', GENESYS_CLIENT_SECRET: 'wrong' },
    ],
  ])('because of %s', async (_what, settings) => {
    await start({ settings })
    const { status, body } = await ready()
    expect([status, body.status]).toEqual([503, 'not ready'])
    expect(body.checks).toContainEqual(expect.objectContaining({ ok: false, essential: true }))
  })

  test('because of an inactive deployment', async () => {
    await start({ simulator: { deploymentStatus: 'Inactive' } })
    expect(await ready()).toMatchObject({ status: 503, body: { status: 'not ready' } })
  })
})

describe('in production,', () => {
  const settings = {
    NODE_ENV: 'production',
    MANAGEMENT_PORT: '0',
    DRAIN_DELAY_MS: '0',
    SESSION_KEYS: Buffer.alloc(32, 7).toString('base64'),
    GENESYS_CLIENT_ID: 'nobody',
    GENESYS_CLIENT_SECRET: 'wrong',
  }
  const NO_CLIENT = { GENESYS_CLIENT_ID: '', GENESYS_CLIENT_SECRET: '' }

  test('the public port returns only the status, and the management port also returns the checks', async () => {
    const { service } = await start({ settings })
    expect(await ready()).toMatchObject({ status: 200, body: { status: 'degraded' } })
    expect(Object.keys((await ready()).body as object)).toEqual(['status'])
    const { body } = await ask(service.managementUrl!, 'GET', '/readyz')
    expect(body.checks[0]).toMatchObject({ name: 'oauth', ok: false })
  })

  test('the public port repeats its status for a second, while the management port is up to date', async () => {
    const { service, url } = await start({ settings: { ...settings, ...NO_CLIENT } })
    expect((await ready()).body).toEqual({ status: 'ready' })
    await ask(url, 'GET', '/healthz', undefined, { 'x-forwarded-for': '203.0.113.7' })
    expect((await ready()).body).toEqual({ status: 'ready' })
    expect((await ask(service.managementUrl!, 'GET', '/readyz')).body.status).toBe('degraded')
  })
})

test('a readiness report is reused until it reaches its maximum age', async () => {
  let made = 0
  let atMs = 5000
  const app = express()
  addHealthRoutes(app, {
    report: () => Promise.resolve({ status: made++ === 0 ? 'ready' : 'not ready', checks: [] }),
    detail: 'status',
    maxAgeMs: 1000,
    monotonicNow: () => atMs,
  })
  const statuses = async () => [(await request(app).get('/readyz')).status, made]
  expect(await statuses()).toEqual([200, 1])
  atMs += 999
  expect(await statuses()).toEqual([200, 1])
  atMs += 1
  expect(await statuses()).toEqual([503, 2])
})
