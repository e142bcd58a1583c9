import net from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import express, { type ErrorRequestHandler, type Request, type Response } from 'express'
import { startServer, type RunningServer } from '../../src/service/http-server/http-server.ts'
import { problemCode } from '../../src/service/problems/problem.ts'
import { jsonBody, limitBodies } from '../../src/service/middleware/request-body.ts'

const MAX_BYTES = 100

let server: RunningServer
let problems: string[]
let bodies: ReturnType<typeof limitBodies>

beforeEach(async () => {
  problems = []
  bodies = limitBodies({ max: 3, maxPerAddress: 2 })
  const app = express()
  app.use('/mounted', express.json())
  app.use(
    jsonBody(MAX_BYTES, { bodies }),
    (req: Request, res: Response) => void res.json({ read: req.body as unknown }),
  )
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- Express recognizes an error handler by its four parameters
  const tell: ErrorRequestHandler = (error, _req, res, _next) => {
    problems.push(problemCode(error))
    if (!res.destroyed) res.status(400).json({ problem: problemCode(error) })
  }
  app.use(tell)
  server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000 })
})
afterEach(() => server.stop(0))

async function send(
  body: string | ReadableStream<Uint8Array> | undefined,
  headers: Record<string, string> = {},
  path = '/',
): Promise<unknown> {
  const answer = await fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body, duplex: 'half' as const }),
  })
  return answer.json()
}

function inPieces(pieces: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(stream) {
      for (const piece of pieces) stream.enqueue(piece)
      stream.close()
    },
  })
}

test('a JSON object is read from chunks of any size, with a charset or a byte order mark', async () => {
  const read = { read: { text: 'Grüße 👋' } }
  const text = JSON.stringify(read.read)
  expect(await send(text)).toEqual(read)
  expect(await send(text, { 'content-type': 'application/json; charset=UTF-8' })).toEqual(read)
  expect(await send(`\uFEFF${text}`)).toEqual(read)
  const pieces = [...Buffer.from(text)].map((byte) => Uint8Array.of(byte))
  expect(await send(inPieces(pieces))).toEqual(read)
})

test('a body that is not in UTF-8 is refused, instead of being read with its letters replaced', async () => {
  const latin1 = Buffer.from('{"text":"Grüße"}', 'latin1')
  expect(await send(inPieces([latin1]))).toEqual({ problem: 'unsupported_media_type' })
})

test('a POST request without a body is accepted', async () => {
  expect(await send(undefined)).toEqual({})
})

test('a body that the host application has already read is used unchanged', async () => {
  expect(await send('{"a":1}', {}, '/mounted')).toEqual({ read: { a: 1 } })
})

test.each(['{"a":', '"text"', '17', 'null', 'true', ' '])(
  '%j is not accepted as a JSON body',
  async (body) => {
    expect(await send(body)).toEqual({ problem: 'invalid_json' })
  },
)

test('the size of a body is limited with or without a Content-Length', async () => {
  const text = JSON.stringify({ text: 'x'.repeat(MAX_BYTES) })
  expect(await send(text)).toEqual({ problem: 'request_too_large' })
  const pieces = inPieces([Buffer.from(text), Buffer.from(text)])
  expect(await send(pieces)).toEqual({ problem: 'request_too_large' })
  const largest = JSON.stringify({ text: 'x'.repeat(MAX_BYTES - 11) })
  expect(largest).toHaveLength(MAX_BYTES)
  expect(await send(largest)).toEqual({ read: JSON.parse(largest) as unknown })
})

test.each([
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-encoding': 'gzip' },
])('a body with the headers %j is not read', async (headers) => {
  expect(await send('{}', headers)).toEqual({ problem: 'unsupported_media_type' })
})

test('an aborted body is reported once', async () => {
  const socket = net.connect(server.port, '127.0.0.1')
  socket.write(
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{"a":',
  )
  await new Promise((resolve) => setImmediate(resolve))
  socket.end()
  await new Promise((resolve) => socket.once('close', resolve).resume())
  expect(problems).toEqual(['invalid_request'])
})

test('the number of bodies being received is limited, and a slot is released when the client disconnects', async () => {
  const head = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{'
  const slow = [1, 2].map(() => net.connect(server.port, '127.0.0.1'))
  for (const socket of slow) socket.write(head)
  while (bodies.open < 2) await new Promise((resolve) => setImmediate(resolve))
  expect(await send('{}')).toEqual({ problem: 'rate_limited' })
  for (const socket of slow) socket.destroy()
  while (bodies.open > 0) await new Promise((resolve) => setImmediate(resolve))
  expect(await send('{}')).toEqual({ read: {} })
})
