import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import express, { type Express } from 'express'
import request from 'supertest'
import { createLogSampler } from '../../src/service/observability/log-sampler.ts'
import { limitConnections } from '../../src/service/middleware/rate-limits.ts'
import { problemHandler } from '../../src/service/problems/problem-handler.ts'
import { createLog } from '../../src/service/observability/log.ts'

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] }))
afterEach(() => void jest.useRealTimers())

/** Every guest who requests `/talk` connects. */
function appOfGuests(): Express {
  const connected = new Set<string>()
  const app = express()
  app.set('trust proxy', 1)
  app.use(
    limitConnections({
      connectionsPerMinute: 20,
      isConnected: (req) => connected.has(req.query['guest'] as string),
    }),
  )
  app.get('/look', (_req, res) => void res.json({}))
  app.get('/talk', (req, res) => {
    connected.add(req.query['guest'] as string)
    res.json({})
  })
  app.use(
    problemHandler(
      () => ({ log: createLog({ level: 'silent' }), publicUrl: '', hints: true }),
      createLogSampler(),
    ),
  )
  return app
}

const ask = (app: Express, path: string, address = '203.0.113.7') =>
  request(app).get(path).set('X-Forwarded-For', address)

test('one address may connect a quarter of the guests per minute, and other addresses are served', async () => {
  const app = appOfGuests()
  for (let guest = 0; guest < 5; guest++) expect((await ask(app, `/talk?guest=${guest}`)).status).toBe(200)
  const refused = await ask(app, '/talk?guest=another')
  expect(refused.body).toMatchObject({ code: 'rate_limited' })
  expect(refused.headers['retry-after']).toBe('60')
  expect((await ask(app, '/talk?guest=another', '203.0.113.8')).status).toBe(200)
  jest.advanceTimersByTime(60_000)
  expect((await ask(app, '/talk?guest=later')).status).toBe(200)
})

test('neither requests of connected guests nor requests that connect no guest count as connections', async () => {
  const app = appOfGuests()
  for (let i = 0; i < 20; i++) await ask(app, `/look?guest=quiet-${i}`)
  for (let i = 0; i < 20; i++) await ask(app, '/talk?guest=talkative')
  expect((await ask(app, '/talk?guest=another')).status).toBe(200)
})
