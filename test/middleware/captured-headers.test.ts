import { afterEach, expect, test } from '@jest/globals'
import cors from 'cors'
import express, { type Request, type RequestHandler, type Response } from 'express'
import helmet from 'helmet'
import { createOriginGate } from '../../src/middleware/origin-gate.ts'
import { helmetSettings, securityHeaders } from '../../src/middleware/security-headers.ts'
import { startServer, type RunningServer } from '../../src/server/http-server.ts'

const SITE = 'https://www.example.com'

let server: RunningServer | undefined
afterEach(async () => {
  await server?.stop(0)
  server = undefined
})

/** The headers of an answer that has passed these handlers, but for those that any answer has. */
async function headersBehind(handlers: RequestHandler[], init: RequestInit = {}) {
  const app = express().disable('x-powered-by')
  app.use(handlers, (_req: Request, res: Response) => void res.end())
  server = await startServer(app, { port: 0, host: '127.0.0.1', requestTimeoutMs: 30_000 })
  const { headers } = await fetch(server.url, init)
  await server.stop(0)
  const ofAny = ['date', 'connection', 'keep-alive', 'content-length']
  return Object.fromEntries([...headers].filter(([name]) => !ofAny.includes(name)))
}

test('every answer has the headers that helmet itself would set', async () => {
  const ours = await headersBehind([securityHeaders([])])
  expect(ours).toEqual(await headersBehind([helmet(helmetSettings())]))
  expect(Object.keys(ours)).toContain('content-security-policy')
})

test.each([true, false])(
  'an allowed page gets what cors itself would answer; credentials %s',
  async (credentials) => {
    const gate = createOriginGate({ allowedOrigins: [SITE], allowNoOrigin: false, credentials })
    const fromSite = { headers: { origin: SITE } }
    const ours = await headersBehind([gate.enforceOrigin], fromSite)
    const exposedHeaders = ours['access-control-expose-headers']?.split(',') ?? []
    expect(ours).toEqual(await headersBehind([cors({ origin: SITE, credentials, exposedHeaders })], fromSite))
    expect(exposedHeaders).toContain('Retry-After')
  },
)

test('what an answer varied by before, it still varies by', async () => {
  const gate = createOriginGate({ allowedOrigins: [SITE], allowNoOrigin: false, credentials: false })
  const before: RequestHandler = (_req, res, next) => {
    res.setHeader('Vary', 'Accept-Encoding')
    next()
  }
  const { vary } = await headersBehind([before, gate.enforceOrigin], { headers: { origin: SITE } })
  expect(vary).toBe('Accept-Encoding, Origin')
})
