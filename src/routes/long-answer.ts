import type { Response } from 'express'

/**
 * Sends the head of an answer that stays open for hours, and lets go of what was needed to come so far: some
 * 6 KB, for each of thousands of pages.
 */
export function beginLongAnswer(
  res: Response,
  headers: Readonly<Record<string, string>>,
  body: string,
): void {
  res.writeHead(200, headers)
  res.cork()
  // By itself: node then keeps the head as one string, and not as the hundred pieces it was put together from.
  res.flushHeaders()
  res.write(body)
  res.uncork()
  forgetHeaders(res)
  // Express's way to the next handler, which holds on to all that were before.
  Object.assign(res.req, { next: undefined })
}

/** Node has no word for it: the headers that were set stay with the answer, though they are long sent. */
function forgetHeaders(res: Response): void {
  const headers = Object.getOwnPropertySymbols(res).find(({ description }) => description === 'kOutHeaders')
  if (headers !== undefined) Object.assign(res, { [headers]: null })
}
