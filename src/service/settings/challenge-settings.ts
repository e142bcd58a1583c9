import { isUnencryptedRemote } from './encryption.ts'
import type { Variables } from './variables.ts'

/** The challenge that a page has to solve before a session is opened. */
export interface ChallengeSettings {
  readonly kind: NonNullable<Variables['CHALLENGE']>
  /** The number of new sessions per minute above which a challenge is required. */
  readonly abovePerMinute: number
  /** For ALTCHA: the largest number that a page may have to try. */
  readonly difficulty: number
  /** The vendor's secret; empty for ALTCHA. */
  readonly secret: string
  readonly siteKey: string | undefined
  /** The address at which solutions are verified, if it is not the vendor's usual address. */
  readonly verifyUrl: string | undefined
  /** What to do if the vendor does not respond, or refuses the secret. */
  readonly onFailure: 'refuse' | 'accept'
}

export function readChallenge(env: Variables, problems: string[]): ChallengeSettings | undefined {
  const { CHALLENGE: kind, CHALLENGE_SECRET: secret, CHALLENGE_VERIFY_URL: verifyUrl } = env
  if (kind === undefined) {
    if (secret !== undefined) problems.push('CHALLENGE is missing: CHALLENGE_SECRET is set')
    return undefined
  }
  if (kind === 'altcha' && secret !== undefined)
    problems.push("CHALLENGE_SECRET is a vendor's secret: altcha uses SESSION_KEYS")
  if (kind === 'altcha' && verifyUrl !== undefined)
    problems.push("CHALLENGE_VERIFY_URL is a vendor's address: altcha needs none")
  if (env.NODE_ENV === 'production' && verifyUrl !== undefined && isUnencryptedRemote(verifyUrl))
    problems.push('CHALLENGE_VERIFY_URL must begin with https:// in production')
  if (kind !== 'altcha' && secret === undefined)
    problems.push(`CHALLENGE_SECRET is missing: ${kind} issues one for each website`)
  return {
    kind,
    abovePerMinute: env.CHALLENGE_ABOVE_PER_MINUTE,
    difficulty: env.CHALLENGE_DIFFICULTY,
    secret: secret ?? '',
    siteKey: env.CHALLENGE_SITE_KEY,
    verifyUrl,
    onFailure: env.CHALLENGE_FAILURE,
  }
}
