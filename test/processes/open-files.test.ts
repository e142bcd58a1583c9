import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { isSession, type EventReader } from '../event-reader.ts'
import { openPage } from '../start-service.ts'
import { startProcess, type ServiceProcess } from './start-process.ts'
import { freePort } from '../free-port.ts'

const OPEN_FILES = 160
const CONNECTED_WITHIN_MS = 5000

let genesys: Simulator
let service: ServiceProcess
let management: string
beforeEach(async () => {
  genesys = await startSimulator({ agent: 'silent', limits: false })
  const MANAGEMENT_PORT = String(await freePort())
  management = `http://127.0.0.1:${MANAGEMENT_PORT}`
  const settings = {
    NODE_ENV: 'production',
    SESSION_KEYS: randomBytes(32).toString('base64'),
    MANAGEMENT_PORT,
    DRAIN_DELAY_MS: '0',
    RATE_ADDRESS_PER_MINUTE: '100000',
    RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '100000',
    GENESYS_CONNECTIONS_PER_MINUTE: '100000',
  }
  service = await startProcess(genesys, settings, [], OPEN_FILES)
})
afterEach(async () => {
  await service.end('SIGTERM')
  await genesys.close()
})

/** A page with a live stream: a connection to the service, and one from the service to Genesys. */
async function listen(): Promise<EventReader> {
  const page = await openPage(service.url)
  const stream = await page.events()
  const isConnected = stream.next(isSession('connected')).then(() => true)
  if (await Promise.race([isConnected, pause(CONNECTED_WITHIN_MS, false, { ref: false })])) return stream
  stream.close()
  throw new Error('The stream has no connection to Genesys.')
}

test('connections beyond the limit on open files are closed, counted and logged, and nothing else fails', async () => {
  const streams: EventReader[] = []
  let refused = 0
  for (let guest = 0; guest < OPEN_FILES / 2; guest++) {
    await listen().then(
      (stream) => streams.push(stream),
      () => (refused += 1),
    )
  }
  expect(streams.length).toBeGreaterThan(OPEN_FILES / 5)
  expect(refused).toBeGreaterThan(0)
  for (let count = 0; count < 5; count++) {
    const readiness = await fetch(`${management}/readyz`, { headers: { connection: 'close' } })
    expect(readiness.status).toBe(200)
  }
  const metrics = await (await fetch(`${management}/metrics`)).text()
  expect(Number(/^guest_bff_dropped_connections_total(?:\{.*\})? (.+)$/m.exec(metrics)?.[1])).toBeGreaterThan(
    0,
  )
  expect(service.logLines.filter((line) => line.includes('connections were closed')).length).toBeGreaterThan(
    0,
  )
  expect(service.logLines.filter((line) => /EMFILE|internal_error/.test(line))).toEqual([])
  for (const stream of streams) stream.close()
  const again = await untilServed()
  again.close()
}, 60_000)

async function untilServed(): Promise<EventReader> {
  for (;;) {
    const stream = await listen().catch(() => undefined)
    if (stream) return stream
  }
}
