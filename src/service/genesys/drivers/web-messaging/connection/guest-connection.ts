import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { GuestEventListener, Message, SessionEvent } from '../../../guest-api.ts'
import { isEnd, toUpstreamError } from '../wire/frame-errors.ts'
import type { ErrorFrame, Frame, SessionResponse, StructuredMessage } from '../wire/frames.ts'
import { isInbound, readEvent, readMessage } from '../wire/read-message.ts'
import { ConnectionProbe } from './connection-probe.ts'
import { GuestListeners } from './guest-listeners.ts'
import { LateAcknowledgements } from './late-acknowledgements.ts'
import { NewestMessage } from './newest-message.ts'
import { OfferedChoices } from './offered-choices.ts'
import type { GuestRequest } from './pending-request.ts'
import { RequestQueue, type AwaitedFrame } from './request-queue.ts'
import { SessionJoin } from './session-join.ts'
import {
  SessionSocket,
  type Credentials,
  type SocketHandlers,
  type SocketSettings,
} from './session-socket.ts'
import { SessionState, type ConfiguredSession, type ReadSession } from './session-state.ts'

/** What all guest connections of one deployment share. */
export interface ConnectionSettings extends SocketSettings {
  readonly readSession: ReadSession
  /** The time of day, for messages without a time. */
  readonly now: () => number
  /** How long an unused connection stays open. Without one, Genesys marks messages to the guest as not delivered. */
  readonly idleMs: number
  /** A listening connection that has sent nothing for this long sends an echo, so that proxies do not close it. */
  readonly echoMs: number
  /** Whether the deployment starts conversations automatically; a promise if the configuration must be read first. */
  readonly hasAutoStart: () => boolean | Promise<boolean>
}

/** The idle time for a page that polls the history instead of listening. */
const POLLING_IDLE_MS = 120_000
/** How long a request may go without a response before the connection is probed. */
const PROBE_AFTER_MS = 2_000
/** After this many consecutive failed attempts, requests that wait for a connection are rejected. */
const MAX_FAILED_ATTEMPTS = 3
/** After one of these errors, too: the next attempt would fail in the same way. Listeners can wait until that changes. */
const REFUSALS = new Set(['upstream_rate_limited', 'upstream_refused', 'deployment_not_usable'])

/** By then, other replicas have closed the connections that they opened only for a request. */
const REJOIN_AFTER_MS = 30_000

/** One guest's connection to Genesys: the guest's requests and listeners, and the state of the session. */
export class GuestConnection implements SocketHandlers {
  readonly newest = new NewestMessage()
  readonly socket: SessionSocket
  readonly session: SessionState
  readonly lateAcknowledgements = new LateAcknowledgements()
  readonly choices = new OfferedChoices()
  /** Whether a new chat is starting: Genesys may then announce that it is closing the connection, but keep using it. */
  isStartingNew = false
  readonly join: SessionJoin
  readonly #settings: ConnectionSettings
  readonly #queue: RequestQueue
  readonly #probe = new ConnectionProbe(this)
  readonly #listeners: GuestListeners
  /** Whether the listeners have been notified that the connection is lost. */
  #isLossAnnounced = false
  #failedAttempts = 0
  #idleSinceMs: number | undefined
  #isPolled = false
  /** The expiry that listeners were last warned about. */
  #announcedExpiryMs: number | undefined
  /** When listeners are connected again after Genesys has closed their connection because of newer ones. */
  #rejoinAtMs = Infinity
  /** Set when Genesys has given the session to another device: its token must not be used again. */
  #discarded: UpstreamError | undefined

  /** @param guest `isNew`: its token was just created, so Genesys cannot know it. */
  constructor(
    settings: ConnectionSettings,
    guest: { readonly token: string; readonly origin: string | undefined; readonly isNew: boolean },
  ) {
    this.#settings = settings
    this.#listeners = new GuestListeners(settings.onUnexpectedError)
    this.socket = new SessionSocket(settings, this, guest)
    this.#queue = new RequestQueue(this.socket, settings)
    this.session = new SessionState(!guest.isNew)
    this.join = new SessionJoin(this, settings)
  }

  /** Restarts the idle time, because the connection is about to be used. */
  touch(): void {
    this.#idleSinceMs = undefined
  }

  /** Records that a page has read the history. If no page listens, the page is expected to poll again. */
  notePoll(): void {
    this.#isPolled ||= this.#listeners.count === 0
  }

  request<T>(request: GuestRequest<T>): Promise<T> {
    const refusal = this.#discarded ?? this.socket.heldBy()
    if (refusal) return Promise.reject(refusal)
    this.touch()
    const answer = this.#queue.add(request)
    this.#connectIfBusy()
    return answer
  }

  /** Waits for a frame that Genesys may push at any time. */
  awaitFrame<T>(request: AwaitedFrame<T>): Promise<T> {
    return this.#queue.awaitFrame(request)
  }

  /** Waits until the session is configured and all earlier requests have their responses. */
  async ready(deadlineAtMs: number): Promise<ConfiguredSession> {
    const readResponse = () => undefined
    await this.request({ purpose: 'read', deadlineAtMs, readResponse, ifLost: 'send-again' })
    const session = this.session.current
    if (!session) throw new UpstreamError('upstream_unavailable', 'The session was lost')
    return session
  }

  subscribe(listener: GuestEventListener): () => void {
    this.touch()
    this.#isPolled = false
    const subscription = this.#listeners.add(listener)
    if (this.#discarded) {
      queueMicrotask(() =>
        this.#listeners.notify(subscription, { type: 'session', state: 'signed-in-elsewhere' }),
      )
      return () => this.#listeners.remove(subscription)
    }
    const isOpen = this.socket.canSend
    if (!isOpen) this.socket.connect(this.#queue.hasUnfinished)
    const isWaiting = this.socket.isWaitingToConnect
    // The caller must have its unsubscribe function before the first event.
    queueMicrotask(() => {
      if (isOpen) this.#listeners.notify(subscription, this.#stateEvent())
      else if (isWaiting) this.#listeners.notify(subscription, { type: 'session', state: 'reconnecting' })
    })
    return () => this.#listeners.remove(subscription)
  }

  sendTyping(): void {
    if (!this.session.isReadOnly) this.#queue.sendTyping()
  }

  /** Does the work that is due; call it several times a second. Returns false when the connection can be removed. */
  sweep(nowMs: number): boolean {
    const idleMs = Math.max(this.#settings.idleMs, this.#isPolled ? POLLING_IDLE_MS : 0)
    if (this.#isNeeded) this.#idleSinceMs = undefined
    else if (nowMs - (this.#idleSinceMs ??= nowMs) >= idleMs && !this.socket.heldBy()) {
      this.socket.disconnect()
      return false
    } else if (this.socket.isWaitingToConnect) this.socket.disconnect()
    if (this.#isNeeded && this.socket.isIdle && nowMs >= this.#rejoinAtMs) this.socket.connect(false)
    this.socket.sweep(nowMs, this.#queue.hasUnfinished)
    const sentAtMs = this.#queue.inFlightSinceMs
    if (sentAtMs !== undefined && nowMs - sentAtMs >= PROBE_AFTER_MS) this.#probe.probe(nowMs, sentAtMs)
    const onlyListens = this.#listeners.count > 0 && !this.#queue.hasUnfinished
    if (onlyListens && this.socket.canSend && nowMs - this.#queue.lastSentAtMs >= this.#settings.echoMs)
      this.#probe.sendEcho(nowMs)
    if (this.#listeners.count > 0 && this.socket.canSend) this.#watchExpiry(nowMs)
    return true
  }

  /** Called after a sign-in on this device: the session is usable again, even if another device had taken it over. */
  useCredentials(credentials: Credentials): void {
    this.socket.credentials = credentials
    this.#discarded = undefined
  }

  /** Called after the guest has signed out. */
  end(): void {
    this.socket.credentials = undefined
    this.#leave('expired', new UpstreamError('session_ended', 'The guest has signed out'))
  }

  close(): void {
    this.socket.disconnect()
    this.#queue.onConnectionLost()
    this.#queue.failWaiting(new UpstreamError('upstream_unavailable', 'The service is shutting down'))
    this.#listeners.clear()
  }

  onConfigured(response: SessionResponse): void {
    this.#queue.lastError = undefined
    this.#queue.lastSentAtMs = this.#settings.monotonicNow()
    this.#isLossAnnounced = false
    this.#applySession(response)
    // Listeners that subscribed before the connection existed may have missed events.
    this.#listeners.emit(this.newest.gap())
    this.#queue.sendNext()
    // Must come last: if any of this throws, the attempt has failed.
    this.#failedAttempts = 0
  }

  onDisconnect(error: UpstreamError, wasReady: boolean): void {
    this.#queue.onConnectionLost()
    this.#queue.lastError = error
    if (!wasReady) this.#failedAttempts++
    const isHopeless = this.#failedAttempts >= MAX_FAILED_ATTEMPTS || REFUSALS.has(error.code)
    if (isHopeless) this.#queue.failWaiting(error)
    if (!this.#isLossAnnounced) this.#emitState('reconnecting')
    this.#isLossAnnounced = this.#listeners.count > 0
    if (!this.#isNeeded) this.socket.disconnect()
    this.#connectIfBusy()
  }

  onReject(error: UpstreamError): void {
    this.#leave(error.code === 'session_ended' ? 'expired' : 'disconnected', error)
  }

  onFrame(frame: Frame): void {
    this.#probe.lastFrameAtMs = this.#settings.monotonicNow()
    // Must come first: `accept` may send the next request, and this message must be recorded as earlier.
    if (frame.class === 'StructuredMessage' && frame.pushed) this.#onPushed(frame.body, frame.tracingId)
    // After a new chat or a sign-in, the other tabs must be notified, and `Join` must be the first request.
    if (frame.class === 'SessionResponse' && frame.body.connected) this.#applySession(frame.body)
    const isResponse = this.#queue.accept(frame)
    switch (frame.class) {
      case 'StructuredMessage':
        if (!isResponse && isInbound(frame.body))
          this.lateAcknowledgements.keep(frame.tracingId, readMessage(frame.body, this.#settings.now()))
        if (!frame.pushed) this.session.extend(frame.body, this.#settings.now())
        break
      case 'SessionResponse':
        if (!frame.body.connected && !isResponse && !this.isStartingNew) this.#leave('disconnected')
        break
      case 'SessionExpiredEvent':
      case 'LogoutEvent':
        this.#leave('expired', ended())
        break
      case 'SessionClearedEvent':
        this.#leave('cleared')
        break
      case 'ConnectionClosedEvent':
        this.#onClosed(frame.body.reason)
        break
      case 'error':
        this.#onError(frame)
        break
      case 'unrecognized':
        this.#settings.onUnrecognizedFrame(frame.reason)
    }
  }

  get #isNeeded(): boolean {
    return this.#listeners.count > 0 || this.#queue.hasUnfinished
  }

  #onError(frame: ErrorFrame): void {
    if (frame.code === 401) {
      this.#queue.putBack()
      if (this.socket.renew()) return
    }
    if (!this.#queue.refuse(frame))
      this.#settings.onUnrecognizedFrame(`error ${frame.code} without a request`)
    if (frame.code === 409) this.#becomeReadOnly()
    if (isEnd(frame.code)) this.#leave('expired', toUpstreamError(frame, 'read'))
  }

  /**
   * Genesys: if the reason is `signedIn`, another device has taken over the session. Without a reason, the guest
   * has opened one connection too many, or has left a read-only conversation on another device.
   */
  #onClosed(reason: string | undefined): void {
    if (reason === 'signedIn') {
      this.#discarded = new UpstreamError('session_ended', 'The guest has signed in on another device')
      this.socket.credentials = undefined
      this.#leave('signed-in-elsewhere', this.#discarded)
    } else if (!this.isStartingNew)
      this.#leave(this.session.isReadOnly ? 'disconnected' : 'too-many-connections')
  }

  /**
   * Requests the expiry from Genesys before the listeners are warned, because a message from another device may
   * have extended the session.
   */
  #watchExpiry(monotonicMs: number): void {
    const nowMs = this.#settings.now()
    const expiresAtMs = this.session.expiresSoonAtMs(nowMs)
    if (this.#announcedExpiryMs === expiresAtMs) return
    const mayAsk = this.#probe.mayEcho(monotonicMs)
    if (expiresAtMs !== undefined && this.#announcedExpiryMs === undefined && mayAsk) {
      this.#probe.sendEcho(monotonicMs)
      return
    }
    this.#announcedExpiryMs = expiresAtMs
    this.#listeners.emit(this.#stateEvent())
  }

  #onPushed(wire: StructuredMessage, tracingId: string | undefined): void {
    const event = readEvent(wire, this.#settings.now())
    if (!event) return
    if (event.type === 'message') this.#onMessage(event.message, wire, tracingId)
    if (event.type === 'session' && event.state === 'expired') this.#leave('expired', ended())
    else if (event.type === 'session' && event.state === 'read-only') this.#becomeReadOnly()
    else this.#listeners.emit(event)
  }

  #onMessage(message: Message, wire: StructuredMessage, tracingId: string | undefined): void {
    const isFromGuest = message.direction === 'inbound'
    this.session.onMessage(this.#settings.now(), isFromGuest)
    this.choices.note(message, wire)
    this.newest.note(message, wire)
    if (isFromGuest && tracingId !== undefined) this.lateAcknowledgements.acknowledge(tracingId, message.id)
  }

  /** Closes a connection that Genesys has closed or will close, until the next request or until it is time to rejoin. */
  #leave(state: SessionEvent['state'], error?: UpstreamError): void {
    this.socket.disconnect()
    if (error) this.#queue.failAll(error)
    else this.#queue.onConnectionLost()
    if (state !== 'disconnected') this.newest.forget()
    this.#emitState(state)
    this.#isLossAnnounced = this.#listeners.count > 0
    const mayRejoin = state === 'too-many-connections'
    this.#rejoinAtMs = mayRejoin ? this.#settings.monotonicNow() + REJOIN_AFTER_MS : Infinity
    this.#connectIfBusy()
  }

  #applySession(response: SessionResponse): void {
    const session = this.#settings.readSession(response, this.#settings.now())
    if (this.session.configure(session)) this.newest.forget()
    this.#announcedExpiryMs = this.session.expiresSoonAtMs(this.#settings.now())
    this.#listeners.emit({
      ...this.#stateEvent(),
      ...(session.clearedExisting && { clearedExistingSession: true }),
    })
    this.join.onConfigured(session)
  }

  #becomeReadOnly(): void {
    if (this.session.becomeReadOnly()) this.#emitState('read-only')
  }

  #connectIfBusy(): void {
    if (this.#queue.isBusy && !this.socket.canSend) this.socket.connect(true)
  }

  #stateEvent(): SessionEvent {
    const state = this.session.isReadOnly ? 'read-only' : 'connected'
    const expiresAtMs = this.#announcedExpiryMs
    if (expiresAtMs === undefined) return { type: 'session', state }
    return { type: 'session', state, expiresAt: new Date(expiresAtMs).toISOString() }
  }

  #emitState(state: SessionEvent['state']): void {
    this.#listeners.emit({ type: 'session', state })
  }
}

const ended = () => new UpstreamError('session_ended', 'Genesys has ended this guest session')
