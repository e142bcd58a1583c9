import type http from 'node:http'

/** What becomes of a request; one of them is called, once, unless its connection is closed while it waits. */
export interface Admission {
  readonly serve: () => void
  readonly refuse: () => void
}

interface Waiting {
  readonly req: http.IncomingMessage
  readonly res: http.ServerResponse
  readonly admission: Admission
}

/** So many are answered within a tenth of a second, where the turns of the event loop are not longer than this. */
const MAX_WAITING = 512
const PROMPT_TURN_MS = 50
/** In samples of 50 ms. Then the page's next try is worth more. */
const MAX_WAIT_SAMPLES = 20

/**
 * Requests that wait for others to be answered, the first of them first. Few at a time keep the turns of the event loop short, and
 * a pause of the machine turns nobody away.
 */
export class WaitingRequests {
  /** One array for ever: those that a growing list leaves behind would keep alive what is in them. */
  readonly #places: ({ readonly waiting: Waiting; readonly since: number } | undefined)[] = Array.from({
    length: MAX_WAITING,
  })
  #first = 0
  #count = 0
  #max = MAX_WAITING
  #samples = 0

  /** With those whose connection was closed since. */
  get count(): number {
    return this.#count
  }

  /** @returns whether there was room */
  add(waiting: Waiting): boolean {
    if (this.#count >= this.#max) return false
    const place = (this.#first + this.#count) % MAX_WAITING
    this.#places[place] = { waiting, since: this.#samples }
    this.#count += 1
    return true
  }

  /** The one that has waited longest and is still there. */
  next(): Waiting | undefined {
    while (this.#count > 0) {
      const waiting = this.#places[this.#first]?.waiting
      this.#places[this.#first] = undefined
      this.#first = (this.#first + 1) % MAX_WAITING
      this.#count -= 1
      if (waiting !== undefined && !waiting.res.destroyed) return waiting
    }
    return undefined
  }

  /** Refuses who has waited too long, and has the fewer wait the later the event loop is. */
  sample(delayMs: number): void {
    this.#samples += 1
    this.#max = MAX_WAITING * Math.min(1, PROMPT_TURN_MS / delayMs)
    for (;;) {
      const oldest = this.#places[this.#first]
      if (oldest === undefined || this.#samples - oldest.since <= MAX_WAIT_SAMPLES) return
      this.next()?.admission.refuse()
    }
  }
}
