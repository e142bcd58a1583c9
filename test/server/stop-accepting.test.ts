import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import express from 'express'
import { startServer, type RunningServer } from '../../src/server/http-server.ts'

let server: RunningServer
let endAnswer: () => void
beforeEach(async () => {
  const app = express()
  app.get('/', (_req, res) => void res.send('served'))
  app.get('/in-two-parts', (_req, res) => {
    res.set('Content-Length', '6').write('ser')
    endAnswer = () => res.end('ved')
  })
  server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000 })
})
afterEach(() => server.stop(0))

const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'
const LAST_REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'

function connect(): Socket {
  return net.connect(server.port, '127.0.0.1')
}

async function readAll(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

test('connections that the system has taken for a server that stops are accepted and served', async () => {
  const sockets = Array.from({ length: 50 }, connect)
  const answers = sockets.map(async (socket) => {
    await once(socket, 'connect')
    socket.write(LAST_REQUEST)
    return readAll(socket)
  })
  // Sockets connect in the next tick; the system has taken them before the server's loop has turned.
  await new Promise(process.nextTick)
  await server.stop(5000)
  for (const answer of await Promise.all(answers)) expect(answer).toMatch(/served$/)
})

test('a request that was sent on a kept connection before its server stops is answered', async () => {
  const kept = connect()
  await once(kept, 'connect')
  kept.write(REQUEST)
  await once(kept, 'data')
  kept.write(LAST_REQUEST)
  const stopped = server.stop(5000)
  expect(await readAll(kept)).toMatch(/served$/)
  await stopped
})

test('a connection on which nothing has been asked yet is given a moment, and holds up no stop', async () => {
  const [young, silent] = [connect(), connect()]
  await Promise.all([once(young, 'connect'), once(silent, 'connect')])
  await server.stopAccepting()
  const stoppedFromMs = performance.now()
  const stopped = server.stop(20_000)
  young.write(LAST_REQUEST)
  expect(await readAll(young)).toMatch(/served$/)
  await stopped
  expect(performance.now() - stoppedFromMs).toBeLessThan(10_000)
})

test('a kept connection on which nothing is asked holds up no stop', async () => {
  const kept = connect()
  await once(kept, 'connect')
  kept.write(REQUEST)
  await once(kept, 'data')
  const stoppedFromMs = performance.now()
  await server.stop(20_000)
  expect(performance.now() - stoppedFromMs).toBeLessThan(10_000)
})

test('an answer that had begun before its server stops is ended, and its kept connection closed with it', async () => {
  const kept = connect()
  kept.write(REQUEST.replace('/', '/in-two-parts'))
  await once(kept, 'data')
  const stoppedFromMs = performance.now()
  const stopped = server.stop(20_000)
  setTimeout(endAnswer, 50)
  expect(await readAll(kept)).toBe('ved')
  await stopped
  expect(performance.now() - stoppedFromMs).toBeLessThan(10_000)
})
