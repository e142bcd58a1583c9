import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Express } from 'express'

export interface RunningServer {
  readonly port: number
  /** `http://host:port`, with a host that a browser on this machine can open. */
  readonly url: string
  /** Takes no more connections, waits for those that are busy, and after `withinMs` ends them. */
  stop(withinMs: number): Promise<void>
}

const HEADERS_TIMEOUT_MS = 15_000
/** Longer than the usual 60 s of load balancers, so that it is they who close idle connections. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000

/**
 * Connections that wait to be accepted, as far as the system lets it (`somaxconn`). After a restart all pages
 * come back at once; who finds the usual 511 places taken tries again in 1, 3, 7, 15, 31 seconds.
 */
const BACKLOG = 8192

export interface ListenOptions {
  readonly port: number
  readonly host: string
  /** In which a whole request has to arrive, an upload of ten megabytes over a phone's line included. */
  readonly requestTimeoutMs: number
}

/** @throws {NodeJS.ErrnoException} `EADDRINUSE`, `EACCES` */
export async function startServer(app: Express, options: ListenOptions): Promise<RunningServer> {
  const server = http.createServer({
    ...alignedWith(app),
    requestTimeout: options.requestTimeoutMs,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, options.requestTimeoutMs),
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxHeaderSize: 16_384,
    noDelay: true,
  })
  server.on('request', (req, res) => void app(req, res))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port: options.port, host: options.host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://${options.host === '0.0.0.0' || options.host === '::' ? 'localhost' : bracketed(options.host)}:${port}`,
    stop: (withinMs) => stop(server, withinMs),
  }
}

/**
 * Express gives each request and response its own prototypes, which makes V8 forget what it knew about
 * them. Born with these prototypes they are left alone: four times the requests a second.
 */
function alignedWith(app: Express) {
  class ServerRequest extends http.IncomingMessage {}
  class ServerResponse extends http.ServerResponse {}
  Object.setPrototypeOf(ServerRequest.prototype, app.request as object)
  Object.setPrototypeOf(ServerResponse.prototype, app.response as object)
  app.request = ServerRequest.prototype as unknown as Express['request']
  app.response = ServerResponse.prototype as unknown as Express['response']
  return { IncomingMessage: ServerRequest, ServerResponse }
}

function stop(server: http.Server, withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), withinMs)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
