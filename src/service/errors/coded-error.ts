import type { Challenge } from '../../contract/contract.ts'

/** The invalid field and the reason; `path` as in `attributes.custom.plan`. */
export interface FieldError {
  readonly path: string
  readonly message: string
}

/** Facts about a failure, all safe to log and to return: no body, no request header, no token. */
export interface ErrorFacts {
  errors?: readonly FieldError[]
  /** The challenge to solve before the request is made again. */
  challenge?: Challenge
  retryAfterSeconds?: number
  /** ISO 8601: when a callback is possible. */
  nextPossibleAt?: string
  /** For operators: which setting to fix, in one or two sentences. */
  hint?: string
  /** Headers of the response, such as `Allow`. */
  headers?: Readonly<Record<string, string>>
  /** From Genesys: HTTP status, or the `code` of a frame on the guest socket. */
  status?: number
  /** The platform's own `code`, such as `not.found`. Unknown codes are omitted. */
  upstreamCode?: string
  /** `ININ-Correlation-Id` or `contextId`, which Genesys' support needs. */
  correlationId?: string
}

/** An expected failure, with a code from the problem catalogue. It contains only the given facts. */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code
  readonly facts: ErrorFacts

  constructor(code: Code, message: string, facts: ErrorFacts = {}) {
    super(message)
    this.code = code
    this.facts = facts
  }

  /** Genesys' refusal; undefined if Genesys did not refuse. */
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

/** Returns a type without `any`, unlike `instanceof` with a generic class. */
export function isCodedError(err: unknown): err is CodedError {
  return err instanceof CodedError
}
