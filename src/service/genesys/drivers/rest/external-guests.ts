import type { GuestApi } from '../../guest-api.ts'
import { writeBeforeMessage, writeGuestAttributes } from './guest-attributes-operation.ts'
import { createMessageCenterDeployment } from './messagecenter-deployment.ts'
import { CREATE_EXTERNAL_GUEST, explainWith, SEND_AS_EXTERNAL_GUEST } from './refusal-hints.ts'
import {
  acceptedMessage,
  createdGuest,
  fieldOf,
  opened,
  refuseRepeat,
  SentMessage,
  textOf,
  withGuestToken,
  type RestGuestOptions,
} from './rest-driver-parts.ts'
import { idSegment } from '../../../outgoing-http/id-segment.ts'

const GUESTS = '/api/v2/conversations/messaging/external/guests'
const CreatedGuest = createdGuest('accessToken', 'guestToken', 'GuestToken')
const explainCreate = explainWith(CREATE_EXTERNAL_GUEST)
const explainSend = explainWith(SEND_AS_EXTERNAL_GUEST)

/**
 * Guests over REST: the service creates a guest with its OAuth token, and sends the guest's messages with the
 * guest's own token, under the scheme `Guest`. The operations are not part of the published platform; the driver
 * is for teams whose gateway offers them. A message whose response was lost is not sent again: there is no
 * history in which to search for it.
 */
export function createExternalGuests(options: RestGuestOptions): GuestApi {
  const { apiUrl, client, accessToken, now = Date.now } = options
  const deployment = createMessageCenterDeployment(options)

  return {
    name: 'external-guests',
    capabilities: new Set(['messages', 'attributes'] as const),

    async open({ name, email }, deadlineAtMs) {
      await deployment.requireActive(deadlineAtMs)
      const create = (authorization: string) =>
        client.request({
          operation: 'create_guest',
          method: 'POST',
          url: apiUrl + GUESTS,
          headers: { authorization },
          body: { name, email },
          schema: CreatedGuest,
          deadlineAtMs,
          retry: 'creation',
          explain: explainCreate,
        })
      const { guestId, token } = await accessToken.authorize(create, deadlineAtMs)
      return opened({ guestId, accessToken: token }, 'new', false)
    },

    resume: ({ ref }) => Promise.resolve(opened(ref, 'resumed', false)),

    deployment: (deadlineAtMs) => deployment.info(deadlineAtMs),
    get deploymentError() {
      return deployment.error
    },

    async send(guest, message, deadlineAtMs) {
      const guestId = fieldOf(guest, 'guestId')
      refuseRepeat(message)
      const text = textOf(message)
      const attributesPending = await writeBeforeMessage(options, guestId, message.attributes, deadlineAtMs)
      try {
        const response = await client.request({
          operation: 'send_message',
          method: 'POST',
          url: `${apiUrl}${GUESTS}/${idSegment(guestId)}/messages`,
          headers: { authorization: `Guest ${fieldOf(guest, 'accessToken')}` },
          body: { text, type: 'text' },
          schema: SentMessage,
          deadlineAtMs,
          retry: 'non-idempotent',
          explain: explainSend,
        })
        const accepted = acceptedMessage(response, message, text, now())
        return attributesPending ? { ...accepted, attributesPending } : accepted
      } catch (error) {
        throw withGuestToken(error)
      }
    },

    async setAttributes(guest, attributes, deadlineAtMs) {
      await writeGuestAttributes(options, fieldOf(guest, 'guestId'), attributes, deadlineAtMs)
      return true
    },

    close: () => Promise.resolve(),
  }
}
