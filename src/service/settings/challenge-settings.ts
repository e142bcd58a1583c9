import { isPlainAndFar } from './encryption.ts'
import type { Variables } from './variables.ts'

/** What a page has to solve before a session is opened. */
export interface ChallengeSettings {
  readonly kind: NonNullable<Variables['CHALLENGE']>
  /** New sessions in a minute that need none. */
  readonly abovePerMinute: number
  /** The most numbers that a page has to try for ALTCHA. */
  readonly difficulty: number
  /** A vendor's secret. */
  readonly secret: string
  readonly siteKey: string | undefined
  /** Where the vendor verifies tokens, in place of its usual address. */
  readonly verifyUrl: string | undefined
  /** If the vendor does not respond. */
  readonly onFailure: 'refuse' | 'accept'
}

export function readChallenge(env: Variables, problems: string[]): ChallengeSettings | undefined {
  const { CHALLENGE: kind, CHALLENGE_SECRET: secret, CHALLENGE_VERIFY_URL: verifyUrl } = env
  if (kind === undefined) {
    if (secret !== undefined) problems.push('CHALLENGE is missing: CHALLENGE_SECRET is set')
    return undefined
  }
  if (kind === 'altcha' && secret !== undefined)
    problems.push('CHALLENGE_SECRET is the secret of a vendor: altcha uses SESSION_KEYS')
  if (kind === 'altcha' && verifyUrl !== undefined)
    problems.push('CHALLENGE_VERIFY_URL is the address of a vendor: altcha needs none')
  if (env.NODE_ENV === 'production' && verifyUrl !== undefined && isPlainAndFar(verifyUrl))
    problems.push('CHALLENGE_VERIFY_URL must begin with https:// in production')
  if (kind !== 'altcha' && secret === undefined)
    problems.push(`CHALLENGE_SECRET is missing: ${kind} has one for each site`)
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
