import type { NextFunction, Request, Response } from 'express'
import { setTimeout as pause } from 'node:timers/promises'
import { targetOf } from './base-url.ts'
import type { Bending, Bends } from './bend.ts'
import { errorOfStatus, sendError } from './platform-errors.ts'
import type { RecordedRequest, RequestRecord } from './record.ts'

/** Keeps a request for the test to look at, with the status that it got. */
export function recordRequests(requests: RequestRecord, now: () => number) {
  return (req: Request, res: Response, next: NextFunction): void => {
    const { method, headers } = req
    const recorded: RecordedRequest = { method, ...targetOf(req), headers, atMs: now() }
    requests.keep(recorded)
    // Before the last byte leaves, so that who has the answer finds the log complete.
    res.once('prefinish', () => {
      recorded.status = res.statusCode
      if (req.body !== undefined) recorded.body = req.body as unknown
    })
    res.once('close', () => requests.announce(recorded))
    next()
  }
}

/** Does to the answer what a test has asked for. */
export function bendAnswers(bends: Bends) {
  return async (req: Request, res: Response, next: NextFunction): Promise<void> => {
    const how = bends.forRequest({ method: req.method, path: req.path })
    if (!how) {
      next()
      return
    }
    if (how.delayMs !== undefined) await pause(how.delayMs, undefined, { ref: false })
    if (how.afterWork) {
      bendAtEnd(res, how)
      next()
      return
    }
    if (!bendNow(res, how)) next()
  }
}

/** @returns whether the request has been dealt with */
function bendNow(res: Response, how: Bending): boolean {
  if (how.swallow) return true
  if (how.drop) {
    res.socket?.destroy()
    return true
  }
  if (how.garbage) {
    res.type('application/json').send('{"mess')
    return true
  }
  if (how.status === undefined && how.body === undefined) {
    res.set(how.headers ?? {})
    return false
  }
  answerAs(res, how)
  return true
}

function answerAs(res: Response, { status = 200, body, headers = {} }: Bending): void {
  res.set(headers)
  if (body === undefined && status >= 400) {
    sendError(res, errorOfStatus(status))
    return
  }
  res.status(status)
  if (typeof body === 'string' || body === undefined) res.send(body ?? '')
  else res.json(body)
}

/** The work is done as usual; only the answer meets its fate, at the moment it would be written. */
function bendAtEnd(res: Response, how: Bending): void {
  const end = res.end.bind(res)
  res.end = ((...args: Parameters<typeof end>) => {
    res.end = end
    res.removeHeader('Content-Length')
    res.removeHeader('ETag')
    return bendNow(res, how) ? res : end(...args)
  }) as typeof res.end
}
