/** How long a token is good, from an `expires_in` that may be anything. */

/** RFC 6749 allows to leave `expires_in` out. What we then trust for a minute, a 401 corrects. */
const DEFAULT_EXPIRES_IN_S = 60
/** Genesys: two days are the longest that an OAuth client can be given. */
const LONGEST_LIFETIME_SECONDS = 172_800
const RENEW_BEFORE_END_SECONDS = 60

export interface TokenLifetime {
  /** From here on a new token is asked for, while this one still serves. */
  readonly renewAfterMs: number
  readonly expiresAfterMs: number
}

/**
 * Renewal begins 60 s before the end, and up to 15 s earlier, so that replicas don't all come at once.
 * A token that lives less than two minutes is renewed from the middle of its life.
 * @param expiresIn seconds, as answered: missing, zero, negative or no number counts as a minute.
 */
export function tokenLifetime(expiresIn: unknown, random: () => number): TokenLifetime {
  const seconds = lifetimeSeconds(expiresIn)
  const marginSeconds = Math.min(RENEW_BEFORE_END_SECONDS, seconds / 2)
  const earlierSeconds = (random() * marginSeconds) / 4
  const expiresAfterMs = seconds * 1000
  return { expiresAfterMs, renewAfterMs: expiresAfterMs - (marginSeconds + earlierSeconds) * 1000 }
}

function lifetimeSeconds(expiresIn: unknown): number {
  const told = typeof expiresIn === 'string' && /^\d+$/.test(expiresIn) ? Number(expiresIn) : expiresIn
  if (typeof told !== 'number' || !(told > 0)) return DEFAULT_EXPIRES_IN_S
  return Math.min(told, LONGEST_LIFETIME_SECONDS)
}
