import { isUtf8 } from 'node:buffer'
import express, { type Request, type RequestHandler } from 'express'
import type * as z from 'zod'
import { holdSlot } from './admission.ts'
import { limitOpen, type OpenLimit, type Refusal } from '../http-server/open-limit.ts'
import type { FieldError } from '../errors/coded-error.ts'
import { addressKey } from './client-address.ts'
import { overloaded, RequestError } from '../errors/request-error.ts'

/**
 * A page's request fits into one or two packets. A longer timeout would only help clients that hold connections
 * open.
 */
const BODY_TIMEOUT_MS = 10_000

/** Limits how many bodies are being received at the same time, including uploads. */
export function limitBodies(limits: { readonly max: number; readonly maxPerAddress: number }): OpenLimit {
  return limitOpen({ max: limits.max, maxPerKey: limits.maxPerAddress })
}

/**
 * Reads a JSON body of at most `maxBytes` into `req.body`; any type but `application/json` in UTF-8 gets 415. Requests
 * without a body pass, as do those whose body the host application has already read.
 */
export function jsonBody(
  maxBytes: number,
  { bodies, timeoutMs = BODY_TIMEOUT_MS }: { readonly bodies: OpenLimit; readonly timeoutMs?: number },
): RequestHandler {
  const options = { limit: maxBytes, inflate: false, type: () => true, verify: requireUtf8 }
  const parse: RequestHandler = express.json(options)
  return (req, res, next) => {
    if (!hasBody(req)) {
      next()
      return
    }
    if (!isJson(req.headers['content-type'])) {
      next(new RequestError('unsupported_media_type', 'The body must be application/json in UTF-8.'))
      return
    }
    const release = acquire(bodies, req)
    let isDone = false
    const finish = (error?: unknown) => {
      if (isDone) return
      isDone = true
      clearTimeout(timer)
      release()
      next(error)
    }
    const timer = setTimeout(() => finish(tooSlow()), timeoutMs)
    void parse(req, res, finish)
  }
}

/** Some clients, such as PowerShell 5, send Latin-1. The agent would read `�` for each letter outside ASCII. */
function requireUtf8(_req: unknown, _res: unknown, body: Buffer): void {
  if (!isUtf8(body)) throw new TypeError('not UTF-8')
}

/** For a route that reads the body itself: holds a slot until the response has closed. */
export function uploadBody(bodies: OpenLimit): RequestHandler {
  return holdSlot({ limit: bodies, keyOf: addressKey, refused: tooManyBodies })
}

function acquire(bodies: OpenLimit, req: Request): () => void {
  const release = bodies.acquire(addressKey(req))
  if (typeof release === 'string') throw tooManyBodies(release)
  return release
}

function tooManyBodies(refusal: Refusal): RequestError {
  if (refusal === 'all taken')
    return overloaded('MAX_REQUESTS_ARRIVING limits the requests whose body is being received.')
  return new RequestError('rate_limited', 'Too many requests are still being received.', {
    retryAfterSeconds: 5,
    hint: 'MAX_REQUESTS_ARRIVING_PER_ADDRESS limits the requests whose body is being received from one address.',
  })
}

/** Whether the headers announce a body. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function tooSlow(): RequestError {
  const headers = { Connection: 'close' }
  return new RequestError('request_timeout', 'The body did not arrive in time.', { headers })
}

/** express.json would also read UTF-16 and UTF-32, which JSON no longer allows (RFC 8259 section 8.1). */
function isJson(contentType = ''): boolean {
  // The value that every browser sends.
  if (contentType === 'application/json') return true
  const [type = '', ...parameters] = contentType.toLowerCase().split(';')
  if (type.trim() !== 'application/json') return false
  const charset = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('charset'))
  return charset === undefined || /^charset\s*=\s*"?utf-8"?$/.test(charset)
}

/** The output type of a schema, without `undefined`, which zod's types allow as the value of an optional key. */
export type Defined<T> = T extends object ? { [Key in keyof T]: Defined<Exclude<T[Key], undefined>> } : T

/** @throws {RequestError} `invalid_request`, which names every invalid field and what is wrong with it */
export function parseBody<Schema extends z.ZodType>(schema: Schema, req: Request): Defined<z.infer<Schema>> {
  return parse(schema, (req.body as unknown) ?? {})
}

export function parseQuery<Schema extends z.ZodType>(schema: Schema, req: Request): Defined<z.infer<Schema>> {
  return parse(schema, req.query)
}

/** The key in a header: at most 255 visible ASCII characters. @throws {RequestError} `invalid_request` */
export function keyIn(
  header: string,
  key: string | string[] | undefined,
  minChars: number,
): string | undefined {
  if (key === undefined) return undefined
  if (typeof key === 'string' && key.length >= minChars && key.length <= 255 && /^[\x21-\x7e]*$/.test(key))
    return key
  throw new RequestError('invalid_request', 'The request does not have the documented form.', {
    errors: [{ path: header, message: 'must be at most 255 printable ASCII characters without spaces' }],
  })
}

function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): Defined<z.infer<Schema>> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data as Defined<z.infer<Schema>>
  throw new RequestError('invalid_request', 'The request does not have the documented form.', {
    errors: parsed.error.issues.flatMap(fieldErrors),
  })
}

function fieldErrors(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String).join('.')
  if (issue.code !== 'unrecognized_keys') return [{ path, message: issue.message }]
  return issue.keys.map((key) => ({
    path: path === '' ? key : `${path}.${key}`,
    message: 'Unknown field.',
  }))
}
