import { expect, jest, test } from '@jest/globals'
import express, { type Response } from 'express'
import request from 'supertest'
import { createLogSampler } from '../../src/service/observability/log-sampler.ts'
import type { Log } from '../../src/service/observability/log.ts'
import { createMetrics } from '../../src/service/observability/metrics.ts'
import { problemHandler } from '../../src/service/middleware/problem-handler.ts'
import { refuseOverload, type OverloadedSite } from '../../src/service/middleware/refuse-overload.ts'
import { requestLog } from '../../src/service/middleware/request-log.ts'
import { RequestError } from '../../src/service/errors/request-error.ts'
import { SessionError } from '../../src/service/errors/session-error.ts'

function start({ now }: { now?: () => number } = {}) {
  const log = {
    error: jest.fn(),
    warn: jest.fn(),
    info: jest.fn(),
    debug: jest.fn(),
    trace: jest.fn(),
  } satisfies Log
  const metrics = createMetrics()
  const gate = { corsHeaders: () => [] } as unknown as OverloadedSite['gate']
  const sample = createLogSampler(now)
  const refuse = refuseOverload(() => ({ log, metrics, gate, publicUrl: '', hints: false }), sample)
  const app = express()
    .get('/full', (req, res: Response) => refuse(req, res, 'all of this key taken'))
    .use(requestLog(() => ({ log, metrics }), sample))
    .get('/limited', () => {
      throw new RequestError('rate_limited', 'Too many requests.')
    })
    .use(express.json())
    .get('/healthz', (_req, res) => void res.json({}))
    .get('/readyz', (_req, res) => void res.status(503).json({}))
    .post('/things/:id', (_req, res) => void res.status(201).json({}))
    .get('/refused', () => {
      throw new SessionError('session_invalid', 'No.')
    })
    .use(problemHandler(() => ({ log, publicUrl: '', hints: false }), createLogSampler()))
  return { app, log, metrics }
}

test('a request is logged as one line with route, result and duration, and without any text from the guest', async () => {
  const { app, log } = start()
  await request(app)
    .post('/things/private-id?token=private')
    .set('X-Request-Id', 'request-1')
    .send({ text: 'private' })
  expect(log.info).toHaveBeenCalledTimes(1)
  const [fields, message] = log.info.mock.calls[0] as unknown as [Record<string, unknown>, string]
  expect(message).toBe('request')
  expect(fields).toMatchObject({ requestId: 'request-1', method: 'POST', route: '/things/:id', status: 201 })
  expect(fields.durationMs).toBeGreaterThan(0)
  expect(JSON.stringify(fields)).not.toContain('private')
})

test('a refused request’s problem code appears in its log line and in the metrics', async () => {
  const { app, log, metrics } = start()
  await request(app).get('/refused')
  expect(log.info).toHaveBeenCalledWith(
    expect.objectContaining({ status: 401, code: 'session_invalid' }),
    'request',
  )
  expect(await metrics.text()).toContain('guest_bff_problems_total{code="session_invalid"} 1')
})

test('many refusals are logged as one line per second and address, without a stack, and all are counted', async () => {
  const { app, log, metrics } = start()
  for (let i = 0; i < 30; i++) await request(app).get('/refused')
  const refusals = log.info.mock.calls.length + log.warn.mock.calls.length + log.error.mock.calls.length
  expect(refusals).toBeLessThanOrEqual(3)
  expect(JSON.stringify(log.info.mock.calls)).not.toContain('stack')
  expect(await metrics.text()).toContain('guest_bff_problems_total{code="session_invalid"} 30')
})

test('two limits that refuse requests from the same address share one log line per second', async () => {
  const { app, log } = start({ now: () => 0 })
  await request(app).get('/full')
  await request(app).get('/limited')
  expect(log.info).toHaveBeenCalledTimes(1)
})

test('an orchestrator’s probes are logged only at level debug', async () => {
  const { app, log } = start()
  await request(app).get('/healthz')
  expect(log.info).not.toHaveBeenCalled()
  expect(log.debug).toHaveBeenCalledTimes(1)
})

test('failed probes are logged as one line per second and address, which contains their number', async () => {
  let nowMs = 0
  const { app, log } = start({ now: () => nowMs })
  for (let i = 0; i < 30; i++) await request(app).get('/readyz')
  nowMs = 1000
  await request(app).get('/readyz')
  const lines = log.info.mock.calls as unknown as [{ status: number; count?: number }][]
  expect(lines.map(([{ status, count }]) => [status, count])).toEqual([
    [503, undefined],
    [503, 30],
  ])
})

test('paths without a route share one metric label', async () => {
  const { app, metrics } = start()
  await request(app).get('/a')
  await request(app).get('/b')
  expect(await metrics.text()).toContain(
    'guest_bff_request_duration_seconds_count{method="GET",route="none",status="404"} 2',
  )
})

test("the caller's request id is kept if it is harmless, and replaced otherwise", async () => {
  const { app } = start()
  const idOf = async (given: string) =>
    (await request(app).get('/healthz').set('X-Request-Id', given)).get('X-Request-Id')
  expect(await idOf('order-17.a:b')).toBe('order-17.a:b')
  for (const given of ['short', 'a b c d e f g', '<script>alert(1)', 'x'.repeat(65)])
    expect(await idOf(given)).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
})
