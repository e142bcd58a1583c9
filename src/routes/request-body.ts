import type { NextFunction, Request, RequestHandler } from 'express'
import type { z } from 'zod'
import type { FieldError } from '../sessions/session-error.ts'
import { RequestProblem } from './request-problem.ts'

/**
 * Reads a JSON body of at most `maxBytes` into `req.body`; anything else than `application/json` is 415. No
 * body at all passes, and so does one that an application around the service has read.
 */
export function jsonBody(maxBytes: number): RequestHandler {
  return (req, _res, next) => {
    const { 'content-length': length, 'transfer-encoding': chunked } = req.headers
    if (chunked === undefined && (length === undefined || length === '0')) {
      next()
      return
    }
    if (!isReadableJson(req)) {
      next(new RequestProblem('unsupported_media_type', 'The body has to be application/json in UTF-8.'))
    } else if (req.readableEnded) next()
    else if (Number(length) > maxBytes) next(tooLarge())
    else readJson(req, maxBytes, next)
  }
}

function isReadableJson(req: Request): boolean {
  if (req.headers['content-encoding'] !== undefined && req.headers['content-encoding'] !== 'identity')
    return false
  const type = req.headers['content-type']
  if (type === 'application/json') return true
  if (req.is('application/json') !== 'application/json') return false
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(type ?? '')?.[1]
  return charset === undefined || charset.toLowerCase() === 'utf-8'
}

const BYTE_ORDER_MARK = /^\uFEFF/

function readJson(req: Request, maxBytes: number, next: NextFunction): void {
  const chunks: Buffer[] = []
  let bytes = 0
  let isDone = false
  const done = (problem?: RequestProblem) => {
    isDone = true
    if (problem === undefined) next()
    else next(problem)
  }
  req.on('data', (chunk: Buffer) => {
    if (isDone) return // what comes now is read and thrown away
    bytes += chunk.length
    if (bytes > maxBytes) done(tooLarge())
    else chunks.push(chunk)
  })
  req.on('end', () => {
    if (isDone) return
    const [only] = chunks
    const text =
      only !== undefined && chunks.length === 1 ? only.toString() : Buffer.concat(chunks, bytes).toString()
    try {
      req.body = parseObject(text.replace(BYTE_ORDER_MARK, ''))
    } catch {
      done(new RequestProblem('invalid_json', 'The body is not JSON.'))
      return
    }
    done()
  })
  const breakOff = () => {
    if (!isDone) done(new RequestProblem('invalid_request', 'The body ended too early.'))
  }
  req.on('close', breakOff)
  req.on('error', breakOff)
}

/** Every body of the contract is an object; a lone value is taken for no JSON, as Express does. */
function parseObject(text: string): unknown {
  const value: unknown = text === '' ? {} : JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object')
  return value
}

function tooLarge(): RequestProblem {
  return new RequestProblem('request_too_large', 'The body is larger than this route reads.')
}

/** @throws {RequestProblem} `invalid_request` that names every field and what is wrong with it */
export function parseBody<Schema extends z.ZodType>(schema: Schema, req: Request): z.infer<Schema> {
  return parse(schema, (req.body as unknown) ?? {})
}

export function parseQuery<Schema extends z.ZodType>(schema: Schema, req: Request): z.infer<Schema> {
  return parse(schema, req.query)
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new RequestProblem('invalid_request', 'The request is not of the documented form.', {
    errors: parsed.error.issues.flatMap(fieldErrors),
  })
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({
    path: path === '' ? key : `${path}.${key}`,
    message: 'This field is not known.',
  }))
}
