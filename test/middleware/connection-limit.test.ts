import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import express, { type Express } from 'express'
import request from 'supertest'
import { createLogSampler } from '../../src/service/observability/log-sampler.ts'
import { limitConnections } from '../../src/service/middleware/rate-limits.ts'
import { problemHandler } from '../../src/service/middleware/problem-handler.ts'
import { createLog } from '../../src/service/observability/log.ts'

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setTimeout'] }))
afterEach(() => void jest.useRealTimers())

/** Every guest who requests `/talk` connects, and so does the new guest of each successful `/open`. */
function appOfGuests(perMinute = 20): Express {
  const connected = new Set<string>()
  let left = perMinute
  const app = express()
  app.set('trust proxy', 1)
  app.use(
    limitConnections({
      connectionsLeft: () => left,
      isConnected: ({ query: { guest } }) =>
        guest === undefined ? undefined : connected.has(guest as string),
    }),
  )
  app.get('/open', (_req, res) => {
    left -= 1
    res.status(201).json({})
  })
  app.get('/open-badly', (_req, res) => void res.status(422).json({}))
  app.get('/look', (_req, res) => void res.json({}))
  app.get('/talk', (req, res) => {
    const guest = req.query['guest'] as string
    if (!connected.has(guest)) left -= 1
    connected.add(guest)
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

test('one address may use a quarter of the new connections per minute, and other addresses are served', async () => {
  const app = appOfGuests()
  for (let guest = 0; guest < 5; guest++) expect((await ask(app, `/talk?guest=${guest}`)).status).toBe(200)
  const refused = await ask(app, '/talk?guest=another')
  expect(refused.body).toMatchObject({ code: 'rate_limited' })
  expect(refused.headers['retry-after']).toBe('60')
  expect((await ask(app, '/talk?guest=another', '203.0.113.8')).status).toBe(200)
  jest.advanceTimersByTime(60_000)
  expect((await ask(app, '/talk?guest=later')).status).toBe(200)
})

test('neither requests from connected guests nor requests that connect no guest count as connections', async () => {
  const app = appOfGuests()
  for (let i = 0; i < 20; i++) await ask(app, `/look?guest=quiet-${i}`)
  for (let i = 0; i < 20; i++) await ask(app, '/talk?guest=talkative')
  expect((await ask(app, '/talk?guest=another')).status).toBe(200)
})

test('however many addresses use up their share, a new address can still connect a guest', async () => {
  const app = appOfGuests(60)
  for (let address = 0; address < 30; address++)
    for (let guest = 0; guest < 15; guest++)
      await ask(app, `/talk?guest=${address}-${guest}`, `198.51.100.${address}`)
  expect((await ask(app, '/talk?guest=new')).status).toBe(200)
})

test('opening a session counts as a connection, but a failed attempt does not', async () => {
  const app = appOfGuests()
  for (let i = 0; i < 20; i++) expect((await ask(app, '/open-badly')).status).toBe(422)
  for (let i = 0; i < 5; i++) expect((await ask(app, '/open')).status).toBe(201)
  expect((await ask(app, '/open')).body).toMatchObject({ code: 'rate_limited' })
})
