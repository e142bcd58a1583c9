import type { Response } from 'express'
import { atTurnEnd } from '../upstream/batch-write.ts'
import { addHeaders, type ListedAnswer } from './listed-answer.ts'

/** The answer in one piece. Express's `res.json` would look at settings, etags and charsets for each one. */
export function sendJson(res: Response, body: unknown, status = 200): void {
  const text = JSON.stringify(body)
  const length = String(Buffer.byteLength(text))
  addHeaders(res, ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', length])
  res.writeHead(status) // now, where a header that can't be sent is still a problem of this request
  atTurnEnd(() => endWith(res, text))
}

function endWith(res: Response & Partial<ListedAnswer>, text: string): void {
  if (res.endWith) res.endWith(text)
  else res.end(text)
}
