/** Of a minute's connections so many may be made at once for guests who only listen; the others come one by one. */
const BURST_SHARE = 1 / 4
/** What those who cannot wait may use of a minute. The rest is there for guests who only listen, whoever asks for how much. */
const URGENT_SHARE = 0.85
const WINDOW_SECONDS = 60

/** Something that connects when its turn has come. */
export interface WaitingConnection {
  connectNow(): void
}

/**
 * How fast guests may connect. Genesys takes 1000 connections a minute for a deployment, and after a restart or a
 * breakdown all guests come back together. Guests who wait for a response go first, up to their share; the others
 * are connected in the order in which they came.
 */
export class ConnectionRateLimiter {
  readonly #perMinute: number
  readonly #burst: number
  readonly #perMs: number
  readonly #monotonicNow: () => number
  readonly #urgent = new Set<WaitingConnection>()
  readonly #listening = new Set<WaitingConnection>()
  readonly #madeForUrgent = new SlidingMinute()
  readonly #madeForListeners = new SlidingMinute()
  #left: number
  #atMs: number

  /** @param perMinute never exceeded by those who only listen, in any minute */
  constructor(perMinute: number, monotonicNow: () => number) {
    this.#perMinute = perMinute
    this.#burst = Math.max(1, perMinute * BURST_SHARE)
    this.#perMs = (perMinute * (1 - BURST_SHARE)) / 60_000
    this.#monotonicNow = monotonicNow
    this.#left = this.#burst
    this.#atMs = monotonicNow()
  }

  /** Connects now or in turn. One that waits already keeps its place, and only goes forward. */
  request(waiting: WaitingConnection, isUrgent: boolean): void {
    if (this.#urgent.has(waiting)) return
    if (isUrgent) this.#listening.delete(waiting)
    ;(isUrgent ? this.#urgent : this.#listening).add(waiting)
    this.connectInTurn()
  }

  /** Gives up a place in the queue. */
  cancel(waiting: WaitingConnection): void {
    this.#urgent.delete(waiting)
    this.#listening.delete(waiting)
  }

  /** Connects those whose turn it is. To be called several times a second. */
  connectInTurn(): void {
    for (const waiting of this.#urgent) {
      if (!this.#takeUrgent()) break
      this.#urgent.delete(waiting)
      waiting.connectNow()
    }
    for (const waiting of this.#listening) {
      if (!this.#takeListening()) break
      this.#listening.delete(waiting)
      waiting.connectNow()
    }
  }

  #takeUrgent(): boolean {
    const nowMs = this.#monotonicNow()
    if (this.#madeForUrgent.count(nowMs) >= Math.max(1, this.#perMinute * URGENT_SHARE)) return false
    this.#madeForUrgent.add(nowMs)
    return true
  }

  #takeListening(): boolean {
    const nowMs = this.#monotonicNow()
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, nowMs - this.#atMs) * this.#perMs)
    this.#atMs = nowMs
    if (this.#left < 1) return false
    if (this.#madeForUrgent.count(nowMs) + this.#madeForListeners.count(nowMs) >= this.#perMinute)
      return false
    this.#left -= 1
    this.#madeForListeners.add(nowMs)
    return true
  }
}

/** Counts what happened in the last minute, by the second. */
class SlidingMinute {
  /** One more than a minute has, as the oldest second is not over yet. */
  readonly #bySecond = new Array<number>(WINDOW_SECONDS + 1).fill(0)
  #total = 0
  #second = -Infinity

  count(nowMs: number): number {
    const second = Math.floor(nowMs / 1000)
    const passed = Math.min(second - this.#second, this.#bySecond.length)
    for (let past = 0; past < passed; past++) {
      const place = this.#placeOf(second - past)
      this.#total -= this.#bySecond[place] ?? 0
      this.#bySecond[place] = 0
    }
    if (passed > 0) this.#second = second
    return this.#total
  }

  add(nowMs: number): void {
    this.count(nowMs)
    const place = this.#placeOf(this.#second)
    this.#bySecond[place] = (this.#bySecond[place] ?? 0) + 1
    this.#total += 1
  }

  /** The clock may begin anywhere, below zero too. */
  #placeOf(second: number): number {
    const { length } = this.#bySecond
    return ((second % length) + length) % length
  }
}
