import express, { type Request, type RequestHandler } from 'express'
import type * as z from 'zod'
import type { FieldError } from '../upstream/coded-error.ts'
import { hasBody } from './arrival-limit.ts'
import { RequestError } from './request-error.ts'

/** What a page sends is in one packet or two; a whole minute helps nobody but those who hold connections open. */
const BODY_TIMEOUT_MS = 10_000

/**
 * Reads a JSON body of at most `maxBytes` into `req.body`; anything else than `application/json` in UTF-8 is
 * 415. No body at all passes, and so does one that an application around the service has read.
 */
export function jsonBody(maxBytes: number, timeoutMs = BODY_TIMEOUT_MS): RequestHandler {
  const parse: RequestHandler = express.json({ limit: maxBytes, inflate: false })
  return (req, res, next) => {
    if (!hasBody(req)) {
      next()
      return
    }
    if (!isJson(req)) {
      next(new RequestError('unsupported_media_type', 'The body must be application/json in UTF-8.'))
      return
    }
    let isDone = false
    const finish = (error?: unknown) => {
      if (isDone) return
      isDone = true
      clearTimeout(timer)
      next(error)
    }
    const timer = setTimeout(() => finish(tooSlow()), timeoutMs)
    void parse(req, res, finish)
  }
}

function tooSlow(): RequestError {
  const headers = { Connection: 'close' }
  return new RequestError('request_timeout', 'The body did not arrive in time.', { headers })
}

/** express.json would also read other charsets of Unicode, which JSON no longer has (RFC 8259 section 8.1). */
function isJson(req: Request): boolean {
  if (req.is('application/json') !== 'application/json') return false
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(req.headers['content-type'] ?? '')?.[1]
  return charset === undefined || charset.toLowerCase() === 'utf-8'
}

/** What a schema makes of JSON, where a key that is there has a value. zod's types let an optional one be `undefined`. */
export type Defined<T> = T extends object ? { [Key in keyof T]: Defined<Exclude<T[Key], undefined>> } : T

/** @throws {RequestError} `invalid_request` that names every field and what is wrong with it */
export function parseBody<Schema extends z.ZodType>(schema: Schema, req: Request): Defined<z.infer<Schema>> {
  return parse(schema, (req.body as unknown) ?? {})
}

export function parseQuery<Schema extends z.ZodType>(schema: Schema, req: Request): Defined<z.infer<Schema>> {
  return parse(schema, req.query)
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): Defined<z.infer<Schema>> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data as Defined<z.infer<Schema>>
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
