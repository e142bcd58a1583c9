import { BoundedMap } from '../../collections/bounded-map.ts'

const MINUTE_MS = 60_000
const MAX_ENTRIES = 1000
const MAX_BYTES = 8 * 1024 * 1024

/** Caches results for a minute. Concurrent callers with the same key share one load; a failure is not cached. */
export function createMinuteCache<T>(options: {
  readonly bytesOf: (value: T) => number
  readonly monotonicNow: () => number
}) {
  const { monotonicNow } = options
  const known = new BoundedMap<string, { readonly value: T; readonly untilMs: number }>(MAX_ENTRIES, {
    maxBytes: MAX_BYTES,
    bytesOf: ({ value }) => options.bytesOf(value),
  })
  const loading = new Map<string, Promise<T>>()

  async function loaded(key: string, load: () => Promise<T>): Promise<T> {
    try {
      const value = await load()
      known.set(key, { value, untilMs: monotonicNow() + MINUTE_MS })
      return value
    } finally {
      loading.delete(key)
    }
  }

  return async function cached(key: string, load: () => Promise<T>): Promise<T> {
    const found = known.get(key)
    if (found !== undefined && monotonicNow() < found.untilMs) return found.value
    let pending = loading.get(key)
    if (pending === undefined) loading.set(key, (pending = loaded(key, load)))
    return pending
  }
}
