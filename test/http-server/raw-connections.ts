import net, { type Socket } from 'node:net'
import { expect } from '@jest/globals'
import { ask, startTogether, type Page, type Running } from '../start-service.ts'
import { NO_RATE_LIMITS } from '../service-settings.ts'

/** The service and a page's session, for tests that write raw requests into sockets. */

export let running: Running
export let page: Page
export async function start(settings: Record<string, string> = {}) {
  running = await startTogether({
    settings: { ...NO_RATE_LIMITS, ...settings },
    simulator: { record: false },
  })
  page = await running.openPage()
}
export function connect(): Socket {
  return net.connect(running.service.port, '127.0.0.1').on('error', () => undefined)
}

export function head(line: string, headers: Record<string, string> = {}): string {
  const all = { host: 'localhost', ...page.headers, ...headers }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `${line} HTTP/1.1\r\n${lines.join('')}\r\n`
}

/** Everything received until the connection ends, cleanly or not. */
export async function readAll(socket: Socket): Promise<string> {
  let text = ''
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  await new Promise((resolve) => socket.on('close', resolve))
  return text
}

/** The service's own counts of what is open. */
export async function counts() {
  const { body } = await ask(running.url, 'GET', '/metrics')
  const of = (name: string) =>
    Number(new RegExp(`^guest_bff_${name} (\\d+)$`, 'm').exec(String(body))?.[1] ?? Number.NaN)
  return {
    streams: of('live_streams'),
    inFlight: of('requests_in_flight'),
    arriving: of('requests_arriving'),
  }
}

/** Guests' sockets as the service counts them. */
export async function upstreamSockets(): Promise<number> {
  const { body } = await ask(running.url, 'GET', '/metrics')
  return Number(/^guest_bff_upstream_sockets (\d+)$/m.exec(String(body))?.[1])
}

/** Polls until the counts are as expected: a closed connection is noticed a moment later. */
export async function expectCounts(expected: Awaited<ReturnType<typeof counts>>) {
  let found = await counts()
  for (let tries = 0; tries < 40 && JSON.stringify(found) !== JSON.stringify(expected); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 250))
    found = await counts()
  }
  expect(found).toEqual(expected)
}

export const NOTHING_OPEN = { streams: 0, inFlight: 0, arriving: 0 }
