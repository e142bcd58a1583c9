import { UpstreamError } from '../../../upstream/upstream-error.ts'
import type { Attributes, GuestEvent, GuestEventListener, Message, SessionEvent } from '../../guest-api.ts'
import { isEnd, toUpstreamError } from '../wire/frame-errors.ts'
import type { ErrorFrame, Frame, SessionResponse, StructuredMessage } from '../wire/frames.ts'
import { hasPresence, isInbound, readEvent, readMessage } from '../wire/read-message.ts'
import { echo, presence } from '../wire/requests.ts'
import { LateAcknowledgements } from './late-acknowledgements.ts'
import { OfferedPickers } from './offered-pickers.ts'
import type { GuestRequest } from './pending-request.ts'
import { RequestQueue, type AwaitedFrame } from './request-queue.ts'
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
  /** How long an unused connection stays open. While none is open, Genesys marks messages as not delivered. */
  readonly idleMs: number
  /** The pause after which a listening connection sends a frame, so that proxies do not close it. */
  readonly echoMs: number
  /** Whether the deployment starts conversations automatically; a promise if that must be read first. */
  readonly startsByItself: () => boolean | Promise<boolean>
}

/** The newest message seen on a connection. Updated in place, because thousands of guests have one each. */
interface NewestMessage {
  /** Its id in the browser's contract; undefined before the first message. */
  key: string | undefined
  /** Its id in the REST API. */
  id: string | undefined
  timeMs: number
}

const ECHO_TIMEOUT_MS = 5_000
const JOIN_TIMEOUT_MS = 5_000
/** For a page that polls the history instead of listening. */
const POLLING_IDLE_MS = 120_000
/** Genesys: two echoes a minute. */
const MIN_ECHO_INTERVAL_MS = 30_000
/** How long a request may have no response before the connection is probed. */
const PROBE_AFTER_MS = 2_000
/** After this many consecutive failed attempts, requests that wait for a connection are rejected. */
const MAX_FAILED_ATTEMPTS = 3

/** One guest at Genesys: its requests, its listeners, and the state of its session. */
export class GuestConnection implements SocketHandlers {
  readonly newest: NewestMessage = { key: undefined, id: undefined, timeMs: 0 }
  readonly socket: SessionSocket
  readonly session: SessionState
  readonly lateAcknowledgements = new LateAcknowledgements()
  readonly pickers = new OfferedPickers()
  /** A new chat is being started: Genesys may announce that the connection closes, and still use it. */
  isStartingNew = false
  /** The attributes to send with the next `Join`; `false` if agents must not notice the guest. */
  joinWith: Attributes | false = {}
  /** Whether Genesys has accepted the `Join` of the newest session. */
  joined: Promise<boolean> = Promise.resolve(false)
  readonly #settings: ConnectionSettings
  readonly #queue: RequestQueue
  readonly #subscriptions = new Set<{ readonly listener: GuestEventListener }>()
  /** The listeners were notified that the connection is lost. */
  #isLossAnnounced = false
  #failedAttempts = 0
  #idleSinceMs: number | undefined
  #isPolled = false
  #lastFrameAtMs = 0
  #probedAtMs = 0
  #echoedAtMs = -Infinity
  /** The expiry of which the listeners were warned. */
  #warnedOfMs: number | undefined
  /** Genesys has given the session to another device: the token must not be used again. */
  #discarded: UpstreamError | undefined

  /** @param guest `isNew`: its token was just created, so Genesys cannot know it. */
  constructor(
    settings: ConnectionSettings,
    guest: { readonly token: string; readonly origin: string | undefined; readonly isNew: boolean },
  ) {
    this.#settings = settings
    this.socket = new SessionSocket(settings, this, guest)
    this.#queue = new RequestQueue(this.socket, settings)
    this.session = new SessionState(!guest.isNew)
  }

  /** The connection is about to be used: its idle time restarts. */
  touch(): void {
    this.#idleSinceMs = undefined
  }

  /** A page has read the history; unless it listens, it will poll again. */
  notePoll(): void {
    this.#isPolled ||= this.#subscriptions.size === 0
  }

  request<T>(request: GuestRequest<T>): Promise<T> {
    const refusal = this.#discarded ?? this.socket.heldBy()
    if (refusal) return Promise.reject(refusal)
    this.touch()
    const answer = this.#queue.add(request)
    this.#connectIfBusy()
    return answer
  }

  /** Waits for a frame that Genesys pushes at any time. */
  awaitFrame<T>(request: AwaitedFrame<T>): Promise<T> {
    return this.#queue.awaitFrame(request)
  }

  /** Waits until the session is configured and all earlier requests have their responses. */
  async ready(deadlineAtMs: number): Promise<ConfiguredSession> {
    const readAnswer = () => undefined
    await this.request({ purpose: 'read', deadlineAtMs, readAnswer, ifLost: 'send-again' })
    const session = this.session.current
    if (!session) throw new UpstreamError('upstream_unavailable', 'The session was lost')
    return session
  }

  subscribe(listener: GuestEventListener): () => void {
    this.touch()
    this.#isPolled = false
    const subscription = { listener }
    this.#subscriptions.add(subscription)
    if (this.#discarded) {
      queueMicrotask(() => this.#notify(subscription, { type: 'session', state: 'signed-in-elsewhere' }))
      return () => void this.#subscriptions.delete(subscription)
    }
    const isOpen = this.socket.canSend
    if (!isOpen) this.socket.connect(this.#queue.hasUnfinished)
    const isWaiting = this.socket.isWaitingToConnect
    // The caller must have its unsubscribe function before the first event.
    queueMicrotask(() => {
      if (isOpen) this.#notify(subscription, this.#stateEvent())
      else if (isWaiting) this.#notify(subscription, { type: 'session', state: 'reconnecting' })
    })
    return () => void this.#subscriptions.delete(subscription)
  }

  sendTyping(): void {
    if (!this.session.isReadOnly) this.#queue.sendTyping()
  }

  /** Does pending work; call it several times a second. Returns false when the connection can be removed. */
  sweep(nowMs: number): boolean {
    const { echoMs } = this.#settings
    const idleMs = Math.max(this.#settings.idleMs, this.#isPolled ? POLLING_IDLE_MS : 0)
    if (this.#isNeeded) this.#idleSinceMs = undefined
    else if (nowMs - (this.#idleSinceMs ??= nowMs) >= idleMs && !this.socket.heldBy()) {
      this.socket.disconnect()
      return false
    } else if (this.socket.isWaitingToConnect) this.socket.disconnect()
    this.socket.sweep(nowMs, this.#queue.hasUnfinished)
    const sentAtMs = this.#queue.inFlightSinceMs
    if (sentAtMs !== undefined && nowMs - sentAtMs >= PROBE_AFTER_MS) this.#probe(nowMs, sentAtMs)
    const onlyListens = this.#subscriptions.size > 0 && !this.#queue.hasUnfinished
    if (onlyListens && this.socket.canSend && nowMs - this.#queue.lastSentAtMs >= echoMs)
      this.#sendEcho(nowMs)
    if (this.#subscriptions.size > 0 && this.socket.canSend) this.#watchExpiry(nowMs)
    return true
  }

  /** The guest has signed in here, so the session is usable again after a sign-in elsewhere. */
  useCredentials(credentials: Credentials): void {
    this.socket.credentials = credentials
    this.#discarded = undefined
  }

  /** The guest has signed out. */
  end(): void {
    this.socket.credentials = undefined
    this.#leave('expired', new UpstreamError('session_ended', 'The guest has signed out'))
  }

  close(): void {
    this.socket.disconnect()
    this.#queue.failAll(new UpstreamError('upstream_unavailable', 'The service is shutting down'))
    this.#subscriptions.clear()
  }

  onConfigured(response: SessionResponse): void {
    this.#failedAttempts = 0
    this.#queue.lastError = undefined
    this.#queue.lastSentAtMs = this.#settings.monotonicNow()
    this.#isLossAnnounced = false
    this.#applySession(response)
    // Listeners that subscribed before the connection existed may have missed events.
    const { key, timeMs } = this.newest
    const after = key === undefined ? undefined : { id: key, time: new Date(timeMs).toISOString() }
    this.#emit({ type: 'gap', ...(after && { after }) })
    this.#queue.sendNext()
  }

  onDisconnect(error: UpstreamError, wasReady: boolean): void {
    this.#queue.onConnectionLost()
    this.#queue.lastError = error
    if (!wasReady) this.#failedAttempts++
    const isHopeless = this.#failedAttempts >= MAX_FAILED_ATTEMPTS || error.code === 'upstream_rate_limited'
    if (isHopeless) this.#queue.failWaiting(error)
    if (!this.#isLossAnnounced) this.#emitState('reconnecting')
    this.#isLossAnnounced = this.#subscriptions.size > 0
    if (!this.#isNeeded) this.socket.disconnect()
    this.#connectIfBusy()
  }

  onReject(error: UpstreamError): void {
    this.#leave(error.code === 'session_ended' ? 'expired' : 'disconnected', error)
  }

  onFrame(frame: Frame): void {
    this.#lastFrameAtMs = this.#settings.monotonicNow()
    // Must be first: `accept` may send the next request, which must be known to come after this message.
    if (frame.class === 'StructuredMessage' && frame.pushed) this.#onPushed(frame.body, frame.tracingId)
    // A new chat or a sign-in: the other tabs must be notified, and its `Join` goes first.
    if (frame.class === 'SessionResponse' && frame.body.connected) this.#applySession(frame.body)
    const outcome = this.#queue.accept(frame)
    switch (frame.class) {
      case 'StructuredMessage':
        if (outcome !== 'answer' && isInbound(frame.body)) this.#keepLate(frame)
        if (!frame.pushed) this.session.prolong(frame.body)
        break
      case 'SessionResponse':
        if (!frame.body.connected && outcome !== 'answer' && !this.isStartingNew) this.#leave('disconnected')
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
    return this.#subscriptions.size > 0 || this.#queue.hasUnfinished
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
   * Genesys: `signedIn` takes the session away. Without a reason, the guest has opened one connection too
   * many, or has left a read-only conversation on another device.
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
   * Asks Genesys before it warns the listeners, because a message from another device may have extended the
   * session.
   */
  #watchExpiry(monotonicMs: number): void {
    const nowMs = this.#settings.now()
    const expiresAtMs = this.session.expiresSoonAtMs(nowMs)
    if (this.#warnedOfMs === expiresAtMs) return
    const isAsked = monotonicMs - this.#echoedAtMs < MIN_ECHO_INTERVAL_MS
    if (expiresAtMs !== undefined && this.#warnedOfMs === undefined && !isAsked) {
      this.#sendEcho(monotonicMs)
      return
    }
    this.#warnedOfMs = expiresAtMs
    this.#emit(this.#stateEvent())
  }

  #onPushed(wire: StructuredMessage, tracingId: string | undefined): void {
    const event = readEvent(wire, this.#settings.now())
    if (!event) return
    if (event.type === 'message') this.#onMessage(event.message, wire, tracingId)
    if (event.type === 'session' && event.state === 'expired') this.#leave('expired', ended())
    else if (event.type === 'session' && event.state === 'read-only') this.#becomeReadOnly()
    else this.#emit(event)
  }

  #onMessage(message: Message, wire: StructuredMessage, tracingId: string | undefined): void {
    this.session.onMessage(this.#settings.now())
    this.pickers.note(message, wire)
    this.#noteNewest(message, wire)
    const isGuests = message.direction === 'inbound'
    if (isGuests && tracingId !== undefined) this.lateAcknowledgements.acknowledge(tracingId, message.id)
  }

  #noteNewest({ id: key, time }: Message, wire: StructuredMessage): void {
    this.newest.key = key
    this.newest.id = wire.id ?? key
    this.newest.timeMs = Date.parse(time)
  }

  #keepLate({ tracingId, body }: Extract<Frame, { class: 'StructuredMessage' }>): void {
    this.lateAcknowledgements.keep(tracingId, readMessage(body, this.#settings.now()))
  }

  /** Genesys has closed the connection, or is about to. It stays closed until the next request. */
  #leave(state: SessionEvent['state'], error?: UpstreamError): void {
    this.socket.disconnect()
    if (error) this.#queue.failAll(error)
    else this.#queue.onConnectionLost()
    if (state !== 'disconnected') this.#forgetNewest()
    this.#emitState(state)
    this.#isLossAnnounced = this.#subscriptions.size > 0
    this.#connectIfBusy()
  }

  #applySession(response: SessionResponse): void {
    const session = this.#settings.readSession(response)
    if (this.session.configure(session)) this.#forgetNewest()
    this.#emit({ ...this.#stateEvent(), ...(session.clearedExisting && { clearedExistingSession: true }) })
    this.joined = session.isNew && !session.isReadOnly ? this.#join() : Promise.resolve(false)
  }

  /**
   * Genesys: if the deployment starts conversations automatically, each new session waits for the guest's
   * `Join`, which may contain the attributes. A conversation can also start with the first message, so a
   * failure here is not reported to the guest.
   */
  async #join(): Promise<boolean> {
    const isOn = this.joinWith && this.#settings.startsByItself()
    // Synchronous if it is known: nothing must be sent before the `Join`.
    if (isOn instanceof Promise ? !(await isOn) : !isOn) return false
    const attributes = this.joinWith || {}
    this.joinWith = {}
    try {
      return await this.request({
        frame: presence('Join', attributes),
        purpose: 'message',
        deadlineAtMs: this.#settings.monotonicNow() + JOIN_TIMEOUT_MS,
        readAnswer: (frame) =>
          (frame.class === 'StructuredMessage' && hasPresence(frame.body, 'Join')) || undefined,
        ifLost: 'delivery-unknown',
        isFirst: true,
      })
    } catch {
      return false
    }
  }

  #forgetNewest(): void {
    this.newest.key = this.newest.id = undefined
  }

  #becomeReadOnly(): void {
    if (this.session.becomeReadOnly()) this.#emitState('read-only')
  }

  #connectIfBusy(): void {
    if (this.#queue.isBusy && !this.socket.canSend) this.socket.connect(true)
  }

  /** A request has no response: is the request or the connection at fault? Probes once per request. */
  #probe(nowMs: number, sentAtMs: number): void {
    if (this.#probedAtMs >= sentAtMs) return
    this.#probedAtMs = nowMs
    this.socket.probe(nowMs)
    if (nowMs - this.#echoedAtMs >= MIN_ECHO_INTERVAL_MS) this.#sendEcho(nowMs)
  }

  /** Keeps the connection alive in proxies, reads the session's expiry, and detects a dead peer. */
  #sendEcho(nowMs: number): void {
    this.#echoedAtMs = nowMs
    const echoed = this.request({
      frame: echo(),
      purpose: 'read',
      deadlineAtMs: nowMs + ECHO_TIMEOUT_MS,
      readAnswer: (frame) => (frame.class === 'StructuredMessage' && !frame.pushed) || undefined,
      ifLost: 'send-again',
      isParallel: true,
    })
    echoed.catch((error: unknown) => {
      const isTimeout = error instanceof UpstreamError && error.code === 'upstream_timeout'
      if (isTimeout && this.#lastFrameAtMs <= nowMs && this.socket.canSend)
        this.socket.reconnect(error, 'silent')
    })
  }

  #stateEvent(): SessionEvent {
    const state = this.session.isReadOnly ? 'read-only' : 'connected'
    const expiresAtMs = this.#warnedOfMs
    if (expiresAtMs === undefined) return { type: 'session', state }
    return { type: 'session', state, expiresAt: new Date(expiresAtMs).toISOString() }
  }

  #emitState(state: SessionEvent['state']): void {
    this.#emit({ type: 'session', state })
  }

  #emit(event: GuestEvent): void {
    for (const subscription of this.#subscriptions) this.#notify(subscription, event)
  }

  /** A listener that throws must not affect the connection or the other listeners. */
  #notify(subscription: { readonly listener: GuestEventListener }, event: GuestEvent): void {
    if (!this.#subscriptions.has(subscription)) return
    try {
      subscription.listener(event)
    } catch (error) {
      this.#settings.onUnexpectedError(error, 'notify a listener')
    }
  }
}

function ended(): UpstreamError {
  return new UpstreamError('session_ended', 'Genesys has ended this guest session')
}
