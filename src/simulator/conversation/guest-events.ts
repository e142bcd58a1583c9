import * as z from 'zod'
import type { Agent } from '../agent/agent.ts'
import { type Conversations, setAttributes } from './conversations.ts'
import { clearOff, featureOff, missingParameter, requestFailed } from '../socket/guest-refusal.ts'
import type { GuestSession } from './guest-session.ts'
import type { GuestSessions } from './guest-sessions.ts'
import type { GuestMessage } from './guest-message.ts'
import { type MessageEvent, inboundMessage, presence, pushed } from '../socket/payloads.ts'
import type { Settings } from '../settings.ts'

const OfferAnswer = z.looseObject({
  type: z.enum(['Offering', 'OfferingAccepted', 'OfferingExpired', 'OfferingRejected']),
})

/** Actions of a guest other than writing: joining, typing, ending the conversation. */
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
    const { eventType } = event
    if (eventType === 'Typing') typed()
    else if (eventType === 'Presence' && presenceTypeOf(event) === 'Join')
      joined(session, attributes, tracingId)
    else if (isClear(message)) cleared(session, tracingId)
    else if (eventType === 'CoBrowse' || eventType === 'Video') answeredOffer(session, event, tracingId)
    else throw requestFailed()
  }

  /** Typing has no echo: no client needs one. */
  function typed(): void {
    if (!settings.showUserTypingIndicator) throw featureOff()
  }

  /** Genesys: with autostart a Join starts the conversation, otherwise the first message does. */
  function joined(session: GuestSession, attributes: Record<string, string>, tracingId?: string): void {
    const begins = settings.autoStart && !session.conversation?.connected
    if (settings.autoStart) setAttributes(conversations.begin(session).customer, attributes)
    echoEvents(session, presence('Join'), tracingId, attributes)
    if (begins) agent.hears(conversations.begin(session), 'beginning')
  }

  /** Genesys: possible in a configured or a read-only session. The token's next session is new and has no history. */
  function cleared(session: GuestSession, tracingId?: string): void {
    if (!settings.conversationClear) throw clearOff()
    echoEvents(session, presence('Clear'), tracingId)
    session.push(pushed('SessionClearedEvent', {}), 'onMessage')
    if (session.conversation) session.conversation.connected = false
    sessions.forget(session)
    for (const connection of [...session.connections]) connection.close()
  }

  /** A guest accepts or rejects the agent's offer, which the history records. */
  function answeredOffer(session: GuestSession, event: MessageEvent, tracingId?: string): void {
    const { success } = OfferAnswer.safeParse(event[event.eventType === 'Video' ? 'video' : 'coBrowse'])
    if (!success) throw requestFailed()
    echoEvents(session, [event], tracingId)
  }

  function echoEvents(
    session: GuestSession,
    events: MessageEvent[],
    tracingId?: string,
    attributes?: Record<string, string>,
  ): void {
    const echo = inboundMessage(session, { type: 'Event', events }, {}, attributes)
    conversations.keep(session, echo)
    session.push(pushed('StructuredMessage', echo, tracingId), 'onMessage')
  }

  return { take }
}

export function isClear({ type, events: [event] = [] }: GuestMessage): boolean {
  return type === 'Event' && event?.eventType === 'Presence' && presenceTypeOf(event) === 'Clear'
}

function presenceTypeOf({ presence }: MessageEvent): unknown {
  return presence?.type
}
