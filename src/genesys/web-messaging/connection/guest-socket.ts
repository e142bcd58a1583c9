import http from 'node:http'
import https from 'node:https'
import { createSecureContext } from 'node:tls'
import { WebSocket, type RawData } from 'ws'

/** Told what happens to a socket: one object for all its events, so that a guest costs no closures. */
export interface SocketOwner {
  opened(): void
  received(text: string): void
  /** A pong or anything else that shows that Genesys is there. */
  heard(): void
  odd(what: string): void
  /** @param failure such as `ENOTFOUND` or `CERT_HAS_EXPIRED`, where there is one. */
  gone(refusal: HandshakeRefusal | undefined, failure: string | undefined): void
}

/** Genesys' HTTP answer to a handshake, in place of a socket. */
export interface HandshakeRefusal {
  readonly status: number
  readonly retryAfterSeconds: number | undefined
}

export interface GuestSockets {
  open(owner: SocketOwner, origin: string | undefined): GuestSocket
}

export interface GuestSocketsOptions {
  /** `wss://webmessaging.<domain>`, with or without `/v1`. */
  readonly messagingUrl: string
  readonly deploymentId: string
  /** Name and version of this client, as Genesys sees it. */
  readonly application: string
  readonly handshakeTimeoutMs: number
}

/** Genesys: the largest frames are history-like cards of some KB; an upload never goes over the socket. */
const MAX_FRAME_BYTES = 1024 * 1024
const CLOSE_TIMEOUT_MS = 2_000

/** @throws {TypeError} when the address is no URL. */
export function createGuestSockets(options: GuestSocketsOptions): GuestSockets {
  const address = socketAddress(options)
  const settings = {
    perMessageDeflate: false,
    skipUTF8Validation: false,
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: options.handshakeTimeoutMs,
    closeTimeout: CLOSE_TIMEOUT_MS,
    agent: handshakeAgent(address),
    headers: { 'User-Agent': options.application },
  }
  // Genesys: every client sends an Origin; its mobile SDK, which has none, sends the host of the socket.
  const ownOrigin = new URL(address).hostname
  return {
    open(owner, origin) {
      return new GuestSocket(owner, address, { ...settings, origin: origin ?? ownOrigin })
    },
  }
}

const NOBODY: SocketOwner = {
  opened: () => undefined,
  received: () => undefined,
  heard: () => undefined,
  odd: () => undefined,
  gone: () => undefined,
}

export class GuestSocket extends WebSocket {
  owner: SocketOwner
  refusal: HandshakeRefusal | undefined
  failure: string | undefined

  constructor(owner: SocketOwner, address: string, options: WebSocket.ClientOptions) {
    super(address, options)
    this.owner = owner
    this.on('open', opened)
    this.on('message', received)
    this.on('pong', heard)
    this.on('ping', heard)
    this.on('unexpected-response', refused)
    this.on('error', failed)
    this.on('close', closed)
  }

  /** Nothing of this socket is of interest any more. */
  leave(): void {
    this.owner = NOBODY
    if (this.readyState === WebSocket.OPEN) this.close(1000)
    else this.terminate()
  }

  /** Leaves a socket whose other end does not answer, and so would not answer a close either. */
  abandon(): void {
    this.owner = NOBODY
    this.terminate()
  }
}

// Shared by all sockets: `this` is the socket, which knows its owner.
function ownerOf(socket: WebSocket): SocketOwner {
  return socket instanceof GuestSocket ? socket.owner : NOBODY
}

function opened(this: WebSocket): void {
  ownerOf(this).opened()
}

function received(this: WebSocket, data: RawData, isBinary: boolean): void {
  const owner = ownerOf(this)
  owner.heard()
  if (isBinary || !Buffer.isBuffer(data)) owner.odd('binary')
  else owner.received(data.toString())
}

function heard(this: WebSocket): void {
  ownerOf(this).heard()
}

function refused(this: WebSocket, _request: http.ClientRequest, response: http.IncomingMessage): void {
  if (this instanceof GuestSocket) this.refusal = readRefusal(response)
  response.resume()
  this.terminate()
}

/** Every error is followed by a close, which tells the owner. */
function failed(this: WebSocket, error: NodeJS.ErrnoException): void {
  if (this instanceof GuestSocket && /^[A-Z][A-Z0-9_]+$/.test(error.code ?? '')) this.failure = error.code
}

function closed(this: WebSocket): void {
  if (this instanceof GuestSocket) this.owner.gone(this.refusal, this.failure)
}

function readRefusal({ statusCode = 0, headers }: http.IncomingMessage): HandshakeRefusal {
  const retryAfter = Number(headers['retry-after'])
  return { status: statusCode, retryAfterSeconds: retryAfter > 0 ? retryAfter : undefined }
}

function socketAddress({ messagingUrl, deploymentId, application }: GuestSocketsOptions): string {
  const url = new URL(messagingUrl)
  if (!url.pathname.endsWith('/v1')) url.pathname = `${url.pathname.replace(/\/$/, '')}/v1`
  url.searchParams.set('deploymentId', deploymentId)
  url.searchParams.set('application', application)
  return url.href
}

/**
 * One TLS context for all sockets, and TLS sessions that a reconnecting guest takes up again. Genesys
 * gets one connection per guest, so nothing is kept alive.
 */
function handshakeAgent(address: string): http.Agent {
  return address.startsWith('wss:')
    ? new https.Agent({ keepAlive: false, secureContext: createSecureContext() })
    : new http.Agent({ keepAlive: false })
}
