import type { Request, RequestHandler, Response } from 'express'
import type { Log } from './log.ts'
import { createLogSampler } from './log-sampler.ts'
import type { Metrics } from './metrics.ts'
import { addressKey } from './middleware/client-address.ts'
import { PROBE_PATHS, waitedSinceMs } from './middleware/load-limit.ts'
import { problemOf, requestIdOf, traceIdOf } from './problems/problem-handler.ts'
import { whenClosed } from './server/when-closed.ts'

/**
 * One line in the log and one observation in the metrics per request, when its answer has ended. Refusals with one
 * code to one address are one line a second, with their count.
 */
export function requestLog({ log, metrics }: { log: Log; metrics: Metrics }): RequestHandler {
  const sample = createLogSampler()
  return (req, res, next) => {
    const cameAtMs = waitedSinceMs(req) ?? performance.now()
    // A stream of live events will have forgotten its headers.
    const requestId = requestIdOf(res)
    const address = addressKey(req) // a closed socket has none
    whenClosed(res, () => record(req, res, { requestId, address, elapsedMs: performance.now() - cameAtMs }))
    next()
  }

  function record(
    req: Request,
    res: Response,
    { requestId, address, elapsedMs }: { requestId: string | undefined; address: string; elapsedMs: number },
  ) {
    const { method } = req
    const route = routeOf(req)
    const status = res.statusCode
    const problem = problemOf(res)
    metrics.requestEnded({ method, route, status, durationMs: elapsedMs })
    if (problem) metrics.problemAnswered(problem.code)
    const count = problem && sample(`${problem.code} ${address}`)
    if (problem && count === undefined) return
    // What an orchestrator asks every few seconds would bury the guests' requests.
    const level = PROBE_PATHS.has(route) && status < 500 ? 'debug' : 'info'
    log[level](
      {
        requestId: requestIdOf(res) ?? requestId,
        traceId: traceIdOf(res),
        method,
        route,
        status,
        durationMs: Math.round(elapsedMs * 10) / 10,
        aborted: res.writableFinished ? undefined : true,
        code: problem?.code,
        hint: problem?.hint,
        count: count === 1 ? undefined : count,
      },
      'request',
    )
  }
}

/** The pattern of the route that answered; one word for all that no route did, so that nobody can fill the metrics. */
export function routeOf(req: Request): string {
  const route = req.route as { path?: unknown } | undefined
  return typeof route?.path === 'string' ? route.path : 'none'
}
