import { UpstreamError } from '../errors/upstream-error.ts'

/** A limit for calls to Genesys, which allows an OAuth client 300 calls per minute in total. */
export interface CallBudget {
  /** Whether another call may be made now; if so, it is counted. */
  take(): Promise<boolean>
}

export interface ReturnableCallBudget extends CallBudget {
  /** After a call that had no effect: it no longer counts. Never rejects. */
  giveBack(): Promise<void>
}

/** Counts the calls from all replicas. */
export interface SharedCalls {
  /** Allows `max` calls in any `windowMs`. Resolves to undefined while Redis is unavailable. */
  take(name: string, limit: { readonly max: number; readonly windowMs: number }): Promise<boolean | undefined>
  /** Stops counting the newest call with this name. Never rejects. */
  giveBack(name: string): Promise<void>
}

const MINUTE_MS = 60_000

/** At most `max` calls in any minute: by all replicas if they share state, otherwise by this process. */
export function createCallBudget(options: {
  readonly max: number
  /** Default: a minute. */
  readonly windowMs?: number
  /** The name under which replicas count together. */
  readonly name: string
  readonly shared?: SharedCalls | undefined
  readonly monotonicNow: () => number
}): ReturnableCallBudget {
  const { max, name, windowMs = MINUTE_MS, shared, monotonicNow } = options
  /** The times of the newest calls, oldest first. */
  const takenAtMs: number[] = []

  function takeHere(): boolean {
    const nowMs = monotonicNow()
    const [oldestMs] = takenAtMs
    if (oldestMs !== undefined && takenAtMs.length >= max) {
      if (nowMs - oldestMs < windowMs) return false
      takenAtMs.shift()
    }
    takenAtMs.push(nowMs)
    return true
  }

  return {
    async take() {
      // Counted here first, so that a loss of Redis does not start a second budget.
      if (!takeHere()) return false
      return (await shared?.take(name, { max, windowMs })) ?? true
    },
    async giveBack() {
      takenAtMs.pop()
      await shared?.giveBack(name)
    },
  }
}

/**
 * The error for a call that was not made. @param operation the name of the call, if several operations share the
 * budget
 */
export function callBudgetUsed(options: {
  readonly operation?: string
  readonly hint: string
  readonly retryAfterSeconds: number
}): UpstreamError {
  const { operation, ...facts } = options
  const which = operation === undefined ? '' : ` (${operation})`
  return new UpstreamError(
    'upstream_rate_limited',
    `Not sent: all of this minute's calls are used${which}.`,
    facts,
  )
}
