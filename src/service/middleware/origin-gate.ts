import cors from 'cors'
import type { Request, RequestHandler } from 'express'
import { headersSetBy } from './headers-set-by.ts'
import { RequestError } from '../errors/request-error.ts'

export interface OriginGateOptions {
  readonly isAllowed: (origin: string) => boolean
  /** Whether callers without an `Origin` (curl, servers) may use routes that require an allowed one. */
  readonly allowNoOrigin: boolean
  /** Whether browsers may send cookies. */
  readonly credentials: boolean
  /** Further request headers that pages may send. */
  readonly moreRequestHeaders?: readonly string[]
  /**
   * Whether a foreign page may read why it is refused, which helps to find a wrong setting. Its preflights are
   * then accepted, so that the request itself arrives and is refused.
   */
  readonly explainRefusals?: boolean
  /** Called with a refused origin, at most once per minute for each origin. */
  readonly onRefused?: (origin: string) => void
}

export interface OriginGate {
  /** Sets CORS headers for allowed pages. Refuses no request, so that pages can read refusals by later middleware. */
  readonly cors: RequestHandler
  /**
   * The same headers, as alternating names and values, for a response that is sent before Express handles the
   * request.
   */
  corsHeaders(origin: string | undefined): string[]
  /**
   * Refuses requests from foreign pages, for every route and method, and responds to preflights from allowed
   * pages.
   */
  readonly enforceOrigin: RequestHandler
  /**
   * For routes without a session: the caller must be a page. Use it after `enforceOrigin`, which checks
   * whether the page is allowed.
   */
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
  // https://www.w3.org/TR/trace-context/, https://www.w3.org/TR/baggage/, and the header of Sentry's SDK
  'Traceparent',
  'Tracestate',
  'Baggage',
  'Sentry-Trace',
]
const EXPOSED_HEADERS = ['X-Request-Id', 'Retry-After', 'RateLimit', 'RateLimit-Policy']
const ALLOWED_ORIGIN = 'access-control-allow-origin'
const PREFLIGHT_MAX_AGE_SECONDS = 600
/**
 * When a script cannot be loaded, this reason phrase is the only part of the response that browsers show to developers.
 * HTTP/2 has no reason phrases.
 */
const REFUSAL_REASON = "Forbidden: add this page's origin to ALLOWED_ORIGINS"

/**
 * The allowlist is enforced by the server: CORS headers alone only hide the response from a foreign page after
 * the request has been processed.
 */
export function createOriginGate(options: OriginGateOptions): OriginGate {
  const { isAllowed } = options
  const shared = {
    credentials: options.credentials,
    methods: METHODS,
    allowedHeaders: [...REQUEST_HEADERS, ...(options.moreRequestHeaders ?? [])],
    exposedHeaders: EXPOSED_HEADERS,
    preflightContinue: true,
  }
  const setPreflightHeaders = cors({
    ...shared,
    origin: (origin, done) => done(null, origin !== undefined && isAllowed(origin)),
    maxAge: PREFLIGHT_MAX_AGE_SECONDS,
  })
  // These headers are the same for every allowed page; only the header with its origin differs.
  const responseHeaders = headersSetBy(cors({ ...shared, origin: true })).filter(
    ([name]) => name !== ALLOWED_ORIGIN && name !== 'vary',
  )
  // Browsers must not cache this preflight, so that a corrected setting takes effect with the next request.
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
  const reportRefusedOrigin = oncePerMinute(options.onRefused ?? (() => undefined))
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
        for (const [name, value] of responseHeaders) res.setHeader(name, value)
      }
      next()
    },
    corsHeaders(origin) {
      const vary = ['Vary', 'Origin']
      if (origin === undefined || !isAllowed(origin)) return vary
      return [...vary, ALLOWED_ORIGIN, origin, ...responseHeaders.flat()]
    },
    enforceOrigin(req, res, next) {
      const origin = originOf(req)
      if (origin !== undefined && !isAllowed(origin)) {
        reportRefusedOrigin(origin)
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

/** Not every OPTIONS request is a preflight: a page can also send one itself. */
function isPreflight(req: Request): boolean {
  return req.method === 'OPTIONS' && req.headers['access-control-request-method'] !== undefined
}

const REPORT_AGAIN_MS = 60_000
const MAX_ORIGINS_REPORTED = 100

/** Bounded, because callers can invent origins. An invalid origin is reported as `malformed`. */
function oncePerMinute(report: (origin: string) => void): (origin: string) => void {
  const reportedAtMs = new Map<string, number>()
  return (text) => {
    const origin = /^https?:\/\/[\w.:[\]-]{1,253}$|^null$/.test(text) ? text : 'malformed'
    const nowMs = performance.now()
    for (const [reported, atMs] of reportedAtMs)
      if (nowMs - atMs >= REPORT_AGAIN_MS) reportedAtMs.delete(reported)
    if (reportedAtMs.has(origin) || reportedAtMs.size >= MAX_ORIGINS_REPORTED) return
    reportedAtMs.set(origin, nowMs)
    report(origin)
  }
}

/** The page's origin. After `enforceOrigin`, it is always an allowed one. */
export function originOf(req: Request): string | undefined {
  return req.headers.origin
}

/**
 * Browsers send `Origin` with every write, so a write without it does not come from a page, whatever its other
 * headers contain.
 */
function isSameOriginRead(req: Request): boolean {
  return (req.method === 'GET' || req.method === 'HEAD') && isSameOrigin(req)
}

/** With reads from the same origin, browsers send `Sec-Fetch-Site`, which pages cannot set, instead of `Origin`. */
export function isSameOrigin(req: Request): boolean {
  return req.headers['sec-fetch-site'] === 'same-origin'
}

export function originNotAllowed(): RequestError {
  return new RequestError('origin_not_allowed', 'This website may not use this service.', {
    hint: "Add the page's exact origin (scheme, host and port) to ALLOWED_ORIGINS, or to the page's site in SITES_FILE.",
  })
}
