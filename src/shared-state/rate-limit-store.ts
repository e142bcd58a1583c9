import type { Options, Store } from 'express-rate-limit'
import type { RedisStore } from 'rate-limit-redis'
import { BoundedMemoryStore } from '../middleware/bounded-memory-store.ts'
import type { RedisConnection, Send } from './redis-connection.ts'
import type { Seals } from './sealed-text.ts'

export interface RateLimitStoreOptions {
  readonly connection: RedisConnection
  readonly seals: Seals
  /** The package's store, which is loaded with Redis' client. */
  readonly createRedisStore: (prefix: string, send: Send) => RedisStore | undefined
  /** With the limit's name in it. */
  readonly prefix: string
}

/** Counts for all replicas; for this process alone while Redis is away. */
export function createRateLimitStore(options: RateLimitStoreOptions): Store {
  const { connection, seals, createRedisStore, prefix } = options
  const memory = new BoundedMemoryStore()
  let limitOptions: Options | undefined
  let shared: RedisStore | undefined

  /** The package loads its scripts once; one that did not arrive would be missing for good. */
  async function prepare(): Promise<void> {
    const given = limitOptions
    shared = undefined
    if (given === undefined) return
    await connection.run(async (send) => {
      const created = createRedisStore(prefix, send)
      await created?.init(given)
      shared = created
    })
  }
  connection.onAvailable(() => void prepare())

  return {
    prefix,
    init(given) {
      limitOptions = given
      memory.init(given)
      if (connection.isAvailable) void prepare()
    },
    async increment(key) {
      const store = shared
      const counted = store && (await connection.run(() => store.increment(seals.hash(key))))
      return counted ?? memory.increment(key)
    },
    decrement: (key) => memory.decrement(key),
    resetKey: (key) => memory.resetKey(key),
  }
}
