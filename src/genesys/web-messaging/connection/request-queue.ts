import { UpstreamError } from '../../../upstream/upstream-error.ts'
import { isAboutTyping, toUpstreamError, type Purpose } from '../wire/frame-errors.ts'
import type { ErrorFrame, Frame } from '../wire/frames.ts'
import { TYPING_TRACING_ID, typingOn, type RequestFrame } from '../wire/requests.ts'
import type { SessionSocket } from './session-socket.ts'

/** A request to Genesys, and how its answer is recognized. */
export interface GuestRequest<T> {
  /** Absent where nothing is sent: one's turn, with a configured session, is the answer. */
  readonly frame?: RequestFrame
  readonly purpose: Purpose
  readonly deadlineAtMs: number
  /** Undefined for a frame that is not the answer. */
  readonly readAnswer: (frame: Frame) => T | undefined
  /** What becomes of it when the connection is lost before the answer. */
  readonly ifLost: 'send-again' | 'delivery-unknown'
  /** Called each time right before it is sent, which may be long after it was asked for. */
  readonly onSend?: () => void
}

interface PendingRequest {
  readonly request: GuestRequest<unknown>
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: UpstreamError) => void
  timer: NodeJS.Timeout | undefined
  sendCount: number
  /** A refusal that may be meant for something else: valid only if no answer follows shortly. */
  deferredRejection: UpstreamError | undefined
  gotUnreadableFrame: boolean
}

/** How often a request that may be sent again is sent: one that always breaks the connection does not go on. */
const MAX_SENDS = 3
/** How long after a rate limit that may be the typing event's the message's own echo may still come. */
const AMBIGUOUS_ERROR_GRACE_MS = 1_500
/** How long the answer to a request that timed out may still come. */
const LATE_ANSWER_MS = 30_000
const MAX_TIMED_OUT = 8
/** Genesys: clients send typing at most every 5 s. */
const TYPING_INTERVAL_MS = 5_000
/** A refused typing event is answered well within this. */
const TYPING_ANSWER_MS = 2_000

/**
 * The requests of one guest: one at a time and in order, as an error frame need not say which request it
 * answers. Events that Genesys pushes in its own time, such as a finished upload, are awaited beside them.
 */
export class RequestQueue {
  readonly #socket: SessionSocket
  readonly #monotonicNow: () => number
  #waiting: PendingRequest[] = []
  #inFlight: PendingRequest | undefined
  #awaited: Set<PendingRequest> | undefined
  /** Requests that got no answer in time: an error without id may be a late one of theirs. */
  #timedOut: { readonly tracingId: string; readonly untilMs: number }[] | undefined
  #typedAtMs = -Infinity
  #isTypingRefused = false

  /** Why nothing can be sent at present: the error of requests whose time runs out before they are sent. */
  lastError: UpstreamError | undefined
  lastSentAtMs = 0

  constructor(socket: SessionSocket, monotonicNow: () => number) {
    this.#socket = socket
    this.#monotonicNow = monotonicNow
  }

  get hasUnfinished(): boolean {
    return this.isBusy || (this.#awaited?.size ?? 0) > 0
  }

  /** A request is in flight or waits to be sent. */
  get isBusy(): boolean {
    return this.#inFlight !== undefined || this.#waiting.length > 0
  }

  add<T>(request: GuestRequest<T>): Promise<T> {
    const { pending, answer } = this.#createPending(request)
    this.#waiting.push(pending)
    this.sendNext()
    return answer
  }

  /** Waits for a pushed frame without holding up the queue. */
  awaitFrame<T>(request: Omit<GuestRequest<T>, 'frame' | 'ifLost'>): Promise<T> {
    const { pending, answer } = this.#createPending({ ...request, ifLost: 'send-again' })
    this.#awaited ??= new Set()
    this.#awaited.add(pending)
    // It may fail before its caller comes to wait for it.
    answer.catch(() => undefined)
    return answer
  }

  /** Sends what may be sent now. */
  sendNext(): void {
    while (!this.#inFlight && this.#socket.canSend) {
      const next = this.#waiting.shift()
      if (!next) return
      const { frame, onSend } = next.request
      if (!frame) {
        settle(next).resolve(undefined)
        continue
      }
      this.#inFlight = next
      next.sendCount++
      this.lastSentAtMs = this.#monotonicNow()
      onSend?.()
      this.#socket.send(frame)
    }
  }

  /** At most every 5 s, never beside a request that its refusal could be mistaken for, nor once it was refused. */
  sendTyping(): void {
    const nowMs = this.#monotonicNow()
    if (!this.#socket.canSend || this.isBusy || this.#isTypingRefused) return
    if (nowMs - this.#typedAtMs < TYPING_INTERVAL_MS) return
    this.#typedAtMs = nowMs
    this.#socket.send(typingOn())
  }

  /** `late`: it answers a request that had timed out. */
  accept(frame: Frame): 'answer' | 'late' | 'none' {
    for (const awaited of this.#awaited ?? []) {
      if (answers(awaited, frame)) this.#awaited?.delete(awaited)
    }
    if (this.#inFlight && answers(this.#inFlight, frame)) {
      this.#complete()
      return 'answer'
    }
    return this.#forgetTimedOut(frame.tracingId) ? 'late' : 'none'
  }

  /** Ends the request that the error refuses. False when it refuses none. */
  refuse(frame: ErrorFrame): boolean {
    const { tracingId, text, code } = frame
    const hasJustTyped = this.#monotonicNow() - this.#typedAtMs < TYPING_ANSWER_MS
    const refusesTyping = hasJustTyped && isAboutTyping(text)
    this.#isTypingRefused ||= refusesTyping
    if (tracingId === TYPING_TRACING_ID || refusesTyping) return true
    if (tracingId !== undefined && tracingId !== this.#inFlight?.request.frame?.tracingId) {
      this.#forgetTimedOut(tracingId)
      return true
    }
    // Genesys answers in order: an error without id is the older request's.
    if (tracingId === undefined && this.#consumeTimedOut()) return true
    if (!this.#inFlight) return hasJustTyped
    const error = toUpstreamError(frame, this.#inFlight.request.purpose)
    if (tracingId === undefined && code === 429 && hasJustTyped) {
      this.#deferRejection(this.#inFlight, error)
      return true
    }
    settle(this.#inFlight).reject(error)
    this.#complete()
    return true
  }

  /** The connection is lost. What may be sent again waits for the next one. */
  onConnectionLost(): void {
    this.#timedOut = undefined
    const pending = this.#inFlight
    this.#inFlight = undefined
    if (pending?.request.ifLost === 'send-again' && pending.sendCount < MAX_SENDS)
      this.#waiting.unshift(pending)
    else if (pending) settle(pending).reject(lostError(pending))
    this.#failAwaited(lostError)
  }

  /** The request in flight was certainly refused, and may be sent again in the same place. */
  putBack(): void {
    const pending = this.#inFlight
    this.#inFlight = undefined
    if (!pending) return
    pending.sendCount--
    this.#waiting.unshift(pending)
  }

  /** Ends what was not sent yet. */
  failWaiting(error: UpstreamError): void {
    for (const pending of this.#waiting.splice(0)) settle(pending).reject(error)
  }

  failAll(error: UpstreamError): void {
    const pending = this.#inFlight
    this.#inFlight = undefined
    if (pending) settle(pending).reject(error)
    this.failWaiting(error)
    this.#failAwaited(() => error)
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
        deferredRejection: undefined,
        gotUnreadableFrame: false,
      }
    })
    this.#startTimer(pending, request.deadlineAtMs - this.#monotonicNow())
    return { pending, answer }
  }

  #startTimer(pending: PendingRequest, ms: number): void {
    clearTimeout(pending.timer)
    pending.timer = setTimeout(() => this.#onTimeout(pending), ms)
  }

  #deferRejection(pending: PendingRequest, error: UpstreamError): void {
    pending.deferredRejection ??= error
    this.#startTimer(pending, AMBIGUOUS_ERROR_GRACE_MS)
  }

  #onTimeout(pending: PendingRequest): void {
    const wasSent = pending.sendCount > 0
    pending.reject(
      pending.deferredRejection ?? (wasSent ? undefined : this.lastError) ?? noAnswerError(pending),
    )
    this.#awaited?.delete(pending)
    if (pending !== this.#inFlight) {
      this.#waiting = this.#waiting.filter((other) => other !== pending)
      return
    }
    const { tracingId } = pending.request.frame ?? {}
    if (tracingId !== undefined) {
      const timedOut = { tracingId, untilMs: this.#monotonicNow() + LATE_ANSWER_MS }
      this.#timedOut = [...(this.#timedOut ?? []), timedOut].slice(-MAX_TIMED_OUT)
    }
    this.#complete()
  }

  #complete(): void {
    this.#inFlight = undefined
    this.sendNext()
  }

  #failAwaited(errorOf: (awaited: PendingRequest) => UpstreamError): void {
    for (const awaited of this.#awaited ?? []) settle(awaited).reject(errorOf(awaited))
    this.#awaited = undefined
  }

  /** True when the id is that of a request that timed out, which then is no longer expected. */
  #forgetTimedOut(tracingId: string | undefined): boolean {
    const index = this.#timedOut?.findIndex((timedOut) => timedOut.tracingId === tracingId) ?? -1
    if (index >= 0) this.#timedOut?.splice(index, 1)
    return index >= 0
  }

  /** True when a request that timed out was there to take the answer. */
  #consumeTimedOut(): boolean {
    const nowMs = this.#monotonicNow()
    this.#timedOut = this.#timedOut?.filter(({ untilMs }) => untilMs > nowMs)
    return this.#timedOut?.shift() !== undefined
  }
}

/** Stops the clock of a request that gets its answer or its error. */
function settle(pending: PendingRequest): PendingRequest {
  clearTimeout(pending.timer)
  return pending
}

/** Ends the request when the frame answers it. A frame that cannot be read does so where it has the id. */
function answers(pending: PendingRequest, frame: Frame): boolean {
  const { frame: sent, readAnswer } = pending.request
  if (frame.class === 'unrecognized') {
    pending.gotUnreadableFrame = true
    if (frame.tracingId === undefined || frame.tracingId !== sent?.tracingId) return false
    settle(pending).reject(noAnswerError(pending))
    return true
  }
  if (frame.tracingId !== undefined && sent && frame.tracingId !== sent.tracingId) return false
  const answer = readAnswer(frame)
  if (answer === undefined) return false
  settle(pending).resolve(answer)
  return true
}

function lostError(pending: PendingRequest): UpstreamError {
  return mayHaveHappened(pending)
    ? new UpstreamError('delivery_unknown', 'The connection broke before Genesys accepted the request')
    : new UpstreamError('upstream_unavailable', 'The connection to Genesys broke')
}

function noAnswerError(pending: PendingRequest): UpstreamError {
  if (mayHaveHappened(pending)) {
    return new UpstreamError('delivery_unknown', 'Genesys did not accept the request in time')
  }
  if (pending.gotUnreadableFrame && pending.sendCount > 0) {
    return new UpstreamError('upstream_bad_response', 'Genesys sent an answer that cannot be read')
  }
  return new UpstreamError('upstream_timeout', 'Genesys did not answer in time')
}

function mayHaveHappened({ sendCount, request }: PendingRequest): boolean {
  return sendCount > 0 && request.ifLost === 'delivery-unknown'
}
