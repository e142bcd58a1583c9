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

/** What is known of the refusal, all of it safe to log and to answer: no body, no header, no token. */
export interface UpstreamErrorFacts {
  /** HTTP status, or the `code` of a frame of the guest socket. */
  status?: number
  /** The platform's own `code`, such as `not.found`. One that is not known is left out. */
  upstreamCode?: string
  /** `ININ-Correlation-Id` or `contextId`: what Genesys support asks for. */
  correlationId?: string
  /** For operators: which setting to mend, in a sentence or two. */
  hint?: string
  retryAfterSeconds?: number
}

/**
 * A call to Genesys that did not work out. It is made where the failure arises and holds only what it
 * was given: never the request, whose headers carry secrets, nor the upstream's body.
 */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError'
  readonly code: UpstreamErrorCode
  readonly facts: UpstreamErrorFacts

  constructor(code: UpstreamErrorCode, message: string, facts: UpstreamErrorFacts = {}) {
    super(message)
    this.code = code
    this.facts = facts
  }
}
