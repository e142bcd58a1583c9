import type { GuestApi } from '../genesys/guest-api.ts'
import { SessionError } from '../errors/session-error.ts'

/** Names the configured driver and what it does not support, for the page's developer. */
export function notSupported(guestApi: GuestApi, what: string): SessionError {
  return new SessionError(
    'not_supported_by_guest_api',
    `This service uses the guest API "${guestApi.name}", which does not support "${what}".`,
    { hint: 'GENESYS_GUEST_API selects the guest API; web-messaging supports everything.' },
  )
}
