import type { UpstreamErrorCode } from '../errors/upstream-error.ts'
import { REQUEST_PROBLEMS } from './request-entries.ts'
import { SESSION_PROBLEMS } from './session-entries.ts'
import { UPSTREAM_PROBLEMS } from './upstream-entries.ts'
import type { ProblemEntry } from './entry.ts'
import type { RequestErrorCode } from '../errors/request-error.ts'
import type { SessionErrorCode } from '../errors/session-error.ts'

/** Every `code` that a response of this service can contain. */
export type ProblemCode = RequestErrorCode | SessionErrorCode | UpstreamErrorCode

/**
 * The single source for statuses, the pages under `/docs/problems/` and the API description. If a layer can
 * throw a code that is missing here, this file does not compile.
 */
export const PROBLEM_CATALOGUE: Readonly<Record<ProblemCode, ProblemEntry>> = {
  ...REQUEST_PROBLEMS,
  ...SESSION_PROBLEMS,
  ...UPSTREAM_PROBLEMS,
}

export const PROBLEM_CODES = Object.keys(PROBLEM_CATALOGUE) as readonly ProblemCode[]

export function isProblemCode(value: string): value is ProblemCode {
  return Object.hasOwn(PROBLEM_CATALOGUE, value)
}

/** The path of the page about a code, which is also the end of a problem's `type`. */
export function problemPath(code: ProblemCode): string {
  return `/docs/problems/${code}`
}
