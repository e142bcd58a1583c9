import type { CountShared } from '../middleware/rate-limits.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { Seals } from './sealed-text.ts'

/**
 * Counts a request. Sets the expiry of a window that has none: a new window, or one left behind by a failover in
 * the middle of the script.
 */
const COUNT = `local hits = redis.call('INCR', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if left < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  left = tonumber(ARGV[1])
end
return {hits, left}`

/** Counts in Redis for all replicas. Addresses and session ids are stored only as keyed hashes. */
export function createSharedRateLimits(options: {
  readonly connection: RedisConnection
  readonly seals: Seals
  readonly prefix: string
}): CountShared {
  const { connection, seals, prefix } = options
  return async (name, key, windowMs) => {
    if (!connection.isAvailable) return undefined
    const counted = await connection.run((send) =>
      send('EVAL', COUNT, '1', `${prefix}${name}:${seals.hash(key)}`, String(windowMs)),
    )
    if (!Array.isArray(counted)) return undefined
    const [hits, resetMs] = counted.map(Number)
    return hits === undefined || resetMs === undefined || !(hits >= 1 && resetMs >= 0 && resetMs <= windowMs)
      ? undefined
      : { hits, resetMs }
  }
}
