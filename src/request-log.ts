import type { Request, RequestHandler, Response } from 'express'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { problemOf, requestIdOf } from './problems/problem-handler.ts'

/** What an orchestrator asks every few seconds would bury the guests' requests in the log. */
const PROBES = new Set(['/healthz', '/readyz', '/metrics'])

/** One line in the log and one observation in the metrics per request, when its answer has ended. */
export function requestLog({ log, metrics }: { log: Log; metrics: Metrics }): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    // A stream of live events will have forgotten its headers.
    const requestId = requestIdOf(res)
    res.on('close', () => record(req, res, requestId, performance.now() - startedAt))
    next()
  }

  function record(req: Request, res: Response, requestId: string | undefined, elapsedMs: number) {
    const { method } = req
    const route = routeOf(req)
    const status = res.statusCode
    const problem = problemOf(res)
    metrics.requestEnded({ method, route, status, durationMs: elapsedMs })
    if (problem) metrics.problemAnswered(problem.code)
    const level = PROBES.has(route) && status < 500 ? 'debug' : 'info'
    log[level](
      {
        requestId: requestIdOf(res) ?? requestId,
        method,
        route,
        status,
        durationMs: Math.round(elapsedMs * 10) / 10,
        aborted: res.writableFinished ? undefined : true,
        code: problem?.code,
        hint: problem?.hint,
      },
      'request',
    )
  }
}

/** The pattern of the route that answered; one word for all that no route did, so that nobody can fill the metrics. */
function routeOf(req: Request): string {
  const route = req.route as { path?: unknown } | undefined
  return typeof route?.path === 'string' ? route.path : 'none'
}
