import { afterEach, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { connect as connectTcp } from 'node:net'
import { WebSocket } from 'ws'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { connect } from './guest-client.ts'

let simulator: Simulator
const start = async (options: SimulatorOptions = {}) => (simulator = await startSimulator(options))
afterEach(() => simulator.close())

/** The HTTP status of the handshake; 101 when it is accepted. */
function handshake(path: string, origin?: string): Promise<number> {
  const socket = new WebSocket(simulator.messagingUrl + path, { ...(origin && { origin }) })
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.close()
      resolve(101)
    })
    socket.once('unexpected-response', (_, answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
  })
}

test('a handshake requires a deployment id and the path /v1', async () => {
  await start()
  expect(await handshake(`/v1?deploymentId=${simulator.deploymentId}&application=test-1`)).toBe(101)
  expect(await handshake('/v1')).toBe(403)
  expect(await handshake(`/v2?deploymentId=${simulator.deploymentId}`)).toBe(404)
})

test.each([
  ['https://www.example.com', 101],
  ['https://www.example.com:8443', 101],
  ['www.example.com', 101],
  ['https://example.com', 403],
  ['https://www.example.com.evil.example', 403],
  ['null', 403],
  [undefined, 403],
])(
  "a handshake from origin %s gets %i if the deployment's domain is www.example.com",
  async (origin, status) => {
    await start({ allowedDomains: ['www.example.com'] })
    expect(await handshake(`/v1?deploymentId=${simulator.deploymentId}`, origin)).toBe(status)
  },
)

/** Source: Messenger 2.18.0, `isAllowedDomain`, as quoted in the third-party reference's `loading-the-sdk.md`. */
test.each([
  ['https://example.com', 'suffix', 101],
  ['https://www.example.com', 'suffix', 101],
  ['https://WWW.Example.COM', 'suffix', 101],
  ['https://notexample.com', 'suffix', 403],
  ['https://www.example.com', 'exact', 403],
  ['https://example.com', 'exact', 101],
] as const)(
  'a handshake from origin %s with %s matching of the domain example.com gets %i',
  async (origin, match, status) => {
    await start({ allowedDomains: ['example.com'], allowedDomainMatch: match })
    expect(await handshake(`/v1?deploymentId=${simulator.deploymentId}`, origin)).toBe(status)
  },
)

test('an allowed domain with a scheme or a port matches no origin', async () => {
  await start({ allowedDomains: ['https://example.com', 'example.com:443'] })
  expect(await handshake(`/v1?deploymentId=${simulator.deploymentId}`, 'https://example.com')).toBe(403)
})

/** Java's HttpClient and `curl --http2` send this header with every request (RFC 7540, section 3.2). */
test.each(['GET', 'POST'])('a %s request with Upgrade: h2c gets the normal REST response', async (method) => {
  await start()
  const body = method === 'GET' ? '' : '{"refreshToken":"nothing"}'
  const path =
    method === 'GET'
      ? `/webdeployments/v1/deployments/${simulator.deploymentId}/config.json`
      : '/api/v2/webdeployments/token/refresh'
  const request = [
    `${method} ${path} HTTP/1.1`,
    'Host: x',
    'Connection: Upgrade, HTTP2-Settings',
    'Upgrade: h2c',
    'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
    '',
    body,
  ].join('\r\n')
  const socket = connectTcp(simulator.port, '127.0.0.1')
  const status = method === 'GET' ? 200 : 401
  for (let answered = 0; answered < 2; answered++) {
    socket.write(request)
    const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
    expect(answer.toString('utf8')).toContain(`HTTP/1.1 ${status} `)
  }
  socket.destroy()
})

test('an unknown deployment is reported in response to configureSession', async () => {
  await start()
  const guest = await connect(simulator, { deploymentId: randomUUID() })
  expect(await guest.configure()).toEqual({
    type: 'response',
    class: 'string',
    code: 400,
    body: 'Deployment not found',
  })
})

test('connections to a deployment are limited per minute', async () => {
  let nowMs = Date.now()
  await start({ limits: { connectionsPerMinute: 2 }, now: () => nowMs })
  const path = `/v1?deploymentId=${simulator.deploymentId}`
  expect(await handshake(path)).toBe(101)
  expect(await handshake(path)).toBe(101)
  expect(await handshake(path)).toBe(429)
  nowMs += 60_000
  expect(await handshake(path)).toBe(101)
})

test('a handshake request is recorded with its origin', async () => {
  await start()
  await handshake(`/v1?deploymentId=${simulator.deploymentId}`, 'https://www.example.com')
  expect(simulator.requests).toEqual([
    expect.objectContaining({
      method: 'GET',
      path: '/v1',
      query: { deploymentId: simulator.deploymentId },
      status: 101,
      headers: expect.objectContaining({ origin: 'https://www.example.com' }),
    }),
  ])
})

/** Sends a raw request line, which no HTTP client would send. */
function raw(requestLine: string): Promise<string> {
  const socket = connectTcp(simulator.port, '127.0.0.1')
  const headers = ['Host: x', 'Connection: Upgrade', 'Upgrade: websocket', '', '']
  socket.write([requestLine, ...headers].join('\r\n'))
  return new Promise((resolve) => {
    socket.once('data', (data) => {
      socket.destroy()
      resolve(data.toString('utf8').split('\r\n')[0] ?? '')
    })
  })
}

test('a malformed request line is refused, and the simulator keeps running', async () => {
  await start()
  expect(await raw('GET // HTTP/1.1')).toBe('HTTP/1.1 404 Not Found')
  expect(await raw('GET /v1?deploymentId=%&Origin=% HTTP/1.1')).toBe('HTTP/1.1 400 Bad Request')
  expect((await fetch(`${simulator.url}/api/v2/webdeployments/deployments/%`)).status).toBe(400)
})
