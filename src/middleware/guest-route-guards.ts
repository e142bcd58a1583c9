import type { RequestHandler } from 'express'
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
}

export function guestRouteGuards(options: {
  readonly gate: OriginGate
  readonly load: LoadLimit
  readonly rate: RateLimits
  readonly session: SessionGuard
  readonly maxBodyBytes: number
}): GuestRouteGuards {
  const { gate, load, rate, session, maxBodyBytes } = options
  const body = jsonBody(maxBodyBytes)
  const first = [noStore, load.guard]
  const guest = [...first, session.required, rate.perGuest]
  return {
    opening: [...first, gate.requireAllowed, rate.sessionsPerAddress, session.optional, body],
    page: [...first, gate.requireAllowed, session.optional],
    guest,
    guestWithBody: [...guest, body],
  }
}

const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store')
  next()
}
