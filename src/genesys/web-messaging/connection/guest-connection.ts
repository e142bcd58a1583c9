import { UpstreamError } from '../../../upstream/upstream-error.ts'
import type { GuestEventListener } from '../../guest-api.ts'
import type { ConnectionSettings } from './connection-settings.ts'
import { echoExchange, type ExchangeRequest } from './pending-request.ts'
import { Exchanges, type ExchangesOwner } from './request-queue.ts'
import { isAboutTyping, isEnd, toUpstreamError } from '../wire/frame-errors.ts'
import type { ErrorFrame, Frame, SessionResponse } from '../wire/frames.ts'
import type { StructuredMessage } from '../wire/structured-message.ts'
import type { GuestSession } from './guest-session.ts'
import { readEvent, readMessage } from '../wire/read-message.ts'
import { KnownSession } from './session-state.ts'
import { Echoes } from './late-acknowledgements.ts'
import { Listeners, type SessionEventState } from './listeners.ts'
import { NewestMessage } from './newest-message.ts'
import { typingOn } from '../wire/requests.ts'
import { Typing } from './typing.ts'
import { SessionSocket, type SessionSocketOwner } from './session-socket.ts'

const ECHO_TIMEOUT_MS = 10_000
/** After so many attempts in a row the requests that wait for a connection are given up. */
const MAX_FAILURES = 3

/** One guest at Genesys: its requests, its listeners, and what is known of its session. */
export class GuestConnection implements SessionSocketOwner, ExchangesOwner {
  /** The newest message seen on this connection. */
  readonly newest = new NewestMessage()
  readonly socket: SessionSocket
  readonly session: KnownSession
  readonly echoes = new Echoes()
  readonly #settings: ConnectionSettings
  readonly #exchanges = new Exchanges(this)
  readonly #listeners: Listeners
  readonly #typing = new Typing()
  #isAway = false
  #failures = 0
  /** Undefined while somebody needs it: for thousands of guests there is nothing to write down then. */
  #idleSinceMs: number | undefined
  #spokeAtMs = 0

  /** @param guest `isNew`: its token was made just now, so Genesys can't know it. */
  constructor(
    settings: ConnectionSettings,
    guest: { readonly token: string; readonly origin: string | undefined; readonly isNew: boolean },
  ) {
    this.#settings = settings
    this.socket = new SessionSocket(settings, this, guest)
    this.#listeners = new Listeners(settings.onUnrecognizedFrame)
    this.session = new KnownSession(!guest.isNew)
  }

  get isNeeded(): boolean {
    return this.#listeners.size > 0 || this.#exchanges.unfinished
  }

  get isUrgent(): boolean {
    return this.#exchanges.unfinished
  }

  /** Somebody is about to use this connection: its idle time begins anew. */
  touch(): void {
    this.#idleSinceMs = undefined
  }

  exchange<T>(request: ExchangeRequest<T>): Promise<T> {
    this.touch()
    const answer = this.#exchanges.add(request)
    this.pump()
    return answer
  }

  /** A frame that Genesys pushes in its own time. */
  await<T>(request: Omit<ExchangeRequest<T>, 'request' | 'ifLost'>): Promise<T> {
    return this.#exchanges.await(request)
  }

  /** Waits until the session is configured and nothing is before us. */
  async ready(deadlineAtMs: number): Promise<GuestSession> {
    const answer = () => undefined
    await this.exchange({ purpose: 'read', deadlineAtMs, answer, ifLost: 'send-again' })
    const session = this.session.current
    if (!session) throw new UpstreamError('upstream_unavailable', 'The session was lost')
    return session
  }

  subscribe(listener: GuestEventListener): () => void {
    this.touch()
    const isOpen = this.socket.canSend
    const leave = this.#listeners.add(listener, () => {
      if (isOpen) return this.#state()
      return this.socket.isQueued ? 'reconnecting' : undefined
    })
    if (!isOpen) this.socket.wake()
    return leave
  }

  /** Never beside a request that its refusal could be mistaken for. */
  type(): void {
    if (!this.socket.canSend || this.#exchanges.busy || this.session.isReadOnly) return
    if (this.#typing.take(this.nowMs())) this.socket.write(typingOn())
  }

  /** False when nothing is left of this connection. */
  tick(nowMs: number): boolean {
    if (this.isNeeded) this.#idleSinceMs = undefined
    else if (nowMs - (this.#idleSinceMs ??= nowMs) >= this.#settings.idleMs) {
      this.socket.sleep()
      return false
    }
    this.socket.tick(nowMs)
    const listensOnly = this.socket.canSend && this.#listeners.size > 0 && !this.#exchanges.unfinished
    if (listensOnly && nowMs - this.#spokeAtMs >= this.#settings.echoMs) this.#echo()
    return true
  }

  /** The guest has signed out. */
  end(): void {
    this.socket.credentials = undefined
    this.#leave('expired', new UpstreamError('session_ended', 'The guest has signed out'))
  }

  close(): void {
    this.socket.sleep()
    this.#exchanges.failAll(new UpstreamError('upstream_unavailable', 'The service is going away'))
    this.#listeners.clear()
  }

  nowMs(): number {
    return this.#settings.now()
  }

  typedJustNow(): boolean {
    return this.#typing.isFresh(this.nowMs())
  }

  pump(): void {
    while (this.socket.canSend) {
      const request = this.#exchanges.next()
      if (!request) return
      this.#spokeAtMs = this.nowMs()
      this.socket.write(request)
    }
    if (this.#exchanges.busy) this.socket.wake()
  }

  configured(response: SessionResponse): void {
    this.#applySession(response)
    this.#failures = 0
    this.#exchanges.trouble = undefined
    this.#spokeAtMs = this.nowMs()
    this.#isAway = false
    this.#listeners.emitState(this.#state())
    // Who listened before the socket was there may have missed something meanwhile.
    this.#listeners.emitGap(this.newest.place)
    this.pump()
  }

  broke(error: UpstreamError, wasReady: boolean): void {
    this.#exchanges.lost()
    this.#exchanges.trouble = error
    if (!wasReady) this.#failures++
    const isHopeless = this.#failures >= MAX_FAILURES || error.code === 'upstream_rate_limited'
    if (isHopeless) this.#exchanges.failWaiting(error)
    if (!this.#isAway) this.#listeners.emitState('reconnecting')
    this.#isAway = this.#listeners.size > 0
  }

  refused(error: UpstreamError): void {
    this.#leave(error.code === 'session_ended' ? 'expired' : 'disconnected', error)
  }

  received(frame: Frame): void {
    // First of all, as the next request goes out within `accept` and must be known to come after this.
    if (frame.class === 'StructuredMessage' && frame.pushed) this.#pushed(frame.body)
    const outcome = this.#exchanges.accept(frame)
    switch (frame.class) {
      case 'StructuredMessage':
        if (outcome === 'late') this.echoes.keep(frame.tracingId, readMessage(frame.body, this.nowMs()))
        if (!frame.pushed) this.session.prolong(frame.body)
        break
      case 'SessionResponse':
        if (frame.body.connected) this.#reconfigured(frame.body)
        else if (outcome !== 'answer') this.#leave('disconnected')
        break
      case 'SessionExpiredEvent':
      case 'LogoutEvent':
        this.#leave('expired', new UpstreamError('session_ended', 'Genesys has ended this guest session'))
        break
      case 'SessionClearedEvent':
        this.#leave('cleared')
        break
      case 'ConnectionClosedEvent':
        this.#leave('disconnected')
        break
      case 'error':
        this.#refusedFrame(frame)
        break
      case 'unrecognized':
        this.#settings.onUnrecognizedFrame(frame.what)
    }
  }

  #refusedFrame(frame: ErrorFrame): void {
    if (isAboutTyping(frame.text) && this.typedJustNow()) this.#typing.refused()
    if (frame.code === 401) {
      this.#exchanges.putBack()
      if (this.socket.renew()) return
    }
    if (this.#exchanges.refuse(frame)) this.#settings.onUnrecognizedFrame(`unasked error ${frame.code}`)
    if (frame.code === 409) this.#becomeReadOnly()
    if (isEnd(frame.code)) this.#leave('expired', toUpstreamError(frame, 'read'))
  }

  #pushed(wire: StructuredMessage): void {
    const event = readEvent(wire, this.nowMs())
    if (!event) return
    if (event.type === 'message') this.newest.note(event.message, wire)
    if (event.type === 'session' && event.state === 'read-only') this.#becomeReadOnly()
    else this.#listeners.emit(event)
  }

  /** Genesys has closed the socket, or is about to. It stays closed until somebody asks for something. */
  #leave(state: SessionEventState, error?: UpstreamError): void {
    this.socket.sleep()
    if (error) this.#exchanges.failAll(error)
    else this.#exchanges.lost()
    if (state !== 'disconnected') this.newest.forget()
    this.#listeners.emitState(state)
    this.#isAway = this.#listeners.size > 0
    if (this.#exchanges.busy) this.socket.wake()
  }

  /** A new chat, or a sign-in: the tabs that did not ask for it have to know. */
  #reconfigured(response: SessionResponse): void {
    this.#applySession(response)
    this.#listeners.emitState(this.#state())
  }

  #applySession(response: SessionResponse): void {
    const isLost = this.session.configured(this.#settings.readSession(response))
    if (isLost) this.newest.forget()
  }

  #state(): 'read-only' | 'connected' {
    return this.session.isReadOnly ? 'read-only' : 'connected'
  }

  #becomeReadOnly(): void {
    if (this.session.becomeReadOnly()) this.#listeners.emitState('read-only')
  }

  #echo(): void {
    // Nobody waits for it: what a silent socket means, the pings find out.
    this.exchange(echoExchange(this.nowMs() + ECHO_TIMEOUT_MS)).catch(() => undefined)
  }
}
