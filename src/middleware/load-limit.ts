import type { RequestHandler } from 'express'
import { RequestError } from './request-error.ts'

export interface LoadLimit {
  readonly guard: RequestHandler
  readonly inFlight: number
}

/** Refuses at once what would only wait: above `most` requests under way, 503 with `Retry-After`. */
export function createLoadLimit(most: number): LoadLimit {
  let inFlight = 0
  const leave = () => {
    inFlight -= 1
  }
  return {
    guard(_req, res, next) {
      if (inFlight >= most) {
        next(
          new RequestError('overloaded', 'The service has too much to do just now.', {
            retryAfterSeconds: 1,
          }),
        )
        return
      }
      inFlight += 1
      res.on('close', leave)
      next()
    },
    get inFlight() {
      return inFlight
    },
  }
}
