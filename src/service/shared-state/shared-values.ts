import type { RedisConnection } from './redis-connection.ts'
import type { Seals } from './sealed-text.ts'

/** Values that one replica has read from Genesys, so that the others need not read them. */
export interface SharedValues {
  /** Undefined if there is no value, if it was not written by a replica, or if Redis is unavailable. */
  read(name: string): Promise<string | undefined>
  write(name: string, text: string, forMs: number): Promise<void>
}

/** The values are sealed, so that only replicas can write values that are served to pages. */
export function createSharedValues(options: {
  readonly connection: RedisConnection
  readonly seals: Seals
  readonly prefix: string
}): SharedValues {
  const { connection, seals, prefix } = options
  return {
    async read(name) {
      const key = prefix + name
      const text = await connection.run((send) => send('GET', key))
      return typeof text === 'string' ? seals.open(key, text) : undefined
    },
    async write(name, text, forMs) {
      if (!connection.isAvailable) return
      const key = prefix + name
      const sealed = await seals.seal(key, text)
      await connection.run((send) => send('SET', key, sealed, 'PX', String(forMs)))
    },
  }
}
