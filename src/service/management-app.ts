import express, { type Express, type RequestHandler } from 'express'
import type { Log } from './observability/log.ts'
import { createLogSampler } from './observability/log-sampler.ts'
import type { MetricsPage } from './observability/metrics.ts'
import { RequestError } from './errors/request-error.ts'
import { problemHandler } from './middleware/problem-handler.ts'
import type { Readiness } from './readiness.ts'
import { addHealthRoutes } from './routes/health.ts'

/** For operators only, on a port that is not published: health, readiness and metrics. */
export function createManagementApp(parts: {
  readonly log: Log
  readonly metrics: MetricsPage
  readonly readiness: Pick<Readiness, 'report'>
}): Express {
  const { log, metrics, readiness } = parts
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  addHealthRoutes(app, { report: () => readiness.report(), detail: 'hints' })
  app.get('/metrics', metricsPage(metrics))
  app.use((_req, _res, next) => next(new RequestError('not_found', 'There is nothing at this path.')))
  app.use(problemHandler(() => ({ log, publicUrl: '', hints: true }), createLogSampler()))
  return app
}

/**
 * @param maxAgeMs how long a response is reused. A public port needs a limit, because creating a response takes
 * milliseconds.
 */
export function metricsPage(metrics: MetricsPage, maxAgeMs = 0): RequestHandler {
  let made: { readonly atMs: number; readonly text: Promise<string> } | undefined
  return async (_req, res) => {
    const nowMs = performance.now()
    if (made === undefined || nowMs - made.atMs >= maxAgeMs) made = { atMs: nowMs, text: metrics.text() }
    const text = await made.text
    res.setHeader('Cache-Control', 'no-store')
    res.setHeader('Content-Type', metrics.contentType)
    res.end(text)
  }
}
