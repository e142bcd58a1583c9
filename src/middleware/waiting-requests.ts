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

/** So many are answered within a tenth of a second. */
const MAX_WAITING = 512
/** From here it grows to that again, when nobody has been refused for a sample. */
const FIRST_MAX_WAITING = 16
const GROWTH = 1.1
/** Then the page's next try is worth more. */
const MAX_WAIT_MS = 1000

/**
 * Requests that wait for others to be begun, the first of them first, so that a pause of the machine turns nobody away. While more
 * come than can wait, nobody waits: that would serve nobody more, and everybody later.
 */
export class WaitingRequests {
  /** One array for ever: those that a growing list leaves behind would keep alive what is in them. */
  readonly #places: (Waiting | undefined)[] = Array.from({ length: MAX_WAITING })
  #first = 0
  #count = 0
  #max = MAX_WAITING
  #nowMs: number
  #overflowed = false

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  /** With those whose connection was closed since. */
  get count(): number {
    return this.#count
  }

  /** Whether more came lately than could wait. */
  get isOverflowing(): boolean {
    return this.#max === 0
  }

  /** @returns whether there was room */
  add(req: http.IncomingMessage, res: http.ServerResponse, { serve, refuse }: Admission): boolean {
    if (this.#count >= this.#max) {
      this.#overflowed = true
      return false
    }
    const place = (this.#first + this.#count) % MAX_WAITING
    // Called when somebody else's answer has gone, and must not be taken for a part of that, in a trace for one.
    const waiting = { req, res, serve: AsyncResource.bind(serve), refuse, sinceMs: this.#nowMs }
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

  /** Refuses who has waited too long. */
  sample(nowMs: number): void {
    this.#max = this.#overflowed ? 0 : Math.min(MAX_WAITING, Math.max(FIRST_MAX_WAITING, this.#max * GROWTH))
    this.#overflowed = false
    this.#nowMs = nowMs
    for (;;) {
      const oldest = this.#places[this.#first]
      if (oldest === undefined || nowMs - oldest.sinceMs <= MAX_WAIT_MS) return
      this.#takeFirst()?.refuse()
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
