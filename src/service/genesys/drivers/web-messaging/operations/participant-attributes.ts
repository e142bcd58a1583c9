import * as z from 'zod'
import type { UpstreamClient, UpstreamRequest } from '../../../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { AccessToken } from '../../../oauth/access-token.ts'
import type { Attributes, Guest } from '../../../guest-api.ts'
import { idSegment } from '../../../../outgoing-http/id-segment.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import type { History } from './history.ts'

const MessageDetails = z.object({ conversationId: z.string().min(1) })
const MessageConversation = z.object({
  participants: z.array(
    z.object({ id: z.string(), purpose: z.string().optional(), state: z.string().nullish() }),
  ),
})

const ENDED_STATES: readonly unknown[] = ['disconnected', 'terminated']

type ConversationRequest<T> = Pick<
  UpstreamRequest<T>,
  'operation' | 'method' | 'schema' | 'body' | 'allowNonJson'
> & {
  readonly path: string
}

const HINT =
  'Attributes are sent only with the next message. To write them immediately, the OAuth client needs a role with ' +
  "conversation:webmessaging:view or conversation:message:view, in the conversation's division."

/**
 * Attributes that are not written within this time are sent with the next message, so that no caller waits for a
 * host that hangs.
 */
const WRITE_TIMEOUT_MS = 3_000
/**
 * The token is nearly always cached. If the login host does not issue one within this time, calls in the next ten
 * seconds do not wait for it.
 */
const TOKEN_TIMEOUT_MS = 500
const PAUSE_AFTER_TOKEN_TIMEOUT_MS = 10_000

/**
 * Finds a guest's current conversation and writes attributes to its customer participant, with the service's OAuth
 * token; without a token, attributes are sent with the next message. Genesys: a guest cannot write attributes
 * without a message, and the socket does not reveal the conversation's id, which can be looked up by the `id` of
 * any of its messages.
 */
export function createConversationAccess(options: {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly accessToken?: AccessToken | undefined
  readonly connections: GuestConnections
  readonly history: History
  readonly onHint: (hint: string) => void
  readonly monotonicNow: () => number
}) {
  const { api, accessToken, connections, history, onHint, monotonicNow } = options
  let noTokenUntilMs = 0
  const conversationsUrl = `${options.apiUrl}/api/v2/conversations/messages`

  const callWith =
    (token: AccessToken, deadlineAtMs: number) =>
    <T>({ path, ...request }: ConversationRequest<T>): Promise<T> => {
      const url = `${conversationsUrl}/${path}`
      const attempt = (authorization: string) =>
        api.request({ ...request, url, headers: { authorization }, retry: 'idempotent', deadlineAtMs })
      return token.authorize(attempt, deadlineAtMs)
    }

  async function findConversation(
    token: AccessToken,
    guest: Guest,
    deadlineAtMs: number,
  ): Promise<string | undefined> {
    const { newest, session } = connections.of(guest)
    // A guest who is new to Genesys and has sent nothing has no conversation yet.
    if (newest.id === undefined && session.current?.isNew === true) return undefined
    const messageId = newest.id ?? (await history.newest(guest, deadlineAtMs))[0]?.id
    if (messageId === undefined) return undefined
    const { conversationId } = await callWith(
      token,
      deadlineAtMs,
    )({
      operation: 'find_conversation',
      method: 'GET',
      path: `${idSegment(messageId)}/details`,
      schema: MessageDetails,
    })
    return conversationId
  }

  async function write(
    token: AccessToken,
    guest: Guest,
    attributes: Attributes,
    deadlineAtMs: number,
  ): Promise<boolean> {
    const call = callWith(token, deadlineAtMs)
    const conversationId = await findConversation(token, guest, deadlineAtMs)
    if (conversationId === undefined) return false
    const conversation = idSegment(conversationId)
    const { participants } = await call({
      operation: 'read_conversation',
      method: 'GET',
      path: conversation,
      schema: MessageConversation,
    })
    const customer = participants.findLast(
      ({ purpose, state }) => purpose === 'customer' && !ENDED_STATES.includes(state),
    )
    if (!customer) return false
    await call({
      operation: 'write_attributes',
      method: 'PATCH',
      path: `${conversation}/participants/${idSegment(customer.id)}/attributes`,
      body: { attributes },
      schema: z.unknown(),
      allowNonJson: true,
    })
    return true
  }

  async function hasToken(token: AccessToken, deadlineAtMs: number): Promise<boolean> {
    const nowMs = monotonicNow()
    if (nowMs < noTokenUntilMs) return false
    try {
      await token.get(Math.min(deadlineAtMs, nowMs + TOKEN_TIMEOUT_MS))
      return true
    } catch (error) {
      if (error instanceof UpstreamError && error.code === 'upstream_timeout')
        noTokenUntilMs = nowMs + PAUSE_AFTER_TOKEN_TIMEOUT_MS
      throw error
    }
  }

  /** Resolves to false after any failed call; the attributes are then sent with the next message. */
  async function setAttributes(guest: Guest, attributes: Attributes, deadlineAtMs: number): Promise<boolean> {
    if (!accessToken) return false
    const untilMs = Math.min(deadlineAtMs, monotonicNow() + WRITE_TIMEOUT_MS)
    try {
      return (await hasToken(accessToken, untilMs)) && (await write(accessToken, guest, attributes, untilMs))
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error
      if (error.facts.status === 403) onHint(HINT)
      return false
    }
  }

  return {
    setAttributes,
    async conversationId(guest: Guest, deadlineAtMs: number): Promise<string | undefined> {
      return accessToken && findConversation(accessToken, guest, deadlineAtMs)
    },
  }
}
