import { randomBytes, randomUUID } from 'node:crypto'
import { SECOND_MS } from '../conversation/limits.ts'
import type { Settings } from '../settings.ts'

/** A guest of the REST guest operations. The guest socket does not know such guests. */
export interface RestGuest {
  guestId: string
  /** The guest's credential; for an external user, the token for Genesys' own client. */
  token: string
  kind: 'guest-identity' | 'external-guest' | 'external-user'
  /** Only an identity with the purpose `chat` may send messages. */
  purpose: string
  conversationId: string
  details: Record<string, unknown>
  attributes: Record<string, unknown>
  messages: { id: string; text: string; body: Record<string, unknown> }[]
  expiresAtMs: number
}

const TOKEN_LIFE_SECONDS = 900

export function createRestGuests(settings: Settings) {
  const all: RestGuest[] = []
  const lifeSeconds = settings.restGuestApis?.guestTokenLifetimeSeconds ?? TOKEN_LIFE_SECONDS

  function create(
    kind: RestGuest['kind'],
    given: Partial<Pick<RestGuest, 'purpose' | 'details' | 'attributes'>>,
  ) {
    const guest: RestGuest = {
      guestId: randomUUID(),
      token: randomBytes(24).toString('base64url'),
      kind,
      purpose: 'chat',
      conversationId: randomUUID(),
      details: {},
      attributes: {},
      messages: [],
      expiresAtMs: settings.now() + lifeSeconds * SECOND_MS,
      ...given,
    }
    all.push(guest)
    return guest
  }

  function take(guest: RestGuest, text: string, body: Record<string, unknown>) {
    const message = { id: randomUUID(), text, body }
    guest.messages.push(message)
    return message
  }

  return {
    all,
    create,
    take,
    byId: (guestId: string) => all.find((guest) => guest.guestId === guestId),
    byToken: (token: string) => all.find((guest) => guest.token === token),
    isFresh: (guest: RestGuest) => guest.expiresAtMs > settings.now(),
  }
}

export type RestGuests = ReturnType<typeof createRestGuests>
