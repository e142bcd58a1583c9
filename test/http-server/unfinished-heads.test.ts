import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { limitUnfinishedHeads } from '../../src/service/http-server/unfinished-heads.ts'

const HEAD = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const MORE_THAN_ONE_ADDRESS_MAY_HOLD = 600

let server: http.Server
let clients: Socket[]
let nowMs: number
let closed: number
let clientOf: (address: string) => string

beforeEach(async () => {
  clients = []
  nowMs = 0
  closed = 0
  clientOf = (address) => address
  server = http.createServer((_req, res) => res.end())
  limitUnfinishedHeads(
    server,
    { clientOf: (address) => clientOf(address), onClosed: () => (closed += 1) },
    () => nowMs,
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

/** Connections that the server has accepted, and on which the clients have not sent a byte yet. */
async function accepted(count: number, localAddress = '127.0.0.1'): Promise<readonly Socket[]> {
  const opened: Socket[] = []
  for (let i = 0; i < count; i++) {
    const socket = net.connect({
      port: (server.address() as AddressInfo).port,
      host: '127.0.0.1',
      localAddress,
    })
    socket.on('error', () => undefined)
    clients.push(socket)
    opened.push(socket)
    await once(server, 'connection')
  }
  return opened
}

function closing(client: Socket): Promise<string> {
  return new Promise((resolve) => client.once('close', () => resolve('closed')))
}

function response(client: Socket): Promise<string> {
  const data = new Promise<string>((resolve) => client.once('data', (chunk) => resolve(String(chunk))))
  client.write(HEAD)
  return Promise.race([data, closing(client)])
}

describe('connections that have not sent a complete head', () => {
  test('are all served even if many from one address connect at the same time', async () => {
    const burst = await accepted(MORE_THAN_ONE_ADDRESS_MAY_HOLD)
    const responses = await Promise.all(burst.map((client) => response(client)))
    expect(responses.filter((text) => text.startsWith('HTTP/1.1 200'))).toHaveLength(burst.length)
    expect(closed).toBe(0)
  })

  test('are closed, the oldest first, if they stay silent and more connections arrive', async () => {
    const silent = await accepted(MORE_THAN_ONE_ADDRESS_MAY_HOLD)
    nowMs += 10_000
    const oldestClosed = closing(silent[0]!)
    const [next] = await accepted(1)
    await oldestClosed
    expect(closed).toBeGreaterThan(0)
    expect(silent.at(-1)!.destroyed).toBe(false)
    expect(await response(next!)).toMatch(/^HTTP\/1.1 200/)
  })

  test('are closed immediately if they have sent part of a head and more connections arrive', async () => {
    const [oldest] = await accepted(1)
    oldest!.write('GET / HTTP/1.1\r\nX-Slow: ')
    const oldestClosed = closing(oldest!)
    await accepted(MORE_THAN_ONE_ADDRESS_MAY_HOLD)
    await oldestClosed
    expect(closed).toBe(1)
    const [next] = await accepted(1)
    expect(await response(next!)).toMatch(/^HTTP\/1.1 200/)
  })

  test('are counted together for a client with several addresses', async () => {
    clientOf = () => 'one network'
    const [oldest] = await accepted(1, '127.0.0.2')
    oldest!.write('GET / HTTP/1.1\r\nX-Slow: ')
    const oldestClosed = closing(oldest!)
    await accepted(MORE_THAN_ONE_ADDRESS_MAY_HOLD)
    await oldestClosed
    expect(closed).toBe(1)
  })

  test('are no longer counted once their request is complete', async () => {
    for (const client of await accepted(MORE_THAN_ONE_ADDRESS_MAY_HOLD)) await response(client)
    nowMs += 10_000
    const [next] = await accepted(1)
    expect(await response(next!)).toMatch(/^HTTP\/1.1 200/)
    expect(closed).toBe(0)
    expect(clients.every((client) => !client.destroyed)).toBe(true)
  })
})
