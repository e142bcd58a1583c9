import type { SessionDescription, SignInGrant } from '../../contract/contract.ts'
import type { GuestApi } from '../genesys/guest-api.ts'
import type { GuestAttributes } from './guest-attributes.ts'
import { notSupported } from './not-supported.ts'
import type { SessionLifetime } from './session-lifetime.ts'
import type { Caller, OpenSession, GuestSessionResponse, SessionOpening } from './session-opening.ts'
import type { SessionRegistry } from './session-registry.ts'
import { guestOf, type SessionClaims, type SessionTokens } from './session-token.ts'

export interface GuestSessions {
  /** The claims of a valid token, synchronously if they are cached. Rejects with `session_invalid`. */
  authenticate(token: string, origin: string | undefined): SessionClaims | Promise<SessionClaims>
  /** Like `authenticate`, but for `resume`: an expired token is accepted as long as its session can be resumed. */
  authenticateToResume(token: string, origin: string | undefined): Promise<SessionClaims>
  /**
   * Checks in the shared store whether the session has ended or has a newer token. Never rejects: if there is a newer token,
   * the function that it resolves to throws `session_invalid`.
   */
  readonly confirm: ((claims: SessionClaims) => Promise<() => void>) | undefined
  /** @throws {SessionError} `session_ended` if this process knows that the session is over */
  requireLive(claims: SessionClaims): SessionClaims
  open(request: OpenSession, caller: Caller): Promise<GuestSessionResponse>
  /** Resumes the guest's session, or opens a new one if Genesys has ended it. */
  resume(claims: SessionClaims, request: OpenSession, caller: Caller): Promise<GuestSessionResponse>
  /** The session, with a new token if half of the old token's lifetime is over. */
  describe(claims: SessionClaims, deadlineAtMs: number): Promise<SessionDescription & { session?: string }>
  /** A new session token, if half of the old token's lifetime is over or its attributes are outdated. */
  renewIfDue(claims: SessionClaims): Promise<string | undefined>
  /** A new session token for changed claims. */
  renew(claims: SessionClaims): Promise<string>
  end(claims: SessionClaims, deadlineAtMs: number): Promise<void>
  /** Genesys' own sign-in, with the data that the page got from the OpenID provider. */
  signIn(claims: SessionClaims, grant: SignInGrant, deadlineAtMs: number): Promise<GuestSessionResponse>
  /** Signs out at Genesys, which ends the session. */
  signOut(claims: SessionClaims, deadlineAtMs: number): Promise<void>
  isEnded(claims: SessionClaims): boolean
}

export function createGuestSessions(options: {
  readonly guestApi: GuestApi
  readonly tokens: SessionTokens
  readonly attributes: GuestAttributes
  readonly registry: SessionRegistry
  readonly lifetime: SessionLifetime
  readonly opening: SessionOpening
  readonly now: () => number
}): GuestSessions {
  const { guestApi, tokens, attributes, registry, lifetime, opening, now } = options
  const { refresh } = registry

  /** Drops verified attributes whose verification has expired, unless a newer token renewed the verification. */
  function dropExpiredTrust(claims: SessionClaims): SessionClaims {
    registry.requireNewest(claims)
    const verifiedUntilMs = registry.verifiedUntilMs(claims)
    if (verifiedUntilMs === undefined || verifiedUntilMs > now()) return claims
    return attributes.withdrawTrust({ ...claims, verifiedUntilMs: undefined })
  }

  /** The claims for a new token, if one is due. */
  function renewed(claims: SessionClaims, platformEndsAtMs?: number): SessionClaims | undefined {
    const current = attributes.latest(claims)
    if (current.attributes === claims.attributes && !lifetime.isRenewalDue(claims)) return undefined
    return lifetime.renewByUse(current, platformEndsAtMs)
  }

  return {
    authenticate(token, origin) {
      const claims = tokens.open(token, origin)
      // Most tokens are cached.
      return claims instanceof Promise ? claims.then(dropExpiredTrust) : dropExpiredTrust(claims)
    },
    authenticateToResume: async (token, origin) => dropExpiredTrust(await tokens.open(token, origin, true)),
    confirm:
      refresh &&
      (async (claims) => {
        await refresh(claims.sid)
        return () => registry.requireNewest(claims)
      }),
    requireLive: (claims) => registry.requireLive(claims),
    isEnded: (claims) => registry.isEnded(claims),
    open: (request, caller) => opening.open(request, caller),
    async resume(claims, request, caller) {
      if (registry.isEnded(claims)) return opening.open(request, caller)
      return opening.resume(claims, request, caller)
    },
    renew: (claims) => tokens.seal(lifetime.renewByUse(claims)),
    async renewIfDue(claims) {
      const next = renewed(claims)
      return next && tokens.seal(next)
    },
    async describe(claims, deadlineAtMs) {
      const opened = await guestApi.resume(guestOf(claims), deadlineAtMs)
      // The driver reports a new session only once, and the next message must deliver all attributes to it.
      if (opened.state === 'new') attributes.resetDelivery(attributes.latest(claims))
      const next = renewed(claims, opened.expiresAtMs)
      const expiresAtMs = Math.min((next ?? claims).expiresAtMs, opened.expiresAtMs ?? Infinity)
      return { ...opening.describe(opened, expiresAtMs), ...(next && { session: await tokens.seal(next) }) }
    },
    async end(claims, deadlineAtMs) {
      if (guestApi.end === undefined) throw notSupported(guestApi, 'end')
      await guestApi.end(guestOf(claims), deadlineAtMs)
      await registry.end(claims.sid)
    },
    async signIn(claims, grant, deadlineAtMs) {
      if (guestApi.signIn === undefined) throw notSupported(guestApi, 'sign-in')
      const opened = await guestApi.signIn(guestOf(claims), grant, deadlineAtMs)
      const current = attributes.latest(claims)
      const signedIn = await opening.newGeneration(
        opened.state === 'new' ? attributes.resetDelivery(current) : current,
      )
      return opening.answer(signedIn, opened, deadlineAtMs)
    },
    async signOut(claims, deadlineAtMs) {
      if (guestApi.signOut === undefined) throw notSupported(guestApi, 'sign-in')
      await guestApi.signOut(guestOf(claims), deadlineAtMs)
      registry.markEnded(claims.sid)
    },
  }
}
