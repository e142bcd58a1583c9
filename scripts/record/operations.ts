import type { GuestApiName } from '../../src/service/genesys/guest-api.ts'

export type RestDriver = Exclude<GuestApiName, 'web-messaging'>

export interface Operations {
  /** In the form that `injectFault` accepts. */
  readonly open: string
  readonly send?: string
  /** The permission that opening a session requires. */
  readonly permission?: string
}

export const OPERATIONS: Record<RestDriver, Operations> = {
  'external-guests': {
    open: 'POST /api/v2/conversations/messaging/external/guests',
    send: 'POST /api/v2/conversations/messaging/external/guests/*/messages',
    permission: 'messaging:guest:write',
  },
  'guest-identities': {
    open: 'POST /api/v2/guests/identities',
    send: 'POST /api/v2/guests/messages',
    permission: 'guest:identity:write',
  },
  'external-users': { open: 'POST /api/v2/external/users/messaging' },
}
