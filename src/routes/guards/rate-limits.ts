import type { Request, RequestHandler } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import { RequestProblem } from '../request-problem.ts'
import { sessionOf } from './session-guard.ts'

export interface RateLimitSettings {
  readonly perGuestPerMinute: number
  readonly perAddressPerMinute: number
  readonly sessionsPerAddressPerMinute: number
  readonly overallPerSecond: number
}

export interface RateLimits {
  readonly overall: RequestHandler
  readonly perAddress: RequestHandler
  readonly sessionsPerAddress: RequestHandler
  /** Behind the session guard only. */
  readonly perGuest: RequestHandler
}

const MINUTE_MS = 60_000
/** One subscriber has a whole /64 of IPv6 addresses. */
const IPV6_SUBNET = 64

export function createRateLimits(settings: RateLimitSettings): RateLimits {
  const byAddress = (req: Request) => ipKeyGenerator(req.ip ?? '', IPV6_SUBNET)
  return {
    overall: limit('overall', 1000, settings.overallPerSecond, () => 'all'),
    perAddress: limit('address', MINUTE_MS, settings.perAddressPerMinute, byAddress),
    sessionsPerAddress: limit('sessions', MINUTE_MS, settings.sessionsPerAddressPerMinute, byAddress),
    perGuest: limit('guest', MINUTE_MS, settings.perGuestPerMinute, (req) => sessionOf(req).sid),
  }
}

function limit(
  name: string,
  windowMs: number,
  most: number,
  keyGenerator: (req: Request) => string,
): RequestHandler {
  return rateLimit({
    identifier: name,
    windowMs,
    limit: most,
    keyGenerator,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    validate: false,
    handler(_req, res, next) {
      const retryAfter = Number(res.getHeader('Retry-After'))
      const retryAfterSeconds = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : 1
      next(
        new RequestProblem('rate_limited', 'Too many requests.', { retryAfterSeconds, hint: hintFor(name) }),
      )
    },
  })
}

function hintFor(name: string): string {
  return `The limit "${name}" was met; the RATE_… variables set the limits. Behind a proxy set TRUST_PROXY, or all guests share its address.`
}
