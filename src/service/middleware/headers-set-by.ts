import http from 'node:http'
import { Socket } from 'node:net'

type SetHeaders = (
  req: http.IncomingMessage,
  res: http.ServerResponse,
  next: (error?: unknown) => void,
) => void

/** The headers that a middleware sets on every response. The middleware runs once here, instead of for each request. */
export function headersSetBy(setHeaders: SetHeaders): [name: string, value: string][] {
  const req = new http.IncomingMessage(new Socket())
  const res = new http.ServerResponse(req)
  setHeaders(req, res, (error?: unknown) => {
    if (error instanceof Error) throw error
  })
  return res.getHeaderNames().map((name) => [name, String(res.getHeader(name))])
}
