import type { Response } from 'express'

/**
 * Like `res.json`, but faster: it skips the settings, entity tags and freshness checks, which a response that is never
 * cached does not need.
 */
export function sendJson(res: Response, body: unknown, status = 200): void {
  const text = JSON.stringify(body)
  res.statusCode = status
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.end(text)
}
