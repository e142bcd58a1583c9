import type { RequestHandler } from 'express'
import type { OpenLimit } from '../server/admission.ts'
import type { OriginGate } from './origin-gate.ts'
import type { RateLimits } from './rate-limits.ts'
import { jsonBody, uploadBody } from './request-body.ts'
import type { SessionGuard } from './session-guard.ts'

/** What a request passes before a guest's route, in this order. */
export interface GuestRouteGuards {
  /** Opening a session: an allowed page, at a slow pace; a session token is optional. */
  readonly opening: RequestHandler[]
  /** What any allowed page may read; a session token is optional. */
  readonly page: RequestHandler[]
  /** Everything else: a valid session token, at a guest's pace. */
  readonly guest: RequestHandler[]
  /** The same with a JSON body. */
  readonly guestWithBody: RequestHandler[]
  /** The same with a file as its body, which the route reads. */
  readonly guestWithFile: RequestHandler[]
}

export function guestRouteGuards(options: {
  readonly gate: OriginGate
  readonly rate: RateLimits
  readonly session: SessionGuard
  readonly bodies: OpenLimit
  readonly maxBodyBytes: number
}): GuestRouteGuards {
  const { gate, rate, session, bodies, maxBodyBytes } = options
  const body = jsonBody(maxBodyBytes, { bodies })
  const guest = [noStore, session.required, rate.perGuest, ...rate.shared]
  return {
    opening: [noStore, gate.requireOrigin, rate.sessionsPerAddress, ...rate.shared, session.resumable, body],
    page: [noStore, gate.requireOrigin, ...rate.shared, session.optional],
    guest,
    guestWithBody: [...guest, body],
    guestWithFile: [...guest, uploadBody(bodies)],
  }
}

const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store')
  next()
}
