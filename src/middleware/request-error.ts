import type { FieldError } from '../sessions/session-error.ts'

/** What can be wrong with a request itself, or keep it from being served: nothing about a guest's session. */
export type RequestErrorCode =
  | 'invalid_request'
  | 'invalid_json'
  | 'origin_not_allowed'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_acceptable'
  | 'request_timeout'
  | 'unsupported_media_type'
  | 'range_not_satisfiable'
  | 'expectation_failed'
  | 'headers_too_large'
  | 'request_too_large'
  | 'rate_limited'
  | 'overloaded'
  | 'shutting_down'
  | 'internal_error'

export interface RequestErrorFacts {
  errors?: readonly FieldError[]
  retryAfterSeconds?: number
  /** For operators: which setting to fix. */
  hint?: string
  /** Headers that belong to the answer, such as `Allow`. */
  headers?: Readonly<Record<string, string>>
}

/** A request that a guard or a schema refuses. */
export class RequestError extends Error {
  override readonly name = 'RequestError'
  readonly code: RequestErrorCode
  readonly facts: RequestErrorFacts

  constructor(code: RequestErrorCode, message: string, facts: RequestErrorFacts = {}) {
    super(message)
    this.code = code
    this.facts = facts
  }
}

/** @param hint names the limit that was reached */
export function overloaded(hint: string): RequestError {
  return new RequestError('overloaded', 'The service has too much to do at the moment.', {
    retryAfterSeconds: 1,
    hint,
  })
}
