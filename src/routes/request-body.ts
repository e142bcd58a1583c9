import express, { type Request, type RequestHandler } from 'express'
import type { z } from 'zod'
import type { FieldError } from '../sessions/session-error.ts'
import { RequestProblem } from './request-problem.ts'

/** Reads a JSON body of at most `maxBytes`; anything else than `application/json` is 415. No body at all passes. */
export function jsonBody(maxBytes: number): RequestHandler[] {
  return [requireJson, express.json({ limit: maxBytes, strict: true, inflate: false, type: () => true })]
}

const requireJson: RequestHandler = (req, _res, next) => {
  const hasBody =
    req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
  if (!hasBody || req.is('application/json') === 'application/json') {
    next()
    return
  }
  next(new RequestProblem('unsupported_media_type', 'The body has to be application/json.'))
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
