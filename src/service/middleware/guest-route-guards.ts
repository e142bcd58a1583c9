import type { RequestHandler } from 'express'
import { holdSlot, type OpenLimit } from '../http-server/admission.ts'
import type { OriginGate } from './origin-gate.ts'
import type { RateLimits } from './rate-limits.ts'
import { jsonBody, uploadBody } from './request-body.ts'
import { RequestError } from './request-error.ts'
import { guestIdOf, type SessionGuard } from './session-guard.ts'

/** The middleware in front of guest routes, in this order. */
export interface GuestRouteGuards {
  /** Opening a session: an allowed page, with a low rate limit; a session token is optional. */
  readonly opening: RequestHandler[]
  /** For any allowed page, without a session. */
  readonly anyPage: RequestHandler[]
  /** The same with a JSON body. */
  readonly anyPageWithBody: RequestHandler[]
  /** For any allowed page; a session token is optional. */
  readonly page: RequestHandler[]
  /** An event stream: a valid session token. */
  readonly listener: RequestHandler[]
  /** All other routes: a valid session token, with the guest's rate limit. */
  readonly guest: RequestHandler[]
  /** The same with a JSON body. */
  readonly guestWithBody: RequestHandler[]
  /** The same without waiting for the shared store: the route makes further requests to it. */
  readonly message: RequestHandler[]
  /** The same with a file as its body, which the route reads. */
  readonly guestWithFile: RequestHandler[]
}

export function guestRouteGuards(options: {
  readonly gate: OriginGate
  readonly rate: RateLimits
  readonly session: SessionGuard
  readonly bodies: OpenLimit
  /** Requests in flight of each guest. */
  readonly inFlightByGuest: OpenLimit
  /** Limits connections to Genesys by address. */
  readonly connections: RequestHandler
  readonly maxBodyBytes: number
  /** What a request to open a session passes last. */
  readonly beforeOpening: readonly RequestHandler[]
  /** What a request with a valid session token passes. */
  readonly afterSession: readonly RequestHandler[]
}): GuestRouteGuards {
  const { gate, rate, session, bodies, inFlightByGuest, connections, maxBodyBytes } = options
  const body = jsonBody(maxBodyBytes, { bodies })
  const counted = [session.required, rate.perGuest, ...options.afterSession]
  const listener = [...counted, ...rate.shared]
  const inFlight = [
    holdSlot({ limit: inFlightByGuest, keyOf: guestIdOf, refused: tooManyOfGuest }),
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

function tooManyOfGuest(): RequestError {
  return new RequestError('rate_limited', 'This guest has too many requests in flight.', {
    retryAfterSeconds: 1,
    hint: 'MAX_REQUESTS_IN_FLIGHT_PER_GUEST limits the requests in flight of one guest.',
  })
}
