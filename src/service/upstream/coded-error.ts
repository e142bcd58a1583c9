/** What was wrong with which field; `path` as in `attributes.custom.plan`. */
export interface FieldError {
  readonly path: string
  readonly message: string
}

/** What is known of a failure, all of it safe to log and to answer: no body, no header of a request, no token. */
export interface ErrorFacts {
  errors?: readonly FieldError[]
  retryAfterSeconds?: number
  /** For operators: which setting to fix, in a sentence or two. */
  hint?: string
  /** Headers that belong to the answer, such as `Allow`. */
  headers?: Readonly<Record<string, string>>
  /** Of Genesys: HTTP status, or the `code` of a frame of the guest socket. */
  status?: number
  /** The platform's own `code`, such as `not.found`. One that is not known is left out. */
  upstreamCode?: string
  /** `ININ-Correlation-Id` or `contextId`: what Genesys support asks for. */
  correlationId?: string
}

/** An expected failure, with a code of the problem catalogue. It holds only what it was given. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code
  readonly facts: ErrorFacts

  constructor(code: Code, message: string, facts: ErrorFacts = {}) {
    super(message)
    this.code = code
    this.facts = facts
  }

  /** How Genesys refused; undefined where it did not. */
  get upstream(): UpstreamRefusal | undefined {
    const { status, upstreamCode: code, correlationId } = this.facts
    if (status === undefined && code === undefined && correlationId === undefined) return undefined
    return { status, code, correlationId }
  }
}

export interface UpstreamRefusal {
  readonly status: number | undefined
  readonly code: string | undefined
  readonly correlationId: string | undefined
}

/** Without `any` in it, which `instanceof` of a generic class gives. */
export function isCodedError(err: unknown): err is CodedError {
  return err instanceof CodedError
}
