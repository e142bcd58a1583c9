import type { GuestApi } from '../genesys/guest-api.ts'
import { SessionError } from './session-error.ts'

/** What the configured driver can't do, and its name, so that the page's developer sees why. */
export function notSupported(guestApi: GuestApi, what: string): SessionError {
  return new SessionError(
    'not_supported_by_guest_api',
    `The guest API "${guestApi.name}", which this service is set to, has no "${what}".`,
    { hint: 'GENESYS_GUEST_API chooses the guest API; web-messaging can do everything.' },
  )
}
