import { type RequestHandler, Router } from 'express'
import type { GuestAttachments } from '../sessions/guest-attachments.ts'
import type { GuestAttributes } from '../sessions/guest-attributes.ts'
import type { GuestMessages } from '../sessions/guest-messages.ts'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import type { SessionTokens } from '../sessions/session-token.ts'
import { attachmentRoutes } from './attachments.ts'
import type { Deadline } from './deadline.ts'
import { guestAttributeRoutes } from './guest-attributes.ts'
import { guestSessionRoutes } from './guest-session.ts'
import type { LoadLimit } from './guards/load-limit.ts'
import type { OriginGate } from './guards/origin-gate.ts'
import type { RateLimits } from './guards/rate-limits.ts'
import type { SessionGuard } from './guards/session-guard.ts'
import { messageRoutes } from './messages.ts'
import { jsonBody } from './request-body.ts'
import type { SessionHandover } from './session-handover.ts'

/** What a request meets before a guest's route, in this order. */
export interface GuestRouteGuards {
  /** Opening a session: an allowed page, at a slow pace; a session token is welcome. */
  readonly opening: RequestHandler[]
  /** Everything else: a good session token, at a guest's pace. */
  readonly guest: RequestHandler[]
  /** The same with a JSON body. */
  readonly guestWithBody: RequestHandler[]
}

export interface GuestServices {
  readonly sessions: GuestSessions
  readonly messages: GuestMessages
  readonly attributes: GuestAttributes
  readonly attachments: GuestAttachments
  readonly tokens: SessionTokens
}

/** All that a guest can do, but live events, which stay open. */
export function guestRoutes(options: {
  readonly services: GuestServices
  readonly guards: GuestRouteGuards
  readonly deadline: Deadline
  readonly handOver: SessionHandover
}): Router {
  const { services, guards, deadline, handOver } = options
  const router = Router()
  router.use(guestSessionRoutes({ sessions: services.sessions, guards, deadline, handOver }))
  router.use(guestAttributeRoutes({ ...services, guards, deadline, handOver }))
  router.use(messageRoutes({ ...services, guards, deadline, handOver }))
  router.use(attachmentRoutes({ ...services, guards, deadline }))
  return router
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
  const first = [noStore, rate.overall, rate.perAddress, load.guard]
  const guest = [...first, session.require, rate.perGuest]
  return {
    opening: [...first, gate.requireAllowed, rate.sessionsPerAddress, session.welcome, ...body],
    guest,
    guestWithBody: [...guest, ...body],
  }
}

const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store')
  next()
}
