import type http from 'node:http'
import type { RequestHandler } from 'express'
import { whenClosed } from '../server/when-closed.ts'
import { AdaptiveLimit, MIN_LIMIT } from './adaptive-limit.ts'
import { RequestError } from './request-error.ts'
import { WaitingRequests, type Admission } from './waiting-requests.ts'

export interface LoadLimit {
  /**
   * Asked before all that costs. Serves a request at once, or soon, when others have been answered: what waits costs little
   * while it does, and what is begun is ended quickly. Refuses what could only make others late. Probes never wait, nor do
   * preflights, which cost less than a page's next try.
   */
  admit(req: http.IncomingMessage, res: http.ServerResponse, admission: Admission): void
  /** Takes a place until the answer has gone. Behind the reading of the body: a place is for work. */
  readonly takePlace: RequestHandler
  readonly inFlight: number
  close(): void
}

/** How late the event loop is: one measurement for all limits of a process. */
export interface EventLoopWatch {
  /** @param listener told every 50 ms, or when the event loop comes to it, its largest delay since the last time @returns ends it */
  onSample(listener: (delayMs: number) => void): () => void
  close(): void
}

/** What may be admitted before the next sample, and is not in flight yet. */
const MAX_ENTERING = 256

const RESOLUTION_MS = 5
const SAMPLE_MS = 50
export const PROBE_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

export function createEventLoopWatch(): EventLoopWatch {
  const listeners = new Set<(delayMs: number) => void>()
  // `monitorEventLoopDelay` measures nothing until its second tick after a reset, which is none at all where turns are long.
  let tickedAtMs = performance.now()
  let sampledAtMs = tickedAtMs
  let delayMs = 0
  const timer = setInterval(() => {
    const nowMs = performance.now()
    delayMs = Math.max(delayMs, nowMs - tickedAtMs - RESOLUTION_MS)
    tickedAtMs = nowMs
    if (nowMs - sampledAtMs < SAMPLE_MS) return
    sampledAtMs = nowMs
    for (const listener of listeners) listener(delayMs)
    delayMs = 0
  }, RESOLUTION_MS).unref()
  return {
    onSample(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    close: () => clearInterval(timer),
  }
}

/** On the request, not in a Set or WeakMap: see "No collection of the admission's own" in docs/decisions/0052. */
const ENTERED_IN = Symbol('sample in which the request was admitted')
type MarkedRequest = http.IncomingMessage & { [ENTERED_IN]?: object | undefined }

/** Bounds the requests in flight: `max` at most, and fewer while the event loop is measured to be late. */
export function createLoadLimit(
  max: number,
  eventLoop: EventLoopWatch,
  monotonicNow: () => number = () => performance.now(),
): LoadLimit {
  let inFlight = 0
  const limit = new AdaptiveLimit(max)
  /**
   * Admitted, and without a place so far: what comes in one turn of the event loop has to be counted before its session token
   * has been opened. Forgotten with the next sample, as a body may be long in coming.
   */
  let entering = 0
  let thisSample = {}
  const waiting = new WaitingRequests(monotonicNow())

  const stopSampling = eventLoop.onSample((delayMs) => {
    limit.sample(delayMs)
    thisSample = {}
    entering = 0
    waiting.sample(delayMs, monotonicNow())
    serveWaiting()
  })
  const hasRoom = () =>
    inFlight < limit.value &&
    entering < MAX_ENTERING &&
    inFlight + entering < Math.max(limit.value, MIN_LIMIT)
  const isEntering = (req: MarkedRequest) => req[ENTERED_IN] === thisSample

  function enter(req: MarkedRequest, res: http.ServerResponse, serve: () => void): void {
    req[ENTERED_IN] = thisSample
    entering += 1
    res.on('close', () => {
      if (hasEntered(req)) serveWaiting()
    })
    serve()
  }
  /** @returns false where that was known already */
  function hasEntered(req: MarkedRequest): boolean {
    if (!isEntering(req)) return false
    req[ENTERED_IN] = undefined
    entering -= 1
    return true
  }
  function serveWaiting(): void {
    while (hasRoom()) {
      const next = waiting.next()
      if (next === undefined) return
      enter(next.req, next.res, next.serve)
    }
  }

  return {
    admit(req, res, admission) {
      if (isEntering(req) || isExempt(req)) admission.serve()
      else if (waiting.count === 0 && hasRoom()) enter(req, res, admission.serve)
      else if (inFlight + entering + waiting.count >= max || !waiting.add(req, res, admission))
        admission.refuse()
    },
    takePlace(req, res, next) {
      hasEntered(req)
      if (inFlight >= max) {
        next(overloaded('MAX_REQUESTS_UNDER_WAY bounds the requests that one process works on.'))
        return
      }
      inFlight += 1
      whenClosed(res, () => {
        inFlight -= 1
        serveWaiting()
      })
      next()
    },
    get inFlight() {
      return inFlight
    },
    close() {
      stopSampling()
      // Nobody would come to them any more.
      for (let next; (next = waiting.next());) enter(next.req, next.res, next.serve)
    },
  }
}

function isExempt({ method, url = '' }: http.IncomingMessage): boolean {
  if (method === 'OPTIONS') return true
  const queryAt = url.indexOf('?')
  return PROBE_PATHS.has(queryAt < 0 ? url : url.slice(0, queryAt))
}

export function overloaded(hint: string): RequestError {
  return new RequestError('overloaded', 'The service has too much to do just now.', {
    retryAfterSeconds: 1,
    hint,
  })
}
