import {
  BrokenCircuitError,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleWhenResult,
} from 'cockatiel'
import type { Outcome } from './exchange.ts'

const FAILURES_IN_A_ROW = 10
const HALF_OPEN_AFTER_MS = 5000

export interface UpstreamBreaker {
  /** Makes the call, or answers undefined at once while the dependency is known to be down. */
  run(exchange: () => Promise<Outcome>): Promise<Outcome | undefined>
  /** For a call that was not made: when to come back. At least 1. */
  retryAfterSeconds(): number
}

/**
 * One per dependency. It opens after ten failures in a row, and five seconds later lets one call
 * through to see. Only what the dependency is to blame for counts: no connection, no answer, 5xx.
 */
export function createUpstreamBreaker(now: () => number): UpstreamBreaker {
  let openUntilMs = 0
  const policy = circuitBreaker(handleWhenResult(isFailure), {
    halfOpenAfter: HALF_OPEN_AFTER_MS,
    breaker: new ConsecutiveBreaker(FAILURES_IN_A_ROW),
  })
  policy.onBreak(() => {
    openUntilMs = now() + HALF_OPEN_AFTER_MS
  })
  return {
    run(exchange) {
      // cockatiel lets callers wait for the one that tries; a page is better told at once.
      if (policy.state === CircuitState.HalfOpen) return Promise.resolve(undefined)
      return policy.execute(exchange).catch((error: unknown) => {
        if (error instanceof BrokenCircuitError) return undefined
        throw error
      })
    },
    retryAfterSeconds: () => Math.max(1, Math.ceil((openUntilMs - now()) / 1000)),
  }
}

function isFailure(result: unknown): boolean {
  const outcome = result as Outcome
  return outcome.kind === 'answer' ? outcome.status >= 500 : outcome.blamesUpstream
}
