import { createHash } from 'node:crypto'
import { BoundedMap } from '../collections/bounded-map.ts'
import type { SharedGenerations } from '../sessions/session-registry.ts'
import type { RedisConnection } from './redis-connection.ts'

/** The same limit as in the session registry. */
const MAX_ANNOUNCED = 20_000
/** The maximum number of sessions whose generation in Redis is cached. */
const MAX_CACHED = 20_000
/** How many generations are published concurrently after Redis has recovered. */
const BATCH = 100

/** KEYS: the session. ARGV: generation, retention in ms, channel, message. A newer generation is kept. */
const ANNOUNCE = `
if tonumber(ARGV[1]) <= tonumber(redis.call('GET', KEYS[1]) or '0') then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
redis.call('PUBLISH', ARGV[3], ARGV[4])
return 1`

/**
 * The newest generation of each session whose visitor has signed in or out, stored under a hash of the session's
 * id.
 */
export function createSharedGenerations(options: {
  readonly connection: RedisConnection
  readonly prefix: string
  /** The maximum lifetime of a token of an older generation, in ms. */
  readonly keepMs: number
  readonly now: () => number
}): SharedGenerations {
  const { connection, prefix, keepMs, now } = options
  const channel = `${prefix}begun`
  const keyOf = (sid: string) => prefix + createHash('sha256').update(sid).digest('base64url')
  const announcedHere = new BoundedMap<string, { readonly generation: number; readonly untilMs: number }>(
    MAX_ANNOUNCED,
  )

  /** The values read from Redis, 0 for none. While the connection lasts, newer values are announced to this process. */
  const cached = new BoundedMap<string, number>(MAX_CACHED)

  async function publish(sid: string, generation: number, forMs: number): Promise<void> {
    const rest = [generation, forMs].map(String)
    const message = JSON.stringify([sid, generation])
    await connection.run((send) => send('EVAL', ANNOUNCE, '1', keyOf(sid), ...rest, channel, message))
  }

  /**
   * Publishes all current generations again: Redis may have lost them, or they may have started while it was
   * unavailable.
   */
  async function republish(): Promise<void> {
    const nowMs = now()
    const current = [...announcedHere].filter(([, { untilMs }]) => untilMs > nowMs)
    for (let at = 0; at < current.length; at += BATCH) {
      const batch = current.slice(at, at + BATCH)
      await Promise.all(
        batch.map(([sid, { generation, untilMs }]) => publish(sid, generation, untilMs - nowMs)),
      )
    }
  }
  connection.onAvailable(() => {
    cached.clear()
    void republish()
  })

  return {
    async newest(sid) {
      const isListening = connection.isListening
      let generation = isListening ? cached.get(sid) : undefined
      if (generation === undefined) {
        const reply = await connection.run(async (send) => Number(await send('GET', keyOf(sid))))
        if (reply === undefined) return undefined
        generation = reply
        if (isListening) cached.set(sid, generation)
      }
      return generation > 0 ? generation : undefined
    },
    announce(sid, generation) {
      cached.delete(sid)
      announcedHere.set(sid, { generation, untilMs: now() + keepMs })
      return publish(sid, generation, keepMs)
    },
    onAnnounced(listener) {
      connection.subscribe(channel, (message) => {
        const [sid, generation] = parseMessage(message)
        if (sid === undefined || generation === undefined) return
        cached.delete(sid)
        listener(sid, generation)
      })
    },
  }
}

function parseMessage(message: string): [string, number] | [] {
  try {
    const parsed: unknown = JSON.parse(message)
    if (!Array.isArray(parsed)) return []
    const [sid, generation] = parsed as unknown[]
    return typeof sid === 'string' && typeof generation === 'number' ? [sid, generation] : []
  } catch {
    return []
  }
}
