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
/** Other calls are refused during the probe, so it must be shorter than an upload. */
const PROBE_MS = 5000

export interface UpstreamBreaker {
  /**
   * Makes the call, or returns undefined immediately while the circuit breaker is open.
   * @param exchange makes the call within the given timeout
   */
  run(exchange: (mostMs: number) => Promise<Outcome>): Promise<Outcome | undefined>
  /** For a call that was not made: seconds until a retry, at least 1. */
  retryAfterSeconds(): number
}

/**
 * The circuit breaker for a dependency. It opens after ten consecutive failures, and lets one probe through
 * five seconds later. Only failures of the dependency count: no connection, no response, 5xx.
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

  /**
   * cockatiel's `execute` takes two more awaits per call. While the breaker is closed, cockatiel is therefore only
   * informed of outcomes afterwards.
   */
  function count(outcome: Outcome): Outcome | Promise<Outcome> {
    if (policy.state !== CircuitState.Closed) return outcome
    if (isFailure(outcome)) return policy.execute(() => outcome)
    inARow.success()
    return outcome
  }

  return {
    run(exchange) {
      if (policy.state === CircuitState.Closed) return exchange(Infinity).then(count)
      // cockatiel makes callers wait for the probe; a page should get its error immediately.
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
