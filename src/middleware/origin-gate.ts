import cors from 'cors'
import type { Request, RequestHandler, Response } from 'express'
import { addHeaders } from '../server/listed-answer.ts'
import { RequestError } from './request-error.ts'
import { createOriginAllowlist } from './origin-patterns.ts'
import { captureHeaders } from './captured-headers.ts'

export interface OriginGateOptions {
  readonly allowedOrigins: readonly string[]
  /** Whether callers without an `Origin` (curl, servers) may do what needs an allowed one. */
  readonly allowNoOrigin: boolean
  /** Whether browsers may send the session cookie along. */
  readonly credentials: boolean
}

export interface OriginGate {
  /** Refuses a foreign page's request, on every route and method, before anything else is done for it. */
  readonly enforceOrigin: RequestHandler
  /** For routes that prove no session: an allowed page has to ask, not just anybody. */
  readonly requireAllowed: RequestHandler
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE']
const REQUEST_HEADERS = [
  'Authorization',
  'Content-Type',
  'Idempotency-Key',
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
  // Only reached by requests whose origin is on the list, so that it may be reflected.
  const preflight = cors({
    origin: true,
    credentials: options.credentials,
    methods: METHODS,
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  })
  // But for the origin these are the same for every request that is no preflight: cors is asked once.
  const headers = captureHeaders(preflight, {
    requestHeaders: { origin: 'https://any.example' },
    without: ['Vary', 'Access-Control-Allow-Origin'],
  })
  return {
    enforceOrigin(req, res, next) {
      const origin = originOf(req)
      if (origin !== undefined && !isAllowed(origin)) {
        next(originNotAllowed())
        return
      }
      if (origin !== undefined && req.method === 'OPTIONS') {
        preflight(req, res, next)
        return
      }
      varyByOrigin(res)
      if (origin !== undefined) {
        addHeaders(res, ['Access-Control-Allow-Origin', origin])
        addHeaders(res, headers)
      }
      next()
    },
    requireAllowed(req, _res, next) {
      if (originOf(req) !== undefined || options.allowNoOrigin || isSameOrigin(req)) next()
      else next(originNotAllowed())
    },
  }
}

const VARY_BY_ORIGIN = ['Vary', 'Origin']

/** An application in which the service is mounted may have said that its answers vary by something else. */
function varyByOrigin(res: Response): void {
  if (res.hasHeader('Vary')) res.vary('Origin')
  else addHeaders(res, VARY_BY_ORIGIN)
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
