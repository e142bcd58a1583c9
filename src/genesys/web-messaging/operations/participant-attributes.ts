import * as z from 'zod'
import type { UpstreamClient } from '../../../upstream/upstream-client.ts'
import { UpstreamError } from '../../../upstream/upstream-error.ts'
import type { AccessToken } from '../../oauth/access-token.ts'
import type { Attributes, Guest } from '../../guest-api.ts'
import { segment } from '../../rest-guest-apis/rest-guest.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import type { History } from './history.ts'

const MessageDetails = z.object({ conversationId: z.string().min(1) })
const MessageConversation = z.object({
  participants: z.array(
    z.object({ id: z.string(), purpose: z.string().optional(), state: z.string().nullish() }),
  ),
})

const OVER: readonly unknown[] = ['disconnected', 'terminated']

const HINT =
  'Attributes go with the next message only: to write them at once, the OAuth client needs a role with ' +
  'conversation:webmessaging:view or conversation:message:view, in the division of the conversation.'

/**
 * Writes attributes onto the customer's participant of the conversation that is under way, with our OAuth
 * token. Genesys: the guest itself has no way to write attributes without a message, and the socket does not
 * tell the conversation's id; the `id` of any of its messages leads there.
 */
export function createParticipantAttributes(options: {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly accessToken: AccessToken
  readonly connections: GuestConnections
  readonly history: History
  readonly onHint: (hint: string) => void
}) {
  const { api, accessToken, connections, history, onHint } = options
  const conversationsUrl = `${options.apiUrl}/api/v2/conversations/messages`

  function get<T>(path: string, operation: string, schema: z.ZodType<T>, deadlineAtMs: number): Promise<T> {
    const url = `${conversationsUrl}/${path}`
    return accessToken.authorize(
      (authorization) =>
        api.request({
          operation,
          method: 'GET',
          url,
          headers: { authorization },
          schema,
          retry: 'idempotent',
          deadlineAtMs,
        }),
      deadlineAtMs,
    )
  }

  async function patch(path: string, attributes: Attributes, deadlineAtMs: number): Promise<void> {
    const call = (authorization: string) =>
      api.request({
        operation: 'write the attributes',
        method: 'PATCH',
        url: `${conversationsUrl}/${path}`,
        headers: { authorization },
        body: { attributes },
        schema: z.unknown(),
        allowNonJson: true,
        retry: 'idempotent',
        deadlineAtMs,
      })
    await accessToken.authorize(call, deadlineAtMs)
  }

  async function write(guest: Guest, attributes: Attributes, deadlineAtMs: number): Promise<boolean> {
    const { newest, session } = connections.of(guest)
    // A guest who is new to Genesys and has said nothing has no conversation to be asked about.
    if (newest.id === undefined && session.current?.isNew === true) return false
    const messageId = newest.id ?? (await history.newest(guest, deadlineAtMs))[0]?.id
    if (messageId === undefined) return false
    const details = `${segment(messageId)}/details`
    const { conversationId } = await get(details, 'find the conversation', MessageDetails, deadlineAtMs)
    const conversation = segment(conversationId)
    const { participants } = await get(
      conversation,
      'give the conversation',
      MessageConversation,
      deadlineAtMs,
    )
    const customer = participants.findLast(
      ({ purpose, state }) => purpose === 'customer' && !OVER.includes(state),
    )
    if (!customer) return false
    await patch(`${conversation}/participants/${segment(customer.id)}/attributes`, attributes, deadlineAtMs)
    return true
  }

  /** False for whatever reason: nothing is lost, as the attributes then go with the next message. */
  return async function setAttributes(
    guest: Guest,
    attributes: Attributes,
    deadlineAtMs: number,
  ): Promise<boolean> {
    try {
      return await write(guest, attributes, deadlineAtMs)
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      if (error.facts.status === 403) onHint(HINT)
      return false
    }
  }
}
