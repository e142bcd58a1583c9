import type { RequestHandler } from 'express'
import { whenClosed } from '../server/when-closed.ts'
import { RequestError } from './request-error.ts'

export interface LoadLimit {
  /** Takes a place until the answer has gone; above the limit, 503 at once. Behind the reading of the body. */
  readonly guard: RequestHandler
  readonly inFlight: number
}

/** Refuses at once what would only wait: above `max` requests in flight, 503 with `Retry-After`. */
export function createLoadLimit(max: number): LoadLimit {
  let inFlight = 0
  return {
    guard(_req, res, next) {
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
  }
}

export function overloaded(hint: string): RequestError {
  return new RequestError('overloaded', 'The service has too much to do just now.', {
    retryAfterSeconds: 1,
    hint,
  })
}
