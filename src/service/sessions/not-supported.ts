import type { GuestApi } from '../genesys/guest-api.ts'
import { SessionError } from './session-error.ts'

/** What the configured driver lacks, with its name, so that the page's developer sees why. */
export function notSupported(guestApi: GuestApi, what: string): SessionError {
  return new SessionError(
    'not_supported_by_guest_api',
    `The guest API "${guestApi.name}" that this service is configured for does not support "${what}".`,
    { hint: 'GENESYS_GUEST_API selects the guest API; web-messaging supports everything.' },
  )
}
