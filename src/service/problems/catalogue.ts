import type { UpstreamErrorCode } from '../upstream/upstream-error.ts'
import { REQUEST_PROBLEMS } from './request-entries.ts'
import { SESSION_PROBLEMS } from './session-entries.ts'
import { UPSTREAM_PROBLEMS } from './upstream-entries.ts'
import type { ProblemEntry } from './entry.ts'
import type { RequestErrorCode } from '../middleware/request-error.ts'
import type { SessionErrorCode } from '../sessions/session-error.ts'

/** Every `code` that an answer of this service can have. */
export type ProblemCode = RequestErrorCode | SessionErrorCode | UpstreamErrorCode

/**
 * The one source for statuses, the pages under `/docs/problems/` and the API description. A code that
 * some layer can throw and that is missing here does not compile.
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

/** Where a code is explained: the end of a problem's `type`, and the path of its page. */
export function problemPath(code: ProblemCode): string {
  return `/docs/problems/${code}`
}
