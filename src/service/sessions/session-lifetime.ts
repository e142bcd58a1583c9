import type { SessionClaims } from './session-token.ts'

export interface SessionLifetimeSettings {
  /** Lifetime of an unused session. */
  readonly maxAgeMs: number
  /** Maximum lifetime, regardless of use. */
  readonly absoluteMaxAgeMs: number
  /** Lifetime of a verified visitor's token. The page renews the token automatically. */
  readonly verifiedTokenMaxAgeMs: number
  /**
   * Whether a signed-in visitor has a separate conversation, whose token is renewed only by a new proof of
   * identity.
   */
  readonly separateSignIn: boolean
}

/** @param platformEndsAtMs when Genesys' session expires, if known */
type Renew = (claims: SessionClaims, platformEndsAtMs?: number) => SessionClaims

/** The lifetime of session tokens: use extends it, up to a fixed end. Times are epoch ms. */
export interface SessionLifetime {
  readonly separateSignIn: boolean
  /** Claims with a lifetime that starts now. */
  readonly renew: Renew
  /** Like `renew`, for a request that is authenticated only by the session token. */
  readonly renewByUse: Renew
  /** Whether half of a token's lifetime is over, so that the next response should contain a new token. */
  isRenewalDue(claims: SessionClaims): boolean
}

export function createSessionLifetime(settings: SessionLifetimeSettings, now: () => number): SessionLifetime {
  const { maxAgeMs, absoluteMaxAgeMs, verifiedTokenMaxAgeMs, separateSignIn } = settings
  const needsProof = ({ visitor }: SessionClaims) => separateSignIn && visitor !== undefined

  function renew(claims: SessionClaims, platformEndsAtMs = Infinity): SessionClaims {
    const nowMs = now()
    const endsAtMs = claims.endsAtMs ?? nowMs + absoluteMaxAgeMs
    const resumableUntilMs = Math.min(nowMs + maxAgeMs, endsAtMs, platformEndsAtMs)
    const ownEndMs = claims.verifiedUntilMs === undefined ? Infinity : nowMs + verifiedTokenMaxAgeMs
    const expiresAtMs = Math.min(resumableUntilMs, ownEndMs)
    return { ...claims, issuedAtMs: nowMs, expiresAtMs, resumableUntilMs, endsAtMs }
  }

  return {
    separateSignIn,
    renew,
    renewByUse: (claims, platformEndsAtMs) => (needsProof(claims) ? claims : renew(claims, platformEndsAtMs)),
    isRenewalDue(claims) {
      return !needsProof(claims) && now() > (claims.issuedAtMs + claims.expiresAtMs) / 2
    },
  }
}
