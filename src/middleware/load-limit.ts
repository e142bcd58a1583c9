import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Request, RequestHandler, Response } from 'express'
import { whenClosed } from '../server/when-closed.ts'
import { AdaptiveLimit } from './adaptive-limit.ts'
import { RequestError } from './request-error.ts'

export interface LoadLimit {
  /**
   * Before all that costs: answers by `refuse` what would only make the others late, so that what is admitted is served.
   * Probes pass, and preflights, which cost less than a page's next try.
   */
  refuseWhenLate(refuse: (res: Response) => void): RequestHandler
  /** Takes a place until the answer has gone. Behind the reading of the body: a place is for work. */
  readonly takePlace: RequestHandler
  readonly inFlight: number
  close(): void
}

/** How late the event loop is: one measurement for all limits of a process. */
export interface EventLoopWatch {
  /** @param listener told every 100 ms how late the latest turn was @returns ends it */
  onSample(listener: (delayMs: number) => void): () => void
  close(): void
}

const RESOLUTION_MS = 5
const SAMPLE_MS = 100
export const PROBE_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

export function createEventLoopWatch(): EventLoopWatch {
  const listeners = new Set<(delayMs: number) => void>()
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delays.enable()
  const timer = setInterval(() => {
    const delayMs = delays.max / 1e6 - RESOLUTION_MS
    delays.reset()
    for (const listener of listeners) listener(delayMs)
  }, SAMPLE_MS).unref()
  return {
    onSample(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close() {
      clearInterval(timer)
      delays.disable()
    },
  }
}

/** Bounds the requests in flight: `max` at most, and fewer while the event loop is measured to be late. */
export function createLoadLimit(max: number, eventLoop: EventLoopWatch): LoadLimit {
  let inFlight = 0
  const limit = new AdaptiveLimit(max)
  const close = eventLoop.onSample((delayMs) => limit.sample(delayMs))
  return {
    refuseWhenLate: (refuse) => (req, res, next) => {
      if (inFlight < limit.value || isExempt(req)) next()
      else refuse(res)
    },
    takePlace(_req, res, next) {
      if (inFlight >= max) {
        next(overloaded('MAX_REQUESTS_UNDER_WAY bounds the requests that one process works on.'))
        return
      }
      inFlight += 1
      whenClosed(res, () => {
        inFlight -= 1
      })
      next()
    },
    get inFlight() {
      return inFlight
    },
    close,
  }
}

function isExempt(req: Request): boolean {
  return req.method === 'OPTIONS' || PROBE_PATHS.has(req.path)
}

export function overloaded(hint: string): RequestError {
  return new RequestError('overloaded', 'The service has too much to do just now.', {
    retryAfterSeconds: 1,
    hint,
  })
}
