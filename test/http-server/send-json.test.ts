import net from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
import express, { type Request, type Response } from 'express'
import { startServer, type RunningServer } from '../../src/service/http-server/http-server.ts'
import { sendJson } from '../../src/service/http-server/send-json.ts'

let server: RunningServer | undefined
afterEach(() => server?.stop(0))

const TEXT = 'Grüße 🙂'

async function start(): Promise<RunningServer> {
  const app = express()
  app.all('/:status', (req: Request, res: Response) => {
    res.on('finish', () => finished.push(req.path))
    sendJson(res, { path: req.path, text: TEXT }, Number(req.params['status']))
  })
  server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000 })
  return server
}

let finished: string[] = []
afterEach(() => void (finished = []))

/** The responses on one connection, which the last request closes. */
async function answersTo(...requests: string[]): Promise<string> {
  const { port } = await start()
  const socket = net.connect(port, '127.0.0.1')
  const last = requests.pop()
  for (const line of requests) socket.write(`${line} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  socket.write(`${last} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

function bodyOf(path: string): string {
  return JSON.stringify({ path, text: TEXT })
}

test('responses to pipelined requests are complete and in order', async () => {
  const text = await answersTo('GET /200', 'GET /201', 'GET /404')
  const parts = text.split('HTTP/1.1 ').slice(1)
  expect(parts.map((part) => part.split('\r\n\r\n')[1])).toEqual(['/200', '/201', '/404'].map(bodyOf))
  expect(parts.map((part) => Number(part.slice(0, 3)))).toEqual([200, 201, 404])
  for (const part of parts) expect(part).toMatch(/\r\nContent-Length: \d+\r\n/)
  expect(finished).toEqual(['/200', '/201', '/404'])
})

test('a response to HEAD has the content length but no body', async () => {
  const [head, body] = (await answersTo('HEAD /200')).split('\r\n\r\n')
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(bodyOf('/200'))}`)
  expect(body).toBe('')
  expect(finished).toEqual(['/200'])
})

test('a response with status 204 has no body', async () => {
  const [, body] = (await answersTo('GET /204')).split('\r\n\r\n')
  expect(body).toBe('')
})

test('a response that is larger than the socket buffer arrives complete', async () => {
  const app = express()
  const long = 'x'.repeat(20_000_000)
  app.get('/', (_req: Request, res: Response) => sendJson(res, long))
  server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000 })
  const answer = await fetch(server.url)
  expect(await answer.json()).toBe(long)
})
