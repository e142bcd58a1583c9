import type { Response } from 'express'

/** Like `res.json`, but without its checks of settings, entity tags and freshness: no response of the API may be cached. */
export function sendJson(res: Response, body: unknown, status = 200): void {
  const text = JSON.stringify(body)
  res.statusCode = status
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.end(text)
}
