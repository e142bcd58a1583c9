import { afterEach, expect, test } from '@jest/globals'
import { ask, startTogether, type Running, type StartOptions } from './start-service.ts'

let running: Running | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

async function start(options: StartOptions = {}): Promise<Running> {
  running = await startTogether(options)
  return running
}

/** One series of `/metrics`, by its name and labels. */
async function series(name: string): Promise<number | undefined> {
  const { managementUrl } = running!.service
  const text = await (await fetch(`${managementUrl}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.slice(name.length))
}

const settings = { MANAGEMENT_PORT: '0' }

/** Waits at most five seconds until the series has this value. */
async function becomes(name: string, value: number): Promise<void> {
  const until = performance.now() + 5000
  while ((await series(name)) !== value && performance.now() < until);
  expect([name, await series(name)]).toEqual([name, value])
}

test('the metrics count open guest sockets, and lost guest sockets by reason', async () => {
  const { openPage, genesys } = await start({ settings })
  expect(await series('guest_bff_upstream_sockets')).toBe(0)
  const page = await openPage()
  const stream = await page.events()
  await becomes('guest_bff_upstream_sockets', 1)
  expect(await series('guest_bff_upstream_connections_total{outcome="ok"}')).toBe(1)

  genesys.dropSockets()
  await becomes('guest_bff_lost_upstream_sockets_total{reason="broken"}', 1)
  await becomes('guest_bff_upstream_connections_total{outcome="ok"}', 2)
  await genesys.seenFrame((recorded) => recorded.frame.action === 'configureSession')

  await becomes('guest_bff_upstream_sockets', 1)
  genesys.closeSockets(1001)
  await becomes('guest_bff_lost_upstream_sockets_total{reason="closed"}', 1)
  await becomes('guest_bff_upstream_connections_total{outcome="ok"}', 3)

  stream.close()
  await page.ask('DELETE', '/guest-session')
  await becomes('guest_bff_upstream_sockets', 0)
})

test('the metrics count a refused handshake by its status, and not as a lost socket', async () => {
  const { openPage, genesys } = await start({ settings })
  genesys.injectFault('GET /v1', { status: 403, times: 10 })
  expect((await openPage()).opened.status).toBe(502)
  await becomes('guest_bff_upstream_connections_total{outcome="http_403"}', 1)
  expect(await series('guest_bff_lost_upstream_sockets_total{reason="refused"}')).toBeUndefined()
  expect(await series('guest_bff_upstream_sockets')).toBe(0)
})

test('each request from a website that is not allowed is counted as a refused origin', async () => {
  const { url, openPage } = await start({ settings })
  for (const path of ['/guest-session', '/messages'])
    await ask(url, 'POST', path, {}, { origin: 'https://elsewhere.example' })
  await openPage()
  await becomes('guest_bff_refused_origins_total', 2)
})

test('the readiness metric is degraded while the deployment check fails, and names that check', async () => {
  let nowMs = Date.now()
  const now = () => nowMs
  const { genesys } = await start({ settings, options: { now, monotonicNow: now } })
  await becomes('guest_bff_readiness{status="ready"}', 1)
  genesys.injectFault('GET /webdeployments/*', { status: 503, times: 100 })
  nowMs += 10 * 60_000
  await becomes('guest_bff_readiness{status="degraded"}', 1)
  await becomes('guest_bff_readiness{status="ready"}', 0)
  const check = 'guest_bff_failed_readiness_checks{check="deployment",code="upstream_unavailable"}'
  expect(await series(check)).toBe(1)
})

test('the readiness metric is not_ready when no guest can be served', async () => {
  await start({ settings, simulator: { deploymentStatus: 'Inactive' } })
  await becomes('guest_bff_readiness{status="not_ready"}', 1)
})
