import type { Entry, GuestSession } from '../conversation/guest-session.ts'
import type { JourneyContext } from '../conversation/journey-context.ts'
import type { StructuredMessage } from '../socket/payloads.ts'

/** One entry of a conversation, as the agent sees it. */
export interface TranscriptEntry {
  id: string
  sender: 'guest' | 'agent' | 'bot'
  type: StructuredMessage['type']
  text?: string
  content?: StructuredMessage['content']
  events?: StructuredMessage['events']
  time: string
  /** As sent by the guest's client, with the platform's additions. */
  metadata: StructuredMessage['metadata']
  /** The customer's participant data at that moment. */
  attributes: Record<string, string>
  conversationId?: string
  /** True for messages sent by the agent or the bot while the guest had no connection: the agent sees a failure. */
  isUndelivered?: true
}

export interface SawAttributes {
  /** The customer's current participant data. */
  now: Record<string, string>
  /** The participant data when each of the guest's messages arrived. */
  atMessages: { text: string; attributes: Record<string, string> }[]
}

export interface SessionInfo {
  token: string
  /** For messages without an agent: `POST /api/v2/conversations/messages/agentless`. */
  externalContactId: string
  connections: number
  readOnly: boolean
  expired: boolean
  signedInAs?: string
  journeyContext?: JourneyContext
  conversationId?: string
}

export function transcriptOf(session: GuestSession): TranscriptEntry[] {
  return session.entries.map(lineOf)
}

export function attributesSeen(session: GuestSession): SawAttributes {
  const atMessages = session.entries
    .filter(({ message }) => message.direction === 'Inbound' && message.type !== 'Event')
    .map(({ message, attributes }) => ({ text: message.text ?? '', attributes }))
  return { now: session.conversation?.customer.attributes ?? {}, atMessages }
}

export function infoOf(session: GuestSession): SessionInfo {
  const { token, connections, readOnly, expired, signedInAs, journeyContext, conversation } = session
  return {
    token,
    externalContactId: session.externalContactId,
    connections: connections.size,
    readOnly,
    expired,
    ...(signedInAs !== undefined && { signedInAs }),
    ...(journeyContext && { journeyContext }),
    ...(conversation && { conversationId: conversation.id }),
  }
}

function lineOf({ message, attributes, conversation, isUndelivered }: Entry): TranscriptEntry {
  const { id, type, text, content, events, channel, metadata } = message
  return {
    id,
    sender: senderOf(message),
    type,
    ...(text !== undefined && { text }),
    ...(content && { content }),
    ...(events && { events }),
    time: channel.time,
    metadata,
    attributes,
    ...(conversation && { conversationId: conversation.id }),
    ...(isUndelivered && { isUndelivered }),
  }
}

function senderOf({ direction, originatingEntity }: StructuredMessage): TranscriptEntry['sender'] {
  if (direction === 'Inbound') return 'guest'
  return originatingEntity === 'Bot' ? 'bot' : 'agent'
}
