import type { Response } from 'express'
import type { ListedAnswer } from './listed-answer.ts'

const NO_HEADERS = Object.freeze({})
const NO_RAW_HEADERS = Object.freeze([])

/**
 * Sends the head of an answer that stays open for hours, and lets go of what was needed to come so far, the
 * request's headers among it: some 8 KB, for each of thousands of pages.
 */
export function startStreaming(res: Response, headers: Readonly<Record<string, string>>, body: string): void {
  res.writeHead(200, headers)
  res.cork()
  // By itself: node then keeps the head as one string, and not as the hundred pieces it was put together from.
  res.flushHeaders()
  res.write(body)
  res.uncork()
  ;(res as Partial<ListedAnswer>).forgetHeaders?.()
  // And Express's way to the next handler, which holds on to all that were before.
  Object.assign(res.req, { next: undefined, headers: NO_HEADERS, rawHeaders: NO_RAW_HEADERS })
}

/** Sends more of an answer that has begun. */
export function continueLongAnswer(res: Response, text: string): void {
  const answer = res as Response & Partial<ListedAnswer>
  if (answer.writeChunk) answer.writeChunk(text)
  else res.write(text)
}
