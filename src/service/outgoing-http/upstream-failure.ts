import type { IncomingHttpHeaders } from 'node:http'
import type { Outcome, TransportFailure, UpstreamResponse } from './http-attempt.ts'
import { retryAfterSeconds, type RetryKind } from './retry.ts'
import type { ErrorFacts } from '../errors/coded-error.ts'
import { UpstreamError, type UpstreamErrorCode } from '../errors/upstream-error.ts'

/** The facts from which an operation can determine what to fix. */
export interface Refusal {
  readonly status: number
  readonly upstreamCode: string | undefined
  readonly emptyBody: boolean
}

/** Returns what to fix, or undefined if that is unknown. */
export type Explain = (refusal: Refusal) => string | undefined

export interface FailedCall {
  /** Its name in logs, metrics, traces and messages, such as `send_message`. */
  readonly operation: string
  readonly retry: RetryKind
  readonly url: string
  readonly explain: Explain | undefined
}

/** For a 429 without `Retry-After`: the value is only a suggestion. */
const RATE_LIMIT_PAUSE_SECONDS = 5

/** Converts a failed call to an error. Only codes and the correlation id are passed on from a response's body. */
export function failedCallError(outcome: Outcome, call: FailedCall, nowMs: number): UpstreamError {
  return outcome.kind === 'response' ? refusalError(outcome, call, nowMs) : transportError(outcome, call)
}

function refusalError(response: UpstreamResponse, call: FailedCall, nowMs: number): UpstreamError {
  const { status } = response
  const body = readErrorBody(response.body)
  const code = codeOfStatus(status, call.retry)
  const upstreamCode = knownCode(body['code']) ?? knownCode(body['error'])
  const hint =
    status < 400
      ? redirectHint(status)
      : call.explain?.({ status, upstreamCode, emptyBody: response.body.trim() === '' })
  const wait = retryAfterSeconds(response, nowMs) ?? (status === 429 ? RATE_LIMIT_PAUSE_SECONDS : undefined)
  const facts: ErrorFacts = { status }
  if (upstreamCode !== undefined) facts.upstreamCode = upstreamCode
  const correlationId = correlationIdOf(response.message.headers, body['contextId'])
  if (correlationId !== undefined) facts.correlationId = correlationId
  if (wait !== undefined && (status === 429 || status >= 500)) facts.retryAfterSeconds = wait
  if (hint !== undefined) facts.hint = hint
  return new UpstreamError(code, messageOf(code, call.operation, status), facts)
}

function codeOfStatus(status: number, retry: RetryKind): UpstreamErrorCode {
  if (status < 400) return 'upstream_bad_response'
  if (status === 401) return 'upstream_auth_failed'
  if (status === 429) return 'upstream_rate_limited'
  if (status < 500) return 'upstream_refused'
  // 503 says that nothing was done; after any other failure the work may have been done.
  return retry === 'non-idempotent' && status !== 503 ? 'delivery_unknown' : 'upstream_unavailable'
}

function messageOf(code: UpstreamErrorCode, operation: string, status: number): string {
  const where = `(${operation}, HTTP ${status})`
  if (code === 'upstream_bad_response') return `Genesys sent an invalid response ${where}.`
  if (code === 'upstream_rate_limited') return `A Genesys rate limit was reached ${where}.`
  if (code === 'delivery_unknown') return `It is unknown whether Genesys processed the request ${where}.`
  if (code === 'upstream_unavailable') return `Genesys is unavailable ${where}.`
  return `Genesys refused the request ${where}.`
}

function redirectHint(status: number): string {
  return (
    `The upstream responds with HTTP ${status}, and redirects are not followed. The configured address is ` +
    "probably not that of the API: look for http instead of https, a missing path, or a gateway's sign-in page."
  )
}

/**
 * For a call without a response: `delivery_unknown` if the call must not happen twice and may already have
 * happened.
 */
function transportError(
  { kind, sent, systemCode }: TransportFailure,
  { operation, retry, url }: FailedCall,
): UpstreamError {
  if (kind === 'broken-body') {
    return new UpstreamError('attachment_refused', 'The file is shorter or longer than its announced size.')
  }
  if (kind === 'too-large')
    return badResponseError(operation, 'The response is larger than any that Genesys sends.')
  if (kind === 'unsendable') return badResponseError(operation, UNSENDABLE_HINT)
  if (sent && retry === 'non-idempotent') {
    return new UpstreamError(
      'delivery_unknown',
      `The response was lost: it is unknown whether Genesys processed the request (${operation}).`,
    )
  }
  if (kind === 'timeout') {
    return new UpstreamError('upstream_timeout', `Genesys did not respond in time (${operation}).`)
  }
  const facts = sent ? {} : { hint: unreachableHint(new URL(url).host, systemCode) }
  return new UpstreamError('upstream_unavailable', `The connection to Genesys failed (${operation}).`, facts)
}

const UNSENDABLE_HINT =
  'An address, id or token from Genesys has characters that are not allowed in a request.'

/** @param systemCode the error code from the operating system or the TLS library, such as `ENOTFOUND` */
export function unreachableHint(host: string, systemCode = ''): string {
  const [, cause, remedy] =
    CAUSES.find(([codes]) => codes.test(systemCode)) ??
    (['', 'it failed', `${CHECK_ADDRESS}, the firewall and the outbound proxy`] as const)
  const code = /^[A-Z][A-Z0-9_]{1,60}$/.test(systemCode) ? ` (${systemCode})` : ''
  return `No connection to ${host}: ${cause}${code}. ${remedy}.`
}

const CHECK_ADDRESS = 'Check GENESYS_REGION or the address set instead of it'

const CAUSES: readonly (readonly [RegExp, string, string])[] = [
  [/^ECONNREFUSED$/, 'nothing listens there', CHECK_ADDRESS],
  [/^(ENOTFOUND|EAI_AGAIN)$/, 'the name has no address', `${CHECK_ADDRESS}, and this machine's name server`],
  [
    /CERT|SIGNATURE|ISSUER/,
    'its certificate is not trusted here',
    "If your own certificate authority issued it, set NODE_EXTRA_CA_CERTS to a file with that authority's certificate",
  ],
]

/** For a 2xx response whose body does not belong to the operation, such as an HTML page from a gateway. */
export function unreadableError(operation: string, retry: RetryKind, hint: string): UpstreamError {
  if (retry !== 'non-idempotent') return badResponseError(operation, hint)
  const message = `Genesys sent an invalid response: it is unknown whether it processed the request (${operation}).`
  return new UpstreamError('delivery_unknown', message, { hint })
}

function badResponseError(operation: string, hint: string): UpstreamError {
  return new UpstreamError('upstream_bad_response', `Genesys sent an invalid response (${operation}).`, {
    hint,
  })
}

export function breakerOpenError(retryAfterSeconds: number): UpstreamError {
  return new UpstreamError('upstream_unavailable', 'Not sent: the circuit breaker is open.', {
    hint: 'Many calls in a row failed, so this service pauses its calls for a few seconds.',
    retryAfterSeconds,
  })
}

function readErrorBody(body: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

function knownCode(value: unknown): string | undefined {
  return typeof value === 'string' && KNOWN_CODES.has(value) ? value : undefined
}

/**
 * Known codes from the platform's error bodies, and from RFC 6749 section 5.2. Others are not passed on: a
 * fake Genesys, or an upstream that echoes its input, must not be able to send data to the page.
 */
const KNOWN_CODES: ReadonlySet<string> = new Set([
  'bad.request',
  'invalid.value',
  'invalid.path.parameter',
  'authentication.required',
  'bad.credentials',
  'credentials.expired',
  'missing.permissions',
  'missing.any.permissions',
  'not.authorized',
  'not.found',
  'unsupported.media.type',
  'too.many.requests.retry.after',
  'internal.server.error',
  'service.unavailable',
  'request.timeout',
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'invalid_scope',
  'unauthorized_client',
  'unsupported_grant_type',
])

/** The id that Genesys' support needs. @param contextId from the body, if it has one */
export function correlationIdOf(headers: IncomingHttpHeaders, contextId?: unknown): string | undefined {
  for (const id of [headers['inin-correlation-id'], contextId, headers['x-request-id']]) {
    if (typeof id === 'string' && /^[\w.:-]{1,64}$/.test(id)) return id
  }
  return undefined
}
