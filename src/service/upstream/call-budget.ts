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

export const MAX_CALLS_PER_MINUTE = 20
const MINUTE_MS = 60_000

/** At most {@link MAX_CALLS_PER_MINUTE} in any minute: of all replicas where they share state, of this process otherwise. */
export function createCallBudget(options: {
  readonly max?: number | undefined
  /** Default: a minute. */
  readonly windowMs?: number
  /** Of what replicas count together. Default: `availability`. */
  readonly name?: string
  readonly takeShared?: TakeSharedCall | undefined
  readonly monotonicNow: () => number
}): CallBudget {
  const {
    max = MAX_CALLS_PER_MINUTE,
    name = 'availability',
    windowMs = MINUTE_MS,
    takeShared,
    monotonicNow,
  } = options
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
