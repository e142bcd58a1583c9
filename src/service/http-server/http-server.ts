import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Express } from 'express'
import { limitIdleConnections } from './idle-connections.ts'
import { limitPipelining } from './pipelining.ts'
import { limitUnfinishedHeads, type ClientOf } from './unfinished-heads.ts'
import { hostInUrl } from '../urls/host-in-url.ts'

export interface RunningServer {
  readonly port: number
  /** `http://host:port`, with a host that a browser on this machine can open. */
  readonly url: string
  /** Closes the listener immediately, idle connections soon, and the remaining ones after `withinMs`. */
  stop(withinMs: number): Promise<void>
}

/**
 * The time limit for the head of a request, which arrives in one or two packets. A connection that sends no request is
 * closed too.
 */
const HEADERS_TIMEOUT_MS = 5000
/** How often Node.js checks for late requests. Its default of 30 s could extend the timeout above to 35 s. */
const TIMEOUT_CHECK_MS = 2000
/** Longer than the usual 60 s of load balancers, so that they are the first to close idle connections. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000
/**
 * The interval at which idle connections are closed while the server is stopping. A connection becomes idle when its
 * response has been sent, and Node.js does not close it at that time.
 */
const CLOSE_IDLE_EVERY_MS = 250
/**
 * The maximum number of connections that wait to be accepted. After a restart, all pages reconnect at the same time;
 * with Node.js's default of 511, many would retry for seconds.
 */
const BACKLOG = 8192

/** Why Node.js refuses a request, in its HTTP parser or after a timeout, before the request reaches the application. */
export type ConnectionProblemCode =
  'invalid_request' | 'request_timeout' | 'request_too_large' | 'expectation_failed' | 'headers_too_large'

/** A response that is not created by a route. */
export interface RawResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export interface ListenOptions {
  readonly port: number
  readonly host: string
  /** The time within which a whole request must arrive, including a 10 MB upload over a mobile connection. */
  readonly requestTimeoutMs: number
  /** The response when Node.js itself refuses a request. Default: the response that Node.js sends, without a body. */
  readonly errorResponse?: (code: ConnectionProblemCode) => RawResponse
  /** The maximum number of connections; further ones are closed. Default: no limit. */
  readonly maxConnections?: number | undefined
  /**
   * Returns the client to which an address belongs: all addresses in an IPv6 network are one client. The number of a
   * client's connections without a request is limited. Undefined for no such limit: behind a proxy, all connections
   * have the proxy's address.
   */
  readonly clientOf?: ClientOf | undefined
  /** Called for each connection that was closed because of these limits. */
  readonly onDropped?: () => void
}

/** @throws {NodeJS.ErrnoException} `EADDRINUSE`, `EACCES` */
export async function startServer(app: Express, options: ListenOptions): Promise<RunningServer> {
  const { port, host, requestTimeoutMs, errorResponse } = options
  const server = http.createServer({
    ...withExpressPrototypes(app),
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxHeaderSize: 16_384,
    // Node.js would respond without a body.
    requireHostHeader: errorResponse === undefined,
    noDelay: true,
  })
  // No limit, because Node.js would drop further headers, such as the client's address from a proxy. Their size is
  // limited by `maxHeaderSize`.
  server.maxHeadersCount = 0
  // Closes connections whose client has stopped reading. This timeout is longer than those above, which send a response.
  server.setTimeout(requestTimeoutMs + 2 * TIMEOUT_CHECK_MS)
  if (options.maxConnections !== undefined) server.maxConnections = options.maxConnections
  const onClosed = () => options.onDropped?.()
  server.on('drop', onClosed)
  limitPipelining(server, onClosed)
  if (options.clientOf) {
    const held = { clientOf: options.clientOf, onClosed }
    limitUnfinishedHeads(server, held)
    limitIdleConnections(server, { ...held, maxConnections: options.maxConnections })
  }
  server.on('request', (req, res) => {
    // The rest of a packet is parsed even if its connection has been closed.
    if (req.socket.destroyed) return
    if (errorResponse !== undefined && !hasValidHost(req)) refuse(res, errorResponse('invalid_request'))
    else app(req, res)
  })
  if (errorResponse !== undefined) respondToRefusals(server, errorResponse)
  await listen(server, port, host)
  const address = server.address() as AddressInfo
  return {
    port: address.port,
    url: `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : hostInUrl(host)}:${address.port}`,
    stop: (withinMs) => stop(server, withinMs),
  }
}

async function stop(server: http.Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  const closeIdle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS)
  const force = setTimeout(() => server.closeAllConnections(), withinMs)
  await closed
  clearInterval(closeIdle)
  clearTimeout(force)
}

/**
 * Responds to requests that Node.js refuses, in its HTTP parser or after a timeout, and to requests with an
 * unsupported `Expect` header.
 */
function respondToRefusals(
  server: http.Server,
  errorResponse: (code: ConnectionProblemCode) => RawResponse,
): void {
  server.on('checkExpectation', (_req, res: http.ServerResponse) => {
    refuse(res, errorResponse('expectation_failed'))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // If bytes of an earlier response have been sent, this one could be mistaken for a part of it.
    if (!socket.writable || socket.bytesWritten > 0) socket.destroy()
    else socket.end(serialize(errorResponse(codeOf(error)))).destroySoon()
  })
}

/** RFC 9110 section 7.2: a host, which may be empty, and a port, which may be missing (RFC 3986 section 3.2.2). */
const HOST = /^(?:(?:[\w.~!$&'()*+,;=-]|%[\da-f]{2})*|\[[\da-f:.]+\])(?::\d*)?$/i

/** RFC 9112 section 3.2: a request has one valid `Host` header, except that HTTP/1.0 needs none. */
function hasValidHost({ headers, rawHeaders, httpVersion }: http.IncomingMessage): boolean {
  if (headers.host === undefined) return httpVersion !== '1.1'
  return HOST.test(headers.host) && !isHostRepeated(rawHeaders)
}

/** @param rawHeaders names and values in turn. Node.js drops repeated `Host` headers from `headers`. */
function isHostRepeated(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]
    if (name?.length === 4 && name.toLowerCase() === 'host') hosts += 1
  }
  return hosts > 1
}

function refuse(res: http.ServerResponse, { status, headers, body }: RawResponse): void {
  const length = Buffer.byteLength(body)
  res.writeHead(status, { ...headers, 'Content-Length': length, Connection: 'close' }).end(body)
}

function listen(server: http.Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

/**
 * Express sets its own prototypes on each request and response, which invalidates V8's inline caches. If the objects
 * are created with these prototypes, Express does not change them, which allows four times as many requests per second.
 */
function withExpressPrototypes(app: Express) {
  class ServerRequest extends http.IncomingMessage {}
  class ServerResponse extends http.ServerResponse {}
  Object.setPrototypeOf(ServerRequest.prototype, app.request as object)
  Object.setPrototypeOf(ServerResponse.prototype, app.response as object)
  app.request = ServerRequest.prototype as unknown as Express['request']
  app.response = ServerResponse.prototype as unknown as Express['response']
  return { IncomingMessage: ServerRequest, ServerResponse }
}

/** Maps the error codes of `clientError` (Node.js, "Event: 'clientError'"). */
function codeOf({ code }: NodeJS.ErrnoException): ConnectionProblemCode {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return 'request_timeout'
    case 'HPE_HEADER_OVERFLOW':
      return 'headers_too_large'
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'request_too_large'
    default:
      return 'invalid_request'
  }
}

function serialize({ status, headers, body }: RawResponse): string {
  const all = { ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
}
