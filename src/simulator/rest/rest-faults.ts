import type { NextFunction, Request, Response } from 'express'
import { randomUUID } from 'node:crypto'
import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { targetOf } from '../base-url.ts'
import type { FaultSpec, FaultInjector } from '../inspection/fault-injection.ts'
import { errorOfStatus, sendError } from './platform-errors.ts'
import type { RecordedRequest, RequestRecord } from '../inspection/record.ts'

/** Marks a request from the simulator to itself; the value is secret. */
const INNER_HEADER = 'x-simulator-inner'
const INNER = randomUUID()

/** Records each request for the test, with the status of its response. */
export function recordRequests(requests: RequestRecord, now: () => number) {
  return (req: Request, res: Response, next: NextFunction): void => {
    if (isInner(req)) {
      next()
      return
    }
    const { method, headers } = req
    const recorded: RecordedRequest = { method, ...targetOf(req), headers, atMs: now() }
    requests.keep(recorded)
    // Recorded before the last byte is sent, so that the record is complete once a client has the response.
    res.once('prefinish', () => {
      recorded.status = res.statusCode
      if (req.body !== undefined) recorded.body = req.body as unknown
    })
    res.once('close', () => requests.announce(recorded))
    next()
  }
}

/** Applies a test's fault to the response. */
export function injectFaults(faults: FaultInjector) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const spec = isInner(req) ? undefined : faults.forRequest({ method: req.method, path: req.path })
    if (!spec) {
      next()
      return
    }
    if (spec.delayMs !== undefined) await pause(spec.delayMs, undefined, { ref: false })
    if (spec.afterWork) {
      faultAfterWork(req, res, spec)
      return
    }
    if (!applyFault(res, spec)) next()
  }
}

/** @returns whether the request has been handled */
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

/** The request is processed as usual, by forwarding it to this same server; only its response is corrupted. */
function faultAfterWork(req: Request, res: Response, spec: FaultSpec): void {
  const { method, originalUrl, headers, socket } = req
  const inner = http.request(
    {
      host: socket.localAddress,
      port: socket.localPort,
      method,
      path: originalUrl,
      headers: { ...headers, [INNER_HEADER]: INNER },
      agent: false,
    },
    (answer) => {
      answer.on('error', () => res.destroy())
      if (applyFault(res, spec)) {
        answer.resume()
        return
      }
      res.writeHead(answer.statusCode ?? 502, { ...answer.headers, ...spec.headers })
      answer.pipe(res)
    },
  )
  inner.on('error', () => res.destroy())
  req.pipe(inner)
}

function isInner(req: Request): boolean {
  return req.get(INNER_HEADER) === INNER
}
