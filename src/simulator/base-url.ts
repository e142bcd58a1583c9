import type { IncomingMessage } from 'node:http'

/**
 * The origin under which this client reaches the simulator. It is taken from the Host header, so that a simulator in a
 * container returns addresses that work for its caller.
 */
export function httpBaseOf(req: IncomingMessage, { publicUrl }: { publicUrl: string | undefined }): string {
  return publicUrl ?? `http://${req.headers.host ?? '127.0.0.1'}`
}

/** Path and query of a request, even if its address is invalid. */
export function targetOf({ url = '/' }: IncomingMessage): { path: string; query: Record<string, string> } {
  const [path = '/', ...query] = url.split('?')
  return { path, query: Object.fromEntries(new URLSearchParams(query.join('?'))) }
}
