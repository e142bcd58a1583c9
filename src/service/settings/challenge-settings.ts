import type { Variables } from './variables.ts'

/** What a page has to solve before a session is opened. */
export interface ChallengeSettings {
  readonly kind: NonNullable<Variables['CHALLENGE']>
  /** New sessions in a minute that need none. */
  readonly abovePerMinute: number
  /** Of ALTCHA: the numbers to try at most. */
  readonly difficulty: number
  /** A vendor's secret. */
  readonly secret: string
  readonly siteKey: string | undefined
  /** If the vendor does not respond. */
  readonly onFailure: 'refuse' | 'accept'
}

export function readChallenge(env: Variables, problems: string[]): ChallengeSettings | undefined {
  const { CHALLENGE: kind, CHALLENGE_SECRET: secret } = env
  if (kind === undefined) {
    if (secret !== undefined) problems.push('CHALLENGE is missing: CHALLENGE_SECRET is set')
    return undefined
  }
  if (kind === 'altcha' && secret !== undefined)
    problems.push('CHALLENGE_SECRET is the secret of a vendor: altcha uses SESSION_KEYS')
  if (kind !== 'altcha' && secret === undefined)
    problems.push(`CHALLENGE_SECRET is missing: ${kind} has one for each site`)
  return {
    kind,
    abovePerMinute: env.CHALLENGE_ABOVE_PER_MINUTE,
    difficulty: env.CHALLENGE_DIFFICULTY,
    secret: secret ?? '',
    siteKey: env.CHALLENGE_SITE_KEY,
    onFailure: env.CHALLENGE_FAILURE,
  }
}
