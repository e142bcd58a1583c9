import type { RequestHandler } from 'express'
import { RequestProblem } from './request-error.ts'

export interface LoadLimit {
  readonly guard: RequestHandler
  readonly underWay: number
}

/** Refuses at once what would only wait: above `most` requests under way, 503 with `Retry-After`. */
export function createLoadLimit(most: number): LoadLimit {
  let underWay = 0
  const leave = () => {
    underWay -= 1
  }
  return {
    guard(_req, res, next) {
      if (underWay >= most) {
        next(
          new RequestProblem('overloaded', 'The service has too much to do just now.', {
            retryAfterSeconds: 1,
          }),
        )
        return
      }
      underWay += 1
      res.on('close', leave)
      next()
    },
    get underWay() {
      return underWay
    },
  }
}
