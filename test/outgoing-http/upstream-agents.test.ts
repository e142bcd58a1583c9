import http from 'node:http'
import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import nock from 'nock'
import { createUpstreamAgents, type UpstreamAgents } from '../../src/service/outgoing-http/upstream-agents.ts'

let agents: UpstreamAgents
let upstream: net.Server
let closeConnections: () => void
beforeEach(() => nock.restore()) // When active, nock opens a new connection for each request.
afterEach(() => {
  agents.close()
  upstream.close()
})

function ask(): http.ClientRequest {
  const { port } = upstream.address() as AddressInfo
  const options = { port, host: '127.0.0.1', agent: agents.agentFor(new URL(`http://127.0.0.1:${port}`)) }
  return http.get(options)
}

/** The socket of a completed request, after it has become free again. */
async function socketAfterAnswer(keepAlive: string | undefined): Promise<Socket> {
  agents = createUpstreamAgents({ idleSocketMs: 30_000 })
  const server = http.createServer((_req, res) => {
    if (keepAlive !== undefined) res.setHeader('Connection', 'keep-alive').setHeader('Keep-Alive', keepAlive)
    res.end()
  })
  server.keepAliveTimeout = 0
  upstream = server
  closeConnections = () => server.closeAllConnections()
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const req = ask()
  const [answer] = (await once(req, 'response')) as [http.IncomingMessage]
  const { socket } = answer
  const freed = once(socket, 'free')
  answer.resume()
  await freed
  return socket
}

test('an idle connection is closed after the service’s own timeout if the upstream states none', async () => {
  expect((await socketAfterAnswer(undefined)).timeout).toBe(30_000)
})

test('an idle connection is closed a second before the upstream would close it', async () => {
  expect((await socketAfterAnswer('timeout=5, max=100')).timeout).toBe(4000)
})

test('an idle connection is closed after the service’s own timeout even if the upstream’s is longer', async () => {
  expect((await socketAfterAnswer('max=100, timeout=600')).timeout).toBe(30_000)
})

test('an idle connection is closed immediately if the upstream keeps it for no more than a second', async () => {
  const socket = await socketAfterAnswer('timeout=1')
  if (!socket.destroyed) await once(socket, 'close')
  expect(socket.destroyed).toBe(true)
})

test.each([
  ['the upstream has closed it', () => closeConnections()],
  ['it has broken', (socket: Socket) => socket.destroy(new Error('reset'))],
])('an idle connection is not reused after %s', async (_what, end) => {
  const socket = await socketAfterAnswer('timeout=5')
  const closed = new Promise((resolve) => socket.once('close', resolve))
  end(socket)
  const early = ask() // The connection closes before or immediately after the response.
  const [answer] = (await once(early, 'response').catch(() => [])) as [http.IncomingMessage?]
  answer?.resume()
  await closed
  const req = ask()
  const [next] = (await once(req, 'response')) as [http.IncomingMessage]
  expect(next.socket).not.toBe(socket)
  next.resume()
})

test('a complete response leaves the connection open for the next request', async () => {
  const socket = await socketAfterAnswer('timeout=5')
  const req = ask()
  const [answer] = (await once(req, 'response')) as [http.IncomingMessage]
  expect(req.reusedSocket).toBe(true)
  expect(answer.socket).toBe(socket)
  answer.resume()
})

describe('a connection that gets an unsolicited response', () => {
  const answerOf = (text: string): string =>
    `HTTP/1.1 200 OK\r\nContent-Length: ${text.length}\r\n\r\n${text}`

  /** The results of two requests: the first gets `atOnce` as its response, and its connection sends `later` while idle. */
  async function answersWith(atOnce: string, later: string): Promise<string[]> {
    const sockets: Socket[] = []
    upstream = net.createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      socket.on('data', () => socket.write(sockets.length > 1 ? answerOf('its own') : atOnce))
    })
    upstream.listen(0, '127.0.0.1')
    await once(upstream, 'listening')
    agents = createUpstreamAgents()
    const first = await read(ask())
    const [socket] = sockets
    if (socket && !socket.destroyed) {
      const closed = once(socket, 'close')
      socket.write(later)
      await closed
    }
    return [first, await read(ask())]
  }

  async function read(req: http.ClientRequest): Promise<string> {
    const [answer] = (await once(req, 'response')) as [http.IncomingMessage]
    const text = (await answer.setEncoding('utf8').toArray()).join('')
    await new Promise((resolve) => setImmediate(resolve)) // By then, the connection is idle.
    return text
  }

  test.each([
    ['together with the requested one', answerOf('first') + answerOf('surplus'), ''],
    ['while no request is in flight', answerOf('first'), answerOf('surplus')],
    ['only in part while no request is in flight', answerOf('first'), 'HTTP/1.1 2'],
  ])('%s is closed, and the next request gets its own response', async (_how, atOnce, later) => {
    expect(await answersWith(atOnce, later)).toEqual(['first', 'its own'])
  })
})
