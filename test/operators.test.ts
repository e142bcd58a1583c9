import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import express from 'express'
import request from 'supertest'
import { readConfig } from '../src/service/settings/read-config.ts'
import { createGuestBff } from '../src/service/guest-bff.ts'
import { createLog } from '../src/service/observability/log.ts'
import { startSimulator } from '../src/simulator/simulator.ts'
import { ask, settingsFor, startTogether, type Running } from './start-service.ts'

let running: Running | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

test('a refused origin is logged in one warning that names it, and the page may read the reason', async () => {
  running = await startTogether()
  for (let i = 0; i < 5; i++) {
    const { status, body, headers } = await ask(running.url, 'GET', '/deployment', undefined, {
      origin: 'https://shop.example',
    })
    expect([status, body.code]).toEqual([403, 'origin_not_allowed'])
    expect(headers.get('access-control-allow-origin')).toBe('https://shop.example')
  }
  const warnings = running.logLines.filter((line) => line.includes('an origin was refused'))
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain('"reason":"https://shop.example"')
})

test('without hints, a refused page cannot read the response', async () => {
  running = await startTogether({ settings: { PROBLEM_HINTS: 'off' } })
  const { status, headers } = await ask(running.url, 'GET', '/deployment', undefined, {
    origin: 'https://shop.example',
  })
  expect([status, headers.get('access-control-allow-origin')]).toEqual([403, null])
})

test('a caller without an Origin cannot open a session by claiming to be a page of the same origin', async () => {
  running = await startTogether()
  const opened = await ask(running.url, 'POST', '/guest-session', {}, { 'sec-fetch-site': 'same-origin' })
  expect([opened.status, opened.body.code]).toEqual([403, 'origin_not_allowed'])
  const read = await ask(running.url, 'GET', '/deployment', undefined, { 'sec-fetch-site': 'same-origin' })
  expect(read.status).toBe(200)
})

test('a refusal’s body is less than three times as large as the request’s body', async () => {
  running = await startTogether()
  const page = await running.openPage()
  const attributes = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`k${i}`, '']))
  const { status, body } = await page.ask('PUT', '/guest-attributes', { attributes })
  expect([status, body.code]).toEqual([422, 'attribute_not_allowed'])
  expect(JSON.stringify(body).length).toBeLessThan(3 * JSON.stringify({ attributes }).length)
  expect(body.errors.length).toBeGreaterThan(0)

  const long = await page.ask('PUT', '/guest-attributes', { attributes: { [`k${'x'.repeat(8000)}`]: '' } })
  expect(long.status).toBe(400)
  expect(JSON.stringify(long.body).length).toBeLessThan(2000)
})

test('an untrusted proxy is reported once in the log, and in the readiness report', async () => {
  running = await startTogether()
  for (let i = 0; i < 3; i++)
    await ask(running.url, 'GET', '/healthz', undefined, { 'x-forwarded-for': '203.0.113.7' })
  expect(running.logLines.filter((line) => line.includes('a proxy is not trusted'))).toHaveLength(1)
  const { status, body } = await ask(running.url, 'GET', '/readyz')
  expect([status, body.status]).toEqual([200, 'degraded'])
  expect(body.checks).toContainEqual(expect.objectContaining({ name: 'trust-proxy', ok: false }))
})

test('the root page names the service, and links to the enabled pages', async () => {
  running = await startTogether({ settings: { DEMO: 'on' } })
  const { status, body } = await ask(running.url, 'GET', '/')
  expect(status).toBe(200)
  expect(body).toContain('Genesys Guest BFF')
  expect(body).toContain('href="./docs/"')
  expect(body).toContain('href="./demo/"')
})

test('health, readiness and metrics are served on the management port, and metrics only there', async () => {
  running = await startTogether({ settings: { MANAGEMENT_PORT: '0' } })
  const management = running.service.managementUrl ?? ''
  for (const path of ['/healthz', '/readyz', '/metrics'])
    expect((await ask(management, 'GET', path)).status).toBe(200)
  expect((await ask(running.url, 'GET', '/metrics')).status).toBe(404)
  expect((await fetch(`${management}/guest-session`, { method: 'POST' })).status).toBe(404)
})

test('in production, the service has a management port and a drain delay by default', async () => {
  const genesys = await startSimulator()
  const config = readConfig({
    ...settingsFor(genesys),
    NODE_ENV: 'production',
    SESSION_KEYS: Buffer.alloc(32, 7).toString('base64'),
  })
  expect([config.managementPort, config.drainDelayMs]).toEqual([9090, 5000])
  await genesys.close()
})

test('only a service with its own https host sends Strict-Transport-Security', async () => {
  const genesys = await startSimulator()
  const hstsOf = async (publicUrl: string, isMounted: boolean) => {
    const bff = createGuestBff(readConfig({ ...settingsFor(genesys), PUBLIC_URL: publicUrl }), {
      log: createLog({ level: 'silent' }),
    })
    const app = isMounted ? express().use('/chat', bff.app) : bff.app
    const { headers } = await request(app).get(isMounted ? '/chat/healthz' : '/healthz')
    await bff.close()
    return headers['strict-transport-security']
  }
  expect(await hstsOf('https://chat.example.com', false)).toContain('max-age=')
  expect(await hstsOf('https://chat.example.com', true)).toBeUndefined()
  expect(await hstsOf('http://chat.example.com', false)).toBeUndefined()
  // The service is a part of a website here, and the website decides about its own host.
  expect(await hstsOf('https://www.example.com/chat', false)).toBeUndefined()
  await genesys.close()
})

test('a stopping service becomes unready immediately, but serves requests during the drain delay', async () => {
  running = await startTogether({ settings: { DRAIN_DELAY_MS: '1000', DRAIN_MS: '500' } })
  const page = await running.openPage()
  const stream = await page.events()
  const startedAt = performance.now()
  const stopped = running.service.stop()
  expect((await ask(running.url, 'GET', '/readyz')).status).toBe(503)
  const { status, headers } = await page.say('still here')
  expect([status, headers.get('connection')]).toEqual([201, 'close'])
  await stream.next(({ event }) => event === 'reconnect')
  await stopped
  expect(performance.now() - startedAt).toBeLessThan(4000)
  const refused = net.connect(running.service.port, '127.0.0.1')
  await expect(once(refused, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})

test('a HOST that is not an address on this machine is reported as an invalid setting', async () => {
  const genesys = await startSimulator({ agent: 'silent' })
  await expect(startTogether({ genesys, settings: { HOST: '203.0.113.1' } })).rejects.toThrow(
    /HOST 203\.0\.113\.1 is not an address of this machine/,
  )
  await genesys.close()
})

test.each(['PORT', 'MANAGEMENT_PORT'])(
  'if the port in %s is already in use, the error names that variable',
  async (variable) => {
    const genesys = await startSimulator({ agent: 'silent' })
    const taken = net.createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    const settings = { [variable]: String(port) }
    await expect(startTogether({ genesys, settings })).rejects.toThrow(`${variable} ${port} is in use`)
    taken.close()
    await genesys.close()
  },
)
