import type { ErrorRequestHandler, Request, Response } from 'express'
import type { Log } from '../observability/log.ts'
import type { LogSampler } from '../observability/log-sampler.ts'
import { RequestError } from '../errors/request-error.ts'
import { problemCode, problemHint, toProblem } from '../problems/problem.ts'
import { PROBLEM_CATALOGUE, type ProblemCode } from '../problems/catalogue.ts'

export interface ProblemHandlerOptions {
  readonly log: Log
  /** `PUBLIC_URL`. If it is `''`, links in problems are relative to the service's mount point. */
  readonly publicUrl: string
  readonly hints: boolean
}

/** Errors that an operator must fix. Other upstream failures are expected to be temporary. */
const FOR_OPERATORS: ReadonlySet<ProblemCode> = new Set([
  'internal_error',
  'upstream_auth_failed',
  'upstream_refused',
  'deployment_not_usable',
])

/**
 * The last handler in Express: responds to any thrown value with problem details, and logs failures of this service and of Genesys.
 * @param sample limits repeated log lines, by problem code
 */
export function problemHandler(
  optionsFor: (res: Response) => ProblemHandlerOptions,
  sample: LogSampler,
): ErrorRequestHandler {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- Express recognizes an error handler by its four parameters
  return (err: unknown, req, res, _next) => {
    if (isAbortedDownload(err)) return void res.destroy()
    const { log, publicUrl, hints } = optionsFor(res)
    const code = problemCode(err)
    rememberProblem(res, err)
    if (isFailure(err, code)) logFailure(log, err, code, req, res, sample(code))
    // Too late for another response: only closing the connection can show that something failed.
    if (res.headersSent) return void res.destroy()
    const problem = toProblem(err, {
      publicUrl: publicUrl === '' ? req.baseUrl : publicUrl,
      hints,
      requestId: requestIdOf(res),
    })
    res.status(problem.status).set(problem.headers).end(JSON.stringify(problem.body))
  }
}

/** Whether Express' `sendFile` failed because the client disconnected. */
function isAbortedDownload(err: unknown): boolean {
  return err instanceof Error && 'code' in err && err.code === 'ECONNABORTED'
}

/** The problem fields of the request's log line. */
export interface ProblemInLog {
  readonly code: ProblemCode
  readonly hint: string | undefined
}

export function problemOf(res: Response): ProblemInLog | undefined {
  return res.locals.problem as ProblemInLog | undefined
}

/** Reads the response's `X-Request-Id`, because only the middleware that sets this header decides its value. */
export function requestIdOf(res: Response): string | undefined {
  const id = res.getHeader('x-request-id')
  return typeof id === 'string' ? id : undefined
}

/** The request's trace id, if tracing is on. */
export function traceIdOf(res: Response): string | undefined {
  return res.locals.traceId as string | undefined
}

export function setTraceId(res: Response, traceId: string): void {
  res.locals.traceId = traceId
}

/** Stores the problem for the request's log line. */
export function rememberProblem(res: Response, err: unknown): void {
  res.locals.problem = { code: problemCode(err), hint: problemHint(err) } satisfies ProblemInLog
}

/** The service's own refusals are not failures: they appear only in the request's log line. */
function isFailure(err: unknown, code: ProblemCode): boolean {
  return PROBLEM_CATALOGUE[code].status >= 500 && !(err instanceof RequestError && code !== 'internal_error')
}

/** @param count how many failures with this code the line stands for; undefined if no line is to be written */
function logFailure(
  log: Log,
  err: unknown,
  code: ProblemCode,
  req: Request,
  res: Response,
  count: number | undefined,
) {
  if (count === undefined) return
  const level = FOR_OPERATORS.has(code) ? 'error' : 'warn'
  const fields = {
    requestId: requestIdOf(res),
    traceId: traceIdOf(res),
    req,
    code,
    hint: problemHint(err),
    err,
  }
  log[level]({ ...fields, count: count === 1 ? undefined : count }, 'request failed')
}
