/** The two clocks of a machine, for the service's options `now` and `monotonicNow`. */
export interface FaultClock {
  /** The time of day, epoch ms. */
  readonly now: () => number
  /** Starts at the time of day, and is never set back. */
  readonly monotonicNow: () => number
  /** Changes only the time of day, and not the monotonic clock: `-3_600_000` sets it back by an hour. */
  step(ms: number): void
  /** Advances both clocks. */
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
