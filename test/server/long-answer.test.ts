import { once } from 'node:events'
import { afterEach, expect, test } from '@jest/globals'
import express, { type Request, type Response } from 'express'
import { startServer, type RunningServer } from '../../src/server/http-server.ts'
import { startStreaming, continueLongAnswer } from '../../src/server/long-answer.ts'

let server: RunningServer | undefined
afterEach(() => server?.stop(0))

/** An answer that has begun, as the page got it and as the service holds it. */
async function begun() {
  const app = express()
  let held!: Response
  app.get('/', (_req: Request, res: Response) => {
    held = res
    res.setHeader('X-Before', 'set by a guard')
    startStreaming(res, { 'Content-Type': 'text/event-stream' }, 'first\n\n')
  })
  server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000 })
  const answer = await fetch(server.url)
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  return { answer, reader, held }
}

test('the page gets all headers, the first words at once, and what follows', async () => {
  const { answer, reader, held } = await begun()
  expect(answer.headers.get('x-before')).toBe('set by a guard')
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  expect((await reader.read()).value).toBe('first\n\n')
  held.write('second\n\n')
  expect((await reader.read()).value).toBe('second\n\n')
  continueLongAnswer(held, 'thïrd 🙂\n\n')
  expect((await reader.read()).value).toBe('thïrd 🙂\n\n')
  continueLongAnswer(held, '')
  held.write('fourth\n\n')
  expect((await reader.read()).value).toBe('fourth\n\n')
  held.end()
  expect(await reader.read()).toMatchObject({ done: true })
})

test('while it lasts, neither its headers nor the handlers before it are kept', async () => {
  const { reader, held } = await begun()
  expect(held.headersSent).toBe(true)
  expect(held.getHeaderNames()).toEqual([])
  expect(held.req.next).toBeUndefined()
  const closed = once(held, 'close')
  await reader.cancel()
  await closed
})
