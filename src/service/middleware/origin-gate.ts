import cors from 'cors'
import type { Request, RequestHandler } from 'express'
import { headersSetBy } from './headers-set-by.ts'
import { RequestError } from './request-error.ts'

export interface OriginGateOptions {
  readonly isAllowed: (origin: string) => boolean
  /** Whether callers without an `Origin` (curl, servers) may do what needs an allowed one. */
  readonly allowNoOrigin: boolean
  /** Whether browsers may send the session cookie along. */
  readonly credentials: boolean
  /**
   * Whether a foreign page may read why it is refused, which helps to find a wrong setting. Its preflights are then
   * answered, so that the request itself arrives, and is refused like any other.
   */
  readonly explainRefusals?: boolean
  /** Told of an origin that is refused, once a minute for each. */
  readonly onRefused?: (origin: string) => void
}

export interface OriginGate {
  /** CORS headers for allowed pages. It refuses nobody: what is refused later is readable by the page as well. */
  readonly cors: RequestHandler
  /** The same headers, for an answer that is made before Express has seen the request: names and values in turn. */
  corsHeaders(origin: string | undefined): string[]
  /** Refuses a foreign page's request, on every route and method, and answers the preflights of allowed pages. */
  readonly enforceOrigin: RequestHandler
  /** For routes that prove no session: a page has to ask, not just anybody. Behind `enforceOrigin`, which knows whether it is allowed. */
  readonly requireOrigin: RequestHandler
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
  // https://www.w3.org/TR/trace-context/
  'Traceparent',
  'Tracestate',
]
const EXPOSED_HEADERS = ['X-Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy']
const ALLOWED_ORIGIN = 'access-control-allow-origin'
const PREFLIGHT_MAX_AGE_SECONDS = 600
/** Of a script that could not be loaded, browsers tell the developer this much. HTTP/2 has no place for it. */
const REFUSAL_REASON = "Forbidden: add this page's origin to ALLOWED_ORIGINS"

/**
 * The allowlist, enforced by the server: CORS headers alone only hide the answer from a foreign page,
 * its request has run by then.
 */
export function createOriginGate(options: OriginGateOptions): OriginGate {
  const { isAllowed } = options
  const shared = {
    credentials: options.credentials,
    methods: METHODS,
    allowedHeaders: REQUEST_HEADERS,
    exposedHeaders: EXPOSED_HEADERS,
    preflightContinue: true,
  }
  const setPreflightHeaders = cors({
    ...shared,
    origin: (origin, done) => done(null, origin !== undefined && isAllowed(origin)),
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  })
  // The same for every allowed page but its own origin.
  const answerHeaders = headersSetBy(cors({ ...shared, origin: true })).filter(
    ([name]) => name !== ALLOWED_ORIGIN && name !== 'vary',
  )
  // Not kept by browsers: once the setting is right, the next preflight says what holds.
  const setRefusalHeaders = cors({ ...shared, origin: true, maxAge: 0 })
  const refuse: RequestHandler = (req, res, next) => {
    const explains = options.explainRefusals === true
    if (explains) setRefusalHeaders(req, res, () => undefined)
    if (explains && isPreflight(req)) {
      res.status(204).end()
      return
    }
    if (explains) res.statusMessage = REFUSAL_REASON
    next(originNotAllowed())
  }
  const tellOfRefused = oncePerMinute(options.onRefused ?? (() => undefined))
  return {
    cors(req, res, next) {
      res.vary('Origin')
      if (req.method === 'OPTIONS') {
        setPreflightHeaders(req, res, next)
        return
      }
      const origin = originOf(req)
      if (origin !== undefined && isAllowed(origin)) {
        res.setHeader(ALLOWED_ORIGIN, origin)
        for (const [name, value] of answerHeaders) res.setHeader(name, value)
      }
      next()
    },
    corsHeaders(origin) {
      const vary = ['Vary', 'Origin']
      if (origin === undefined || !isAllowed(origin)) return vary
      return [...vary, ALLOWED_ORIGIN, origin, ...answerHeaders.flat()]
    },
    enforceOrigin(req, res, next) {
      const origin = originOf(req)
      if (origin !== undefined && !isAllowed(origin)) {
        tellOfRefused(origin)
        refuse(req, res, next)
      } else if (origin !== undefined && req.method === 'OPTIONS') res.status(204).end()
      else next()
    },
    requireOrigin(req, _res, next) {
      if (originOf(req) !== undefined || options.allowNoOrigin || isSameOriginRead(req)) next()
      else next(originNotAllowed())
    },
  }
}

/** A page can send OPTIONS by itself, too. */
function isPreflight(req: Request): boolean {
  return req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined
}

const TELL_AGAIN_MS = 60_000
const MAX_ORIGINS_TOLD = 100

/** Of so many origins at most, as anybody can make up more. What is no origin is not repeated. */
function oncePerMinute(tell: (origin: string) => void): (origin: string) => void {
  const toldAtMs = new Map<string, number>()
  return (text) => {
    const origin = /^https?:\/\/[\w.:[\]-]{1,253}$|^null$/.test(text) ? text : 'malformed'
    const nowMs = performance.now()
    for (const [told, atMs] of toldAtMs) if (nowMs - atMs >= TELL_AGAIN_MS) toldAtMs.delete(told)
    if (toldAtMs.has(origin) || toldAtMs.size >= MAX_ORIGINS_TOLD) return
    toldAtMs.set(origin, nowMs)
    tell(origin)
  }
}

/** The page's origin; after the gate it is an allowed one. */
export function originOf(req: Request): string | undefined {
  return req.headers.origin
}

/** Browsers send `Origin` with everything but reads: what writes without one is no page, whatever it says of itself. */
function isSameOriginRead(req: Request): boolean {
  return (req.method === 'GET' || req.method === 'HEAD') && isSameOrigin(req)
}

/** Browsers send no `Origin` with reads from the same origin, but say so in a header that pages can't set. */
export function isSameOrigin(req: Request): boolean {
  return req.headers['sec-fetch-site'] === 'same-origin'
}

export function originNotAllowed(): RequestError {
  return new RequestError('origin_not_allowed', 'This website may not use this service.', {
    hint: 'Add the exact origin of the page (scheme, host and port) to ALLOWED_ORIGINS, or to its site in SITES_FILE.',
  })
}
