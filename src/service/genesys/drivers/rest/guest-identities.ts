import * as z from 'zod'
import type { GuestApi } from '../../guest-api.ts'
import { writeBeforeMessage, writeGuestAttributes } from './guest-attributes-operation.ts'
import { createMessageCenterDeployment } from './messagecenter-deployment.ts'
import { CREATE_GUEST_IDENTITY, explainWith, SEND_WITH_GUEST_IDENTITY } from './refusal-hints.ts'
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

export interface GuestIdentitiesOptions extends RestGuestOptions {
  /** The language of messages from guests who specified none, for example `en-US`. */
  readonly language?: string | undefined
  readonly divisionId?: string | undefined
  /** The flow that receives the messages. */
  readonly flowId?: string | undefined
}

const ConversationId = z.string().regex(/^[\x21-\x7e]{1,200}$/)
const CreatedIdentity = createdGuest('identityToken', 'guest_token', 'guestToken').pipe(
  z.object({ guestId: z.string(), token: z.string(), conversationId: ConversationId.optional() }),
)
const explainCreate = explainWith(CREATE_GUEST_IDENTITY)
const explainSend = explainWith(SEND_WITH_GUEST_IDENTITY)

/**
 * Guests over REST: the service uses its OAuth token to create a guest identity for the purpose `chat`, and
 * sends the guest's messages with the identity's own bearer token. The operations are not part of the published
 * platform; the driver is for teams whose gateway offers them. `organizationId`, if set, is sent as
 * `X-Genesys-Cloud-Id`. A message whose response was lost is not sent again: there is no history in which to
 * search for it.
 */
export function createGuestIdentities(options: GuestIdentitiesOptions): GuestApi {
  const { apiUrl, client, accessToken, organizationId, divisionId, flowId, now = Date.now } = options
  const deployment = createMessageCenterDeployment(options)
  const organizationHeader: Record<string, string> = organizationId
    ? { 'x-genesys-cloud-id': organizationId }
    : {}

  return {
    name: 'guest-identities',
    capabilities: new Set(['messages', 'attributes'] as const),

    async open({ name, email, language, attributes }, deadlineAtMs) {
      await deployment.requireActive(deadlineAtMs)
      const create = (authorization: string) =>
        client.request({
          operation: 'create_guest_identity',
          method: 'POST',
          url: `${apiUrl}/api/v2/guests/identities`,
          headers: { authorization },
          body: { purpose: 'chat', name, email, attributes },
          schema: CreatedIdentity,
          deadlineAtMs,
          retry: 'creation',
          explain: explainCreate,
        })
      const { guestId, token, conversationId } = await accessToken.authorize(create, deadlineAtMs)
      const ref = {
        guestId,
        token,
        ...(conversationId !== undefined && { conversationId }),
        ...(language !== undefined && { language }),
      }
      return opened(ref, 'new', true)
    },

    resume: ({ ref }) => Promise.resolve(opened(ref, 'resumed', true)),

    deployment: (deadlineAtMs) => deployment.info(deadlineAtMs),
    get deploymentError() {
      return deployment.error
    },

    async send(guest, message, deadlineAtMs) {
      refuseRepeat(message)
      const text = textOf(message)
      const { conversationId, language = options.language } = guest.ref
      const guestId = fieldOf(guest, 'guestId')
      const attributesPending = await writeBeforeMessage(options, guestId, message.attributes, deadlineAtMs)
      try {
        const response = await client.request({
          operation: 'send_message',
          method: 'POST',
          url: `${apiUrl}/api/v2/guests/messages`,
          headers: { authorization: `Bearer ${fieldOf(guest, 'token')}`, ...organizationHeader },
          body: {
            conversationId,
            text,
            type: 'text',
            language,
            divisionId,
            ...(flowId && { to: { id: flowId } }),
          },
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
