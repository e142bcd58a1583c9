import { createHash, randomUUID } from 'node:crypto'
import type { StartedAttempt, SharedAttempt, SharedAttempts } from '../sessions/idempotency.ts'
import type { RedisConnection } from './redis-connection.ts'
import type { Seals } from './sealed-text.ts'

/** If an attempt has not been settled or renewed for this long, its replica is assumed to have stopped. */
const LEASE_MS = 2000
const RENEW_LEASE_EVERY_MS = 700

/**
 * Claims the key for this attempt, unless the key has a response or another attempt is in progress. Uses Redis'
 * clock. KEYS: the attempt. ARGV: hash of the body, owner, lease in ms, retention in ms, `repeat` if the
 * request says that there was an earlier attempt, whose time is unknown.
 */
const START_ATTEMPT = `
local time = redis.call('TIME')
local nowMs = time[1] * 1000 + math.floor(time[2] / 1000)
local known = redis.call('HMGET', KEYS[1], 'body', 'answer', 'leaseEndsAtMs', 'firstTriedAtMs')
if known[1] then
  if known[1] ~= ARGV[1] then return {'reused'} end
  if known[2] then return {'answered', known[2]} end
  if tonumber(known[3]) > nowMs then return {'in-progress'} end
end
local firstTriedAtMs = known[4] or ARGV[5] == 'repeat' and 'unknown' or string.format('%.0f', nowMs)
redis.call('HSET', KEYS[1], 'body', ARGV[1], 'owner', ARGV[2],
  'leaseEndsAtMs', string.format('%.0f', nowMs + ARGV[3]), 'firstTriedAtMs', firstTriedAtMs)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
if firstTriedAtMs == 'unknown' then return {'started', 'unknown'} end
return {'started', known[4] and string.format('%.0f', nowMs - known[4]) or ''}`

/**
 * KEYS: the attempt. ARGV: owner; outcome (`answered`, `unknown`, `refused` or `renewed`); the sealed response;
 * lease in ms.
 */
const SETTLE = `
if redis.call('HGET', KEYS[1], 'owner') ~= ARGV[1] then return 0 end
if ARGV[2] == 'refused' then return redis.call('DEL', KEYS[1]) end
if ARGV[2] == 'answered' then return redis.call('HSET', KEYS[1], 'answer', ARGV[3]) end
local time = redis.call('TIME')
local leaseMs = ARGV[2] == 'renewed' and ARGV[4] or 0
return redis.call('HSET', KEYS[1], 'leaseEndsAtMs',
  string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + leaseMs))`

/**
 * Attempts with an Idempotency-Key, stored under a hash of the key and the guest's random session id; responses are
 * sealed.
 */
export function createSharedAttempts(options: {
  readonly connection: RedisConnection
  readonly seals: Seals
  readonly prefix: string
}): SharedAttempts {
  const { connection, seals, prefix } = options

  function ownedAttempt(key: string, owner: string, earlier: StartedAttempt['earlier']): SharedAttempt {
    const settle = (outcome: string, sealed = '') =>
      connection.run((send) => send('EVAL', SETTLE, '1', key, owner, outcome, sealed, String(LEASE_MS)))
    const renewing = setInterval(() => void settle('renewed'), RENEW_LEASE_EVERY_MS).unref()
    return {
      state: 'started',
      earlier,
      async settle(outcome, answer) {
        clearInterval(renewing)
        await settle(outcome, answer === undefined ? '' : await seals.seal(key, answer))
      },
    }
  }

  return {
    async claim(id, body, { keepMs, isRepeat }) {
      const key = prefix + sha256(id)
      const owner = randomUUID()
      // The hash of the body includes the unguessable id: otherwise, a guest's text could be guessed from its
      // hash.
      const numbers = [LEASE_MS, keepMs].map(String)
      const reply = await connection.run((send) =>
        send(
          'EVAL',
          START_ATTEMPT,
          '1',
          key,
          sha256(`${id} ${body}`),
          owner,
          ...numbers,
          isRepeat ? 'repeat' : '',
        ),
      )
      if (!Array.isArray(reply)) return undefined
      const [state, value] = reply.map(String)
      switch (state) {
        case 'answered': {
          const answer = await seals.open(key, value ?? '')
          return answer === undefined ? undefined : { state, answer }
        }
        case 'started':
          return ownedAttempt(key, owner, earlierAttempt(value))
        case 'reused':
        case 'in-progress':
          return { state }
        default:
          return undefined
      }
    },
  }
}

/** @param msAgo from {@link START_ATTEMPT} */
function earlierAttempt(msAgo: string | undefined): StartedAttempt['earlier'] {
  if (msAgo === undefined || msAgo === '') return undefined
  return { msAgo: msAgo === 'unknown' ? undefined : Number(msAgo) }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
