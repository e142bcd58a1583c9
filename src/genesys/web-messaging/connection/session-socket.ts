import { UpstreamError } from '../../../upstream/upstream-error.ts'
import {
  handshakeError,
  noConnectionError,
  type ConnectionSettings,
  type Credentials,
} from './connection-settings.ts'
import { toUpstreamError } from '../wire/frame-errors.ts'
import { readFrame, type ErrorFrame, type Frame, type SessionResponse } from '../wire/frames.ts'
import type { GuestSocket, HandshakeRefusal, SocketOwner } from './guest-socket.ts'
import { reconnectDelayMs } from './reconnect-delay.ts'
import { configureSession, type GuestRequest } from '../wire/requests.ts'

/** What a {@link SessionSocket} tells the connection that it serves. */
export interface SessionSocketOwner {
  /** Somebody listens or waits. Without that nothing is reconnected. */
  readonly isNeeded: boolean
  /** Somebody waits for an answer. */
  readonly isUrgent: boolean
  configured(response: SessionResponse): void
  received(frame: Frame): void
  /** The socket is gone, or could not be opened; it comes back by itself while it is needed. */
  broke(error: UpstreamError, wasReady: boolean): void
  /** Genesys does not want this guest: it stays away until somebody asks again. */
  refused(error: UpstreamError): void
}

/** Genesys' own client renews a signed-in guest's JWT three times, then gives up. */
const MAX_RENEWALS = 3

/** One guest's way to Genesys: a socket with a configured session, opened, kept alive and reopened. */
export class SessionSocket implements SocketOwner {
  credentials: Credentials | undefined
  readonly #settings: ConnectionSettings
  readonly #owner: SessionSocketOwner
  readonly token: string
  readonly #origin: string | undefined
  /** `queued`: nothing is wrong, but too many want to connect; `waiting`: for the next attempt. */
  #phase: 'dormant' | 'queued' | 'connecting' | 'configuring' | 'ready' | 'waiting' = 'dormant'
  #socket: GuestSocket | undefined
  /** When the phase's next step is due: the next attempt, the end of patience, the next ping. */
  #dueAtMs = 0
  /** Genesys asked us to stay away until then. */
  #heldUntilMs = 0
  #isHeard = false
  #gotOddAnswer = false
  #attempts = 0
  #renewals = 0

  constructor(
    settings: ConnectionSettings,
    owner: SessionSocketOwner,
    guest: { readonly token: string; readonly origin: string | undefined },
  ) {
    this.#settings = settings
    this.#owner = owner
    this.token = guest.token
    this.#origin = guest.origin
  }

  get isDormant(): boolean {
    return this.#phase === 'dormant'
  }

  /** Whether it waits for its turn to connect. */
  get isQueued(): boolean {
    return this.#phase === 'queued'
  }

  get canSend(): boolean {
    return this.#phase === 'ready' && this.#socket?.readyState === this.#socket?.OPEN
  }

  /** Opens what is closed, when it is its turn; an attempt that would be far off comes soon. */
  wake(): void {
    if (this.#phase === 'dormant' || this.#phase === 'queued') {
      this.#phase = 'queued'
      this.#dueAtMs = 0
      this.#connectInTurn()
    }
    if (this.#phase !== 'waiting') return
    const soonMs = this.#settings.now() + reconnectDelayMs(0, this.#settings.random)
    this.#dueAtMs = Math.min(this.#dueAtMs, Math.max(this.#heldUntilMs, soonMs))
  }

  write(request: GuestRequest): void {
    this.#socket?.send(JSON.stringify({ ...request, token: this.token }))
  }

  /** Closes the socket and stays away until {@link wake}. */
  sleep(): void {
    const socket = this.#release()
    this.#phase = 'dormant'
    socket?.leave()
  }

  tick(nowMs: number): void {
    if (this.#isToConnect && !this.#owner.isNeeded) this.#phase = 'dormant'
    if (nowMs < this.#dueAtMs) return
    if (this.#isToConnect) this.#connectInTurn()
    else if (this.#phase === 'configuring') this.#break(this.#notConfiguredError())
    else if (this.#phase === 'ready') this.#ping(nowMs)
  }

  /** Configures the session again with a fresh JWT. False where there is none to be had. */
  renew(): boolean {
    const refreshToken = this.credentials?.refreshToken
    if (refreshToken === undefined || this.#renewals >= MAX_RENEWALS) return false
    this.#renewals++
    this.#beginConfiguring()
    void this.#renewWith(refreshToken, this.#socket)
    return true
  }

  opened(): void {
    this.#beginConfiguring()
    this.#configure()
  }

  received(text: string): void {
    const frame = readFrame(text)
    if (this.#phase !== 'configuring') this.#owner.received(frame)
    else if (frame.class === 'error') this.#configureRefused(frame)
    else if (frame.class === 'SessionResponse') this.#configured(frame.body)
    else {
      if (frame.class === 'unrecognized') this.#gotOddAnswer = true
      this.#owner.received(frame)
    }
  }

  heard(): void {
    this.#isHeard = true
  }

  odd(what: string): void {
    this.#settings.onUnrecognizedFrame(what)
  }

  gone(refusal: HandshakeRefusal | undefined, failure?: string): void {
    if (!refusal) {
      this.#break(noConnectionError(failure))
      return
    }
    const error = handshakeError(refusal, this.#settings.deploymentId, this.#origin)
    if (isPassing(error)) this.#break(error)
    else this.#refuse(error)
  }

  get #isToConnect(): boolean {
    return this.#phase === 'waiting' || this.#phase === 'queued'
  }

  /** Who waits for an answer goes first; who only listens, when Genesys can be expected to take it. */
  #connectInTurn(): void {
    const { rateLimiter } = this.#settings
    if (this.#owner.isUrgent) rateLimiter.forceTake()
    else if (!rateLimiter.take()) return
    this.#connect()
  }

  #connect(): void {
    this.#phase = 'connecting'
    try {
      this.#socket = this.#settings.sockets.open(this, this.#origin)
    } catch {
      this.#refuse(new UpstreamError('upstream_refused', 'The origin is no origin'))
    }
  }

  #beginConfiguring(): void {
    this.#phase = 'configuring'
    this.#gotOddAnswer = false
    this.#dueAtMs = this.#settings.now() + this.#settings.configureTimeoutMs
  }

  #configure(): void {
    this.write(configureSession({ deploymentId: this.#settings.deploymentId, jwt: this.credentials?.jwt }))
  }

  #configured(response: SessionResponse): void {
    if (!response.connected) {
      this.#break(new UpstreamError('upstream_unavailable', 'Genesys closed the session'))
      return
    }
    const { now, pingMs, random } = this.#settings
    this.#phase = 'ready'
    this.#isHeard = true
    this.#dueAtMs = now() + pingMs * (0.75 + random() / 4)
    this.#owner.configured(response)
  }

  #configureRefused(frame: ErrorFrame): void {
    if (frame.code === 401 && this.renew()) return
    const error = toUpstreamError(frame, 'configure')
    if (isPassing(error)) this.#break(error)
    else this.#refuse(error)
  }

  async #renewWith(refreshToken: string, socket: GuestSocket | undefined): Promise<void> {
    try {
      const jwt = await this.#settings.renewJwt(refreshToken, this.#dueAtMs)
      this.credentials = { jwt, refreshToken }
      if (this.#socket === socket && this.#phase === 'configuring') this.#configure()
    } catch (error) {
      if (this.#socket !== socket || !(error instanceof UpstreamError)) return
      if (isPassing(error)) this.#break(error)
      else this.#refuse(new UpstreamError('session_ended', 'The sign-in can not be renewed', error.facts))
    }
  }

  /** A socket that has said nothing since the last ping is dead, whatever TCP thinks. */
  #ping(nowMs: number): void {
    if (!this.#isHeard) {
      this.#socket?.abandon()
      this.#break(new UpstreamError('upstream_unavailable', 'The connection to Genesys went silent'))
      return
    }
    this.#isHeard = false
    this.#dueAtMs = nowMs + this.#settings.pingMs
    // A connection that lives this long is no sign of trouble: the next trouble starts afresh.
    this.#attempts = 0
    this.#renewals = 0
    this.#socket?.ping()
  }

  #break(error: UpstreamError): void {
    const wasReady = this.#phase === 'ready'
    const { now, random } = this.#settings
    this.#release()?.leave()
    this.#phase = 'waiting'
    this.#heldUntilMs = now() + (error.facts.retryAfterSeconds ?? 0) * 1000
    this.#dueAtMs = Math.max(this.#heldUntilMs, now() + reconnectDelayMs(this.#attempts++, random))
    this.#owner.broke(error, wasReady)
    if (!this.#owner.isNeeded) this.#phase = 'dormant'
  }

  #refuse(error: UpstreamError): void {
    this.sleep()
    this.#owner.refused(error)
  }

  #release(): GuestSocket | undefined {
    const socket = this.#socket
    this.#socket = undefined
    return socket
  }

  #notConfiguredError(): UpstreamError {
    return this.#gotOddAnswer
      ? new UpstreamError('upstream_bad_response', 'Genesys sent an answer that can not be read')
      : new UpstreamError('upstream_timeout', 'Genesys did not configure the session in time')
  }
}

function isPassing({ code }: UpstreamError): boolean {
  return code === 'upstream_unavailable' || code === 'upstream_rate_limited' || code === 'upstream_timeout'
}
