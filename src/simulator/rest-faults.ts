import type { NextFunction, Request, Response } from 'express'
import { setTimeout as pause } from 'node:timers/promises'
import { targetOf } from './base-url.ts'
import type { FaultSpec, FaultInjector } from './fault-injection.ts'
import { errorOfStatus, sendError } from './platform-errors.ts'
import type { RecordedRequest, RequestRecord } from './record.ts'

/** Keeps each request for the test to inspect, with the status of its answer. */
export function recordRequests(requests: RequestRecord, now: () => number) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const { method, headers } = req
    const recorded: RecordedRequest = { method, ...targetOf(req), headers, atMs: now() }
    requests.keep(recorded)
    // Before the last byte leaves, so that the log is complete once a client has the answer.
    res.once('prefinish', () => {
      recorded.status = res.statusCode
      if (req.body !== undefined) recorded.body = req.body as unknown
    })
    res.once('close', () => requests.announce(recorded))
    next()
  }
}

/** Applies the fault that a test has injected into the answer. */
export function injectFaults(faults: FaultInjector) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const spec = faults.forRequest({ method: req.method, path: req.path })
    if (!spec) {
      next()
      return
    }
    if (spec.delayMs !== undefined) await pause(spec.delayMs, undefined, { ref: false })
    if (spec.afterWork) {
      faultAtEnd(res, spec)
      next()
      return
    }
    if (!applyFault(res, spec)) next()
  }
}

/** @returns whether the request has been dealt with */
function applyFault(res: Response, spec: FaultSpec): boolean {
  if (spec.swallow) return true
  if (spec.drop) {
    res.socket?.destroy()
    return true
  }
  if (spec.garbage) {
    res.type('application/json').send('{"mess')
    return true
  }
  if (spec.status === undefined && spec.body === undefined) {
    res.set(spec.headers ?? {})
    return false
  }
  answerAs(res, spec)
  return true
}

function answerAs(res: Response, { status = 200, body, headers = {} }: FaultSpec): void {
  res.set(headers)
  if (body === undefined && status >= 400) {
    sendError(res, errorOfStatus(status))
    return
  }
  res.status(status)
  if (typeof body === 'string' || body === undefined) res.send(body ?? '')
  else res.json(body)
}

/** The work is done as usual; only the answer is spoilt, at the moment at which it would be written. */
function faultAtEnd(res: Response, spec: FaultSpec): void {
  const end = res.end.bind(res)
  res.end = ((...args: Parameters<typeof end>) => {
    res.end = end
    res.removeHeader('Content-Length')
    res.removeHeader('ETag')
    return applyFault(res, spec) ? res : end(...args)
  }) as typeof res.end
}
