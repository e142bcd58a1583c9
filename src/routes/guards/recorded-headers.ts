import type { Request, RequestHandler, Response } from 'express'

/** A header's name, spelt as it goes over the wire, and its value. */
export type Header = readonly [name: string, value: string]

/**
 * The headers that a middleware sets, found out by running it once with a response that only remembers
 * them. For middleware that sets the same ones each time, so that it need not run for each request.
 */
export function recordedHeaders(
  middleware: RequestHandler,
  requestHeaders: Readonly<Record<string, string>> = {},
): readonly Header[] {
  const recorded = new Map<string, string>()
  const req = { method: 'GET', headers: requestHeaders }
  const res = {
    setHeader: (name: string, value: string) => void recorded.set(name, value),
    getHeader: (name: string) => recorded.get(name),
    removeHeader: (name: string) => void recorded.delete(name),
  }
  void middleware(req as unknown as Request, res as unknown as Response, () => undefined)
  return [...recorded]
}
