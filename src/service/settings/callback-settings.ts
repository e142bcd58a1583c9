import type { CountryCode } from 'libphonenumber-js/min'
import type { Variables } from './variables.ts'

export interface CallbackSettings {
  /** Whether only visitors whose identity was verified can request callbacks. */
  readonly needsVerifiedVisitor: boolean
  /** The country that is assumed for telephone numbers without a country code. */
  readonly country: CountryCode | undefined
}

/** Undefined if callbacks are off. */
export function readCallbacks(
  { CALLBACKS, CALLBACK_COUNTRY: country, GENESYS_QUEUE_ID }: Variables,
  problems: string[],
): CallbackSettings | undefined {
  if (CALLBACKS === 'off') return undefined
  if (GENESYS_QUEUE_ID === undefined) problems.push('GENESYS_QUEUE_ID is missing: CALLBACKS needs the queue')
  return { needsVerifiedVisitor: CALLBACKS === 'verified', country }
}
