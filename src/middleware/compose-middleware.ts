import type { NextFunction, RequestHandler } from 'express'

/** Middlewares as one: each layer of the router costs every request something. For those that return no promise. */
export function composeMiddleware(...handlers: readonly RequestHandler[]): RequestHandler {
  return (req, res, next) => {
    let at = 0
    const proceed: NextFunction = (err?: unknown) => {
      const handler = err === undefined ? handlers[at++] : undefined
      if (!handler) {
        next(err)
        return
      }
      try {
        void handler(req, res, proceed)
      } catch (error) {
        next(error) // one before it may have waited, so that the router would not see this
      }
    }
    proceed()
  }
}
