import type { Response } from 'express'
import { atTurnEnd } from '../http/turn-end.ts'

/** The answer in one piece. Express's `res.json` would look at settings, etags and charsets for each one. */
export function answerJson(res: Response, body: unknown, status = 200): void {
  const text = JSON.stringify(body)
  res.setHeader('Content-Type', 'application/json; charset=utf-8')
  res.setHeader('Content-Length', Buffer.byteLength(text))
  res.writeHead(status) // now, where a header that can't be sent is still a problem of this request
  atTurnEnd(() => res.end(text))
}
