import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
} from 'cockatiel'
import type { Outcome } from './http-attempt.ts'

const FAILURES_IN_A_ROW = 10
const HALF_OPEN_AFTER_MS = 5000
/** Everybody else is refused while the one call is on its way that tries, so that it may not last as long as an upload. */
const PROBE_MS = 5000

export interface UpstreamBreaker {
  /**
   * Makes the call, or answers undefined at once while the dependency is known to be down.
   * @param exchange is given how long it may take
   */
  run(exchange: (mostMs: number) => Promise<Outcome>): Promise<Outcome | undefined>
  /** For a call that was not made: when to come back. At least 1. */
  retryAfterSeconds(): number
}

/**
 * One per dependency. It opens after ten failures in a row, and five seconds later lets one call
 * through to see. Only what the dependency is to blame for counts: no connection, no answer, 5xx.
 */
export function createUpstreamBreaker(monotonicNow: () => number): UpstreamBreaker {
  let openUntilMs = 0
  const inARow = new ConsecutiveBreaker(FAILURES_IN_A_ROW)
  const policy = circuitBreaker(handleWhenResult(isFailure), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: inARow,
  })
  policy.onBreak(() => {
    openUntilMs = monotonicNow() + HALF_OPEN_AFTER_MS
  })

  /** cockatiel's `execute` waits with two functions for each call; as long as all is well, it is told afterwards. */
  function count(outcome: Outcome): Outcome | Promise<Outcome> {
    if (policy.state !== CircuitState.Closed) return outcome
    if (isFailure(outcome)) return policy.execute(() => outcome)
    inARow.success()
    return outcome
  }

  return {
    run(exchange) {
      if (policy.state === CircuitState.Closed) return exchange(Infinity).then(count)
      // cockatiel lets callers wait for the one that tries; a page is better told at once.
      if (policy.state === CircuitState.HalfOpen) return Promise.resolve(undefined)
      return policy
        .execute(() => exchange(PROBE_MS))
        .catch((error: unknown) => {
          if (error instanceof BrokenCircuitError) return undefined
          throw error
        })
    },
    retryAfterSeconds: () => Math.max(1, Math.ceil((openUntilMs - monotonicNow()) / 1000)),
  }
}

function isFailure(result: unknown): boolean {
  const outcome = result as Outcome
  return outcome.kind === 'response' ? outcome.status >= 500 : outcome.blamesUpstream
}
