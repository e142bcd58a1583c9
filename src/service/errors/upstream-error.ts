import { CodedError } from './coded-error.ts'

/** Errors from calls to Genesys, as codes from the problem catalogue. */
export type UpstreamErrorCode =
  | 'upstream_refused'
  | 'upstream_auth_failed'
  | 'upstream_bad_response'
  | 'upstream_rate_limited'
  | 'upstream_unavailable'
  | 'upstream_timeout'
  | 'delivery_unknown'
  | 'deployment_not_usable'
  | 'session_read_only'
  | 'session_ended'
  | 'end_not_enabled'
  | 'text_too_long'
  | 'attributes_too_large'
  | 'attachment_too_large'
  | 'attachment_refused'
  | 'user_token_invalid'

/** The longest wait that is passed on to a page, whether Genesys states it in a response or in a frame: a day. */
export const MAX_RETRY_AFTER_SECONDS = 86_400

/**
 * A failed call to Genesys. It is created where the failure occurs, and never contains the request, whose
 * headers are secret, or the upstream's body.
 */
export class UpstreamError extends CodedError<UpstreamErrorCode> {
  override readonly name = 'UpstreamError'
}
