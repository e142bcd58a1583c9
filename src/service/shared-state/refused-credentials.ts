import * as z from 'zod'
import type { RefusedCredentials } from '../genesys/oauth/access-token.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { Seals } from './sealed-text.ts'

const Refusal = z.object({
  message: z.string(),
  status: z.number().optional(),
  upstreamCode: z.string().optional(),
  correlationId: z.string().optional(),
  hint: z.string().optional(),
})

/**
 * The maximum validity of an entry, whatever its expiry in Redis: an attacker who can write to Redis must not keep
 * the service from authenticating.
 */
const MAX_FOR_MS = 60_000

/** Credentials that Genesys has refused, stored under a keyed hash. */
export function createRefusedCredentials(options: {
  readonly connection: RedisConnection
  readonly seals: Seals
  readonly prefix: string
}): RefusedCredentials {
  const { connection, seals, prefix } = options
  const keyOf = (credentials: string) => prefix + seals.hash(credentials)
  return {
    async recall(credentials) {
      const key = keyOf(credentials)
      const found = await connection.run(async (send) => Promise.all([send('GET', key), send('PTTL', key)]))
      const [text, forMs] = found ?? []
      if (typeof text !== 'string' || !(Number(forMs) > 0)) return undefined
      // Undefined unless a replica has sealed the entry, because its hint is shown as our own.
      const opened = await seals.open(key, text)
      const refusal = opened === undefined ? undefined : Refusal.safeParse(JSON.parse(opened))
      if (!refusal?.success) return undefined
      const { message, ...facts } = refusal.data
      return { message, facts: withoutUndefined(facts), forMs: Math.min(Number(forMs), MAX_FOR_MS) }
    },
    async remember(credentials, { message, facts, forMs }) {
      const key = keyOf(credentials)
      const text = await seals.seal(key, JSON.stringify({ message, ...facts }))
      await connection.run((send) => send('SET', key, text, 'PX', String(forMs)))
    },
  }
}

/** The facts in the form that an error needs: without undefined values. */
function withoutUndefined<T extends object>(facts: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as never
}
