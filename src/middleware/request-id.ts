import { randomUUID } from 'node:crypto'
import type http from 'node:http'
import type { RequestHandler } from 'express'

const SANE = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,63}$/

/** `X-Request-Id` of the answer. */
export const requestId: RequestHandler = (req, res, next) => {
  res.setHeader('X-Request-Id', chooseRequestId(req))
  next()
}

/** The caller's own where it is harmless to log, otherwise a new one. */
export function chooseRequestId({ headers }: http.IncomingMessage): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && SANE.test(given) ? given : randomUUID()
}
