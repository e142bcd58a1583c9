import { randomUUID } from 'node:crypto'
import type { Request, RequestHandler, Response } from 'express'
import type { Log } from '../observability/log.ts'
import type { LogSampler } from '../observability/log-sampler.ts'
import type { Metrics } from '../observability/metrics.ts'
import { addressKey } from './client-address.ts'
import { problemOf, requestIdOf, traceIdOf } from './problem-handler.ts'
import { PROBE_PATHS } from './admission.ts'
import { whenClosed } from '../http-server/when-closed.ts'

const VALID_REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,63}$/

/** The caller's own `X-Request-Id` if it is safe to log, otherwise a new one. */
export function chooseRequestId({ headers }: Pick<Request, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && VALID_REQUEST_ID.test(given) ? given : randomUUID()
}

/**
 * Gives each request an id. When its response ends, logs the request in one line, and counts it in its site's
 * metrics. Refusals with the same code to the same address share one line per second, which contains their number, and
 * so do failed probes.
 */
export function requestLog(
  siteMiddlewareOf: (res: Response) => { readonly log: Log; readonly metrics: Metrics },
  sample: LogSampler,
): RequestHandler {
  return (req, res, next) => {
    const startedAtMs = performance.now()
    // Read before the response ends: an event stream drops its request's headers, and a closed socket has no address.
    const requestId = chooseRequestId(req)
    const address = addressKey(req)
    res.setHeader('X-Request-Id', requestId)
    whenClosed(res, () =>
      record(req, res, { requestId, address, elapsedMs: performance.now() - startedAtMs }),
    )
    next()
  }

  function record(
    req: Request,
    res: Response,
    { requestId, address, elapsedMs }: { requestId: string; address: string; elapsedMs: number },
  ) {
    const { log, metrics } = siteMiddlewareOf(res)
    const { method } = req
    const route = routeOf(req)
    const status = res.statusCode
    const problem = problemOf(res)
    metrics.requestEnded({ method, route, status, durationMs: elapsedMs })
    if (problem) metrics.problemAnswered(problem.code)
    const isProbe = PROBE_PATHS.has(route)
    const failure = problem?.code ?? (isProbe && status >= 500 ? route : undefined)
    const count = failure === undefined ? 1 : sample(`${failure} ${address}`)
    if (count === undefined) return
    // Orchestrators probe every few seconds, and these lines would hide the guests' requests.
    const level = isProbe && status < 500 ? 'debug' : 'info'
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

/** The pattern of the route that responded; `none` for requests without a route, so that callers cannot create new series. */
export function routeOf(req: Request): string {
  const route = req.route as { path?: unknown } | undefined
  return typeof route?.path === 'string' ? route.path : 'none'
}
