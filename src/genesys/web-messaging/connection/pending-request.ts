import { UpstreamError } from '../../../upstream/upstream-error.ts'
import type { Frame } from '../wire/frames.ts'
import type { Purpose } from '../wire/frame-errors.ts'
import { echo, type GuestRequest } from '../wire/requests.ts'

/** A request to Genesys and how to know its answer. */
export interface ExchangeRequest<T> {
  /** Absent where nothing is sent: one's turn, with a configured session, is the answer. */
  readonly request?: GuestRequest
  readonly purpose: Purpose
  readonly deadlineAtMs: number
  /** Undefined for a frame that isn't the answer. */
  readonly answer: (frame: Frame) => T | undefined
  /** What becomes of it when the socket goes away before the answer. */
  readonly ifLost: 'send-again' | 'delivery-unknown'
  /** Called each time right before it is sent, which may be long after it was asked for. */
  readonly onSending?: () => void
}

/** Shows proxies that the connection is alive, and us until when the session lives. */
export function echoExchange(deadlineAtMs: number): ExchangeRequest<true> {
  const answer = (frame: Frame) => (frame.class === 'StructuredMessage' && !frame.pushed) || undefined
  return { request: echo(), purpose: 'read', deadlineAtMs, answer, ifLost: 'send-again' }
}

/** How often a request that may be sent again is sent: a socket that it always breaks stays broken. */
const MAX_SENDINGS = 3

/** Told of an exchange that ran out of time; what it gives is why it could not be sent, where that is known. */
export type TimeUp<T> = (exchange: Exchange<T>) => UpstreamError | undefined

/** One request with its caller, who waits until its answer, its refusal or its deadline. */
export class Exchange<T = unknown> {
  readonly purpose: Purpose
  readonly request: GuestRequest | undefined
  readonly promise: Promise<T>
  readonly #answer: (frame: Frame) => T | undefined
  readonly #ifLost: ExchangeRequest<T>['ifLost']
  #resolve!: (value: T) => void
  #reject!: (error: UpstreamError) => void
  #timer: NodeJS.Timeout
  readonly #onSending: (() => void) | undefined
  readonly #onTimeUp: TimeUp<T>
  #sendings = 0
  #doubt: UpstreamError | undefined
  #oddAnswer = false

  constructor(request: ExchangeRequest<T>, nowMs: number, onTimeUp: TimeUp<T>) {
    this.purpose = request.purpose
    this.request = request.request
    this.#answer = request.answer
    this.#ifLost = request.ifLost
    this.#onSending = request.onSending
    this.#onTimeUp = onTimeUp
    this.promise = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.#timer = this.#endIn(request.deadlineAtMs - nowMs)
  }

  get tracingId(): string | undefined {
    return this.request?.tracingId
  }

  get mayBeSentAgain(): boolean {
    return this.#ifLost === 'send-again' && this.#sendings < MAX_SENDINGS
  }

  sending(): void {
    this.#onSending?.()
    this.#sendings++
  }

  /** Genesys has certainly not done what was sent. */
  notTaken(): void {
    this.#sendings--
  }

  /** Ends the exchange when the frame answers it. An unreadable answer is one too, or may be. */
  accept(frame: Frame): boolean {
    if (frame.class === 'unrecognized') return this.#acceptOdd(frame.tracingId)
    if (frame.tracingId !== undefined && this.request && frame.tracingId !== this.tracingId) return false
    const value = this.#answer(frame)
    if (value === undefined) return false
    this.resolve(value)
    return true
  }

  resolve(value: T): void {
    clearTimeout(this.#timer)
    this.#resolve(value)
  }

  reject(error: UpstreamError): void {
    clearTimeout(this.#timer)
    this.#reject(error)
  }

  /** The refusal may be meant for something else: believe it only if no answer follows shortly. */
  doubt(error: UpstreamError, waitMs: number): void {
    this.#doubt ??= error
    clearTimeout(this.#timer)
    this.#timer = this.#endIn(waitMs)
  }

  /** The error of an exchange whose socket is gone. */
  lostError(): UpstreamError {
    return this.#mayHaveHappened()
      ? new UpstreamError('delivery_unknown', 'The connection broke before Genesys accepted the request')
      : new UpstreamError('upstream_unavailable', 'The connection to Genesys broke')
  }

  #acceptOdd(tracingId: string | undefined): boolean {
    this.#oddAnswer = true
    if (tracingId === undefined || tracingId !== this.tracingId) return false
    this.reject(this.#noAnswerError())
    return true
  }

  #endIn(ms: number): NodeJS.Timeout {
    return setTimeout(() => {
      const wasSent = this.#sendings > 0
      const trouble = this.#onTimeUp(this)
      this.reject(this.#doubt ?? (wasSent ? undefined : trouble) ?? this.#noAnswerError())
    }, ms)
  }

  #noAnswerError(): UpstreamError {
    if (this.#mayHaveHappened()) {
      return new UpstreamError('delivery_unknown', 'Genesys did not say in time that it accepted the request')
    }
    if (this.#oddAnswer && this.#sendings > 0) {
      return new UpstreamError('upstream_bad_response', 'Genesys sent an answer that can not be read')
    }
    return new UpstreamError('upstream_timeout', 'Genesys did not answer in time')
  }

  #mayHaveHappened(): boolean {
    return this.#sendings > 0 && this.#ifLost === 'delivery-unknown'
  }
}
