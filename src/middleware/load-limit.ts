import type http from 'node:http'
import type { RequestHandler } from 'express'
import { whenClosed } from '../server/when-closed.ts'
import { RequestError } from './request-error.ts'
import { WaitingRequests, type Admission } from './waiting-requests.ts'

export interface LoadLimit {
  /**
   * Asked before all that costs. Serves a request at once, or soon, when others have been begun: what waits costs little
   * while it does, and what is begun is ended quickly. Refuses what could only make others late. Probes never wait, nor do
   * preflights, which cost less than a page's next try.
   */
  admit(req: http.IncomingMessage, res: http.ServerResponse, admission: Admission): void
  /** Takes a place until the answer has gone. Behind the reading of the body: a place is for work. */
  readonly takePlace: RequestHandler
  readonly inFlight: number
  /** Requests that wait to be begun. */
  readonly waiting: number
  close(): void
}

export interface EventLoop {
  /** Calls back once, when what came in this turn has been looked at. */
  afterTurn(callback: () => void): void
  /** @returns ends it */
  every(ms: number, callback: () => void): () => void
  nowMs(): number
}

/** Begun in one turn of the event loop, which takes about ten milliseconds then: a newcomer or a probe waits as long. */
const MAX_BEGUN_IN_TURN = 48
/** While others have to be refused in the same turn. */
const BEGUN_BESIDE_REFUSALS = { min: 16, perMs: 0.3, max: 128 }
const SAMPLE_MS = 50

export const PROBE_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

const processEventLoop: EventLoop = {
  afterTurn: (callback) => void setImmediate(callback),
  every(ms, callback) {
    const timer = setInterval(callback, ms).unref()
    return () => clearInterval(timer)
  },
  nowMs: () => performance.now(),
}

/** On the request, not in a Set or WeakMap: see "No collection of the admission's own" in docs/decisions/0052. */
const ADMITTED_BY = Symbol('limit by which the request was admitted')
const WAITED_SINCE_MS = Symbol('when the request began to wait')
type MarkedRequest = http.IncomingMessage & { [ADMITTED_BY]?: LoadLimit; [WAITED_SINCE_MS]?: number }

/** @returns since when a request has waited to be begun, by `performance.now()`; undefined where it was begun at once */
export function waitedSinceMs(req: MarkedRequest): number | undefined {
  return req[WAITED_SINCE_MS]
}

/** Bounds the requests in flight to `max`, and how many of them are begun in one turn of the event loop. */
export function createLoadLimit(max: number, eventLoop: EventLoop = processEventLoop): LoadLimit {
  let inFlight = 0
  let begunInTurn = 0
  let begunSinceSample = 0
  let maxBegun = MAX_BEGUN_IN_TURN
  let turnBeganAtMs = 0
  let isScheduled = false
  const waiting = new WaitingRequests()

  const stopSampling = eventLoop.every(SAMPLE_MS, () => {
    waiting.sample(begunSinceSample, eventLoop.nowMs())
    begunSinceSample = 0
  })

  function hasRoom(): boolean {
    // Who has begun in this turn may have no place yet, as its session token is opened first.
    return begunInTurn < maxBegun && inFlight + begunInTurn < max
  }

  function begin(req: MarkedRequest, serve: () => void): void {
    req[ADMITTED_BY] = limit
    begunInTurn += 1
    begunSinceSample += 1
    scheduleWaiting()
    serve()
  }
  function scheduleWaiting(): void {
    if (isScheduled) return
    isScheduled = true
    turnBeganAtMs = eventLoop.nowMs()
    eventLoop.afterTurn(beginWaiting)
  }
  function beginWaiting(): void {
    isScheduled = false
    begunInTurn = 0
    const turnMs = eventLoop.nowMs() - turnBeganAtMs
    maxBegun = waiting.isOverloaded ? begunBesideRefusals(turnMs) : MAX_BEGUN_IN_TURN
    while (hasRoom()) {
      const next = waiting.next()
      if (next === undefined) return
      begin(next.req, next.serve)
    }
  }

  function letWait(req: MarkedRequest, res: http.ServerResponse, admission: Admission): boolean {
    const nowMs = eventLoop.nowMs()
    if (!waiting.add(req, res, admission, { max: max - inFlight, nowMs })) return false
    req[WAITED_SINCE_MS] = nowMs
    return true
  }

  const limit: LoadLimit = {
    admit(req: MarkedRequest, res, admission) {
      if (req[ADMITTED_BY] === limit || isExempt(req)) admission.serve()
      else if (waiting.count === 0 && hasRoom()) begin(req, admission.serve)
      else if (inFlight >= max || !letWait(req, res, admission)) admission.refuse()
    },
    takePlace(_req, res, next) {
      if (inFlight >= max) {
        next(overloaded('MAX_REQUESTS_UNDER_WAY bounds the requests that one process works on.'))
        return
      }
      inFlight += 1
      whenClosed(res, () => {
        inFlight -= 1
        if (waiting.count > 0) scheduleWaiting()
      })
      next()
    },
    get inFlight() {
      return inFlight
    },
    get waiting() {
      return waiting.count
    },
    close() {
      stopSampling()
      // Nobody would come to them any more.
      for (let next; (next = waiting.next());) begin(next.req, next.serve)
    },
  }
  return limit
}

/** More where refusals make turns long, so that these don't get all the time. */
function begunBesideRefusals(turnMs: number): number {
  const { min, perMs, max } = BEGUN_BESIDE_REFUSALS
  return Math.min(max, Math.max(min, Math.floor(perMs * turnMs)))
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
