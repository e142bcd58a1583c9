import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { ask, openPage } from '../start-service.ts'
import { startProcess, type ServiceProcess } from './start-process.ts'

const THROW_WHEN_ASKED = fileURLToPath(new URL('throw-when-asked.mjs', import.meta.url))
const DRAIN_DELAY_MS = 1500
/** The time limit for the exit after the drain delay, when only the streams still have to be ended. */
const END_WITHIN_MS = 1500

let genesys: Simulator
let service: ServiceProcess
beforeEach(async () => {
  genesys = await startSimulator({ agent: 'silent' })
})
afterEach(async () => {
  await service.end('SIGKILL')
  await genesys.close()
})

test.each([
  ['an error thrown by a timer', 'SIGUSR2', 'uncaughtException'],
  ['an unhandled rejection', 'SIGHUP', 'unhandledRejection'],
] as const)(
  '%s is logged, and the process becomes unready, asks pages to reconnect and exits with code 1',
  async (_what, signal, origin) => {
    const settings = { DRAIN_DELAY_MS: String(DRAIN_DELAY_MS) }
    service = await startProcess(genesys, settings, ['--import', THROW_WHEN_ASKED])
    const page = await openPage(service.url)
    const stream = await page.events()
    await stream.next(({ data }) => data['state'] === 'connected')

    const thrownAtMs = performance.now()
    service.signal(signal)
    const isReady = async () => (await ask(service.url, 'GET', '/readyz')).status === 200
    while (await isReady()) expect(performance.now() - thrownAtMs).toBeLessThan(DRAIN_DELAY_MS)
    // Requests in flight, and those that an orchestrator still sends, are served meanwhile.
    expect((await page.say('in the middle of it')).status).toBe(201)
    await stream.next(({ event }) => event === 'reconnect')
    await stream.ended
    expect(await service.exited).toBe(1)
    expect(performance.now() - thrownAtMs).toBeLessThan(DRAIN_DELAY_MS + END_WITHIN_MS)

    const logged = service.logLines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(logged.find(({ msg }) => msg === 'stopping after an uncaught error')).toMatchObject({
      level: 'error',
      reason: `${origin} with 0 requests in flight`,
      err: {
        name: 'Error',
        stack: expect.arrayContaining([expect.stringContaining('throw-when-asked.mjs')]),
      },
    })
  },
  20_000,
)

test('a second error while the process stops does not keep it from exiting with code 1', async () => {
  service = await startProcess(genesys, {}, ['--import', THROW_WHEN_ASKED])
  service.signal('SIGUSR2')
  service.signal('SIGHUP')
  expect(await service.exited).toBe(1)
}, 20_000)

test('a process whose output is not read exits within three seconds of SIGTERM', async () => {
  service = await startProcess(genesys, {
    LOG_LEVEL: 'trace',
    RATE_ADDRESS_PER_MINUTE: '100000',
  })
  const page = await openPage(service.url)
  const stream = await page.events()
  await stream.next(({ data }) => data['state'] === 'connected')
  service.stopReading()
  // About 500 KB of lines, one for each request: far more than the pipe and the reader can buffer.
  for (let round = 0; round < 20; round++) {
    const answers = Array.from({ length: 100 }, () => ask(service.url, 'GET', '/healthz'))
    await Promise.all(answers)
  }
  const signalledAtMs = performance.now()
  service.signal('SIGTERM')
  await stream.next(({ event }) => event === 'reconnect')
  const code = await service.exited
  expect([code, performance.now() - signalledAtMs < 3000]).toEqual([0, true])
  expect(service.logLines.length).toBeLessThan(1000)
}, 60_000)
