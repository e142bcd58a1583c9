import { once } from 'node:events'
import net from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import { ServiceState } from '../../src/service/service-state.ts'
import { isSession } from '../event-reader.ts'
import { ask, startTogether, type Running } from '../start-service.ts'

let started: Running | undefined
afterEach(() => started?.stop())

async function start(settings: Record<string, string> = {}): Promise<Running> {
  started = await startTogether({ settings })
  return started
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Whether a new connection is accepted. */
async function accepts(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1')
  const isOpen = await Promise.race([
    once(socket, 'connect').then(() => true),
    new Promise<boolean>((resolve) => socket.on('error', () => resolve(false))),
  ]).catch(() => false)
  socket.destroy()
  return isOpen
}

test('the service’s state goes from serving to draining to closed, and never back', () => {
  const state = new ServiceState()
  expect([state.isStopping, state.isClosed]).toEqual([false, false])
  state.drain()
  expect([state.isStopping, state.isClosed]).toEqual([true, false])
  state.close()
  state.drain()
  expect([state.isStopping, state.isClosed]).toEqual([true, true])
})

test('while draining, the service is not ready but accepts messages, and responses say Connection: close', async () => {
  const running = await start({ DRAIN_DELAY_MS: '1000' })
  const page = await running.openPage()
  // The connection stays open between the two requests, as a load balancer's connections do.
  const socket = net.connect(running.service.port, '127.0.0.1').on('error', () => undefined)
  const connectionHeader = async () => {
    socket.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n')
    const [head] = (await once(socket, 'data')) as [Buffer]
    return /^connection: (.+)$/im.exec(head.toString())?.[1]
  }
  expect(await connectionHeader()).toBe('keep-alive')
  const stopped = running.service.stop()
  expect(await connectionHeader()).toBe('close')
  expect((await ask(running.url, 'GET', '/readyz')).status).toBe(503)
  expect((await page.say('while draining')).status).toBe(201)
  await stopped
})

test('a stopping service closes its listener before it asks pages to reconnect', async () => {
  const running = await start()
  const page = await running.openPage()
  const stream = await page.events()
  await stream.next(isSession('connected'))
  const stopped = running.service.stop()
  await stream.next(({ event }) => event === 'reconnect')
  expect(await accepts(running.service.port)).toBe(false)
  await stopped
})

test('a message that is in flight when the service stops still gets its response', async () => {
  const running = await start({ DRAIN_MS: '5000' })
  const page = await running.openPage()
  const said = page.say('on its way')
  while (running.service.requestsInFlight() === 0) await turn()
  const stopped = running.service.stop()
  expect((await said).status).toBe(201)
  await stopped
})

test('a connection that was never used does not delay a stop beyond DRAIN_MS', async () => {
  const running = await start({ DRAIN_MS: '300' })
  const socket = net.connect(running.service.port, '127.0.0.1').on('error', () => undefined)
  const closed = once(socket.resume(), 'close')
  await once(socket, 'connect')
  const startedAtMs = performance.now()
  await running.service.stop()
  await closed
  expect(performance.now() - startedAtMs).toBeLessThan(2000)
})

test('a second call to stop waits for the first', async () => {
  const running = await start()
  expect(running.service.stop()).toBe(running.service.stop())
})
