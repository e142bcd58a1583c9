import { randomUUID } from 'node:crypto'
import type { RequestHandler } from 'express'

const SANE = /^[A-Za-z0-9][A-Za-z0-9._:-]{7,63}$/

/** `X-Request-Id` of the answer: the caller's own where it is harmless to log, otherwise a new one. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.headers['x-request-id']
  const id = typeof given === 'string' && SANE.test(given) ? given : randomUUID()
  res.setHeader('X-Request-Id', id)
  next()
}
