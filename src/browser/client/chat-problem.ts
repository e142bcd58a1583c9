/** The codes of the service's catalogue, and three for what never got an answer from it. */
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
  | 'upstream_rate_limited'
  | 'internal_error'
  | 'not_supported_by_guest_api'
  | 'not_enabled'
  | 'upstream_refused'
  | 'upstream_auth_failed'
  | 'upstream_bad_response'
  | 'deployment_not_usable'
  | 'overloaded'
  | 'upstream_unavailable'
  | 'shutting_down'
  | 'upstream_timeout'
  | 'delivery_unknown'
  /** No answer came: no network, a wrong address, or a website that is not allowed to ask. */
  | 'no_answer'
  /** Something else than the service answered, a proxy for instance. */
  | 'unexpected_answer'
  /** The chat was closed by the page before it was done. */
  | 'chat_closed'
  | (string & {})

interface ProblemFacts {
  readonly status?: number
  readonly detail?: string
  readonly retryAfterSeconds?: number
  readonly hint?: string
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
}

/** What went wrong, by a `code` that stays the same while wordings change. Every method rejects with it. */
export class ChatProblem extends Error {
  override readonly name = 'ChatProblem'
  readonly code: ProblemCode
  /** The HTTP status; 0 when no answer came. */
  readonly status: number
  /** What happened, in an English sentence for developers. */
  readonly detail: string | undefined
  readonly retryAfterSeconds: number | undefined
  /** Which Genesys setting or variable to fix; only where the service gives hints. */
  readonly hint: string | undefined
  /** Which fields of a request were wrong. */
  readonly errors: readonly { readonly path: string; readonly message: string }[]

  constructor(code: ProblemCode, facts: ProblemFacts = {}) {
    super(facts.detail ?? code)
    this.code = code
    this.status = facts.status ?? 0
    this.detail = facts.detail
    this.retryAfterSeconds = facts.retryAfterSeconds
    this.hint = facts.hint
    this.errors = facts.errors ?? []
  }
}

/** Reads the problem details (RFC 9457) of an answer that is no success. */
export function problemOf(status: number, retryAfter: string | null, body: string): ChatProblem {
  let facts: ProblemFacts & { code?: unknown } = {}
  try {
    facts = (JSON.parse(body) ?? {}) as typeof facts
  } catch {
    // not from the service: its status is all that is known
  }
  const seconds = Number(retryAfter ?? undefined)
  return new ChatProblem(typeof facts.code === 'string' ? facts.code : 'unexpected_answer', {
    ...facts,
    status,
    ...(seconds >= 0 && { retryAfterSeconds: seconds }),
  })
}

/** Whether repeating the very same request later can help. */
export function isTransient({ code, status }: ChatProblem): boolean {
  return (
    code === 'no_answer' ||
    code === 'request_in_progress' ||
    [429, 503, 504].includes(status) ||
    (status === 502 && code === 'unexpected_answer')
  )
}

/** Whether the guest session is gone, so that only another one can go on. */
export function isSessionOver({ code }: ChatProblem): boolean {
  return code === 'session_invalid' || code === 'session_ended'
}

export function asProblem(error: unknown): ChatProblem {
  return error instanceof ChatProblem ? error : new ChatProblem('no_answer', { detail: String(error) })
}
