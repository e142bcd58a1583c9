import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import express from 'express'
import { startServer, type RunningServer } from '../../src/server/http-server.ts'

const LONG_BYTES = 20_000_000
/** Beyond what any of these tests takes: a stop that needs it was held up. */
const STOP_MS = 20_000

let server: RunningServer
let served: string[]
let endAnswer: () => void
beforeEach(async () => {
  served = []
  const app = express()
  app.use(({ originalUrl }, _res, next) => {
    served.push(originalUrl)
    next()
  })
  app.get('/long', (_req, res) => void res.send(Buffer.alloc(LONG_BYTES)))
  app.get('/in-two-parts', (_req, res) => {
    res.set('Content-Length', '6').write('ser')
    endAnswer = () => res.end('ved')
  })
  app.get('/in-its-time', (_req, res) => {
    endAnswer = () => res.send('served')
  })
  app.use((_req, res) => void res.send('served'))
  server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000 })
})
afterEach(async () => {
  jest.useRealTimers()
  await server.stop(0)
})

function request(line = 'GET /', headers = ''): string {
  return `${line} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`
}

const LAST_REQUEST = request('GET /', 'Connection: close\r\n')

async function connect(): Promise<Socket> {
  const socket = net.connect(server.port, '127.0.0.1')
  await once(socket, 'connect')
  return socket
}

/** A connection that has served one request and is kept for the next. */
async function connectKept(): Promise<Socket> {
  const socket = await connect()
  socket.write(request())
  await once(socket, 'data')
  return socket
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The server's timers alone: connections go on being real. */
function holdTimers() {
  jest.useFakeTimers({
    doNotFake: ['nextTick', 'setImmediate', 'clearImmediate', 'performance', 'Date', 'queueMicrotask'],
  })
}

async function isStillStopping(stopped: Promise<void>): Promise<boolean> {
  for (let turns = 0; turns < 100; turns++) await turn()
  return (await Promise.race([stopped, Promise.resolve('stopping')])) === 'stopping'
}

test('connections that the system has taken for a server that stops are accepted and served', async () => {
  const answers = Array.from({ length: 50 }, async () => {
    const socket = await connect()
    socket.write(LAST_REQUEST)
    return readAll(socket)
  })
  // Sockets connect in the next tick; the system has taken them before the server's loop has turned.
  await new Promise(process.nextTick)
  await server.stop(STOP_MS)
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/served$/)
})

test('a request that was sent on a kept connection before its server stops is answered', async () => {
  const kept = await connectKept()
  kept.write(request())
  const stopped = server.stop(STOP_MS)
  expect(await readAll(kept)).toMatch(/\r\nConnection: close\r\n[^]*served$/i)
  await stopped
})

test('a request of which a part has come before its server stops is answered', async () => {
  const kept = await connectKept()
  const [part, rest] = [request().slice(0, 20), request().slice(20)]
  kept.write(part)
  await server.stopAccepting()
  const stopped = server.stop(STOP_MS)
  kept.write(rest)
  expect(await readAll(kept)).toMatch(/served$/)
  await stopped
})

test('connections on which nothing has come are given a second, and hold up no stop', async () => {
  const [young, unused] = [await connect(), await connect()]
  await server.stopAccepting()
  holdTimers()
  const stopped = server.stop(STOP_MS)
  await turn()
  jest.advanceTimersByTime(900)
  expect(await isStillStopping(stopped)).toBe(true)
  young.write(LAST_REQUEST)
  expect(await readAll(young)).toMatch(/served$/)
  jest.advanceTimersByTime(200)
  expect(await readAll(unused)).toBe('')
  await stopped
})

test('kept connections on which nothing is asked are closed, and hold up no stop', async () => {
  const kept = await Promise.all(Array.from({ length: 50 }, connectKept))
  holdTimers()
  const stopped = server.stop(STOP_MS)
  for (const socket of kept) expect(await readAll(socket)).toBe('')
  await stopped
})

test('an answer that had begun before its server stops is ended, and its kept connection closed with it', async () => {
  const kept = await connect()
  kept.write(request('GET /in-two-parts'))
  await once(kept, 'data')
  holdTimers()
  const stopped = server.stop(STOP_MS)
  expect(await isStillStopping(stopped)).toBe(true)
  endAnswer()
  expect(await readAll(kept)).toBe('ved')
  await stopped
})

test('an answer that its client has not taken yet is not cut, neither by the stop nor by another that ends', async () => {
  const slow = await connect()
  slow.write(request('GET /long'))
  await once(slow, 'readable')
  const other = await connect()
  other.write(request('GET /in-two-parts'))
  await once(other, 'data')
  const stopped = server.stop(STOP_MS)
  expect(await isStillStopping(stopped)).toBe(true)
  endAnswer()
  expect(await readAll(other)).toBe('ved')
  expect((await readAll(slow)).split('\r\n\r\n')[1]).toHaveLength(LONG_BYTES)
  await stopped
})

test('a body that goes on coming behind its answer holds up a stop for two seconds at most', async () => {
  const uploading = await connect()
  uploading.write(request('POST /', 'Content-Length: 100\r\n'))
  await once(uploading, 'data')
  await server.stopAccepting()
  holdTimers()
  const stopped = server.stop(STOP_MS)
  expect(await isStillStopping(stopped)).toBe(true)
  jest.advanceTimersByTime(2000)
  await stopped
})

test.each([
  ['that closes the connection is not served', true],
  ['that keeps it is served in its turn', false],
])('what waits behind an answer %s', async (_name, closes) => {
  const socket = await connect()
  socket.write(request('GET /in-its-time') + request('POST /behind', 'Content-Length: 0\r\n'))
  while (server.activeRequests().length === 0) await turn()
  if (closes) server.closeAfterAnswers()
  endAnswer()
  await once(socket, 'data')
  for (let turns = 0; turns < 10; turns++) await turn()
  expect(served).toEqual(closes ? ['/in-its-time'] : ['/in-its-time', '/behind'])
  socket.destroy()
})
