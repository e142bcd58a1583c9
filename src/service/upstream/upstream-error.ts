import { CodedError } from './coded-error.ts'

/** What can be wrong with a call to Genesys, in the words of the problem catalogue. */
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

/**
 * A call to Genesys that did not work out. It is made where the failure arises and never holds the request, whose
 * headers carry secrets, nor the upstream's body.
 */
export class UpstreamError extends CodedError<UpstreamErrorCode> {
  override readonly name = 'UpstreamError'
}
