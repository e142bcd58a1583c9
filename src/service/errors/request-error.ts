import { CodedError } from './coded-error.ts'

/** Errors in the request itself, or reasons not to serve it. Errors in a guest's session have their own codes. */
export type RequestErrorCode =
  | 'invalid_request'
  | 'invalid_json'
  | 'origin_not_allowed'
  | 'not_found'
  | 'method_not_allowed'
  | 'not_enabled'
  | 'callback_not_allowed'
  | 'callback_outside_hours'
  | 'not_acceptable'
  | 'request_timeout'
  | 'unsupported_media_type'
  | 'range_not_satisfiable'
  | 'expectation_failed'
  | 'headers_too_large'
  | 'request_too_large'
  | 'rate_limited'
  | 'blocked'
  | 'challenge_required'
  | 'challenge_failed'
  | 'challenge_unavailable'
  | 'overloaded'
  | 'shutting_down'
  | 'internal_error'

/** Thrown when a middleware or a schema refuses a request. */
export class RequestError extends CodedError<RequestErrorCode> {
  override readonly name = 'RequestError'
}

/** @param hint names the limit that was reached */
export function overloaded(hint: string): RequestError {
  return new RequestError('overloaded', 'The service is overloaded at the moment.', {
    retryAfterSeconds: 1,
    hint,
  })
}
