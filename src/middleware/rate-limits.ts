import type { Request, RequestHandler } from 'express'
import { rateLimit, type RateLimitInfo, type Store } from 'express-rate-limit'
import { addressKey } from './client-address.ts'
import { RequestError } from './request-error.ts'
import { BoundedMemoryStore } from './bounded-memory-store.ts'
import { claimsOf } from './session-guard.ts'

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

/**
 * By address, over all, and by guest.
 * @param storeFor where replicas count together; the limit over all is for what one process can take
 */
export function createRateLimits(
  settings: RateLimitSettings,
  storeFor: (name: string) => Store | undefined = () => undefined,
): RateLimits {
  const perMinute = (name: string, max: number, keyGenerator: (req: Request) => string) =>
    limit({ name, windowMs: MINUTE_MS, max, keyGenerator, store: storeFor(name) })
  return {
    overall: limit({
      name: 'overall',
      windowMs: 1000,
      max: settings.overallPerSecond,
      keyGenerator: () => 'all',
    }),
    perAddress: perMinute('address', settings.perAddressPerMinute, addressKey),
    sessionsPerAddress: perMinute('sessions', settings.sessionsPerAddressPerMinute, addressKey),
    perGuest: perMinute('guest', settings.perGuestPerMinute, (req) => claimsOf(req).sid),
  }
}

/** Limits of all together say nothing that a page could heed. */
const ALWAYS_ADVERTISED: ReadonlySet<string> = new Set(['guest', 'sessions'])

function limit(options: {
  readonly name: string
  readonly windowMs: number
  readonly max: number
  readonly keyGenerator: (req: Request) => string
  readonly store?: Store | undefined
}): RequestHandler {
  const { name, windowMs, max, keyGenerator, store } = options
  return rateLimit({
    windowMs,
    limit: max,
    identifier: name,
    keyGenerator,
    store: store ?? new BoundedMemoryStore(),
    legacyHeaders: false,
    standardHeaders: ALWAYS_ADVERTISED.has(name) ? 'draft-8' : false,
    handler(req: Request & { rateLimit?: RateLimitInfo }, _res, next) {
      const resetMs = (req.rateLimit?.resetTime?.getTime() ?? 0) - Date.now()
      const retryAfterSeconds = Math.max(1, Math.ceil(resetMs / 1000))
      next(new RequestError('rate_limited', 'Too many requests.', { retryAfterSeconds, hint: hintFor(name) }))
    },
  })
}

function hintFor(name: string): string {
  return `The limit "${name}" was reached; the RATE_… variables set the limits. Behind a proxy set TRUST_PROXY, or all guests share its address.`
}
