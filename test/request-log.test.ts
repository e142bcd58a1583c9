import { expect, jest, test } from '@jest/globals'
import express, { type RequestHandler } from 'express'
import request from 'supertest'
import type { Log } from '../src/log.ts'
import { createMetrics } from '../src/metrics.ts'
import { createLoadLimit } from '../src/middleware/load-limit.ts'
import { problemHandler } from '../src/problems/problem-handler.ts'
import { requestLog } from '../src/request-log.ts'
import { SessionError } from '../src/sessions/session-error.ts'

function start(before: RequestHandler = (_req, _res, next) => next()) {
  const log = {
    error: jest.fn(),
    warn: jest.fn(),
    info: jest.fn(),
    debug: jest.fn(),
    trace: jest.fn(),
  } satisfies Log
  const metrics = createMetrics()
  const app = express()
    .use(before)
    .use(requestLog({ log, metrics }))
    .use((_req, res, next) => {
      res.set('X-Request-Id', 'r-1')
      next()
    })
    .use(express.json())
    .get('/healthz', (_req, res) => void res.json({}))
    .post('/things/:id', (_req, res) => void res.status(201).json({}))
    .get('/refused', () => {
      throw new SessionError('session_invalid', 'No.')
    })
    .use(problemHandler({ log, publicUrl: '', hints: false }))
  return { app, log, metrics }
}

test('a request is one line: what was asked, how it ended, how long it took, and nothing that was said', async () => {
  const { app, log } = start()
  await request(app).post('/things/private-id?token=private').send({ text: 'private' })
  expect(log.info).toHaveBeenCalledTimes(1)
  const [fields, message] = log.info.mock.calls[0] as unknown as [Record<string, unknown>, string]
  expect(message).toBe('request')
  expect(fields).toMatchObject({ requestId: 'r-1', method: 'POST', route: '/things/:id', status: 201 })
  expect(fields.durationMs).toBeGreaterThan(0)
  expect(JSON.stringify(fields)).not.toContain('private')
})

test('how long a request took counts from when it came, also where it had to wait to be begun', async () => {
  const turns: (() => void)[] = []
  const load = createLoadLimit(1000, {
    afterTurn: (callback) => turns.push(callback),
    every: () => () => undefined,
    nowMs: () => performance.now() - 500,
  })
  const refuse = () => expect('refused').toBe('served')
  const { app, log, metrics } = start((req, res, next) => {
    const admit = () => load.admit(Object.create(req) as typeof req, res, { serve: () => undefined, refuse })
    while (load.waiting === 0) admit()
    load.admit(req, res, { serve: next, refuse })
    expect(load.waiting).toBe(2)
    turns[0]?.()
  })
  await request(app).post('/things/1')
  const [fields] = log.info.mock.calls[0] as unknown as [Record<string, unknown>]
  expect(fields.durationMs).toBeGreaterThanOrEqual(500)
  expect(await metrics.text()).toMatch(/duration_seconds_bucket{le="0.25",[^}]*"\/things\/:id"[^}]*} 0\n/)
})

test('a refused request has its problem code in the line and in the metrics', async () => {
  const { app, log, metrics } = start()
  await request(app).get('/refused')
  expect(log.info).toHaveBeenCalledWith(
    expect.objectContaining({ status: 401, code: 'session_invalid' }),
    'request',
  )
  expect(await metrics.text()).toContain('guest_bff_problems_total{code="session_invalid"} 1')
})

test('a storm of refusals is one line a second and address, without a stack, and counts whole', async () => {
  const { app, log, metrics } = start()
  for (let i = 0; i < 30; i++) await request(app).get('/refused')
  const refusals = log.info.mock.calls.length + log.warn.mock.calls.length + log.error.mock.calls.length
  expect(refusals).toBeLessThanOrEqual(3)
  expect(JSON.stringify(log.info.mock.calls)).not.toContain('stack')
  expect(await metrics.text()).toContain('guest_bff_problems_total{code="session_invalid"} 30')
})

test('what an orchestrator asks all the time is logged for debugging only', async () => {
  const { app, log } = start()
  await request(app).get('/healthz')
  expect(log.info).not.toHaveBeenCalled()
  expect(log.debug).toHaveBeenCalledTimes(1)
})

test('paths that no route answers share one label', async () => {
  const { app, metrics } = start()
  await request(app).get('/a')
  await request(app).get('/b')
  expect(await metrics.text()).toContain(
    'guest_bff_request_duration_seconds_count{method="GET",route="none",status="404"} 2',
  )
})
