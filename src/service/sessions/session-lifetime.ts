import type { SessionClaims } from './session-token.ts'

export interface SessionLifetimeSettings {
  /** How long a session lives without use. */
  readonly maxAgeMs: number
  /** How long it lives at most, however much it is used. */
  readonly absoluteMaxAgeMs: number
  /** How long the token of a verified visitor lives, which its page renews by itself. */
  readonly verifiedTokenMaxAgeMs: number
  /** Whether a signed-in visitor has a conversation of their own, and only a new proof renews its token. */
  readonly separateSignIn: boolean
}

/** @param platformEndsAtMs when Genesys forgets the session, where it says so */
type Renew = (claims: SessionClaims, platformEndsAtMs?: number) => SessionClaims

/** The life of session tokens: it slides with use, up to an end that does not. Times are epoch ms. */
export interface SessionLifetime {
  readonly separateSignIn: boolean
  /** Claims with a new life from now on. */
  readonly renew: Renew
  /** The same for a request that proves nothing but the token. */
  readonly renewByUse: Renew
  /** Whether half of a token's life is over, so that the next answer should bring another. */
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
