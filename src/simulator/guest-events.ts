import type { Agent } from './agent.ts'
import { type Conversations, setAttributes } from './conversations.ts'
import { clearOff, featureOff, missingParameter, requestFailed } from './guest-refusal.ts'
import type { GuestSession } from './guest-session.ts'
import type { GuestSessions } from './guest-sessions.ts'
import type { GuestMessage } from './guest-message.ts'
import { inboundMessage, presence, pushed } from './payloads.ts'
import type { Settings } from './settings.ts'

/** What a guest does besides writing: joining, typing, ending the conversation. */
export function createGuestEvents(parts: {
  settings: Settings
  sessions: GuestSessions
  conversations: Conversations
  agent: Agent
}) {
  const { settings, sessions, conversations, agent } = parts

  function take(
    session: GuestSession,
    message: GuestMessage,
    attributes: Record<string, string>,
    tracingId: string | undefined,
  ): void {
    const [event] = message.events ?? []
    if (!event) throw missingParameter('message.events')
    const presenceType = (event.presence as { type?: unknown } | undefined)?.type
    if (event.eventType === 'Typing') {
      typed()
      return
    }
    if (event.eventType === 'Presence' && presenceType === 'Join') {
      joined(session, attributes, tracingId)
      return
    }
    if (event.eventType === 'Presence' && presenceType === 'Clear') {
      cleared(session, tracingId)
      return
    }
    throw requestFailed()
  }

  /** Nobody waits for an echo of typing. */
  function typed(): void {
    if (!settings.showUserTypingIndicator) throw featureOff()
  }

  /** Genesys: with autostart a Join begins the conversation, as else the first message does. */
  function joined(session: GuestSession, attributes: Record<string, string>, tracingId?: string): void {
    const begins = settings.autoStart && !session.conversation?.connected
    if (settings.autoStart) setAttributes(conversations.begin(session).customer, attributes)
    const echo = inboundMessage(session.nextTime(), { type: 'Event', events: presence('Join') })
    conversations.keep(session, echo)
    session.push(pushed('StructuredMessage', echo, tracingId), 'onMessage')
    if (begins) agent.hears(conversations.begin(session), 'beginning')
  }

  /** Cannot be undone: the token's next session is a new one, without this history. */
  function cleared(session: GuestSession, tracingId?: string): void {
    if (!settings.conversationClear) throw clearOff()
    const echo = inboundMessage(session.nextTime(), { type: 'Event', events: presence('Clear') })
    conversations.keep(session, echo)
    session.push(pushed('StructuredMessage', echo, tracingId), 'onMessage')
    session.push(pushed('SessionClearedEvent', {}), 'onMessage')
    if (session.conversation) session.conversation.connected = false
    sessions.forget(session)
    for (const connection of [...session.connections]) connection.close()
  }

  return { take }
}
