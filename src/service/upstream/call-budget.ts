import { UpstreamError } from './upstream-error.ts'

/** Calls to Genesys, of which there are 300 a minute for everything that an OAuth client does. */
export interface CallBudget {
  /** Whether another call may be made now; if so, it counts. */
  take(): Promise<boolean>
}

/** Counts the calls of all replicas. Undefined where they cannot count together. */
export type TakeSharedCall = (
  name: string,
  limit: { readonly max: number; readonly windowMs: number },
) => Promise<boolean | undefined>

const MINUTE_MS = 60_000

/** At most `max` in any minute: of all replicas where they share state, of this process otherwise. */
export function createCallBudget(options: {
  readonly max: number
  /** Default: a minute. */
  readonly windowMs?: number
  /** What replicas count together. */
  readonly name: string
  readonly takeShared?: TakeSharedCall | undefined
  readonly monotonicNow: () => number
}): CallBudget {
  const { max, name, windowMs = MINUTE_MS, takeShared, monotonicNow } = options
  /** The newest calls, the oldest first. */
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
      // Counted here first, so that a loss of Redis begins no second budget.
      if (!takeHere()) return false
      return (await takeShared?.(name, { max, windowMs })) ?? true
    },
  }
}

/** For a call that was not made. @param operation of Genesys, where one budget serves several */
export function callBudgetUsed(options: {
  readonly operation?: string
  readonly hint: string
  readonly retryAfterSeconds: number
}): UpstreamError {
  const { operation, ...facts } = options
  const which = operation === undefined ? '' : ` (${operation})`
  return new UpstreamError(
    'upstream_rate_limited',
    `Not sent: the calls of this minute are used${which}.`,
    facts,
  )
}
