import cors from 'cors'
import type { Request, RequestHandler } from 'express'
import { RequestError } from './request-error.ts'
import { createOriginAllowlist } from './origin-patterns.ts'

export interface OriginGateOptions {
  readonly allowedOrigins: readonly string[]
  /** Whether callers without an `Origin` (curl, servers) may do what needs an allowed one. */
  readonly allowNoOrigin: boolean
  /** Whether browsers may send the session cookie along. */
  readonly credentials: boolean
}

export interface OriginGate {
  /** CORS headers for allowed pages. It refuses nobody: what is refused later is readable by the page as well. */
  readonly cors: RequestHandler
  /** Refuses a foreign page's request, on every route and method, and answers the preflights of allowed pages. */
  readonly enforceOrigin: RequestHandler
  /** For routes that prove no session: an allowed page has to ask, not just anybody. */
  readonly requireAllowed: RequestHandler
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
  'Idempotency-Retry',
  'Idempotency-After',
  'Last-Event-ID',
  'X-Request-Id',
]
const EXPOSED_HEADERS = ['X-Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy']
const PREFLIGHT_MAX_AGE_SECONDS = 600

/**
 * The allowlist, enforced by the server: CORS headers alone only hide the answer from a foreign page,
 * its request has run by then.
 */
export function createOriginGate(options: OriginGateOptions): OriginGate {
  const isAllowed = createOriginAllowlist(options.allowedOrigins)
  const setHeaders = cors({
    origin: (origin, done) => done(null, origin !== undefined && isAllowed(origin)),
    credentials: options.credentials,
    methods: METHODS,
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
    preflightContinue: true,
  })
  return {
    cors(req, res, next) {
      res.vary('Origin')
      setHeaders(req, res, next)
    },
    enforceOrigin(req, res, next) {
      const origin = originOf(req)
      if (origin !== undefined && !isAllowed(origin)) next(originNotAllowed())
      else if (origin !== undefined && req.method === 'OPTIONS') res.status(204).end()
      else next()
    },
    requireAllowed(req, _res, next) {
      if (originOf(req) !== undefined || options.allowNoOrigin || isSameOrigin(req)) next()
      else next(originNotAllowed())
    },
  }
}

/** The page's origin; after the gate it is an allowed one. */
export function originOf(req: Request): string | undefined {
  return req.headers.origin
}

/** Browsers send no `Origin` with reads from the same origin, but say so in a header that pages can't set. */
export function isSameOrigin(req: Request): boolean {
  return req.headers['sec-fetch-site'] === 'same-origin'
}

function originNotAllowed(): RequestError {
  return new RequestError('origin_not_allowed', 'This website may not use this service.', {
    hint: 'Add the exact origin of the page (scheme, host and port) to ALLOWED_ORIGINS.',
  })
}
