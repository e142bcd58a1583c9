import type { Request, RequestHandler, Response } from 'express'

/** Names, spelt as they go over the wire, and values in turn. */
export type CapturedHeaders = readonly string[]

export interface CaptureOptions {
  /** What the request brings with which the middleware is asked. */
  readonly requestHeaders?: Readonly<Record<string, string>>
  /** Headers that differ from answer to answer. */
  readonly without?: readonly string[]
}

/**
 * The headers that a middleware sets, found out by running it once with a response that only remembers
 * them. For middleware that sets the same ones each time, so that it need not run for each request.
 */
export function captureHeaders(
  middleware: RequestHandler,
  { requestHeaders = {}, without = [] }: CaptureOptions = {},
): CapturedHeaders {
  const recorded = new Map<string, string>()
  const req = { method: 'GET', headers: requestHeaders }
  const res = {
    setHeader: (name: string, value: string) => void recorded.set(name, value),
    getHeader: (name: string) => recorded.get(name),
    removeHeader: (name: string) => void recorded.delete(name),
  }
  void middleware(req as unknown as Request, res as unknown as Response, () => undefined)
  return [...recorded].filter(([name]) => !without.includes(name)).flat()
}
