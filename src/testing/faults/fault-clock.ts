/** The two clocks of a machine, to be given to a service as its options `now` and `monotonicNow`. */
export interface FaultClock {
  /** The time of day, epoch ms. */
  readonly now: () => number
  /** Epoch ms as of the start, never set back. */
  readonly monotonicNow: () => number
  /** Sets the time of day, and not what has passed: `-3_600_000` is an hour back. */
  step(ms: number): void
  /** Lets time pass on both. */
  advance(ms: number): void
}

export function createFaultClock(): FaultClock {
  let steppedMs = 0
  let advancedMs = 0
  const monotonicNow = (): number => performance.timeOrigin + performance.now() + advancedMs
  return {
    now: () => monotonicNow() + steppedMs,
    monotonicNow,
    step(ms) {
      steppedMs += ms
    },
    advance(ms) {
      advancedMs += ms
    },
  }
}
