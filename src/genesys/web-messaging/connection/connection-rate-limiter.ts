/** Of a minute's connections so many may be made at once; the others come one by one. */
const BURST_SHARE = 1 / 4

/**
 * How fast guests who only listen may connect. Genesys takes 1000 connections a minute for a deployment, and after
 * a restart or a breakdown all guests come back together; who waits for an answer must not find it used up.
 */
export class ConnectionRateLimiter {
  readonly #burst: number
  readonly #perMs: number
  readonly #monotonicNow: () => number
  #left: number
  #atMs: number

  /** @param perMinute never exceeded by those who ask, in any minute */
  constructor(perMinute: number, monotonicNow: () => number) {
    this.#burst = Math.max(1, perMinute * BURST_SHARE)
    this.#perMs = (perMinute * (1 - BURST_SHARE)) / 60_000
    this.#monotonicNow = monotonicNow
    this.#left = this.#burst
    this.#atMs = monotonicNow()
  }

  /** Whether one more may connect now. */
  take(): boolean {
    this.#refill()
    if (this.#left < 1) return false
    this.#left -= 1
    return true
  }

  /** One that can not wait: the others give way. */
  forceTake(): void {
    this.#refill()
    this.#left = Math.max(-this.#burst, this.#left - 1)
  }

  #refill(): void {
    const nowMs = this.#monotonicNow()
    this.#left = Math.min(this.#burst, this.#left + Math.max(0, nowMs - this.#atMs) * this.#perMs)
    this.#atMs = nowMs
  }
}
