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

/** Credentials that Genesys has refused, under a hash of them that only replicas can make. */
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
      const refusal = Refusal.safeParse(JSON.parse(text))
      if (!refusal.success) return undefined
      const { message, ...facts } = refusal.data
      return { message, facts: withoutUndefined(facts), forMs: Number(forMs) }
    },
    async remember(credentials, { message, facts, forMs }) {
      const text = JSON.stringify({ message, ...facts })
      await connection.run((send) => send('SET', keyOf(credentials), text, 'PX', String(forMs)))
    },
  }
}

/** Facts as an error has them: what is not known is not there. */
function withoutUndefined<T extends object>(facts: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as never
}
