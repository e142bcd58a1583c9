import type { Request, Response } from 'express'
import { createLogSampler } from './observability/log-sampler.ts'
import { overloaded, RequestError } from './middleware/request-error.ts'
import { problemHint, toProblem, type ProblemOptions } from './problems/problem.ts'
import { chooseRequestId } from './observability/request-log.ts'
import type { Refusal } from './http-server/admission.ts'
import type { SiteMiddleware } from './site-middleware.ts'

const ERRORS: Readonly<Record<Refusal, RequestError>> = {
  'all taken': overloaded(
    'MAX_REQUESTS_IN_FLIGHT limits the requests in flight in one process. Run more replicas.',
  ),
  'all of this key taken': new RequestError('rate_limited', 'Too many requests are in flight.', {
    retryAfterSeconds: 1,
    hint: 'MAX_REQUESTS_IN_FLIGHT_PER_ADDRESS limits the requests in flight from one address. Behind a proxy, set TRUST_PROXY.',
  }),
}

/**
 * Refuses a request for which no slot is free, before any other work is done for it. The response is created only once,
 * and pages from allowed origins can read it. Every refusal is counted, but at most one per second is logged.
 */
export function refuseOverload(
  siteMiddlewareOf: (res: Response) => SiteMiddleware,
): (req: Request, res: Response, refusal: Refusal) => void {
  const sample = createLogSampler()
  const prepared = new Map<string, ReturnType<typeof prepare>>()
  return (req, res, refusal) => {
    const { gate, log, metrics, publicUrl, hints } = siteMiddlewareOf(res)
    const key = `${refusal} ${publicUrl} ${hints}`
    const { status, headers, body, code } =
      prepared.get(key) ?? prepare(ERRORS[refusal], { publicUrl, hints })
    prepared.set(key, { status, headers, body, code })
    const requestId = chooseRequestId(req)
    const cors = gate.corsHeaders(req.headers.origin)
    res.writeHead(status, [...headers, 'X-Request-Id', requestId, ...cors]).end(body)
    const { method } = req
    metrics.requestEnded({ method, route: 'none', status, durationMs: 0 })
    metrics.problemAnswered(code)
    const count = sample(code)
    if (count === undefined) return
    const hint = problemHint(ERRORS[refusal])
    log.info({ requestId, method, route: 'none', status, code, hint, count }, 'request')
  }
}

function prepare(error: RequestError, options: ProblemOptions) {
  const { status, headers, body } = toProblem(error, options)
  const text = JSON.stringify(body)
  return {
    status,
    headers: [...Object.entries(headers).flat(), 'Content-Length', String(Buffer.byteLength(text))],
    body: text,
    code: body.code,
  }
}
