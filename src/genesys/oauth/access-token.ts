import { withDeadline } from '../../upstream/with-deadline.ts'
import type { UpstreamClient } from '../../upstream/upstream-client.ts'
import { UpstreamError } from '../../upstream/upstream-error.ts'
import type { DeadlineAtMs } from '../guest-api.ts'
import { requestToken, type OAuthCredentials } from './oauth-token-operation.ts'
import { tokenLifetime, type TokenLifetime } from './token-lifetime.ts'

/** How long wrong credentials are remembered: they are asked about once a minute, not once a page. */
const REFUSAL_TTL_MS = 60_000
/** One asking, with its repeats, whoever waits for it. */
const TOKEN_TIMEOUT_MS = 20_000
const FIRST_BACKOFF_MS = 1000
const LONGEST_BACKOFF_MS = 30_000
/** How long a 401 that a fresh token did not cure keeps other 401s from asking for fresh tokens. */
const UNAUTHORIZED_COOLDOWN_MS = 10_000

export interface AccessTokenOptions extends OAuthCredentials {
  /** A client of its own, as the login host is another dependency than the API. */
  readonly client: UpstreamClient
  readonly now?: (() => number) | undefined
  readonly random?: (() => number) | undefined
}

export interface AccessTokenState {
  /** `unused`: nobody needed one yet. `failing`: no answer; it is tried again when next needed. */
  readonly status: 'unused' | 'valid' | 'refused' | 'failing'
  /** Of `refused` and `failing`: what to mend, where that is known. */
  readonly hint?: string
}

/** Our OAuth token at Genesys: one per process, asked for when first needed. */
export interface AccessToken {
  /**
   * @throws {UpstreamError} `upstream_auth_failed` when Genesys refuses the credentials, also from memory;
   * `upstream_timeout` when it is not there by the deadline.
   */
  get(deadlineAtMs: DeadlineAtMs): Promise<string>
  /**
   * Makes the call with `Bearer <token>`. On a 401 the token is dropped and the call made once more with a
   * fresh one: a request that was refused so has not been taken, hence this holds for messages too.
   */
  authorize<T>(call: (authorization: string) => Promise<T>, deadlineAtMs: DeadlineAtMs): Promise<T>
  /** Drops this token, unless another has taken its place. */
  invalidate(token: string): void
  state(): AccessTokenState
}

interface CachedToken extends TokenLifetime {
  readonly token: string
}

/**
 * Renewal has no timer, which would keep a process busy that nobody calls: the first call after the time
 * for it starts it, and is served with the token that is still good.
 */
export function createAccessToken(options: AccessTokenOptions): AccessToken {
  const { client, now = Date.now, random = Math.random } = options
  let cached: CachedToken | undefined
  let pending: Promise<CachedToken> | undefined
  let failure: { readonly error: UpstreamError; readonly refused: boolean } | undefined
  let failuresInARow = 0
  let notBeforeMs = 0
  let unauthorizedCooldownUntilMs = 0

  /** Callers who arrive together share one asking. */
  function renew(): Promise<CachedToken> {
    pending ??= ask().finally(() => {
      pending = undefined
    })
    return pending
  }

  async function ask(): Promise<CachedToken> {
    const askedAtMs = now()
    try {
      const answer = await requestToken(client, options, askedAtMs + TOKEN_TIMEOUT_MS)
      cached = { token: answer.access_token, ...tokenLifetime(answer.expires_in, askedAtMs, random) }
      failure = undefined
      failuresInARow = 0
      return cached
    } catch (error) {
      noteFailure(error as UpstreamError)
      throw error
    }
  }

  function noteFailure(error: UpstreamError): void {
    const refused = error.code === 'upstream_auth_failed'
    failure = { error, refused }
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** failuresInARow++, LONGEST_BACKOFF_MS)
    notBeforeMs = now() + (refused ? REFUSAL_TTL_MS : backoffMs * (0.5 + random() / 2))
  }

  /** The token at hand, while it is good; renewed in the background near its end. */
  function current(): string | undefined {
    const nowMs = now()
    if (!cached || nowMs >= cached.expiresAtMs) return undefined
    if (nowMs >= cached.renewAtMs && !pending && (!failure || nowMs >= notBeforeMs)) {
      renew().catch(() => undefined) // noted; the token at hand still serves
    }
    return cached.token
  }

  async function get(deadlineAtMs: DeadlineAtMs): Promise<string> {
    const token = current()
    if (token !== undefined) return token
    if (failure?.refused && now() < notBeforeMs) throw failure.error
    return (await withDeadline(renew(), deadlineAtMs - now(), 'No access token came in time.')).token
  }

  function invalidate(token: string): void {
    if (cached?.token === token) cached = undefined
  }

  return {
    get,
    invalidate,
    async authorize(call, deadlineAtMs) {
      const token = await get(deadlineAtMs)
      try {
        return await call(`Bearer ${token}`)
      } catch (error) {
        if (!isUnauthorized(error) || now() < unauthorizedCooldownUntilMs) throw error
      }
      invalidate(token)
      const fresh = await get(deadlineAtMs)
      try {
        return await call(`Bearer ${fresh}`)
      } catch (error) {
        if (isUnauthorized(error)) unauthorizedCooldownUntilMs = now() + UNAUTHORIZED_COOLDOWN_MS
        throw error
      }
    },
    state() {
      if (failure?.refused) return { status: 'refused', ...hintOf(failure.error) }
      if (cached && now() < cached.expiresAtMs) return { status: 'valid' }
      return failure ? { status: 'failing', ...hintOf(failure.error) } : { status: 'unused' }
    },
  }
}

function isUnauthorized(error: unknown): boolean {
  return error instanceof UpstreamError && error.facts.status === 401
}

function hintOf({ facts }: UpstreamError): { hint?: string } {
  return facts.hint === undefined ? {} : { hint: facts.hint }
}
