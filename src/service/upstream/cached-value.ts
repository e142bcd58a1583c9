import { withDeadline } from './with-deadline.ts'

export interface CachePolicy<T> {
  /** Asks for the value; callers who arrive together share one call, which goes on when one of them gives up. */
  readonly load: (deadlineAtMs: number) => Promise<T>
  readonly loadTimeoutMs: number
  /** What a caller is told whose own deadline comes first. */
  readonly timeoutMessage: string
  /** How long a value is served without asking. */
  readonly ttlMs: (value: T) => number
  /** How long after that it is still served at once, while another is loaded. Default 0. */
  readonly staleWhileRevalidateMs?: (value: T) => number
  /** How long after `ttlMs` it is served where loading fails, or takes too long. Default 0. */
  readonly staleIfErrorMs?: number
  /** How long an error is remembered where there is no value to serve. Default 0. */
  readonly negativeTtlMs?: (error: unknown) => number
  /** An error after which the old value is wrong, and not just old. Default: none is. */
  readonly isDefinitive?: (error: unknown) => boolean
  readonly monotonicNow: () => number
}

/** One value from upstream, for all who need it. It has no timer: who needs it next has it loaded anew. */
export interface CachedValue<T> {
  /**
   * @throws what `load` has thrown, also from memory
   * @throws {UpstreamError} `upstream_timeout` at the caller's deadline
   */
  get(deadlineAtMs: number): Promise<T>
  /** What was loaded last, however old. */
  readonly latest: T | undefined
  /** Why loading has failed since. */
  readonly error: unknown
  /** Forgets the value: the next caller waits for another one. */
  drop(): void
}

/** After a failure: how long a value that still serves is not loaded anew. */
const RETRY_AFTER_FAILURE_MS = 10_000

export function createCachedValue<T>(policy: CachePolicy<T>): CachedValue<T> {
  const { monotonicNow, staleIfErrorMs = 0, staleWhileRevalidateMs, negativeTtlMs, isDefinitive } = policy
  let cached: { readonly value: T; readonly freshUntilMs: number; readonly staleUntilMs: number } | undefined
  let failure: { readonly error: unknown; readonly atMs: number } | undefined
  let loading: Promise<T> | undefined

  async function load(): Promise<T> {
    const startedAtMs = monotonicNow()
    try {
      const value = await policy.load(startedAtMs + policy.loadTimeoutMs)
      const freshUntilMs = startedAtMs + policy.ttlMs(value)
      cached = { value, freshUntilMs, staleUntilMs: freshUntilMs + (staleWhileRevalidateMs?.(value) ?? 0) }
      failure = undefined
      return value
    } catch (error) {
      failure = { error, atMs: monotonicNow() }
      throw error
    }
  }

  function loadOnce(): Promise<T> {
    loading ??= load().finally(() => {
      loading = undefined
    })
    return loading
  }

  function loadInBackground(nowMs: number): void {
    if (failure && nowMs < failure.atMs + RETRY_AFTER_FAILURE_MS) return
    loadOnce().catch(() => undefined) // noted in `failure`; the value at hand still serves
  }

  /** The old value, where it may stand in for the one that this error keeps from coming. */
  function valueDespite(error: unknown): T | undefined {
    const serves = cached && monotonicNow() < cached.freshUntilMs + staleIfErrorMs && !isDefinitive?.(error)
    return serves ? cached?.value : undefined
  }

  return {
    async get(deadlineAtMs) {
      const nowMs = monotonicNow()
      if (cached && nowMs < cached.freshUntilMs) return cached.value
      const stale =
        cached && nowMs < cached.staleUntilMs ? cached.value : failure && valueDespite(failure.error)
      if (stale !== undefined) {
        loadInBackground(nowMs)
        return stale
      }
      if (failure && nowMs < failure.atMs + (negativeTtlMs?.(failure.error) ?? 0)) throw failure.error
      try {
        return await withDeadline(loadOnce(), deadlineAtMs - nowMs, policy.timeoutMessage)
      } catch (error) {
        const value = valueDespite(error)
        if (value === undefined) throw error
        return value
      }
    },
    get latest() {
      return cached?.value
    },
    get error() {
      return failure?.error
    },
    drop() {
      cached = undefined
    },
  }
}
