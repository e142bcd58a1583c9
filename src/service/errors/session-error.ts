import { CodedError } from './coded-error.ts'

/** Codes from the problem catalogue for operations that a guest cannot do. */
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

/** A guest's request that the session layer refuses before, or without, a call to Genesys. */
export class SessionError extends CodedError<SessionErrorCode> {
  override readonly name = 'SessionError'
}
