import type { Challenge } from '../../contract/contract.ts'

/** The codes in the service's catalog, and three more for requests that got no response from the service. */
export type ProblemCode =
  | 'invalid_request'
  | 'session_invalid'
  | 'user_token_invalid'
  | 'origin_not_allowed'
  | 'session_read_only'
  | 'end_not_enabled'
  | 'request_in_progress'
  | 'session_ended'
  | 'request_too_large'
  | 'text_too_long'
  | 'attributes_too_large'
  | 'attachment_too_large'
  | 'attribute_not_allowed'
  | 'attachment_refused'
  | 'idempotency_key_reused'
  | 'rate_limited'
  | 'blocked'
  | 'challenge_required'
  | 'challenge_failed'
  | 'challenge_unavailable'
  | 'upstream_rate_limited'
  | 'internal_error'
  | 'not_supported_by_guest_api'
  | 'not_enabled'
  | 'callback_outside_hours'
  | 'callback_not_allowed'
  | 'upstream_refused'
  | 'upstream_auth_failed'
  | 'upstream_bad_response'
  | 'deployment_not_usable'
  | 'overloaded'
  | 'upstream_unavailable'
  | 'shutting_down'
  | 'upstream_timeout'
  | 'delivery_unknown'
  /** There was no response: the network is down, the address is wrong, or the website is not allowed. */
  | 'no_answer'
  /** The response did not come from the service but, for instance, from a proxy. */
  | 'unexpected_answer'
  /** The page closed the chat before the operation was complete. */
  | 'chat_closed'
  | (string & {})

interface ProblemFacts {
  readonly status?: number
  readonly detail?: string
  readonly retryAfterSeconds?: number
  readonly hint?: string
  readonly challenge?: Challenge
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  readonly nextPossibleAt?: string
}

/** An error with a stable `code`. The texts may change. */
export class ChatProblem extends Error {
  override readonly name = 'ChatProblem'
  readonly code: ProblemCode
  /** The HTTP status; 0 if there was no response. */
  readonly status: number
  /** What happened, as an English sentence for developers. */
  readonly detail: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** Which Genesys setting or environment variable to fix. Present only if the service sends hints. */
  readonly hint: string | undefined
  /** With `challenge_required` and `challenge_failed`: the challenge to solve. */
  readonly challenge: Challenge | undefined
  /** The request's invalid fields. */
  readonly errors: readonly { readonly path: string; readonly message: string }[]
  /** With `callback_outside_hours`: when the contact center opens. */
  readonly nextPossibleAt: string | undefined

  constructor(code: ProblemCode, facts: ProblemFacts = {}) {
    super(facts.detail ?? code)
    this.code = code
    this.status = facts.status ?? 0
    this.detail = facts.detail
    this.retryAfterSeconds = facts.retryAfterSeconds
    this.hint = facts.hint
    this.nextPossibleAt = facts.nextPossibleAt
    this.challenge = facts.challenge
    this.errors = facts.errors ?? []
  }
}

/** Reads the problem details (RFC 9457) of an error response. */
export function problemOf(status: number, retryAfter: string | null, body: string): ChatProblem {
  let facts: (ProblemFacts & { code?: unknown }) | null | undefined
  try {
    facts = JSON.parse(body) as typeof facts
  } catch {
    // The response is not from the service: only its status is known.
  }
  const seconds = Number(retryAfter ?? undefined)
  return new ChatProblem(typeof facts?.code === 'string' ? facts.code : 'unexpected_answer', {
    ...facts,
    status,
    ...(seconds >= 0 && { retryAfterSeconds: seconds }),
  })
}

/** Whether the same request may succeed later. */
export function isTransient({ code, status }: ChatProblem): boolean {
  return (
    code === 'no_answer' ||
    code === 'request_in_progress' ||
    [429, 503, 504].includes(status) ||
    (status === 502 && code === 'unexpected_answer')
  )
}

/** Whether the guest session is gone, so that a new one is needed. */
export function isSessionOver({ code }: ChatProblem): boolean {
  return code === 'session_invalid' || code === 'session_ended'
}

export function asProblem(error: unknown): ChatProblem {
  return error instanceof ChatProblem ? error : new ChatProblem('no_answer', { detail: String(error) })
}
