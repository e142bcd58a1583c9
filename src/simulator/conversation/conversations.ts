import { randomUUID } from 'node:crypto'
import type { Conversation, Entry, GuestSession, Participant } from './guest-session.ts'
import type { GuestSessions } from './guest-sessions.ts'
import { MINUTE_MS, RateWindow } from './limits.ts'
import { type StructuredMessage, outboundMessage, presence, pushed } from '../socket/payloads.ts'
import type { Settings } from '../settings.ts'

/** The contact center's view of the messages between guests and agents. */
export function createConversations(settings: Settings, sessions: GuestSessions) {
  const byId = new Map<string, Conversation>()
  const byMessageId = new Map<string, Entry>()

  /** The open conversation, or a new one. Participant data belongs to one conversation. */
  function begin(session: GuestSession): Conversation {
    if (session.conversation?.connected) return session.conversation
    const conversation: Conversation = {
      id: randomUUID(),
      session,
      startedAtMs: settings.now(),
      connected: true,
      customer: participant('customer', 'Guest'),
      acd: undefined,
      isQueued: false,
      agent: participant('agent', settings.script.agent.nickname),
      typing: new RateWindow(settings.limits.agentTypingPerMinute, MINUTE_MS, settings.now),
      agentWork: Promise.resolve(),
    }
    byId.set(conversation.id, conversation)
    session.conversation = conversation
    sessions.touch(session)
    return conversation
  }

  /** Does what a flow does at its end. The guest then waits for an agent. */
  function transferToQueue(conversation: Conversation): void {
    conversation.acd ??= participant('acd', 'Queue')
    conversation.isQueued = true
  }

  /** Stores a message in either direction; typing is not stored. */
  function keep(session: GuestSession, message: StructuredMessage): void {
    const { conversation } = session
    const entry = {
      message,
      conversation,
      attributes: conversation?.customer.attributes ?? {},
      isUndelivered: message.direction === 'Outbound' && session.connections.size === 0,
    }
    session.entries.push(entry)
    session.extend()
    byMessageId.set(message.id, entry)
  }

  /** The agent leaves, or someone ends the conversation through the REST API. */
  function disconnect(conversation: Conversation): void {
    if (!conversation.connected) return
    conversation.connected = false
    const { session } = conversation
    if (settings.disconnectMode === 'off') return
    const part = { type: 'Event' as const, events: presence('Disconnect') }
    const from = settings.humanize ? settings.script.agent : undefined
    const message = outboundMessage(session.nextTime(), part, from, 'Human')
    if (settings.disconnectMode === 'read-only') {
      message.metadata.readOnly = 'true'
      session.readOnly = true
    }
    keep(session, message)
    session.push(pushed('StructuredMessage', message))
  }

  return {
    begin,
    transferToQueue,
    keep,
    disconnect,
    byId: (id: string) => byId.get(id),
    entryOf: (messageId: string) => byMessageId.get(messageId),
  }
}

export type Conversations = ReturnType<typeof createConversations>

export function setAttributes(participant: Participant, attributes: Record<string, string>): void {
  participant.attributes = { ...participant.attributes, ...attributes }
}

function participant(purpose: Participant['purpose'], name: string): Participant {
  return { id: randomUUID(), purpose, name, attributes: {}, communicationId: randomUUID() }
}
