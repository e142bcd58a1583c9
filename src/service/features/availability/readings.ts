import { createCachedValue } from '../../outgoing-http/cached-value.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'

/** Values that one replica has read and the others use. Only replicas can write them. Neither method rejects. */
export interface SharedValues {
  /** Undefined if there is no value, or if the store is unavailable. */
  read(name: string): Promise<string | undefined>
  write(name: string, text: string, forMs: number): Promise<void>
}

/** A value from Genesys, and its age. */
export interface Reading<T> {
  readonly value: T
  /** Epoch ms. */
  readonly readAtMs: number
  /** Whether the value should have been read again, but could not be. */
  readonly isStale: boolean
}

/** @throws {UpstreamError} if there is no value to serve */
export type Read<T> = (deadlineAtMs: number) => Promise<Reading<T>>

/** After a failure, the last value is served for this long. */
const STALE_FOR_MS = 10 * 60_000
const LOAD_TIMEOUT_MS = 10_000
const RETRY_AFTER_MS = 10_000
const RETRY_AFTER_REFUSAL_MS = 60_000
/** The format version of shared values, because replicas of a different release may use a different format. */
const FORMAT = '1'
/** Allows for the time between reading and using a value. */
const GRACE_MS = 1000

export function createReadings(options: {
  readonly shared?: SharedValues | undefined
  readonly now: () => number
  readonly monotonicNow: () => number
}) {
  const { shared, now, monotonicNow } = options

  /** Reads a value from Genesys at most once in `ttlMs`, or once for all replicas if they share state. */
  return function reading<T>(
    name: string,
    { ttlMs, load }: { readonly ttlMs: number; readonly load: (deadlineAtMs: number) => Promise<T> },
  ): Read<T> {
    const sharedName = `${FORMAT}:${name}`

    async function readShared() {
      const text = await shared?.read(sharedName)
      if (text === undefined) return undefined
      const known = JSON.parse(text) as { readonly value: T; readonly readAtMs: number }
      const ageMs = now() - known.readAtMs
      return ageMs >= 0 && ageMs < ttlMs ? known : undefined
    }

    const cached = createCachedValue({
      async load(deadlineAtMs) {
        const known = await readShared()
        if (known) return known
        const readAtMs = now()
        const value = await load(deadlineAtMs)
        await shared?.write(sharedName, JSON.stringify({ readAtMs, value }), ttlMs)
        return { value, readAtMs }
      },
      loadTimeoutMs: LOAD_TIMEOUT_MS,
      timeoutMessage: `Genesys did not respond in time (${name.split(':', 1)[0] ?? ''}).`,
      ttlMs: ({ readAtMs }) => Math.max(0, ttlMs - (now() - readAtMs)),
      staleIfErrorMs: STALE_FOR_MS,
      negativeTtlMs: (error) => (isRefusal(error) ? RETRY_AFTER_REFUSAL_MS : RETRY_AFTER_MS),
      isDefinitive: isRefusal,
      monotonicNow,
    })
    return async (deadlineAtMs) => {
      const { value, readAtMs } = await cached.get(deadlineAtMs)
      return { value, readAtMs, isStale: now() - readAtMs > ttlMs + GRACE_MS }
    }
  }
}

export type Readings = ReturnType<typeof createReadings>

/** Whether Genesys responded with 403 or 404, so that an earlier value must not be served. */
function isRefusal(error: unknown): boolean {
  return error instanceof UpstreamError && (error.facts.status === 403 || error.facts.status === 404)
}
