/** The lifetime of a token, from an untrusted `expires_in`. */

/**
 * RFC 6749 makes `expires_in` optional. Without it, a lifetime of one minute is assumed. If the token expires
 * earlier, it is replaced after a 401.
 */
const DEFAULT_EXPIRES_IN_S = 60
/** Genesys: the maximum token lifetime of an OAuth client is two days. */
const LONGEST_LIFETIME_SECONDS = 172_800
const RENEW_BEFORE_END_SECONDS = 60

export interface TokenLifetime {
  /** After this time, a new token is requested while this one is still used. */
  readonly renewAfterMs: number
  readonly expiresAfterMs: number
}

/**
 * Renewal starts at a random time between 75 and 60 s before the end, so that replicas do not all renew at the
 * same time. A token with a lifetime below two minutes is renewed around the middle of its lifetime.
 * @param expiresIn seconds, as received: a missing, zero, negative or invalid value counts as a minute.
 */
export function tokenLifetime(expiresIn: unknown, random: () => number): TokenLifetime {
  const seconds = lifetimeSeconds(expiresIn)
  const marginSeconds = Math.min(RENEW_BEFORE_END_SECONDS, seconds / 2)
  const earlierSeconds = (random() * marginSeconds) / 4
  const expiresAfterMs = seconds * 1000
  return { expiresAfterMs, renewAfterMs: expiresAfterMs - (marginSeconds + earlierSeconds) * 1000 }
}

function lifetimeSeconds(expiresIn: unknown): number {
  const seconds = typeof expiresIn === 'string' && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn
  if (typeof seconds !== 'number' || !(seconds > 0)) return DEFAULT_EXPIRES_IN_S
  return Math.min(seconds, LONGEST_LIFETIME_SECONDS)
}
