import type { OAuthSettings } from './genesys-settings.ts'
import type { Variables } from './variables.ts'

/** How requests to Genesys' knowledge API for guests are authorized; with `open`, they have no credentials. */
export type KnowledgeAuthorization = 'open' | 'oauth'

/** Undefined if the feature is off. */
export function readKnowledge(
  { KNOWLEDGE }: Variables,
  oauth: OAuthSettings | undefined,
  problems: string[],
): KnowledgeAuthorization | undefined {
  if (KNOWLEDGE === 'off') return undefined
  if (KNOWLEDGE === 'oauth' && oauth === undefined)
    problems.push('GENESYS_CLIENT_ID is missing: KNOWLEDGE=oauth needs an OAuth client')
  return KNOWLEDGE
}
