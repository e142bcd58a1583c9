import type { Response } from 'express'
import { rememberProblem } from './problem-handler.ts'
import { toProblem, type ProblemOptions } from './problem.ts'

/** One answer made once, for refusals of many requests that must cost as little as can be. */
export function preparedProblem(err: Error, options: ProblemOptions): (res: Response) => void {
  const { status, headers, body } = toProblem(err, options)
  const text = JSON.stringify(body)
  const allHeaders = { ...headers, 'Content-Length': Buffer.byteLength(text) }
  return (res) => {
    rememberProblem(res, err)
    res.writeHead(status, allHeaders).end(text)
  }
}
