import { AsyncResource } from 'node:async_hooks'
import type http from 'node:http'

/** What becomes of a request; one of them is called, once, unless its connection is closed while it waits. */
export interface Admission {
  readonly serve: () => void
  readonly refuse: () => void
}

interface Waiting extends Admission {
  readonly req: http.IncomingMessage
  readonly res: http.ServerResponse
  readonly sinceMs: number
}

/** So many are answered within a tenth of a second, by a process that has a core and one site. */
const MAX_WAITING = 512
/** From here it grows to that again, when there is no overload any more. */
const FIRST_MAX_WAITING = 16
const GROWTH = 1.1
/** Refusals for one that is begun: fewer are a peak, and no overload. */
const OVERLOAD_RATIO = 0.25
/**
 * In samples. Refused clients that ask again at once look like an overload, and would all be served if they could wait: then
 * this many are let wait, until one more comes.
 */
const TRIAL = { every: 80, max: 128 }
/** Then the page's next try is worth more. */
const MAX_WAIT_MS = 1000

/**
 * Requests that wait for others to be begun, the first of them first, so that a pause of the machine turns nobody away. While more
 * come than can be served, nobody waits: that would serve nobody more, and everybody later.
 */
export class WaitingRequests {
  /** One array for ever: those that a growing list leaves behind would keep alive what is in them. */
  readonly #places: (Waiting | undefined)[] = Array.from({ length: MAX_WAITING })
  #first = 0
  #count = 0
  #max = MAX_WAITING
  #refused = 0
  #overloadedSamples = 0

  /** With those whose connection was closed since. */
  get count(): number {
    return this.#count
  }

  /** Whether many more came lately than could be served. */
  get isOverloaded(): boolean {
    return this.#overloadedSamples > 0
  }

  /** @param max of those that wait with it @returns whether there was room */
  add(
    req: http.IncomingMessage,
    res: http.ServerResponse,
    { serve, refuse }: Admission,
    { max, nowMs }: { readonly max: number; readonly nowMs: number },
  ): boolean {
    if (this.#count >= Math.min(max, this.#max)) {
      this.#refused += 1
      if (this.isOverloaded) this.#max = 0
      return false
    }
    const place = (this.#first + this.#count) % MAX_WAITING
    // Called at the end of a turn that another request scheduled, and must not be taken for a part of that, in a trace for one.
    const waiting = { req, res, serve: AsyncResource.bind(serve), refuse, sinceMs: nowMs }
    this.#places[place] = waiting
    this.#count += 1
    return true
  }

  /** The one that has waited longest and is still there. */
  next(): Waiting | undefined {
    while (this.#count > 0) {
      const waiting = this.#takeFirst()
      if (waiting !== undefined) return waiting
    }
    return undefined
  }

  /** Refuses who has waited too long. @param begun since the last sample */
  sample(begun: number, nowMs: number): void {
    if (this.#refused > begun * OVERLOAD_RATIO) {
      this.#overloadedSamples += 1
      this.#max = this.#overloadedSamples % TRIAL.every === 0 ? TRIAL.max : 0
    } else {
      this.#overloadedSamples = 0
      this.#max = Math.min(MAX_WAITING, Math.max(FIRST_MAX_WAITING, this.#max * GROWTH))
    }
    this.#refused = 0
    for (;;) {
      const oldest = this.#places[this.#first]
      if (oldest === undefined || nowMs - oldest.sinceMs <= MAX_WAIT_MS) return
      const late = this.#takeFirst()
      if (late === undefined) continue
      this.#refused += 1
      late.refuse()
    }
  }

  /** @returns undefined where its connection was closed */
  #takeFirst(): Waiting | undefined {
    const waiting = this.#places[this.#first]
    this.#places[this.#first] = undefined
    this.#first = (this.#first + 1) % MAX_WAITING
    this.#count -= 1
    return waiting === undefined || isGone(waiting) ? undefined : waiting
  }
}

/** An answer behind another of its connection is not told of its end on Node.js 20 and 22. */
function isGone({ req, res }: Waiting): boolean {
  return res.destroyed || req.socket.destroyed
}
