import type { Request, RequestHandler, Response } from 'express'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { sessionInvalid, type SessionClaims } from '../sessions/session-token.ts'
import { isSameOrigin, originOf } from './origin-gate.ts'
import { sessionCookieOf } from './session-cookie.ts'
import { addSharedCheck } from './shared-store-checks.ts'

const claimsByRequest = new WeakMap<Request, SessionClaims>()

export interface SessionGuard {
  /** Requires a valid session token. Afterwards `claimsOf(req)` returns its claims. */
  readonly required: RequestHandler
  /** Accepts a request without a token, but not one with an invalid token. */
  readonly optional: RequestHandler
  /** Like `optional`, but also accepts an expired token as long as its session can be resumed. */
  readonly resumable: RequestHandler
}

/** @param cookieName undefined if cookies are not accepted */
export function createSessionGuard(sessions: GuestSessions, cookieName: string | undefined): SessionGuard {
  return {
    required(req, res, next) {
      const token = tokenOf(req, cookieName)
      if (token === undefined) throw sessionInvalid()
      const proceed = (claims: SessionClaims) => {
        claimsByRequest.set(req, claims)
        if (sessions.confirm) addSharedCheck(res, sessions.confirm(claims))
        next()
      }
      const claims = sessions.authenticate(token, originOf(req))
      // Most tokens are cached, and a request that need not wait continues synchronously.
      if (claims instanceof Promise) return claims.then(proceed)
      proceed(claims)
      return undefined
    },
    optional: optionalGuard(sessions, cookieName, (token, origin) => sessions.authenticate(token, origin)),
    resumable: optionalGuard(sessions, cookieName, (token, origin) =>
      sessions.authenticateToResume(token, origin),
    ),
  }
}

function optionalGuard(
  { confirm }: GuestSessions,
  cookieName: string | undefined,
  authenticate: (token: string, origin: string | undefined) => SessionClaims | Promise<SessionClaims>,
): RequestHandler {
  async function identify(req: Request, res: Response, token: string): Promise<void> {
    const claims = await authenticate(token, originOf(req))
    claimsByRequest.set(req, claims)
    if (confirm)
      addSharedCheck(
        res,
        confirm(claims).then((check) => () => ignoreInvalidCookie(req, check)),
      )
  }

  return async (req, res, next) => {
    const token = tokenOf(req, cookieName)
    if (token !== undefined) {
      await identify(req, res, token).catch((error: unknown) =>
        ignoreInvalidCookie(req, () => {
          throw error
        }),
      )
    }
    next()
  }
}

/**
 * Scripts cannot remove an invalid cookie, so it counts as absent, and the response sets a new one. An invalid
 * bearer token is an error, because the page itself can drop it.
 */
function ignoreInvalidCookie(req: Request, check: () => void): void {
  try {
    check()
  } catch (error) {
    claimsByRequest.delete(req)
    if (req.headers.authorization !== undefined) throw error
  }
}

/** The claims that the guard has validated. */
export function claimsOf(req: Request): SessionClaims {
  const claims = claimsByRequest.get(req)
  if (claims === undefined) throw new Error('claimsOf() needs the session guard in front of this route.')
  return claims
}

/** Identifies the guest, and stays the same when the token is renewed. */
export function guestIdOf(req: Request): string {
  return claimsOf(req).sid
}

export function hasSession(req: Request): boolean {
  return claimsByRequest.has(req)
}

/**
 * The session token, from the `Authorization` header or from the cookie. The browser sends the cookie
 * automatically, so it is accepted only with proof of the page's origin, which other pages cannot provide (CSRF).
 */
function tokenOf(req: Request, cookieName: string | undefined): string | undefined {
  const authorization = req.headers.authorization
  if (authorization !== undefined) {
    const scheme = /^Bearer +/i.exec(authorization)?.[0]
    return scheme === undefined ? '' : authorization.slice(scheme.length)
  }
  if (cookieName === undefined) return undefined
  const cookie = sessionCookieOf(req, cookieName)
  if (cookie === undefined) return undefined
  return originOf(req) !== undefined || isSameOrigin(req) ? cookie : ''
}
