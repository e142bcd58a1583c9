/** Codes of the problem catalogue for what a guest cannot do. */
export type SessionErrorCode =
  | 'session_invalid'
  | 'session_ended'
  | 'user_token_invalid'
  | 'attribute_not_allowed'
  | 'attributes_too_large'
  | 'text_too_long'
  | 'attachment_too_large'
  | 'attachment_refused'
  | 'idempotency_key_reused'
  | 'request_in_progress'
  | 'not_supported_by_guest_api'
  | 'trusted_attributes_unavailable'

/** What was wrong with which field; `path` as in `attributes.custom.plan`. */
export interface FieldError {
  readonly path: string
  readonly message: string
}

export interface SessionErrorFacts {
  errors?: readonly FieldError[]
  retryAfterSeconds?: number
  /** For operators: which setting to fix. */
  hint?: string
}

/** A guest's request that the session layer refuses before, or without, asking Genesys. */
export class SessionError extends Error {
  override readonly name = 'SessionError'
  readonly code: SessionErrorCode
  readonly facts: SessionErrorFacts

  constructor(code: SessionErrorCode, message: string, facts: SessionErrorFacts = {}) {
    super(message)
    this.code = code
    this.facts = facts
  }
}
