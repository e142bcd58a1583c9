import type { ClientRequest, IncomingMessage } from 'node:http'
import http from 'node:http'
import https from 'node:https'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { AxiosHeaders, type AxiosResponse, type InternalAxiosRequestConfig } from 'axios'
// @ts-expect-error -- axios has types for its front door alone
import untypedDispatch from 'axios/unsafe/core/dispatchRequest.js'
import { atTurnEnd } from './batch-write.ts'
import { noteSpentBuffer } from './spent-buffers.ts'
import type { UpstreamAddress } from './upstream-address.ts'
import type { UpstreamAgents } from './upstream-agents.ts'

declare module 'axios' {
  interface AxiosRequestConfig {
    exchange?: Exchange
  }
}

export interface AttemptRequest {
  readonly method: string
  readonly address: UpstreamAddress
  /** Names and values in turn, with `Host`: node:http adds nothing to such a list. */
  readonly headers: readonly string[]
  readonly body: string | Readable | undefined
  /** What a streamed body must amount to, no more and no less. */
  readonly bodyBytes?: number | undefined
  readonly timeoutMs: number
  readonly agents: UpstreamAgents
}

export interface UpstreamResponse {
  readonly kind: 'response'
  readonly status: number
  readonly body: string
  /** Its headers are parsed by Node.js when they are first asked for; on the good path nobody does. */
  readonly message: IncomingMessage
}

export interface TransportFailure {
  /** `broken-body`: the stream that we were to send broke off. `unsendable`: a header has a forbidden character. */
  readonly kind: 'unreachable' | 'lost' | 'timeout' | 'too-large' | 'broken-body' | 'unsendable'
  /** False when certainly nothing of the request has reached the upstream. */
  readonly sent: boolean
  /** True when it says something about the upstream, and not about our own queue or an old idle socket. */
  readonly blamesUpstream: boolean
}

export type Outcome = UpstreamResponse | TransportFailure

const NO_BYTES = Buffer.alloc(0)
const MAX_ANSWER_BYTES = 4 * 1024 * 1024
/** A shorter wait was ended by the page's deadline, and says little about the upstream. */
const MIN_TIMEOUT_TO_BLAME_MS = 1000

/** Errors from before there is a connection: nothing was sent. */
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
])

/** Those that carried a request already; kept by nobody else's account than the socket's own life. */
const connectedSockets = new WeakSet<Socket>()

/** The listeners below are the same functions for every request, and find what theirs is about here. */
const EXCHANGE = Symbol('exchange')
type RequestOfExchange = ClientRequest & { [EXCHANGE]: Exchange }

/**
 * One request on the wire and its answer: no redirect, no proxy, no decompression. It never rejects;
 * what became of it is the {@link Outcome}. A class, as axios passes instances on and clones plain objects.
 */
class Exchange {
  private readonly request: AttemptRequest
  private req!: RequestOfExchange
  private settle!: (outcome: Outcome) => void
  private timer: NodeJS.Timeout | undefined
  private connected = false
  private answered = false

  constructor(request: AttemptRequest) {
    this.request = request
  }

  run(settle: (outcome: Outcome) => void): void {
    this.settle = settle
    atTurnEnd(() => this.start())
  }

  private start(): void {
    try {
      this.send()
    } catch {
      clearTimeout(this.timer)
      this.settle({ kind: 'unsendable', sent: false, blamesUpstream: false })
    }
  }

  private send(): void {
    const { address, method, headers, body, timeoutMs, agents } = this.request
    const { protocol, hostname, port, servername, name: upstreamName } = address.origin
    const secure = protocol === 'https:'
    const options = {
      protocol,
      hostname,
      port,
      servername,
      upstreamName,
      path: address.path,
      method,
      headers,
      agent: secure ? agents.https : agents.http,
    }
    // Through the modules, as nock replaces what is in them.
    const req = (secure ? https.request(options) : http.request(options)) as RequestOfExchange
    req[EXCHANGE] = this
    this.req = req
    this.timer = setTimeout(expire, timeoutMs, this)
    req.on('socket', onSocket)
    req.on('response', onResponse)
    req.on('error', onError)
    req.on('close', onClose)
    if (body === undefined || typeof body === 'string') endInOnePiece(req, body)
    else this.stream(body)
  }

  /** `reusedSocket` is not enough: a request that had to wait for a socket gets a connected one without it. */
  ride(socket: Socket): void {
    if (this.req.reusedSocket || connectedSockets.has(socket)) {
      this.connected = true
      return
    }
    const isSecure = this.request.address.origin.protocol === 'https:'
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      connectedSockets.add(socket)
      this.connected = true
    })
  }

  private stream(body: Readable): void {
    // Its end was told before, and will not be again.
    if (body.destroyed) {
      this.fail('broken-body')
      return
    }
    const { bodyBytes = Infinity } = this.request
    let bytes = 0
    // Before `pipe`, so that a wrong size is seen before the request ends as if it were whole.
    body.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (bytes > bodyBytes) this.fail('broken-body')
      noteSpentBuffer(chunk.length)
    })
    body.once('end', () => {
      if (bytes < bodyBytes) this.fail('broken-body')
    })
    body.once('error', () => this.fail('broken-body'))
    body.once('close', () => {
      if (!body.readableEnded) this.fail('broken-body')
    })
    body.pipe(this.req)
  }

  receive(message: IncomingMessage): void {
    if (!this.req.reusedSocket) this.request.agents.limitIdleTime(message)
    this.answered = true
    // What has come with the head is taken in one go then; most answers have come as a whole.
    process.nextTick(takeAnswer, this, message)
  }

  take(message: IncomingMessage): void {
    if (message.complete) this.finishWith(message, (message.read() as Buffer | null) ?? NO_BYTES)
    else this.collect(message)
  }

  private collect(message: IncomingMessage): void {
    const chunks: Buffer[] = []
    let bytes = 0
    message.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      bytes += chunk.length
      if (bytes > MAX_ANSWER_BYTES) this.fail('too-large')
    })
    message.on('error', () => this.fail('lost'))
    message.on('close', () => this.fail('lost'))
    message.on('end', () => this.finishWith(message, Buffer.concat(chunks, bytes)))
  }

  private finishWith(message: IncomingMessage, body: Buffer): void {
    this.finish({ kind: 'response', status: message.statusCode ?? 0, body: body.toString(), message })
  }

  breakOff(code: string): void {
    if (NEVER_CONNECTED.has(code) || !this.mayBeSent()) this.fail('unreachable', false)
    else this.fail('lost')
  }

  /** Once there is a connection, or the body is out of our hands, the upstream may have the request. */
  private mayBeSent(): boolean {
    return this.connected || this.req.writableFinished
  }

  closed(): void {
    if (!this.answered) this.fail('lost') // a 101, for one, ends so
  }

  fail(kind: TransportFailure['kind'], sent = this.mayBeSent()): void {
    if (this.timer === undefined) return
    this.finish({ kind, sent, blamesUpstream: this.blamesUpstream(kind) })
    this.req.destroy()
  }

  private blamesUpstream(kind: TransportFailure['kind']): boolean {
    if (kind === 'broken-body' || kind === 'too-large') return false
    if (kind === 'timeout')
      return this.req.socket !== null && this.request.timeoutMs >= MIN_TIMEOUT_TO_BLAME_MS
    return !this.req.reusedSocket
  }

  private finish(outcome: Outcome): void {
    clearTimeout(this.timer)
    this.timer = undefined
    this.settle(outcome)
    // An upload that was answered before it was all sent.
    if (!this.req.writableEnded) this.req.destroy()
  }
}

function onSocket(this: RequestOfExchange, socket: Socket): void {
  this[EXCHANGE].ride(socket)
}

function onResponse(this: RequestOfExchange, message: IncomingMessage): void {
  this[EXCHANGE].receive(message)
}

function onError(this: RequestOfExchange, error: NodeJS.ErrnoException): void {
  this[EXCHANGE].breakOff(error.code ?? '')
}

function onClose(this: RequestOfExchange): void {
  this[EXCHANGE].closed()
}

function takeAnswer(exchange: Exchange, message: IncomingMessage): void {
  exchange.take(message)
}

function expire(exchange: Exchange): void {
  exchange.fail('timeout')
}

/** What node keeps of a request that waits for its socket, and has no types for. */
interface WaitingPieces {
  readonly outputData: { data: string | Buffer; callback: (() => void) | null }[]
}

/** Node makes of a body that is all there a piece with the head, and an empty one that tells when all is written. */
function endInOnePiece(req: ClientRequest, body: string | undefined): void {
  req.end(body)
  const { outputData } = req as unknown as WaitingPieces
  const [whole, empty] = outputData
  if (outputData.length !== 2 || !whole || whole.callback || empty?.data !== '') return
  whole.callback = empty.callback
  outputData.pop()
}

/** axios insists on headers of its own kind, and tidies them at every step; the real ones stay in `UpstreamResponse.message`. */
class NoHeaders extends AxiosHeaders {
  override normalize(): this {
    return this
  }
}
const NO_HEADERS = new NoHeaders()

/** The adapter through which axios reaches node:http, so that `nock` sees every call. */
function exchangeAdapter(config: InternalAxiosRequestConfig): Promise<AxiosResponse<Outcome>> {
  const { exchange } = config
  if (!exchange) throw new TypeError('Only an Exchange can go through this adapter.')
  return new Promise((resolve) => {
    exchange.run((data) => {
      const status = data.kind === 'response' ? data.status : 0
      resolve({ data, status, statusText: '', headers: NO_HEADERS, config })
    })
  })
}

/** The half of `Axios.request` that follows on merging configurations and running interceptors. */
const dispatchRequest = untypedDispatch as (
  config: InternalAxiosRequestConfig,
) => Promise<AxiosResponse<Outcome>>

/** Sends one request with axios, without merging its configuration with defaults that there are none of. */
export function exchange(request: AttemptRequest): Promise<Outcome> {
  const config = { adapter: exchangeAdapter, headers: NO_HEADERS, exchange: new Exchange(request) }
  return dispatchRequest(config).then(dataOf)
}

function dataOf({ data }: AxiosResponse<Outcome>): Outcome {
  return data
}
