import type { RequestHandler } from 'express'
import type { ArrivalLimit } from './arrival-limit.ts'
import { jsonBody } from './request-body.ts'
import type { LoadLimit } from './load-limit.ts'
import type { OriginGate } from './origin-gate.ts'
import type { RateLimits } from './rate-limits.ts'
import type { SessionGuard } from './session-guard.ts'

/** What a request meets before a guest's route, in this order. */
export interface GuestRouteGuards {
  /** Opening a session: an allowed page, at a slow pace; a session token is welcome. */
  readonly opening: RequestHandler[]
  /** What any allowed page may read; a session token is welcome. */
  readonly page: RequestHandler[]
  /** Everything else: a good session token, at a guest's pace. */
  readonly guest: RequestHandler[]
  /** The same with a JSON body. */
  readonly guestWithBody: RequestHandler[]
  /** The same with a file as its body, which the route reads. */
  readonly guestWithFile: RequestHandler[]
}

export function guestRouteGuards(options: {
  readonly gate: OriginGate
  readonly load: LoadLimit
  readonly arrivals: ArrivalLimit
  readonly rate: RateLimits
  readonly session: SessionGuard
  /** Limits connections to Genesys by address. */
  readonly connections: RequestHandler
  readonly maxBodyBytes: number
}): GuestRouteGuards {
  const { gate, load, arrivals, rate, session, connections, maxBodyBytes } = options
  // A place among the requests in flight is for work: it is taken when the body is there.
  const body = [arrivals.body, jsonBody(maxBodyBytes), load.takePlace]
  const guest = [noStore, session.required, rate.perGuest, connections]
  return {
    opening: [noStore, gate.requireOrigin, rate.sessionsPerAddress, session.resumable, ...body],
    page: [noStore, gate.requireOrigin, session.optional, load.takePlace],
    guest: [...guest, load.takePlace],
    guestWithBody: [...guest, ...body],
    guestWithFile: [...guest, arrivals.upload],
  }
}

const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store')
  next()
}
