import { createCachedValue } from '../../outgoing-http/cached-value.ts'
import type { UpstreamClient } from '../../outgoing-http/upstream-client.ts'
import { monotonicNow as processMonotonicNow } from '../../time/monotonic-now.ts'
import type { ErrorFacts } from '../../errors/coded-error.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'
import type { DeadlineAtMs } from '../guest-api.ts'
import { requestToken, type OAuthCredentials } from './oauth-token-operation.ts'
import { tokenLifetime, type TokenLifetime } from './token-lifetime.ts'

/** Refused credentials are tried again after a minute, not on each request. */
const REFUSAL_TTL_MS = 60_000
/** A single 400 or 401 can be transient: only this replica remembers it, and retries after this time. */
const FIRST_REFUSAL_TTL_MS = 2_000
/** The timeout for a token request, including its retries. All callers share the request. */
const TOKEN_TIMEOUT_MS = 20_000
/** After a 401 that a fresh token did not fix, further 401s cause no token requests for this long. */
const UNAUTHORIZED_COOLDOWN_MS = 10_000

/** A record, shared by all replicas, of the credentials that Genesys has refused. The methods never reject. */
export interface RefusedCredentials {
  /** Undefined if the credentials were not refused, or if Redis is unavailable. */
  recall(credentials: string): Promise<RememberedRefusal | undefined>
  remember(credentials: string, refusal: RememberedRefusal): Promise<void>
}

export interface RememberedRefusal {
  readonly message: string
  readonly facts: ErrorFacts
  /** How long to wait before the credentials are tried again. */
  readonly forMs: number
}

export interface AccessTokenOptions extends OAuthCredentials {
  /** A separate client, because the login host and the API are separate dependencies. */
  readonly client: UpstreamClient
  /** The refusals that replicas share. */
  readonly refused?: RefusedCredentials | undefined
  readonly monotonicNow?: (() => number) | undefined
  readonly random?: (() => number) | undefined
}

export interface AccessTokenState {
  /**
   * `unused`: no caller has needed a token yet. `failing`: the last request failed, but Genesys did not refuse the
   * credentials; the next caller tries again.
   */
  readonly status: 'unused' | 'valid' | 'refused' | 'failing'
  /** For `refused` and `failing`: what to fix, if known. */
  readonly hint?: string
}

/** The service's OAuth token for Genesys: one per process, requested on first use. */
export interface AccessToken {
  /**
   * @throws {UpstreamError} `upstream_auth_failed` when Genesys refuses the credentials or refused them
   * recently; `upstream_timeout` at the deadline.
   */
  get(deadlineAtMs: DeadlineAtMs): Promise<string>
  /**
   * Makes the call with `Bearer <token>`. On a 401, the token is dropped and the call is repeated once with a
   * fresh token. A request refused with 401 was not processed, so this is safe for messages too.
   */
  authorize<T>(call: (authorization: string) => Promise<T>, deadlineAtMs: DeadlineAtMs): Promise<T>
  /** Drops this token, unless it has already been replaced. */
  invalidate(token: string): void
  state(): AccessTokenState
}

interface CachedToken extends TokenLifetime {
  readonly token: string
}

/** The first caller after the renewal time starts the renewal, and gets the current token, which is still valid. */
export function createAccessToken(options: AccessTokenOptions): AccessToken {
  const { client, monotonicNow = processMonotonicNow, random = Math.random } = options
  let unauthorizedCooldownUntilMs = 0
  let refusalTtlMs = REFUSAL_TTL_MS
  let refusedBefore: string | undefined
  /** The credentials of the newest refusal. */
  let refusedNow: string | undefined

  /** Requests a token, unless Genesys has just refused these credentials for another replica. */
  async function requestUnlessRefused(deadlineAtMs: DeadlineAtMs) {
    const { refused } = options
    const credentials = describe(options)
    const known = await refused?.recall(credentials)
    if (known) {
      refusalTtlMs = known.forMs
      refusedNow = credentials
      throw new UpstreamError('upstream_auth_failed', known.message, known.facts)
    }
    try {
      const token = await requestToken(client, options, deadlineAtMs)
      refusedBefore = undefined
      return token
    } catch (error) {
      if (isRefusal(error)) {
        const isRefusedAgain = refusedBefore === credentials
        refusedBefore = refusedNow = credentials
        refusalTtlMs = isRefusedAgain ? REFUSAL_TTL_MS : FIRST_REFUSAL_TTL_MS
        const { message, facts } = error
        if (isRefusedAgain) await refused?.remember(credentials, { message, facts, forMs: REFUSAL_TTL_MS })
      }
      throw error
    }
  }
  const cache = createCachedValue<CachedToken>({
    async load(deadlineAtMs) {
      const { access_token: token, expires_in } = await requestUnlessRefused(deadlineAtMs)
      return { token, ...tokenLifetime(expires_in, random) }
    },
    loadTimeoutMs: TOKEN_TIMEOUT_MS,
    timeoutMessage: 'Genesys did not respond in time (request_token).',
    ttlMs: ({ renewAfterMs }) => renewAfterMs,
    staleWhileRevalidateMs: ({ renewAfterMs, expiresAfterMs }) => expiresAfterMs - renewAfterMs,
    negativeTtlMs: (error) => (isRefusal(error) && refusedNow === describe(options) ? refusalTtlMs : 0),
    monotonicNow,
  })

  async function get(deadlineAtMs: DeadlineAtMs): Promise<string> {
    return (await cache.get(deadlineAtMs)).token
  }

  function invalidate(token: string): void {
    if (cache.latest?.token === token) cache.drop()
  }

  return {
    get,
    invalidate,
    async authorize(call, deadlineAtMs) {
      const token = await get(deadlineAtMs)
      try {
        return await call(`Bearer ${token}`)
      } catch (error) {
        if (!isUnauthorized(error) || monotonicNow() < unauthorizedCooldownUntilMs) throw error
      }
      invalidate(token)
      const fresh = await get(deadlineAtMs)
      try {
        return await call(`Bearer ${fresh}`)
      } catch (error) {
        if (isUnauthorized(error)) unauthorizedCooldownUntilMs = monotonicNow() + UNAUTHORIZED_COOLDOWN_MS
        throw error
      }
    },
    state() {
      const { error, latest } = cache
      if (isRefusal(error)) return { status: 'refused', ...hintOf(error) }
      if (latest) return { status: 'valid' }
      return error instanceof UpstreamError ? { status: 'failing', ...hintOf(error) } : { status: 'unused' }
    },
  }
}

/** Everything on which a refusal depends: if any of it changes, the credentials are tried again immediately. */
function describe({ loginUrl, clientId, clientSecret, style, scope }: OAuthCredentials): string {
  const secret = typeof clientSecret === 'string' ? clientSecret : clientSecret()
  return JSON.stringify([loginUrl, clientId, secret, style, scope])
}

function isRefusal(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === 'upstream_auth_failed'
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof UpstreamError && error.facts.status === 401
}

function hintOf({ facts }: UpstreamError): { hint?: string } {
  return facts.hint === undefined ? {} : { hint: facts.hint }
}
