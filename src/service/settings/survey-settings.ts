import type { AttributeSettings } from '../sessions/attribute-policy.ts'
import { isUnencryptedRemote } from './encryption.ts'
import { isOpenKey } from './pre-chat-settings.ts'
import type { Variables } from './variables.ts'
import { readWebhookSecrets } from './visitor-webhook-settings.ts'

/** Where guests' scores go. */
export interface SurveySettings {
  readonly url: string
  /** The keys that sign the requests. */
  readonly secrets: readonly Uint8Array[]
  /** The guest's attribute in which the score is also stored. */
  readonly attribute: string | undefined
}

export function readSurvey(
  env: Variables,
  attributes: AttributeSettings,
  problems: string[],
): SurveySettings | undefined {
  const { SURVEY_WEBHOOK_URL: url, SURVEY_WEBHOOK_SECRET: secrets, SURVEY_ATTRIBUTE: attribute } = env
  if (url === undefined) {
    if (secrets !== undefined) problems.push('SURVEY_WEBHOOK_URL is missing: SURVEY_WEBHOOK_SECRET is set')
    if (attribute !== undefined) problems.push('SURVEY_WEBHOOK_URL is missing: SURVEY_ATTRIBUTE is set')
    return undefined
  }
  if (env.NODE_ENV === 'production' && isUnencryptedRemote(url))
    problems.push('SURVEY_WEBHOOK_URL must begin with https:// in production')
  if (attribute !== undefined && !isOpenKey(attribute, attributes))
    problems.push('SURVEY_ATTRIBUTE must be one of ATTRIBUTES_OPEN')
  return { url, secrets: readWebhookSecrets('SURVEY_WEBHOOK', secrets, problems), attribute }
}
