import type { UpstreamError } from '../../../../errors/upstream-error.ts'
import { isAboutTyping, refusesUpload, toUpstreamError } from '../wire/frame-errors.ts'
import type { ErrorFrame, Frame } from '../wire/frames.ts'
import { TYPING_TRACING_ID, typingOn } from '../wire/requests.ts'
import {
  answers,
  lostError,
  noResponseError,
  settle,
  trace,
  type GuestRequest,
  type PendingRequest,
} from './pending-request.ts'
import type { SessionSocket, SocketSettings } from './session-socket.ts'

/** A frame that Genesys may push at any time; `signal` ends the wait. */
export interface AwaitedFrame<T> extends Omit<GuestRequest<T>, 'frame' | 'ifLost'> {
  readonly signal: AbortSignal
}

type QueueSettings = Pick<SocketSettings, 'monotonicNow' | 'onUnexpectedError' | 'tracing'>

/** A repeatable request is sent at most this many times, because the request itself may break the connection. */
const MAX_SENDS = 3
/**
 * How long to wait for the response to a request after an error that may belong to another request or to a typing
 * event.
 */
const AMBIGUOUS_ERROR_GRACE_MS = 1_500
/** How long after a request has timed out its response may still arrive. */
const LATE_RESPONSE_MS = 30_000
const MAX_TIMED_OUT = 8
/** Genesys: clients send typing events at most once every 5 s. */
const TYPING_INTERVAL_MS = 5_000
/** A refusal of a typing event arrives well within this time. */
const TYPING_RESPONSE_MS = 2_000

/**
 * One guest's requests, sent one at a time and in order, because an error frame need not contain the id of its
 * request. Requests whose responses contain their id are sent in parallel, and frames that Genesys pushes at any
 * time can be awaited.
 */
export class RequestQueue {
  readonly #socket: SessionSocket
  readonly #settings: QueueSettings
  #waiting: PendingRequest[] = []
  #inFlight: PendingRequest | undefined
  #parallel: Set<PendingRequest> | undefined
  /** Timed-out requests: an error without an id may be a late response to one of them. */
  #timedOut: { readonly tracingId: string; readonly untilMs: number }[] | undefined
  #typedAtMs = -Infinity
  #isTypingRefused = false

  /** Why nothing can be sent at present: the error for requests that time out before they are sent. */
  lastError: UpstreamError | undefined
  lastSentAtMs = 0

  constructor(socket: SessionSocket, settings: QueueSettings) {
    this.#socket = socket
    this.#settings = settings
  }

  get hasUnfinished(): boolean {
    return this.isBusy || (this.#parallel?.size ?? 0) > 0
  }

  /** When the request in flight was sent. */
  get inFlightSinceMs(): number | undefined {
    return this.#inFlight?.sentAtMs
  }

  /** Whether a request is in flight or queued. */
  get isBusy(): boolean {
    return this.#inFlight !== undefined || this.#waiting.length > 0
  }

  add<T>(request: GuestRequest<T>): Promise<T> {
    const { pending, answer } = this.#createPending(request)
    const leftMs = this.#msLeft(request)
    if (leftMs > 0) {
      this.#startTimer(pending, leftMs)
      if (request.isFirst) this.#waiting.unshift(pending)
      else this.#waiting.push(pending)
      this.sendNext()
    } else pending.reject(this.lastError ?? noResponseError(pending))
    return answer
  }

  /** Waits for a pushed frame without blocking the queue. */
  awaitFrame<T>({ signal, ...request }: AwaitedFrame<T>): Promise<T> {
    const { pending, answer } = this.#createPending({ ...request, ifLost: 'send-again' })
    this.#startTimer(pending, Math.max(0, this.#msLeft(request)))
    this.#addParallel(pending)
    signal.addEventListener('abort', () => {
      if (this.#parallel?.delete(pending)) settle(pending).reject(noResponseError(pending))
    })
    // The promise may reject before its caller awaits it.
    answer.catch(() => undefined)
    return answer
  }

  /** Sends every request that may be sent now. */
  sendNext(): void {
    while (this.#socket.canSend) {
      const index = this.#waiting.findIndex(({ request }) => request.isParallel ?? !this.#inFlight)
      const [next] = index < 0 ? [] : this.#waiting.splice(index, 1)
      if (!next) return
      const { frame, isParallel, onSend } = next.request
      if (!frame) {
        settle(next).resolve(undefined)
        continue
      }
      if (isParallel) this.#addParallel(next)
      else this.#inFlight = next
      next.sendCount++
      next.sentAtMs = this.lastSentAtMs = this.#settings.monotonicNow()
      onSend?.()
      next.startSpan?.()
      this.#socket.send(frame)
    }
  }

  /**
   * Sends a typing event at most once every 5 s, not after a refusal, and never while a request is pending, because
   * the event's error could be attributed to the request.
   */
  sendTyping(): void {
    const nowMs = this.#settings.monotonicNow()
    if (!this.#socket.canSend || this.isBusy || this.#isTypingRefused) return
    if (nowMs - this.#typedAtMs < TYPING_INTERVAL_MS) return
    this.#typedAtMs = nowMs
    this.#socket.send(typingOn())
  }

  /** True if the frame answers the request in flight. */
  accept(frame: Frame): boolean {
    for (const pending of this.#parallel ?? []) {
      if (answers(pending, frame)) this.#parallel?.delete(pending)
    }
    if (this.#inFlight && answers(this.#inFlight, frame)) {
      this.#complete()
      return true
    }
    this.#forgetTimedOut(frame.tracingId)
    return false
  }

  /** Rejects the request to which the error belongs. Returns false if there is none. */
  refuse(frame: ErrorFrame): boolean {
    const { tracingId, text, code } = frame
    const hasJustTyped = this.#settings.monotonicNow() - this.#typedAtMs < TYPING_RESPONSE_MS
    const refusesTyping = hasJustTyped && isAboutTyping(text)
    this.#isTypingRefused ||= refusesTyping
    if (tracingId === TYPING_TRACING_ID || refusesTyping) return true
    const sent = [...(this.#parallel ?? [])].filter(({ request }) => request.frame)
    if (tracingId !== undefined) {
      const refused = [this.#inFlight, ...sent].find((each) => each?.request.frame?.tracingId === tracingId)
      if (refused) this.#reject(refused, frame)
      else this.#forgetTimedOut(tracingId)
      return true
    }
    // Genesys responds in order, so an error without an id belongs to a timed-out request, if there is one.
    if (this.#consumeTimedOut()) return true
    const refused = (refusesUpload(code) && sent[0]) || (this.#inFlight ?? sent[0])
    if (!refused) return hasJustTyped
    const isAmbiguous = refused === this.#inFlight && (sent.length > 0 || (code === 429 && hasJustTyped))
    if (isAmbiguous) this.#deferRejection(refused, frame)
    else this.#reject(refused, frame)
    return true
  }

  /** Called when the connection is lost. Repeatable requests wait for the next connection; the others are rejected. */
  onConnectionLost(): void {
    this.#timedOut = undefined
    const pending = [...(this.#parallel ?? []), ...(this.#inFlight ? [this.#inFlight] : [])]
    this.#inFlight = this.#parallel = undefined
    for (const each of pending) {
      const { frame, ifLost } = each.request
      if (frame && ifLost === 'send-again' && each.sendCount < MAX_SENDS) this.#waiting.unshift(each)
      else settle(each).reject(lostError(each))
    }
  }

  /** Puts the request in flight back at the head of the queue: it was definitely refused, so it may be sent again. */
  putBack(): void {
    const pending = this.#inFlight
    this.#inFlight = undefined
    if (!pending) return
    pending.sendCount--
    this.#waiting.unshift(pending)
  }

  /** Rejects the requests that are waiting to be sent. */
  failWaiting(error: UpstreamError): void {
    for (const pending of this.#waiting.splice(0)) settle(pending).reject(error)
  }

  failAll(error: UpstreamError): void {
    const pending = [...(this.#parallel ?? []), ...(this.#inFlight ? [this.#inFlight] : [])]
    this.#inFlight = this.#parallel = undefined
    for (const each of pending) settle(each).reject(error)
    this.failWaiting(error)
  }

  #createPending<T>(request: GuestRequest<T>) {
    let pending!: PendingRequest
    const answer = new Promise<T>((resolve, reject) => {
      pending = {
        request,
        resolve: resolve as PendingRequest['resolve'],
        reject,
        timer: undefined,
        sendCount: 0,
        sentAtMs: 0,
        deferredRejection: undefined,
        gotUnreadableFrame: false,
        startSpan: undefined,
      }
    })
    if (this.#settings.tracing && request.frame) trace(pending, answer, this.#settings.tracing)
    return { pending, answer }
  }

  #msLeft({ deadlineAtMs }: Pick<GuestRequest<unknown>, 'deadlineAtMs'>): number {
    return deadlineAtMs - this.#settings.monotonicNow()
  }

  #startTimer(pending: PendingRequest, ms: number): void {
    clearTimeout(pending.timer)
    pending.timer = setTimeout(() => {
      try {
        this.#onTimeout(pending)
      } catch (error) {
        this.#settings.onUnexpectedError(error, 'end a request')
      }
    }, ms)
  }

  #reject(pending: PendingRequest, frame: ErrorFrame): void {
    settle(pending).reject(toUpstreamError(frame, pending.request.purpose))
    this.#parallel?.delete(pending)
    if (pending === this.#inFlight) this.#complete()
  }

  #deferRejection(pending: PendingRequest, frame: ErrorFrame): void {
    pending.deferredRejection ??= toUpstreamError(frame, pending.request.purpose)
    this.#startTimer(pending, AMBIGUOUS_ERROR_GRACE_MS)
  }

  #addParallel(pending: PendingRequest): void {
    this.#parallel ??= new Set()
    this.#parallel.add(pending)
  }

  #onTimeout(pending: PendingRequest): void {
    const wasSent = pending.sendCount > 0
    pending.reject(
      pending.deferredRejection ?? (wasSent ? undefined : this.lastError) ?? noResponseError(pending),
    )
    this.#parallel?.delete(pending)
    if (pending !== this.#inFlight) {
      this.#waiting = this.#waiting.filter((other) => other !== pending)
      return
    }
    const { tracingId } = pending.request.frame ?? {}
    if (tracingId !== undefined) {
      const timedOut = { tracingId, untilMs: this.#settings.monotonicNow() + LATE_RESPONSE_MS }
      this.#timedOut = [...(this.#timedOut ?? []), timedOut].slice(-MAX_TIMED_OUT)
    }
    this.#complete()
  }

  #complete(): void {
    this.#inFlight = undefined
    this.sendNext()
  }

  /** A timed-out request that was answered late is no longer expected to be refused. */
  #forgetTimedOut(tracingId: string | undefined): void {
    this.#timedOut = this.#timedOut?.filter((timedOut) => timedOut.tracingId !== tracingId)
  }

  /** True if the error belongs to a timed-out request, which is then forgotten. */
  #consumeTimedOut(): boolean {
    const nowMs = this.#settings.monotonicNow()
    this.#timedOut = this.#timedOut?.filter(({ untilMs }) => untilMs > nowMs)
    return this.#timedOut?.shift() !== undefined
  }
}
