import type { NextFunction, Request, RequestHandler } from 'express'
import type { z } from 'zod'
import type { FieldError } from '../sessions/session-error.ts'
import { RequestError } from './request-error.ts'

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
      next(new RequestError('unsupported_media_type', 'The body has to be application/json in UTF-8.'))
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

/** The listeners below are the same functions for every request, and find here what they have read. */
const READING = Symbol('reading the body')
type RequestBeingRead = Request & { [READING]: Reading | undefined }

interface Reading {
  readonly chunks: Buffer[]
  bytes: number
  readonly maxBytes: number
  readonly next: NextFunction
}

function readJson(req: Request, maxBytes: number, next: NextFunction): void {
  const reading: Reading = { chunks: [], bytes: 0, maxBytes, next }
  const request = req as RequestBeingRead
  request[READING] = reading
  // Most bodies have come with the head, and can be read without listening for them.
  if (req.readableLength === Number(req.headers['content-length']) && req.readableFlowing === null) {
    takeChunk.call(request, req.read() as Buffer)
    takeEnd.call(request)
    req.resume() // so that it ends for node as well
    return
  }
  req.on('data', takeChunk)
  req.on('end', takeEnd)
  req.on('close', breakOff)
  req.on('error', breakOff)
}

/** Lets go of what was read, as the request may wait for long. What still comes is read and thrown away. */
function finish(req: RequestBeingRead, problem?: RequestError): void {
  const next = req[READING]?.next
  req[READING] = undefined
  if (problem === undefined) next?.()
  else next?.(problem)
}

function takeChunk(this: RequestBeingRead, chunk: Buffer): void {
  const reading = this[READING]
  if (!reading) return
  reading.bytes += chunk.length
  if (reading.bytes > reading.maxBytes) finish(this, tooLarge())
  else reading.chunks.push(chunk)
}

function takeEnd(this: RequestBeingRead): void {
  const reading = this[READING]
  if (!reading) return
  const { chunks, bytes } = reading
  const [only] = chunks
  const text =
    only !== undefined && chunks.length === 1 ? only.toString() : Buffer.concat(chunks, bytes).toString()
  try {
    this.body = parseObject(text.replace(BYTE_ORDER_MARK, ''))
  } catch {
    finish(this, new RequestError('invalid_json', 'The body is not JSON.'))
    return
  }
  finish(this)
}

function breakOff(this: RequestBeingRead): void {
  if (this[READING]) finish(this, new RequestError('invalid_request', 'The body ended too early.'))
}

/** Every body of the contract is an object; a lone value is taken for no JSON, as Express does. */
function parseObject(text: string): unknown {
  const value: unknown = text === '' ? {} : JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new SyntaxError('not an object')
  return value
}

function tooLarge(): RequestError {
  return new RequestError('request_too_large', 'The body is larger than this route reads.')
}

/** @throws {RequestError} `invalid_request` that names every field and what is wrong with it */
export function parseBody<Schema extends z.ZodType>(schema: Schema, req: Request): z.infer<Schema> {
  return parse(schema, (req.body as unknown) ?? {})
}

export function parseQuery<Schema extends z.ZodType>(schema: Schema, req: Request): z.infer<Schema> {
  return parse(schema, req.query)
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.infer<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new RequestError('invalid_request', 'The request is not of the documented form.', {
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
