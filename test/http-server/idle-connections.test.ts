import { once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { limitIdleConnections } from '../../src/service/http-server/idle-connections.ts'

const HEAD = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'
const MAX_CONNECTIONS = 20

let server: http.Server
let clients: Socket[]
let closed: number

async function start(maxConnections: number | undefined): Promise<void> {
  server = http.createServer((_req, res) => res.end())
  limitIdleConnections(server, {
    clientOf: (address) => address,
    maxConnections,
    onClosed: () => (closed += 1),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
}

beforeEach(() => {
  clients = []
  closed = 0
})

afterEach(async () => {
  for (const client of clients) client.destroy()
  server.closeAllConnections()
  server.close()
  await once(server, 'close')
})

/** Opens connections from this address and waits until each has had a response. */
async function idle(count: number, localAddress = '127.0.0.1'): Promise<readonly Socket[]> {
  const opened = Array.from({ length: count }, () => {
    const { port } = server.address() as AddressInfo
    const socket = net.connect({ port, host: '127.0.0.1', localAddress })
    socket.on('error', () => undefined)
    clients.push(socket)
    return socket
  })
  for (const socket of opened) {
    socket.write(HEAD)
    await once(socket, 'data')
  }
  return opened
}

describe('connections that stay open after a response', () => {
  test('are closed to make room, starting with the oldest from the address with the most connections', async () => {
    await start(MAX_CONNECTIONS)
    const [own] = await idle(1, '127.0.0.2')
    const taken = await idle(17)
    expect(closed).toBe(0)
    const oldestClosed = once(taken[0]!, 'close')
    await idle(1, '127.0.0.3')
    await oldestClosed
    expect(closed).toBe(1)
    expect(own!.destroyed).toBe(false)
  })

  test('are closed above 500 from one address only if their next request heads are unfinished', async () => {
    await start(undefined)
    const all = await idle(505)
    const closing = Promise.all(all.slice(0, 4).map((client) => once(client, 'close')))
    for (const client of all.slice(0, 504)) client.write('GET / HTTP/1.1\r\nX-Slow: ')
    await closing
    expect(closed).toBe(4)
    expect(all.filter(({ destroyed }) => destroyed)).toHaveLength(4)
  })
})
