import type { ClientRateLimitInfo, Options, Store } from 'express-rate-limit'
import { BoundedMap } from '../sessions/bounded-map.ts'
import { monotonicNow } from '../upstream/monotonic-now.ts'

/** Of about 300 bytes each. Above it, windows that would end soon end early. */
const MAX_KEYS = 50_000

interface Window {
  hits: number
  readonly endsAtMs: number
}

/**
 * Counts hits by key for express-rate-limit, whose own memory store has no bound and goes by the time of day: with the
 * clock set back, a guest who has reached a limit would be told to wait for hours.
 */
export class BoundedMemoryStore implements Store {
  /** A key of one limit has nothing to do with the same key of another. */
  readonly localKeys = true
  /** Those that end first come first: each lasts equally long. */
  readonly #windows: BoundedMap<string, Window>
  #windowMs = 0

  constructor(maxKeys = MAX_KEYS) {
    this.#windows = new BoundedMap(maxKeys)
  }

  get size(): number {
    return this.#windows.size
  }

  init({ windowMs }: Pick<Options, 'windowMs'>): void {
    this.#windowMs = windowMs
  }

  increment(key: string): ClientRateLimitInfo {
    const nowMs = monotonicNow()
    const known = this.#windows.get(key)
    const window = known !== undefined && known.endsAtMs > nowMs ? known : this.#begin(key, nowMs)
    window.hits += 1
    // The library compares it with the time of day.
    return { totalHits: window.hits, resetTime: new Date(Date.now() + window.endsAtMs - nowMs) }
  }

  decrement(key: string): void {
    const window = this.#windows.get(key)
    if (window !== undefined && window.hits > 0) window.hits -= 1
  }

  resetKey(key: string): void {
    this.#windows.delete(key)
  }

  #begin(key: string, nowMs: number): Window {
    for (const [oldest, { endsAtMs }] of this.#windows) {
      if (endsAtMs > nowMs) break
      this.#windows.delete(oldest)
    }
    const window = { hits: 0, endsAtMs: nowMs + this.#windowMs }
    this.#windows.set(key, window)
    return window
  }
}
