import type { RequestHandler } from 'express'
import { holdSlot } from './admission.ts'
import type { OpenLimit } from '../http-server/open-limit.ts'
import type { OriginGate } from './origin-gate.ts'
import type { RateLimits } from './rate-limits.ts'
import { jsonBody, uploadBody } from './request-body.ts'
import { RequestError } from '../errors/request-error.ts'
import { guestIdOf, type SessionGuard } from './session-guard.ts'

/** The middleware in front of guest routes, each list in the order of execution. */
export interface GuestRouteGuards {
  /** For opening a session from an allowed page, with a low rate limit; a session token is optional. */
  readonly opening: RequestHandler[]
  /** For any allowed page, without a session. */
  readonly anyPage: RequestHandler[]
  /** Like `anyPage`, with a JSON body. */
  readonly anyPageWithBody: RequestHandler[]
  /** For any allowed page; a session token is optional. */
  readonly page: RequestHandler[]
  /** For an event stream: requires a valid session token. */
  readonly listener: RequestHandler[]
  /** For all other routes: requires a valid session token, and limits what the guest has in flight. */
  readonly guest: RequestHandler[]
  /** Like `guest`, with a JSON body. */
  readonly guestWithBody: RequestHandler[]
  /** Like `guestWithBody`, but the route itself waits for the shared checks, while it looks up the message. */
  readonly message: RequestHandler[]
  /** Like `guest`, with a file as the body, which the route reads. */
  readonly guestWithFile: RequestHandler[]
}

export function guestRouteGuards(options: {
  readonly gate: OriginGate
  readonly rate: RateLimits
  readonly session: SessionGuard
  readonly bodies: OpenLimit
  /** Limits each guest's requests in flight. */
  readonly inFlightByGuest: OpenLimit
  /** Limits connections to Genesys by address. */
  readonly connections: RequestHandler
  readonly maxBodyBytes: number
  /** The last middleware before a session is opened. */
  readonly beforeOpening: readonly RequestHandler[]
  /** Further middleware for requests with a valid session token. */
  readonly afterSession: readonly RequestHandler[]
}): GuestRouteGuards {
  const { gate, rate, session, bodies, inFlightByGuest, connections, maxBodyBytes } = options
  const body = jsonBody(maxBodyBytes, { bodies })
  const counted = [session.required, rate.perGuest, ...options.afterSession]
  const listener = [...counted, ...rate.shared]
  const inFlight = [
    holdSlot({ limit: inFlightByGuest, keyOf: guestIdOf, refused: () => TOO_MANY_OF_GUEST }),
    connections,
  ]
  const guest = [...listener, ...inFlight]
  const anyPage = [gate.requireOrigin, ...rate.shared]
  return {
    opening: [
      gate.requireOrigin,
      rate.sessionsPerAddress,
      session.resumable,
      ...rate.shared,
      connections,
      body,
      ...options.beforeOpening,
    ],
    anyPage,
    anyPageWithBody: [...anyPage, body],
    page: [gate.requireOrigin, session.optional, ...rate.shared],
    listener,
    guest,
    guestWithBody: [...guest, body],
    message: [...counted, ...inFlight, body],
    guestWithFile: [...guest, uploadBody(bodies)],
  }
}

/** One error for all refusals: capturing a stack trace for each took 7% of the CPU time in a flood of refusals. */
const TOO_MANY_OF_GUEST = new RequestError('rate_limited', 'This guest has too many requests in flight.', {
  retryAfterSeconds: 1,
  hint: 'MAX_REQUESTS_IN_FLIGHT_PER_GUEST limits the requests in flight from one guest.',
})
