import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { type ClientRateLimitInfo, ipKeyGenerator, MemoryStore, type Options } from 'express-rate-limit'
import { addHeaders } from '../server/listed-answer.ts'
import { RequestError } from './request-error.ts'
import { claimsOf } from './session-guard.ts'

export interface RateLimitSettings {
  readonly perGuestPerMinute: number
  readonly perAddressPerMinute: number
  readonly sessionsPerAddressPerMinute: number
  readonly overallPerSecond: number
  /** How many proxies in front tell the guest's address. */
  readonly trustProxy: number
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

/**
 * express-rate-limit counts; the answers' headers are written here, as its own middleware hashes the key
 * for each of them. They tell the limit that is nearest to the guest, in the form of the IETF's draft 8.
 */
export function createRateLimits(settings: RateLimitSettings): RateLimits {
  const byAddress = (req: Request) => {
    // Express looks for proxies also where there are none to trust.
    const address = (settings.trustProxy > 0 ? req.ip : req.socket.remoteAddress) ?? ''
    return address.includes(':') ? ipKeyGenerator(address, IPV6_SUBNET) : address
  }
  return {
    overall: limit('overall', 1000, settings.overallPerSecond, () => 'all'),
    perAddress: limit('address', MINUTE_MS, settings.perAddressPerMinute, byAddress),
    sessionsPerAddress: limit('sessions', MINUTE_MS, settings.sessionsPerAddressPerMinute, byAddress),
    perGuest: limit('guest', MINUTE_MS, settings.perGuestPerMinute, (req) => claimsOf(req).sid),
  }
}

/** Limits of all together say nothing that a page could heed, until one is met. */
const ALWAYS_ADVERTISED: ReadonlySet<string> = new Set(['guest', 'sessions'])

function limit(
  name: string,
  windowMs: number,
  most: number,
  keyOf: (req: Request) => string,
): RequestHandler {
  const isTold = ALWAYS_ADVERTISED.has(name)
  const store = new MemoryStore()
  store.init({ windowMs } as Options)
  const policy = `"${name}"; q=${most}; w=${windowMs / 1000}`
  const judge = ({ totalHits, resetTime }: ClientRateLimitInfo, res: Response, next: NextFunction) => {
    const resetMs = (resetTime?.getTime() ?? 0) - Date.now()
    const retryAfterSeconds = Math.max(1, Math.ceil(resetMs / 1000))
    const isMet = totalHits > most
    if (isTold || isMet) {
      const state = `"${name}"; r=${Math.max(0, most - totalHits)}; t=${retryAfterSeconds}`
      addHeaders(res, ['RateLimit-Policy', policy, 'RateLimit', state])
    }
    if (!isMet) {
      next()
      return
    }
    next(new RequestError('rate_limited', 'Too many requests.', { retryAfterSeconds, hint: hintFor(name) }))
  }
  return (req, res, next) => {
    // What comes after `next` has its errors caught by the router.
    store.increment(keyOf(req)).then((hits) => judge(hits, res, next), next)
  }
}

function hintFor(name: string): string {
  return `The limit "${name}" was met; the RATE_… variables set the limits. Behind a proxy set TRUST_PROXY, or all guests share its address.`
}
