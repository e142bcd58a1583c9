import type { Request, RequestHandler } from 'express'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { sessionInvalid, type SessionClaims } from '../sessions/session-token.ts'
import { isSameOrigin, originOf } from './origin-gate.ts'
import { sessionCookieOf } from './session-cookie.ts'

const claimsByRequest = new WeakMap<Request, SessionClaims>()

export interface SessionGuard {
  /** Lets only guests pass; afterwards `claimsOf(req)` has the claims. */
  readonly required: RequestHandler
  /** The same where a session is only welcome: no token at all passes, a bad one does not. */
  readonly optional: RequestHandler
  /** The same for resuming: an expired token passes while its session can still be resumed. */
  readonly resumable: RequestHandler
}

/** @param cookieName undefined where no cookie counts */
export function createSessionGuard(sessions: GuestSessions, cookieName: string | undefined): SessionGuard {
  return {
    required(req, _res, next) {
      const token = tokenOf(req, cookieName)
      if (token === undefined) throw sessionInvalid()
      const proceed = (claims: SessionClaims) => {
        claimsByRequest.set(req, claims)
        next()
      }
      const claims = sessions.authenticate(token, originOf(req))
      // Most tokens are remembered, and what has nothing to wait for goes on.
      if (claims instanceof Promise) return claims.then(proceed)
      proceed(claims)
      return undefined
    },
    optional: optionalGuard(cookieName, (token, origin) => sessions.authenticate(token, origin)),
    resumable: optionalGuard(cookieName, (token, origin) => sessions.authenticateToResume(token, origin)),
  }
}

function optionalGuard(
  cookieName: string | undefined,
  authenticate: (token: string, origin: string | undefined) => SessionClaims | Promise<SessionClaims>,
): RequestHandler {
  return async (req, _res, next) => {
    const token = tokenOf(req, cookieName)
    try {
      if (token !== undefined) claimsByRequest.set(req, await authenticate(token, originOf(req)))
    } catch (error) {
      // No script can remove a cookie that has become useless, so that it counts as none: the answer
      // brings another. The page itself can drop a bad bearer token.
      if (req.headers.authorization !== undefined) throw error
    }
    next()
  }
}

/** The claims that the guard found good. */
export function claimsOf(req: Request): SessionClaims {
  const claims = claimsByRequest.get(req)
  if (claims === undefined) throw new Error('This route stands before the session guard.')
  return claims
}

/** Tells guests apart, also with renewed tokens. */
export function guestIdOf(req: Request): string {
  return claimsOf(req).sid
}

export function hasSession(req: Request): boolean {
  return claimsByRequest.has(req)
}

/**
 * The session token: as a bearer, or from the cookie. The browser sends the cookie by itself, so it
 * counts only together with a proof of the page's origin, which no other page can give (CSRF).
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
