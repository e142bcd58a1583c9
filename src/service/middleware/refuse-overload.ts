import type { Request, Response } from 'express'
import { overloaded, RequestError } from '../errors/request-error.ts'
import type { Refusal } from '../http-server/open-limit.ts'
import type { Log } from '../observability/log.ts'
import type { LogSampler } from '../observability/log-sampler.ts'
import type { Metrics } from '../observability/metrics.ts'
import { problemHint, toProblem, type ProblemOptions } from '../problems/problem.ts'
import { addressKey } from './client-address.ts'
import type { OriginGate } from './origin-gate.ts'
import { chooseRequestId } from './request-log.ts'

/** What a refusal needs of the request's site. */
export interface OverloadedSite extends ProblemOptions {
  readonly gate: OriginGate
  readonly log: Log
  readonly metrics: Metrics
}

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
 * @param sample the request log's sampler: an address's refusals share a line with the ones that are logged there
 */
export function refuseOverload(
  siteOf: (res: Response) => OverloadedSite,
  sample: LogSampler,
): (req: Request, res: Response, refusal: Refusal) => void {
  const prepared = new Map<string, ReturnType<typeof prepare>>()
  return (req, res, refusal) => {
    const { gate, log, metrics, publicUrl, hints } = siteOf(res)
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
    const count = sample(refusal === 'all taken' ? code : `${code} ${addressKey(req)}`)
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
