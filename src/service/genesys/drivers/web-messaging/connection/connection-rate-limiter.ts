/**
 * The share of a minute's connections that listening guests may open in a burst; their other connections
 * are spread over the minute.
 */
const BURST_SHARE = 1 / 4
/**
 * The share of a minute's connections for guests who wait for a response. The rest is reserved for listening
 * guests.
 */
const URGENT_SHARE = 0.85
const WINDOW_SECONDS = 60

/** A connection that can be queued until it may be opened. */
export interface WaitingConnection {
  connectNow(): void
}

/**
 * Limits new connections. Genesys allows 1000 connections per minute and deployment, and after a restart or an
 * outage, all guests reconnect at the same time. Guests who wait for a response go first, up to their share; the
 * others are connected in order of arrival.
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

  /** @param perMinute after this many connections in a minute, none is opened for a listening guest */
  constructor(perMinute: number, monotonicNow: () => number) {
    this.#perMinute = perMinute
    this.#burst = Math.max(1, perMinute * BURST_SHARE)
    this.#perMs = (perMinute * (1 - BURST_SHARE)) / 60_000
    this.#monotonicNow = monotonicNow
    this.#left = this.#burst
    this.#atMs = monotonicNow()
  }

  /** Connects the caller now or enqueues it. A queued caller keeps its place, unless it becomes urgent. */
  request(waiting: WaitingConnection, isUrgent: boolean): void {
    if (this.#urgent.has(waiting)) return
    if (isUrgent) this.#listening.delete(waiting)
    ;(isUrgent ? this.#urgent : this.#listening).add(waiting)
    this.connectInTurn()
  }

  /** Leaves the queue. */
  cancel(waiting: WaitingConnection): void {
    this.#urgent.delete(waiting)
    this.#listening.delete(waiting)
  }

  /** Connects the callers whose turn has come. Call it several times a second. */
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

  /** How many connections may still be opened in this minute for guests who wait for a response. */
  get leftForUrgent(): number {
    return Math.max(1, this.#perMinute * URGENT_SHARE) - this.#madeForUrgent.count(this.#monotonicNow())
  }

  #takeUrgent(): boolean {
    if (this.leftForUrgent <= 0) return false
    this.#madeForUrgent.add(this.#monotonicNow())
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

/** Counts the events of the last minute, in buckets of one second. */
class SlidingMinute {
  /** One more bucket than there are seconds in a minute, because the oldest second is only partly in the window. */
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

  /** The clock may start at any value, including negative ones. */
  #placeOf(second: number): number {
    const { length } = this.#bySecond
    return ((second % length) + length) % length
  }
}
