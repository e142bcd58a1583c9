import { withDeadline } from './with-deadline.ts'

export interface CachePolicy<T> {
  /** Loads the value. Concurrent callers share one call, which continues even if one of them gives up. */
  readonly load: (deadlineAtMs: number) => Promise<T>
  readonly loadTimeoutMs: number
  /** The error message for a caller whose own deadline comes first. */
  readonly timeoutMessage: string
  /** How long a value is used without a reload. */
  readonly ttlMs: (value: T) => number
  /** How long after `ttlMs` a value is still used immediately, while it is reloaded. Default 0. */
  readonly staleWhileRevalidateMs?: (value: T) => number
  /** How long after `ttlMs` a value is used if loading fails or takes too long. Default 0. */
  readonly staleIfErrorMs?: number
  /** How long an error is cached if there is no value. Default 0. */
  readonly negativeTtlMs?: (error: unknown) => number
  /** Whether the error means that the old value is wrong, and not just outdated. Default: false for every error. */
  readonly isDefinitive?: (error: unknown) => boolean
  readonly monotonicNow: () => number
}

/** One cached value from upstream. It has no timer: it is reloaded on the next access. */
export interface CachedValue<T> {
  /**
   * @throws the error from `load`, which may be a cached one
   * @throws {UpstreamError} `upstream_timeout` at the caller's deadline
   */
  get(deadlineAtMs: number): Promise<T>
  /** The last loaded value, however old. */
  readonly latest: T | undefined
  /** The error from the last reload, if it failed. */
  readonly error: unknown
  /** Drops the value: the next caller waits for a new one. */
  drop(): void
}

/** How long to wait after a failure before the next reload, while the old value is still used. */
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
    loadOnce().catch(() => undefined) // recorded in `failure`; the current value is still used
  }

  /** The old value, if it may be used despite this error. */
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
