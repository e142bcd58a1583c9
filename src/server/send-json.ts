import type { Response } from 'express'

/**
 * As `res.json`, without its looks at settings, entity tags and freshness: no answer of the API is cacheable. It goes out together
 * with the others of this turn of the event loop.
 */
export function sendJson(res: Response, body: unknown, status = 200): void {
  const text = JSON.stringify(body)
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.end(text)
}
