import http from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import type { Express } from 'express'
import { quietTurn } from './quiet-turn.ts'
import { serveInTurn, type ServingInTurn } from './serve-in-turn.ts'

export interface RunningServer {
  readonly port: number
  /** `http://host:port`, with a host that a browser on this machine can open. */
  readonly url: string
  /** `GET /path` of each request that is served at this moment, without its query. */
  activeRequests(): string[]
  /** Goes on serving, and asks the client of every answer from now on to close its connection. */
  closeAfterAnswers(): void
  /**
   * Accepts the connections that wait for it, and then no more. Kept ones are closed, the others after their answer.
   * Takes {@link STOP_ACCEPTING_WITHIN_MS} and a moment at most.
   */
  stopAccepting(): Promise<void>
  /** Stops accepting, then waits for answers that are being made, and closes their connections after `withinMs`. */
  stop(withinMs: number): Promise<void>
}

const HEADERS_TIMEOUT_MS = 15_000
/** How often node looks for requests that are late; its default of 30 s would triple the timeout above. */
const TIMEOUT_CHECK_MS = 2000
/** Longer than the usual 60 s of load balancers, so that it is they who close idle connections. */
const KEEP_ALIVE_TIMEOUT_MS = 65_000

/**
 * Connections that wait to be accepted, as far as the system lets it (`somaxconn`). After a restart all pages
 * come back at once; who finds the usual 511 places taken tries again in 1, 3, 7, 15, 31 seconds.
 */
const BACKLOG = 8192

/** How long a listener stays open while new connections never cease, or the process has so much to do that no turn is short. */
export const STOP_ACCEPTING_WITHIN_MS = 500

/**
 * How long a server that stops waits for a request of which nothing or only a part has come. It may be under way; but browsers
 * also open connections that they never use.
 */
const REQUEST_WITHIN_MS = 1000

/** What can be wrong with a request before there is one: node's parser or its timeouts refuse it. */
export type ConnectionProblemCode =
  'invalid_request' | 'request_timeout' | 'request_too_large' | 'expectation_failed' | 'headers_too_large'

/** An answer that no route makes. */
export interface RawAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Calls `serve`, at once or soon, or answers a request that there is no time for. */
export type ShedLoad = (req: http.IncomingMessage, res: http.ServerResponse, serve: () => void) => void

export interface ListenOptions {
  readonly port: number
  readonly host: string
  /** In which a whole request must arrive, an upload of ten megabytes over a phone's line included. */
  readonly requestTimeoutMs: number
  /** What is answered where node refuses a request itself. Default: node's own answers, without a body. */
  readonly answerTo?: (code: ConnectionProblemCode) => RawAnswer
  /** Asked before the application sees a request. */
  readonly shedLoad?: ShedLoad | undefined
}

/** @throws {NodeJS.ErrnoException} `EADDRINUSE`, `EACCES` */
export async function startServer(app: Express, options: ListenOptions): Promise<RunningServer> {
  const { port, host, requestTimeoutMs, answerTo, shedLoad } = options
  const server = http.createServer({
    ...alignedWith(app),
    requestTimeout: requestTimeoutMs,
    headersTimeout: Math.min(HEADERS_TIMEOUT_MS, requestTimeoutMs),
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    maxHeaderSize: 16_384,
    // Node would answer by itself, without a body.
    requireHostHeader: answerTo === undefined,
    noDelay: true,
  })
  // A connection on which nothing moves for so long, because its reader doesn't read, holds its place no longer. Later than
  // the timeouts above, which are answered.
  server.setTimeout(requestTimeoutMs + 2 * TIMEOUT_CHECK_MS)
  const inTurn = serveInTurn((req, res) => {
    if (shedLoad) shedLoad(req, res, () => void app(req, res))
    else app(req, res)
  })
  server.on('connection', inTurn.onConnection)
  server.on('request', (req, res) => {
    if (answerTo !== undefined && lacksHost(req)) refuse(res, answerTo('invalid_request'))
    else inTurn.onRequest(req, res)
  })
  if (answerTo !== undefined) answerRefusals(server, inTurn, answerTo)
  await listen(server, port, host)
  const address = server.address() as AddressInfo
  const closed = new Promise<void>((resolve) => server.once('close', resolve))
  let stoppedAccepting: Promise<void> | undefined
  async function stopAccepting(): Promise<void> {
    inTurn.closeAfterAnswers()
    await closeListener(server)
    await inTurn.closeKept()
  }
  return {
    port: address.port,
    url: `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : bracketed(host)}:${address.port}`,
    activeRequests: () =>
      inTurn.activeResponses().map(({ req }) => `${req.method} ${String(req.url).split('?', 1)[0]}`),
    closeAfterAnswers: () => inTurn.closeAfterAnswers(),
    stopAccepting: () => (stoppedAccepting ??= stopAccepting()),
    async stop(withinMs) {
      await (stoppedAccepting ??= stopAccepting())
      const force = setTimeout(() => server.closeAllConnections(), withinMs)
      const stopWaiting = closeLateRequests(inTurn)
      await closed
      clearTimeout(force)
      stopWaiting()
      // Ends its watch of connections, too.
      server.close()
    },
  }
}

/** Answers what node's parser and timeouts refuse, and expectations that nobody meets. */
function answerRefusals(
  server: http.Server,
  inTurn: ServingInTurn,
  answerTo: (code: ConnectionProblemCode) => RawAnswer,
): void {
  server.on('checkExpectation', (_req, res: http.ServerResponse) => {
    refuse(res, answerTo('expectation_failed'))
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    // Behind the beginning of another answer these lines would be taken for a part of it.
    if (!socket.writable || inTurn.isBusy(socket)) socket.destroy()
    else socket.end(rawText(answerTo(codeOf(error)))).destroySoon()
  })
}

/** RFC 9112 section 3.2. */
function lacksHost({ headers, httpVersion }: http.IncomingMessage): boolean {
  return headers.host === undefined && httpVersion === '1.1'
}

function refuse(res: http.ServerResponse, { status, headers, body }: RawAnswer): void {
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

/** The codes of node's `clientError` (Node.js, "Event: 'clientError'"). */
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

function rawText({ status, headers, body }: RawAnswer): string {
  const all = { ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${http.STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
}

/**
 * The system resets the connections that wait to be accepted when a listener closes (docs/decisions/0053). By `net`'s own method:
 * that of `http` also closes connections whose answer has been made and not yet been taken by the client.
 */
async function closeListener(server: http.Server): Promise<void> {
  let accepted = 0
  server.on('connection', () => accepted++)
  await quietTurn(() => accepted, { withinMs: STOP_ACCEPTING_WITHIN_MS })
  net.Server.prototype.close.call(server)
}

/** Closes connections on which nothing is answered now nor in a second, and so on. @returns ends it */
function closeLateRequests(inTurn: ServingInTurn): () => void {
  let late = new Set(inTurn.connectionsWithoutAnswer())
  const timer = setInterval(() => {
    const connections = inTurn.connectionsWithoutAnswer()
    for (const socket of connections) if (late.has(socket)) socket.destroy()
    late = new Set(connections)
  }, REQUEST_WITHIN_MS)
  return () => clearInterval(timer)
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
