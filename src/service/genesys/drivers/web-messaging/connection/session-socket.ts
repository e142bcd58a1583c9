import type { UpstreamTracing } from '../../../../observability/tracing.ts'
import type { WebSocket, RawData } from 'ws'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { JourneyContext } from '../../../guest-api.ts'
import { toUpstreamError } from '../wire/frame-errors.ts'
import { readFrame, type ErrorFrame, type Frame, type SessionResponse } from '../wire/frames.ts'
import { configureSession, type RequestFrame } from '../wire/requests.ts'
import type { ConnectionRateLimiter, WaitingConnection } from './connection-rate-limiter.ts'
import type { OpenWebSocket } from './handshake.ts'
import { reconnectDelayMs } from './reconnect-delay.ts'
import { handleSocketEvents } from './websocket-events.ts'
import type { SocketLossReason, SocketObserver } from '../../../../observability/socket-observer.ts'

/** The credentials of a signed-in guest. Secret. */
export interface Credentials {
  readonly jwt: string
  readonly refreshToken?: string | undefined
}

/** What the sockets of all guests share. */
export interface SocketSettings {
  readonly deploymentId: string
  readonly openWebSocket: OpenWebSocket
  readonly rateLimiter: ConnectionRateLimiter
  /** Requests a fresh JWT for a signed-in guest. */
  readonly renewJwt: (refreshToken: string, deadlineAtMs: number) => Promise<string>
  /** Called with the reason why a frame could not be used, without the frame's contents. */
  readonly onUnrecognizedFrame: (reason: string) => void
  /** Called with every frame as received. */
  readonly onFrame?: ((text: string) => void) | undefined
  /** Called with an unexpected exception and a description of what was being done. */
  readonly onUnexpectedError: (error: unknown, doing: string) => void
  readonly socketObserver: SocketObserver
  /** The operator's tracing. */
  readonly tracing?: UpstreamTracing | undefined
  /** Monotonic, for waits. */
  readonly monotonicNow: () => number
  readonly random: () => number
  readonly configureTimeoutMs: number
  readonly pingMs: number
}

/** The events of a {@link SessionSocket}. */
export interface SocketHandlers {
  onConfigured(response: SessionResponse): void
  onFrame(frame: Frame): void
  /** Called when the connection broke or could not be opened. It is reopened unless `disconnect` is called. */
  onDisconnect(error: UpstreamError, wasReady: boolean): void
  /** Called when the session has ended: no connection is opened until the next {@link SessionSocket.connect}. */
  onReject(error: UpstreamError): void
}

/** Genesys' own client renews a signed-in guest's JWT three times, then gives up. */
const MAX_RENEWALS = 3
/** The maximum delay before the first retry, for a caller that is waiting for a response. */
const FIRST_RETRY_MS = 100
/** The longest `Retry-After` that is honored: a guest must not be locked out for a day. */
const MAX_RETRY_AFTER_MS = 5 * 60_000
/** How long a connection may stay silent after a probe. */
const PROBE_TIMEOUT_MS = 2_000

/** A guest's WebSocket with a configured session: connects it, keeps it alive and reconnects it. */
export class SessionSocket implements WaitingConnection {
  credentials: Credentials | undefined
  /** As the page sent it. */
  journeyContext: JourneyContext | undefined
  readonly token: string
  readonly #origin: string | undefined
  readonly #settings: SocketSettings
  readonly #handlers: SocketHandlers
  /** `queued`: waits for the connection rate limit; `waiting`: for the next attempt after a failure. */
  #phase: 'idle' | 'queued' | 'connecting' | 'configuring' | 'ready' | 'waiting' = 'idle'
  #socket: WebSocket | undefined
  /** When the phase's next step is due: the next attempt, the configuration timeout or the next ping. */
  #dueAtMs = 0
  /** The error with which Genesys refused connections until `untilMs`. */
  #hold: { readonly error: UpstreamError; readonly untilMs: number } | undefined
  /** Whether the previous connection worked until it was lost, and did not cause an unexpected exception. */
  #wasReady = false
  #isAlive = false
  #gotUnreadableResponse = false
  #attempts = 0
  #renewals = 0

  constructor(
    settings: SocketSettings,
    handlers: SocketHandlers,
    guest: { readonly token: string; readonly origin: string | undefined },
  ) {
    this.#settings = settings
    this.#handlers = handlers
    this.token = guest.token
    this.#origin = guest.origin
  }

  get isIdle(): boolean {
    return this.#phase === 'idle'
  }

  get isWaitingToConnect(): boolean {
    return this.#phase === 'queued' || this.#phase === 'waiting'
  }

  get canSend(): boolean {
    return this.#phase === 'ready' && this.#socket?.readyState === this.#socket?.OPEN
  }

  /** The error from an attempt whose `Retry-After` has not yet passed: until it has, no request can succeed. */
  heldBy(): UpstreamError | undefined {
    if (!this.#hold) return undefined
    const leftMs = this.#hold.untilMs - this.#settings.monotonicNow()
    if (leftMs <= 0) return undefined
    const { code, message, facts } = this.#hold.error
    return new UpstreamError(code, message, { ...facts, retryAfterSeconds: Math.ceil(leftMs / 1000) })
  }

  /**
   * Connects now or when its turn comes; after a failure, brings the next attempt forward.
   * @param isUrgent a caller is waiting for a response, so this connection takes precedence over those of listening guests
   */
  connect(isUrgent: boolean): void {
    const nowMs = this.#settings.monotonicNow()
    if (this.#phase === 'idle') {
      this.#phase = this.heldBy() ? 'waiting' : 'queued'
      this.#dueAtMs = this.#hold?.untilMs ?? nowMs
    }
    if (this.#phase === 'queued') this.#connectInTurn(isUrgent)
    else if (this.#phase === 'waiting') {
      const delayMs = isUrgent ? this.#urgentDelayMs() : reconnectDelayMs(0, this.#settings.random)
      this.#dueAtMs = Math.max(this.#hold?.untilMs ?? 0, Math.min(this.#dueAtMs, nowMs + delayMs))
      this.sweep(nowMs, isUrgent)
    }
  }

  send(frame: RequestFrame): void {
    this.#socket?.send(JSON.stringify({ ...frame, token: this.token }))
  }

  /** Closes the connection, and opens no other until {@link connect} is called. */
  disconnect(): void {
    if (this.#phase === 'queued') this.#settings.rateLimiter.cancel(this)
    this.#phase = 'idle'
    const socket = this.#socket
    this.#socket = undefined
    if (!socket) return
    if (socket.readyState === socket.OPEN) socket.close(1000)
    else socket.terminate()
  }

  /** Does the work that is due. Call it several times a second. */
  sweep(nowMs: number, isUrgent: boolean): void {
    if (nowMs < this.#dueAtMs) return
    if (this.isWaitingToConnect) this.#connectInTurn(isUrgent)
    else if (this.#phase === 'configuring') this.#fail(this.#notConfiguredError(), 'not_configured')
    else if (this.#phase === 'ready') this.#ping(nowMs)
  }

  /** Probes the connection: if there is no sign of life, it is reopened. */
  probe(nowMs: number): void {
    if (!this.canSend) return
    this.#isAlive = false
    this.#dueAtMs = Math.min(this.#dueAtMs, nowMs + PROBE_TIMEOUT_MS)
    this.#socket?.ping()
  }

  /** Opens a new connection in place of one that no longer works. */
  reconnect(error: UpstreamError, reason: SocketLossReason): void {
    this.#socket?.terminate()
    this.#fail(error, reason)
  }

  /** Configures the session again with a fresh JWT. Returns false if none is available. */
  renew(): boolean {
    const refreshToken = this.credentials?.refreshToken
    if (refreshToken === undefined || this.#renewals >= MAX_RENEWALS) return false
    this.#renewals++
    this.#beginConfiguring()
    void this.#renewWith(refreshToken, this.#socket)
    return true
  }

  /**
   * The delay if a caller is waiting: none if the connection had been working, and a short one before the first
   * retry.
   */
  #urgentDelayMs(): number {
    if (this.#wasReady) return 0
    const { random } = this.#settings
    return this.#attempts <= 1 ? random() * FIRST_RETRY_MS : reconnectDelayMs(0, random)
  }

  #connectInTurn(isUrgent: boolean): void {
    this.#phase = 'queued'
    this.#settings.rateLimiter.request(this, isUrgent)
  }

  /** Called only by the rate limiter. */
  connectNow(): void {
    this.#phase = 'connecting'
    try {
      this.#socket = this.#settings.openWebSocket(this.#origin)
    } catch {
      this.#reject(new UpstreamError('upstream_refused', 'The origin is not valid'), 'refused')
      return
    }
    this.#listen(this.#socket)
  }

  #listen(socket: WebSocket): void {
    handleSocketEvents(
      socket,
      {
        isCurrent: () => this.#socket === socket,
        isConnecting: () => this.#phase === 'connecting',
        onOpen: () => this.#configureFirst(),
        onAlive: () => (this.#isAlive = true),
        onData: (data, isBinary) => this.#receive(data, isBinary),
        onClose: (error, reason) => this.#failOrReject(error, reason),
        onFailure: (error) => this.reconnect(error, 'unexpected_error'),
      },
      this.#settings,
      this.#origin,
    )
  }

  #receive(data: RawData, isBinary: boolean): void {
    this.#isAlive = true
    if (isBinary || !Buffer.isBuffer(data)) {
      this.#settings.onUnrecognizedFrame('binary')
      return
    }
    const text = data.toString()
    this.#settings.onFrame?.(text)
    const frame = readFrame(text)
    if (this.#phase !== 'configuring') this.#handlers.onFrame(frame)
    else if (frame.class === 'error') this.#configureRefused(frame)
    else if (frame.class === 'SessionResponse') this.#configured(frame.body)
    else {
      this.#gotUnreadableResponse ||= frame.class === 'unrecognized'
      this.#handlers.onFrame(frame)
    }
  }

  #configureFirst(): void {
    this.#beginConfiguring()
    this.#configure()
  }

  #beginConfiguring(): void {
    this.#phase = 'configuring'
    this.#gotUnreadableResponse = false
    this.#dueAtMs = this.#settings.monotonicNow() + this.#settings.configureTimeoutMs
  }

  #configure(): void {
    const { deploymentId } = this.#settings
    const { journeyContext } = this
    this.send(configureSession({ deploymentId, jwt: this.credentials?.jwt, journeyContext }))
  }

  #configured(response: SessionResponse): void {
    if (!response.connected) {
      this.#fail(new UpstreamError('upstream_unavailable', 'Genesys closed the session'), 'refused')
      return
    }
    const { monotonicNow, pingMs, random } = this.#settings
    this.#phase = 'ready'
    this.#isAlive = true
    this.#dueAtMs = monotonicNow() + pingMs * (0.75 + random() / 4)
    this.#handlers.onConfigured(response)
  }

  #configureRefused(frame: ErrorFrame): void {
    if (frame.code === 401 && this.renew()) return
    this.#failOrReject(toUpstreamError(frame, 'configure'), 'refused')
  }

  async #renewWith(refreshToken: string, socket: WebSocket | undefined): Promise<void> {
    try {
      const jwt = await this.#settings.renewJwt(refreshToken, this.#dueAtMs)
      this.credentials = { jwt, refreshToken }
      if (this.#socket === socket && this.#phase === 'configuring') this.#configure()
    } catch (error) {
      if (this.#socket !== socket || !(error instanceof UpstreamError)) return
      if (isTransient(error)) this.#fail(error, 'not_configured')
      else
        this.#reject(
          new UpstreamError('session_ended', 'The sign-in cannot be renewed', error.facts),
          'refused',
        )
    }
  }

  /** A socket without any traffic since the last ping counts as dead, even if TCP reports no error. */
  #ping(nowMs: number): void {
    if (!this.#isAlive) {
      const error = new UpstreamError('upstream_unavailable', 'The connection to Genesys went silent')
      this.reconnect(error, 'silent')
      return
    }
    this.#isAlive = false
    this.#dueAtMs = nowMs + this.#settings.pingMs
    // A connection that lasts this long resets the count of failed attempts.
    this.#attempts = 0
    this.#renewals = 0
    this.#socket?.ping()
  }

  /** Any other refusal may be temporary, for example while the deployment is being changed. */
  #failOrReject(error: UpstreamError, reason: SocketLossReason): void {
    if (error.code === 'session_ended') this.#reject(error, reason)
    else this.#fail(error, reason)
  }

  /** Waits for the next attempt. */
  #fail(error: UpstreamError, reason: SocketLossReason): void {
    this.#countLoss(reason)
    this.#wasReady = this.#phase === 'ready' && reason !== 'unexpected_error'
    const { monotonicNow, random } = this.#settings
    this.disconnect()
    this.#phase = 'waiting'
    const nowMs = monotonicNow()
    const retryAfterMs = Math.min((error.facts.retryAfterSeconds ?? 0) * 1000, MAX_RETRY_AFTER_MS)
    this.#hold = retryAfterMs > 0 ? { error, untilMs: nowMs + retryAfterMs } : undefined
    this.#dueAtMs = nowMs + Math.max(retryAfterMs, reconnectDelayMs(this.#attempts++, random))
    this.#handlers.onDisconnect(error, this.#wasReady)
  }

  #reject(error: UpstreamError, reason: SocketLossReason): void {
    this.#countLoss(reason)
    this.disconnect()
    this.#handlers.onReject(error)
  }

  /** Only open sockets are counted here; the others are counted as failed attempts. */
  #countLoss(reason: SocketLossReason): void {
    const wasOpen = this.#phase === 'configuring' || this.#phase === 'ready'
    if (wasOpen) this.#settings.socketObserver.socketLost(reason)
  }

  #notConfiguredError(): UpstreamError {
    return this.#gotUnreadableResponse
      ? new UpstreamError('upstream_bad_response', 'Genesys sent an unreadable response')
      : new UpstreamError('upstream_timeout', 'Genesys did not configure the session in time')
  }
}

function isTransient({ code }: UpstreamError): boolean {
  return code === 'upstream_unavailable' || code === 'upstream_rate_limited' || code === 'upstream_timeout'
}
