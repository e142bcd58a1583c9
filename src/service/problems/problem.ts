import type { Challenge } from '../../contract/contract.ts'
import {
  isCodedError,
  type ErrorFacts,
  type FieldError,
  type UpstreamRefusal,
} from '../errors/coded-error.ts'
import { isProblemCode, PROBLEM_CATALOGUE, problemPath, type ProblemCode } from './catalogue.ts'

/** Problem details, RFC 9457 section 3, with this service's extensions. */
export interface ProblemBody {
  /** Address of the page about `code`. Without `PUBLIC_URL`, it is relative to the service. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  readonly code: ProblemCode
  readonly requestId?: string
  /** For operators: which setting to fix. Present only if hints are on. */
  readonly hint?: string
  readonly upstream?: UpstreamRefusal
  readonly errors?: readonly FieldError[]
  readonly challenge?: Challenge
  readonly retryAfterSeconds?: number
  /** Only with `callback_outside_hours`: the next possible time, in ISO 8601. */
  readonly nextPossibleAt?: string
}

export interface Problem {
  readonly status: number
  readonly body: ProblemBody
  readonly headers: Readonly<Record<string, string>>
}

export interface ProblemOptions {
  /** The public address of the service, without a trailing slash; `''` makes `type` relative. */
  readonly publicUrl: string
  /** Whether the response contains `hint`; the log always has it. */
  readonly hints: boolean
  readonly requestId?: string | undefined
}

/** What an error from any layer contains. */
interface KnownFacts extends ErrorFacts {
  readonly code: ProblemCode
  readonly detail?: string
  readonly upstream?: UpstreamRefusal | undefined
}

/** The response for any thrown value. An unknown error becomes 500 `internal_error`, without details. */
export function toProblem(err: unknown, options: ProblemOptions): Problem {
  const facts = knownFacts(err)
  const entry = PROBLEM_CATALOGUE[facts.code]
  const retryAfterSeconds = wholeSeconds(facts.retryAfterSeconds) ?? entry.retryAfterSeconds
  const hint = options.hints ? problemHint(err) : undefined
  return {
    status: entry.status,
    headers: {
      'Content-Type': 'application/problem+json; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(entry.status === 401 && { 'WWW-Authenticate': 'Bearer' }),
      ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      // Node.js accepts one connection per turn of the event loop. Clients that retry immediately must therefore
      // wait for a new connection, and cannot fill a turn with requests.
      ...(facts.code === 'rate_limited' && CLOSE),
      ...facts.headers,
    },
    body: {
      type: options.publicUrl + problemPath(facts.code),
      title: entry.title,
      status: entry.status,
      ...(facts.detail !== undefined && { detail: facts.detail }),
      code: facts.code,
      ...(options.requestId !== undefined && { requestId: options.requestId }),
      ...(hint !== undefined && { hint }),
      ...(facts.upstream && { upstream: facts.upstream }),
      ...(facts.errors && facts.errors.length > 0 && { errors: bounded(facts.errors) }),
      ...(facts.challenge && { challenge: facts.challenge }),
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
      ...(facts.nextPossibleAt !== undefined && { nextPossibleAt: facts.nextPossibleAt }),
    },
  }
}

const MAX_ERRORS = 10
const MAX_PATH_CHARS = 200

/** A small request must not cause a response many times its size. */
function bounded(errors: readonly FieldError[]): FieldError[] {
  return errors
    .slice(0, MAX_ERRORS)
    .map(({ path, message }) => ({ path: path.slice(0, MAX_PATH_CHARS), message }))
}

/** The catalogue code for any thrown value. */
export function problemCode(err: unknown): ProblemCode {
  if (!isCodedError(err)) return frameworkFacts(err)?.code ?? 'internal_error'
  return isProblemCode(err.code) ? err.code : 'internal_error'
}

/** Which setting to fix, from the error, or else from the catalogue; undefined for an unknown error. */
export function problemHint(err: unknown): string | undefined {
  const code = problemCode(err)
  if (code === 'internal_error') return undefined
  return (isCodedError(err) ? err.facts.hint : undefined) ?? PROBLEM_CATALOGUE[code].operatorAction
}

function knownFacts(err: unknown): KnownFacts {
  if (!isCodedError(err)) return frameworkFacts(err) ?? { code: 'internal_error' }
  const code = problemCode(err)
  const { message, facts, upstream } = err
  return code === 'internal_error' ? { code } : { ...facts, code, detail: message, upstream }
}

/** For refusals that leave the rest of the body unread. */
const CLOSE = { Connection: 'close' }

/**
 * Errors from Express and body-parser about the request itself, recognized by their status and `type`. Their
 * messages can quote the body, so ours are used instead.
 */
function frameworkFacts(err: unknown): KnownFacts | undefined {
  // An axios error has a status too, but that is the status of a Genesys response, not of the response to this request.
  if (!(err instanceof URIError || (err instanceof Error && 'expose' in err))) return undefined
  const type = 'type' in err ? err.type : undefined
  if (type === 'entity.parse.failed') return { code: 'invalid_json', detail: 'The body is not JSON.' }
  if (type === 'entity.verify.failed')
    return { code: 'unsupported_media_type', detail: 'The body must be application/json in UTF-8.' }
  if (type === 'request.aborted') return { code: 'invalid_request', detail: 'The body ended too early.' }
  switch ('status' in err && err.status) {
    case 400:
      return { code: 'invalid_request', detail: 'The request could not be read.' }
    case 413:
      return {
        code: 'request_too_large',
        detail: 'The body is larger than this route accepts.',
        headers: CLOSE,
      }
    case 415:
      return {
        code: 'unsupported_media_type',
        detail: 'This route does not support the charset or encoding of the body.',
      }
    case 416:
      return { code: 'range_not_satisfiable', detail: 'The range is not in the file.' }
    default:
      return undefined
  }
}

/** `Retry-After` is a whole number of seconds; 0 would cause a retry loop. */
function wholeSeconds(seconds: number | undefined): number | undefined {
  return seconds === undefined || !Number.isFinite(seconds) ? undefined : Math.max(1, Math.ceil(seconds))
}
