/** The two clocks of a machine, for the service's options `now` and `monotonicNow`. */
export interface FaultClock {
  /** The time of day, epoch ms. */
  readonly now: () => number
  /** Epoch ms at the start, never set back. */
  readonly monotonicNow: () => number
  /** Changes the time of day, but not the elapsed time: `-3_600_000` is an hour back. */
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
