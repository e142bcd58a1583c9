import type { Request, RequestHandler, Response } from 'express'
import type { OpenLimit, Refusal } from '../http-server/open-limit.ts'
import { whenClosed } from '../http-server/when-closed.ts'

/** The paths that orchestrators and Prometheus request. They are always served. */
export const PROBE_PATHS: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics'])

/**
 * Admits a request if a slot is free, and refuses it immediately otherwise: requests are not queued. Probes and
 * preflights are always admitted.
 */
export function admitRequests(options: {
  readonly inFlight: OpenLimit
  readonly addressOf: (req: Request) => string
  readonly refuse: (req: Request, res: Response, refusal: Refusal) => void
}): RequestHandler {
  const { inFlight, addressOf, refuse } = options
  return (req, res, next) => {
    if (req.method === 'OPTIONS' || PROBE_PATHS.has(req.path)) {
      next()
      return
    }
    const release = inFlight.acquire(addressOf(req))
    if (typeof release === 'string') {
      refuse(req, res, release)
      return
    }
    res.locals.release = release
    whenClosed(res, release)
    next()
  }
}

/** Holds a slot until the response has closed. */
export function holdSlot(options: {
  readonly limit: OpenLimit
  readonly keyOf: (req: Request) => string
  readonly refused: (refusal: Refusal) => Error
}): RequestHandler {
  const { limit, keyOf, refused } = options
  return (req, res, next) => {
    const release = limit.acquire(keyOf(req))
    if (typeof release === 'string') {
      next(refused(release))
      return
    }
    whenClosed(res, release)
    next()
  }
}

/** Releases the slot of a response that stays open without further work, such as an event stream. */
export function releaseSlot(res: Response): void {
  const release = res.locals.release as (() => void) | undefined
  release?.()
}
