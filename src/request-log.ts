import type { Request, RequestHandler, Response } from 'express'
import type { Log, LogFields } from './log.ts'
import type { Metrics } from './metrics.ts'
import { addressKey } from './middleware/client-address.ts'
import { RefusalSampler } from './middleware/refusal-sampler.ts'
import { problemOf, requestIdOf } from './problems/problem-handler.ts'
import { whenClosed } from './server/when-closed.ts'

/** What an orchestrator asks every few seconds would bury the guests' requests in the log. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics'])

/**
 * One observation in the metrics per request, when its answer has ended, and one line in the log; but refusals of one
 * kind from one address are one line a second, with their count.
 */
export function requestLog({ log, metrics }: { log: Log; metrics: Metrics }): RequestHandler {
  const refusals = new RefusalSampler<LogFields>((fields, count) =>
    log.info({ ...fields, count: count > 1 ? count : undefined }, 'request'),
  )
  return (req, res, next) => {
    const startedAt = performance.now()
    whenClosed(res, () => record(req, res, performance.now() - startedAt))
    next()
  }

  function record(req: Request, res: Response, durationMs: number) {
    const { method } = req
    const route = routeOf(req)
    const status = res.statusCode
    const problem = problemOf(res)
    metrics.requestEnded({ method, route, status, durationMs })
    if (problem) metrics.problemAnswered(problem.code)
    const fields: LogFields = {
      requestId: requestIdOf(res),
      method,
      route,
      status,
      durationMs: Math.round(durationMs * 10) / 10,
      aborted: res.writableFinished ? undefined : true,
      code: problem?.code,
      hint: problem?.hint,
    }
    if (problem?.isRefusal === true) refusals.note(`${problem.code} ${route} ${addressKey(req)}`, fields)
    else log[PROBES.has(route) && status < 500 ? 'debug' : 'info'](fields, 'request')
  }
}

/** The pattern of the route that answered; one word for all that no route did, so that nobody can fill the metrics. */
function routeOf(req: Request): string {
  const route = req.route as { path?: unknown } | undefined
  return typeof route?.path === 'string' ? route.path : 'none'
}
