import type { SharedCalls } from '../outgoing-http/call-budget.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { Seals } from './sealed-text.ts'

/**
 * Uses Redis' clock. KEYS: times of the newest calls. ARGV: the maximum number of calls, and the length of the
 * window in ms.
 */
const TAKE = `
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local max = tonumber(ARGV[1])
local oldest = redis.call('LINDEX', KEYS[1], max - 1)
if oldest and nowMs - oldest < tonumber(ARGV[2]) then return 0 end
redis.call('LPUSH', KEYS[1], string.format('%.0f', nowMs))
redis.call('LTRIM', KEYS[1], 0, max - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1`

/** Names are hashed with a key, because some are derived from a phone number. */
export function createSharedCalls(options: {
  readonly connection: RedisConnection
  readonly seals: Seals
  readonly prefix: string
}): SharedCalls {
  const { connection, seals, prefix } = options
  const keyOf = (name: string) => prefix + seals.hash(name)
  return {
    async take(name, { max, windowMs }) {
      const taken = await connection.run((send) =>
        send('EVAL', TAKE, '1', keyOf(name), String(max), String(windowMs)),
      )
      return taken === undefined ? undefined : taken === 1
    },
    async giveBack(name) {
      await connection.run((send) => send('LPOP', keyOf(name)))
    },
  }
}
