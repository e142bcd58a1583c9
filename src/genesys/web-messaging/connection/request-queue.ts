import type { UpstreamError } from '../../../upstream/upstream-error.ts'
import { Exchange, type ExchangeRequest } from './pending-request.ts'
import { isAboutTyping, toUpstreamError } from '../wire/frame-errors.ts'
import type { ErrorFrame, Frame } from '../wire/frames.ts'
import { TYPING_TRACING_ID, type GuestRequest } from '../wire/requests.ts'

/** What the queue asks of the connection that it belongs to. */
export interface ExchangesOwner {
  nowMs(): number
  /** The next request may be sent. */
  pump(): void
  /** A typing event was sent so recently that its refusal may still come. */
  typedJustNow(): boolean
}

/** How long after a refusal that may be the typing event's the message's own echo may still come. */
const DOUBT_MS = 1_500
/** How long the answer to a request that was given up may still come. */
const OVERDUE_MS = 30_000
const MAX_OVERDUE = 8

/**
 * The requests of one guest: one at a time in order, as an error frame need not say which request it
 * answers. Events that Genesys pushes in its own time, such as a finished upload, are awaited beside.
 */
export class Exchanges {
  readonly #owner: ExchangesOwner
  #waiting: Exchange[] = []
  #inFlight: Exchange | undefined
  #awaited: Set<Exchange> | undefined
  /** Requests that got no answer in time: an error without id may be a late one of theirs. */
  #overdue: { readonly tracingId: string; readonly untilMs: number }[] | undefined

  /** Why nothing can be sent at present: what waits in vain is told so. */
  trouble: UpstreamError | undefined

  constructor(owner: ExchangesOwner) {
    this.#owner = owner
  }

  get unfinished(): boolean {
    return this.#inFlight !== undefined || this.#waiting.length > 0 || (this.#awaited?.size ?? 0) > 0
  }

  /** A request is being answered or waits to be sent. */
  get busy(): boolean {
    return this.#inFlight !== undefined || this.#waiting.length > 0
  }

  add<T>(request: ExchangeRequest<T>): Promise<T> {
    const exchange = new Exchange(request, this.#owner.nowMs(), (late) => this.#timeUp(late as Exchange))
    this.#waiting.push(exchange as Exchange)
    return exchange.promise
  }

  /** Waits for a pushed frame without holding up the queue. */
  await<T>(request: Omit<ExchangeRequest<T>, 'request' | 'ifLost'>): Promise<T> {
    const awaited = (this.#awaited ??= new Set())
    const exchange = new Exchange({ ...request, ifLost: 'send-again' }, this.#owner.nowMs(), (late) => {
      awaited.delete(late as Exchange)
      return undefined
    })
    awaited.add(exchange as Exchange)
    // It may fail before its caller comes to wait for it.
    exchange.promise.catch(() => undefined)
    return exchange.promise
  }

  /** The request to send now; undefined while one is in flight, and when there is none. */
  next(): GuestRequest | undefined {
    while (!this.#inFlight) {
      const exchange = this.#waiting.shift()
      if (!exchange) return undefined
      if (exchange.request) {
        this.#inFlight = exchange
        exchange.sending()
        return exchange.request
      }
      exchange.resolve(undefined)
    }
    return undefined
  }

  /** `late`: it answers a request that had been given up. */
  accept(frame: Frame): 'answer' | 'late' | 'none' {
    for (const awaited of this.#awaited ?? []) {
      if (awaited.accept(frame)) this.#awaited?.delete(awaited)
    }
    if (this.#inFlight?.accept(frame)) {
      this.#land()
      return 'answer'
    }
    return this.#forget(frame.tracingId) ? 'late' : 'none'
  }

  /** Finds the request that was refused, and ends it. True when there is none: nobody had asked. */
  refuse(frame: ErrorFrame): boolean {
    const { tracingId, text } = frame
    const typedJustNow = this.#owner.typedJustNow()
    if (tracingId === TYPING_TRACING_ID || (typedJustNow && isAboutTyping(text))) return false
    if (tracingId !== undefined && tracingId !== this.#inFlight?.tracingId) {
      this.#forget(tracingId)
      return false
    }
    // Genesys answers in order: an error without id is the older request's.
    if (tracingId === undefined && this.#takeOverdue()) return false
    if (!this.#inFlight) return !typedJustNow
    const error = toUpstreamError(frame, this.#inFlight.purpose)
    if (tracingId === undefined && frame.code === 429 && typedJustNow) {
      this.#inFlight.doubt(error, DOUBT_MS)
      return false
    }
    this.#inFlight.reject(error)
    this.#land()
    return false
  }

  /** The socket is gone. What may be sent again waits for the next one. */
  lost(): void {
    this.#overdue = undefined
    const exchange = this.#inFlight
    this.#inFlight = undefined
    if (exchange?.mayBeSentAgain) this.#waiting.unshift(exchange)
    else exchange?.reject(exchange.lostError())
    this.#failAwaited((awaited) => awaited.lostError())
  }

  /** Certainly refused, and good for another try in the same place of the queue. */
  putBack(): void {
    const exchange = this.#inFlight
    this.#inFlight = undefined
    exchange?.notTaken()
    if (exchange) this.#waiting.unshift(exchange)
  }

  /** Ends what was not sent yet. */
  failWaiting(error: UpstreamError): void {
    for (const exchange of this.#waiting.splice(0)) exchange.reject(error)
  }

  failAll(error: UpstreamError): void {
    const exchange = this.#inFlight
    this.#inFlight = undefined
    exchange?.reject(error)
    this.failWaiting(error)
    this.#failAwaited(() => error)
  }

  #failAwaited(error: (awaited: Exchange) => UpstreamError): void {
    for (const awaited of this.#awaited ?? []) awaited.reject(error(awaited))
    this.#awaited = undefined
  }

  #timeUp(exchange: Exchange): UpstreamError | undefined {
    if (exchange !== this.#inFlight) {
      this.#waiting = this.#waiting.filter((other) => other !== exchange)
      return this.trouble
    }
    if (exchange.tracingId !== undefined) {
      const overdue = { tracingId: exchange.tracingId, untilMs: this.#owner.nowMs() + OVERDUE_MS }
      this.#overdue = [...(this.#overdue ?? []), overdue].slice(-MAX_OVERDUE)
    }
    this.#land()
    return undefined
  }

  #land(): void {
    this.#inFlight = undefined
    this.#owner.pump()
  }

  /** True when the id is that of an overdue request, which then is overdue no more. */
  #forget(tracingId: string | undefined): boolean {
    const index = this.#overdue?.findIndex((overdue) => overdue.tracingId === tracingId) ?? -1
    if (index >= 0) this.#overdue?.splice(index, 1)
    return index >= 0
  }

  /** True when an overdue request was there to take the answer. */
  #takeOverdue(): boolean {
    const nowMs = this.#owner.nowMs()
    this.#overdue = this.#overdue?.filter(({ untilMs }) => untilMs > nowMs)
    return this.#overdue?.shift() !== undefined
  }
}
