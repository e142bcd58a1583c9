import http from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setImmediate as turn } from 'node:timers/promises'
import type { Express } from 'express'
import { serveInTurn, type ServingInTurn } from './serve-in-turn.ts'

export interface RunningServer {
  readonly port: number
  /** `http://host:port`, with a host that a browser on this machine can open. */
  readonly url: string
  /** `GET /path` of each request that is served at this moment, without its query. */
  activeRequests(): string[]
  /** Goes on serving, and asks the client of every answer from now on to close its connection. */
  closeAfterAnswers(): void
  /** Accepts the connections that wait for it, and then no more. Idle ones end, the others after their answer. */
  stopAccepting(): Promise<void>
  /** Stops accepting, waits for connections that are busy, and ends them after `withinMs`. */
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

/** What {@link RunningServer.stopAccepting} takes at most, while new connections never cease. */
export const STOP_ACCEPTING_WITHIN_MS = 1000

/** How long a server that stops waits for the first request of a connection: it may be under way, or never be sent. */
const FIRST_REQUEST_WITHIN_MS = 1000

/** A turn of the event loop in which next to nothing was done, and the process had a core to itself. */
const SHORT_TURN_MS = 0.2

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
  let isClosing = false
  const inTurn = serveInTurn((req, res) => {
    if (isClosing) res.setHeader('Connection', 'close')
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
  const closeAfterAnswers = () => {
    isClosing = true
    for (const res of inTurn.activeResponses()) if (!res.headersSent) res.setHeader('Connection', 'close')
  }
  let listenerClosed: Promise<void> | undefined
  const stopAccepting = () => {
    closeAfterAnswers()
    return (listenerClosed ??= closeListener(server))
  }
  return {
    port: address.port,
    url: `http://${host === '0.0.0.0' || host === '::' ? 'localhost' : bracketed(host)}:${address.port}`,
    activeRequests: () =>
      inTurn.activeResponses().map(({ req }) => `${req.method} ${String(req.url).split('?', 1)[0]}`),
    closeAfterAnswers,
    stopAccepting,
    async stop(withinMs) {
      await stopAccepting()
      // Answers that had begun as ones that keep their connection.
      for (const res of inTurn.activeResponses()) res.once('close', () => server.closeIdleConnections())
      const giveUp = setTimeout(() => {
        for (const socket of inTurn.unusedConnections()) socket.destroy()
      }, FIRST_REQUEST_WITHIN_MS)
      const force = setTimeout(() => server.closeAllConnections(), withinMs)
      await closed
      clearTimeout(giveUp)
      clearTimeout(force)
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
 * When a listener closes, the system resets the connections that wait to be accepted, and the peer of a connection that
 * closes with a request unread sees a reset too. Node.js accepts one connection a turn of its loop: after a whole turn
 * that brought none, none waits, and what had been sent on kept connections has been read. In a short one little came
 * (docs/decisions/0053).
 */
async function closeListener(server: http.Server): Promise<void> {
  const startedAtMs = performance.now()
  let accepted = 0
  server.on('connection', () => accepted++)
  // The rest of the turn that is under way, and a whole one.
  await turn()
  await turn()
  for (let turnAtMs = performance.now(); ;) {
    const acceptedBefore = accepted
    // Not in the turn that is the last: to end hundreds of connections takes milliseconds.
    server.closeIdleConnections()
    await turn()
    const nowMs = performance.now()
    if (accepted === acceptedBefore && nowMs - turnAtMs < SHORT_TURN_MS) break
    if (nowMs - startedAtMs > STOP_ACCEPTING_WITHIN_MS) break
    turnAtMs = nowMs
  }
  server.close()
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
