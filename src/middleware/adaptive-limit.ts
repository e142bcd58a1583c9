/** Above this, twice in a row, there is more to do than time. */
const TARGET_DELAY_MS = 20
/** So many are always admitted: a pause of the machine makes nobody wait. */
export const MIN_LIMIT = 128
const GROWTH = 1.1
/** Of the limit, in one sample: where turns have become very long, there is no time to shrink it in small steps. */
const SMALLEST_FACTOR = 0.25

/**
 * How many requests may be in flight for the event loop to keep up. While its turns are late the limit shrinks in
 * proportion, and while they are not it grows by a tenth a sample, up to `max`.
 */
export class AdaptiveLimit {
  readonly #max: number
  #limit: number
  #previousDelayMs = 0

  constructor(max: number) {
    this.#max = max
    this.#limit = max
  }

  get value(): number {
    return Math.floor(this.#limit)
  }

  /** @param delayMs the largest delay of the event loop since the sample before */
  sample(delayMs: number): void {
    // One turn alone may be late for a collection of garbage, or for the machine: that is no overload.
    const lastingMs = Math.min(delayMs, this.#previousDelayMs)
    this.#previousDelayMs = delayMs
    const factor =
      lastingMs > TARGET_DELAY_MS ? Math.max(SMALLEST_FACTOR, TARGET_DELAY_MS / lastingMs) : GROWTH
    this.#limit = Math.min(this.#max, Math.max(MIN_LIMIT, this.#limit * factor))
  }
}
