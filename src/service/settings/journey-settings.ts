import type { Variables } from './variables.ts'

export interface JourneySettings {
  /** Whether requests carry the OAuth client's access token. Genesys does not document whether it requires one. */
  readonly usesAccessToken: boolean
  readonly callsPerMinute: number
}

/** Undefined if the journey is off. */
export function readJourney(
  { JOURNEY, JOURNEY_CALLS_PER_MINUTE: callsPerMinute }: Variables,
  { hasOAuthClient }: { readonly hasOAuthClient: boolean },
  problems: string[],
): JourneySettings | undefined {
  if (JOURNEY === 'off') return undefined
  const usesAccessToken = JOURNEY === 'oauth'
  if (usesAccessToken && !hasOAuthClient)
    problems.push('GENESYS_CLIENT_ID is missing: JOURNEY=oauth needs an OAuth client')
  return { usesAccessToken, callsPerMinute }
}
