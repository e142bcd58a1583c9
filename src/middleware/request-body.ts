import express, { type Request, type RequestHandler } from 'express'
import type { z } from 'zod'
import type { FieldError } from '../sessions/session-error.ts'
import { RequestError } from './request-error.ts'

/**
 * Reads a JSON body of at most `maxBytes` into `req.body`; anything else than `application/json` in UTF-8 is
 * 415. No body at all passes, and so does one that an application around the service has read.
 */
export function jsonBody(maxBytes: number): RequestHandler {
  const parse: RequestHandler = express.json({ limit: maxBytes, inflate: false })
  return (req, res, next) => {
    const { 'content-length': length, 'transfer-encoding': chunked } = req.headers
    const hasBody = chunked !== undefined || Number(length ?? 0) > 0
    if (!hasBody) next()
    else if (isJson(req)) parse(req, res, next)
    else next(new RequestError('unsupported_media_type', 'The body must be application/json in UTF-8.'))
  }
}

/** express.json would also read other charsets of Unicode, which JSON no longer has (RFC 8259 section 8.1). */
function isJson(req: Request): boolean {
  if (req.is('application/json') !== 'application/json') return false
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(req.headers['content-type'] ?? '')?.[1]
  return charset === undefined || charset.toLowerCase() === 'utf-8'
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
    message: 'This field is unknown.',
  }))
}
