import type { RefusedCredentials } from '../genesys/oauth/access-token.ts'
import type { Log } from '../observability/log.ts'
import type { Metrics } from '../observability/metrics.ts'
import type { CountShared } from '../middleware/rate-limits.ts'
import type { SharedAttempts } from '../sessions/idempotency.ts'
import type { SharedGenerations } from '../sessions/session-registry.ts'
import { createRedisConnection } from './redis-connection.ts'
import { createRefusedCredentials } from './refused-credentials.ts'
import { createSeals } from './sealed-text.ts'
import type { SharedCalls } from '../outgoing-http/call-budget.ts'
import { createSharedCalls } from './shared-calls.ts'
import { createSharedAttempts } from './shared-attempts.ts'
import { createSharedGenerations } from './shared-generations.ts'
import { createSharedRateLimits } from './shared-rate-limits.ts'
import { createSharedValues, type SharedValues } from './shared-values.ts'

/** What replicas share through Redis. While Redis is unavailable, each replica continues on its own. */
export interface SharedState {
  readonly countRateLimit: CountShared
  readonly attempts: SharedAttempts
  readonly generations: SharedGenerations
  readonly refusedCredentials: RefusedCredentials
  readonly values: SharedValues
  readonly calls: SharedCalls
  readonly isAvailable: boolean
  /** Redis' latency; undefined until it is known. */
  readonly roundTripMs: number | undefined
  /** Uses these `SESSION_KEYS` from now on. */
  replaceKeys(keys: readonly Uint8Array[]): void
  /** Resolves within a second, when Redis has responded or is known to be unavailable. */
  readonly started: Promise<void>
  close(): void
}

export interface SharedStateOptions {
  /** `redis://` or `rediss://`, optionally with user, password and database. Secret. */
  readonly url: string
  readonly keyPrefix: string
  readonly timeoutMs: number
  /** `SESSION_KEYS`. */
  readonly keys: readonly Uint8Array[]
  /** Lifetime of an unused session token. */
  readonly tokenMaxAgeMs: number
  readonly log: Log
  readonly metrics: Metrics
  readonly now: () => number
}

const CONNECT_TIMEOUT_MS = 2000
/** A connection on which Redis sends nothing for this long, despite pings, is closed. */
const SOCKET_TIMEOUT_MS = 5000
const PING_INTERVAL_MS = 2000
const MAX_RECONNECT_DELAY_MS = 2000

/** Loads the Redis client, which a service without Redis does not need, and connects in the background. */
export function createSharedState(options: SharedStateOptions): SharedState {
  const { keyPrefix, log, metrics, now } = options
  const seals = createSeals(options.keys)
  const connection = createRedisConnection({
    keyPrefix,
    timeoutMs: options.timeoutMs,
    onChange: (isAvailable, reason) => noteChange(log, isAvailable, reason),
    onFailure: () => metrics.redisCommandFailed(),
    async createClient() {
      const client = await import('@redis/client')
      // Imported as the default export of a CommonJS module: in a bundle, the module has no named exports.
      return client.default.createClient(clientOptions(options.url))
    },
  })
  metrics.observeRedis(connection)

  return {
    countRateLimit: createSharedRateLimits({ connection, seals, prefix: `${keyPrefix}rate:` }),
    attempts: createSharedAttempts({ connection, seals, prefix: `${keyPrefix}idempotency:` }),
    generations: createSharedGenerations({
      connection,
      prefix: `${keyPrefix}generation:`,
      keepMs: options.tokenMaxAgeMs,
      now,
    }),
    refusedCredentials: createRefusedCredentials({ connection, seals, prefix: `${keyPrefix}refused-oauth:` }),
    values: createSharedValues({ connection, seals, prefix: `${keyPrefix}value:` }),
    calls: createSharedCalls({ connection, seals, prefix: `${keyPrefix}calls:` }),
    get isAvailable() {
      return connection.isAvailable
    },
    get roundTripMs() {
      return connection.roundTripMs
    },
    started: connection.started,
    replaceKeys: (keys) => seals.replaceKeys(keys),
    close: () => connection.close(),
  }
}

function clientOptions(url: string) {
  return {
    url,
    name: 'genesys-guest-bff',
    disableOfflineQueue: true,
    pingInterval: PING_INTERVAL_MS,
    maintNotifications: 'disabled' as const,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      socketTimeout: SOCKET_TIMEOUT_MS,
      reconnectStrategy: (retries: number) =>
        Math.min(MAX_RECONNECT_DELAY_MS, 50 * 2 ** Math.min(retries, 10)) * (0.5 + Math.random() / 2),
    },
  }
}

function noteChange(log: Log, isAvailable: boolean, err: unknown): void {
  if (isAvailable) log.info({}, 'Redis responds: replicas share their state')
  else {
    const code = responseCode(err)
    const cause = code === undefined ? '' : `Redis refuses commands with ${code}. `
    const hint = `${cause}Limits, idempotency keys and sign-ins apply per process. Check REDIS_URL and Redis.`
    log.warn({ err, hint }, 'Redis does not respond')
  }
}

/** The code at the beginning of a response such as `OOM command not allowed`: the rest can quote a command. */
function responseCode(error: unknown): string | undefined {
  return error instanceof Error ? /^[A-Z]{2,20}(?= )/.exec(error.message)?.[0] : undefined
}
