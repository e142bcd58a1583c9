import net from 'node:net'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startFaultProxy, type Fault, type FaultProxy } from '../../src/test-kit/faults/faults.ts'
import { PROBLEM_CATALOGUE } from '../../src/service/problems/catalogue.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { makeCertificate, type Certificate } from '../certificate.ts'
import { openPage } from '../start-service.ts'
import { heldMemory, TELLS_HELD_MEMORY } from './held-memory.ts'
import { startProcess, type ServiceProcess } from './start-process.ts'
import { genesysUrls, NO_RATE_LIMITS } from '../service-settings.ts'

/** Within an established TLS connection, the proxy can only cut, delay or corrupt bytes: it can't read the records. */
const FAULTS: [what: string, fault: Fault][] = [
  ['reset within a record', { kind: 'reset', afterBytes: 20 }],
  ['ended within a record, without a TLS alert', { kind: 'truncate', afterBytes: 20 }],
  ['stalled', { kind: 'hang' }],
  ['slowed down to single bytes', { kind: 'drip' }],
  ['half-open', { kind: 'half-open' }],
  ['given bytes that are not a record', { kind: 'garbage' }],
]
const UPSTREAM_TIMEOUT_MS = 1000
/** Allows for a busy machine. Without a time limit, a request that hangs would take minutes. */
const SLACK_MS = 5000
/** Each fault ends several connections; one connection with its TLS state and buffers takes about 50 KB. */
const MAX_GROWTH_BYTES = 1_000_000

let certificate: Certificate
let genesys: Simulator
let terminator: tls.Server
let proxy: FaultProxy
let service: ServiceProcess

beforeAll(async () => {
  certificate = makeCertificate()
  const { key, cert, certPath } = certificate
  genesys = await startSimulator({ agent: 'silent', limits: false })
  const { hostname, port } = new URL(genesys.url)
  terminator = tls.createServer({ key, cert }, (client) => {
    const upstream = net.connect(Number(port), hostname)
    for (const socket of [client, upstream]) socket.on('error', () => client.destroy(void upstream.destroy()))
    client.pipe(upstream).pipe(client)
  })
  await new Promise<void>((resolve) => terminator.listen(0, '127.0.0.1', resolve))
  proxy = await startFaultProxy({ target: `http://127.0.0.1:${(terminator.address() as AddressInfo).port}` })
  const url = proxy.url.replace('http', 'https')
  const settings = {
    ...genesysUrls({ url, messagingUrl: proxy.messagingUrl.replace('ws', 'wss') }),
    NODE_EXTRA_CA_CERTS: certPath,
    UPSTREAM_TIMEOUT_MS: String(UPSTREAM_TIMEOUT_MS),
    ...NO_RATE_LIMITS,
  }
  service = await startProcess(genesys, settings, TELLS_HELD_MEMORY)
})
afterAll(async () => {
  await service.end('SIGTERM')
  await proxy.stop()
  await new Promise((resolve) => terminator.close(resolve))
  await genesys.close()
  certificate.remove()
})

/** Sends a message, reads the history and opens a session during the fault, and sends messages again after it. */
async function goThrough(fault: Fault): Promise<void> {
  const [sender, reader] = await Promise.all([openPage(service.url), openPage(service.url)])
  for (const page of [sender, reader]) expect((await page.say('before')).status).toBe(201)
  await proxy.inject(fault)
  const startedAtMs = performance.now()
  const answers = await Promise.all([
    sender.say('while'),
    reader.ask('GET', '/messages'),
    openPage(service.url),
  ])
  expect(performance.now() - startedAtMs).toBeLessThan(UPSTREAM_TIMEOUT_MS + SLACK_MS)
  const [sent, read, { opened }] = answers
  for (const { status, body } of [sent, read, opened]) {
    expect(status).toBeGreaterThanOrEqual(503)
    expect(PROBLEM_CATALOGUE).toHaveProperty(body.code)
  }
  expect(sent.body.code).toBe('delivery_unknown')
  await proxy.heal()
  for (const page of [sender, reader]) expect((await page.say('after')).status).toBe(201)
  expect(await service.metric('guest_bff_requests_in_flight')).toBe(0)
}

test.each(FAULTS)(
  'on an established TLS connection that is %s, requests fail in time, and later requests work',
  (_what, fault) => goThrough(fault),
  30_000,
)

test('after another round of all faults, neither memory nor connections have leaked', async () => {
  const before = await heldMemory(service)
  for (const [, fault] of FAULTS) await goThrough(fault)
  const after = await heldMemory(service)
  expect(after.heapBytes - before.heapBytes).toBeLessThan(MAX_GROWTH_BYTES)
  expect(after.heldBytes - before.heldBytes).toBeLessThan(MAX_GROWTH_BYTES)
  expect(await service.metric('guest_bff_upstream_sockets')).toBe(genesys.connections())
}, 60_000)
