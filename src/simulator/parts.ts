import { createAgent } from './agent/agent.ts'
import { attachmentActions } from './socket/attachment-actions.ts'
import { createAttachments } from './conversation/attachments.ts'
import { createFaultInjector } from './inspection/fault-injection.ts'
import { configureActions } from './socket/configure-session.ts'
import { createKnowledgeBase } from './conversation/knowledge-base.ts'
import { createContactCenter } from './conversation/contact-center.ts'
import { createConversations } from './conversation/conversations.ts'
import { createGuestJwts } from './conversation/guest-jwt.ts'
import { createGuestSessions } from './conversation/guest-sessions.ts'
import { createGuestSocket } from './socket/guest-socket.ts'
import { createJourney } from './conversation/journey.ts'
import { createOAuth } from './rest/oauth-endpoint.ts'
import { messageActions } from './socket/on-message.ts'
import {
  type FrameQuery,
  type RecordedFrame,
  type RecordedRequest,
  type RequestQuery,
  createRecord,
  matchesFrame,
  matchesRequest,
} from './inspection/record.ts'
import { createRestApp } from './rest/rest-app.ts'
import { createRestGuests } from './rest/rest-guests.ts'
import { sessionActions } from './socket/session-actions.ts'
import type { Settings } from './settings.ts'
import { createSignIn } from './rest/sign-in.ts'

/** Every part is created here, once. */
export function createParts(settings: Settings) {
  const faults = createFaultInjector()
  const frames = createRecord<RecordedFrame, FrameQuery>({ keep: settings.record, matches: matchesFrame })
  const requests = createRecord<RecordedRequest, RequestQuery>({
    keep: settings.record,
    matches: matchesRequest,
  })
  const sessions = createGuestSessions(settings)
  const jwts = createGuestJwts(settings.now)
  const attachments = createAttachments(settings)
  const conversations = createConversations(settings, sessions)
  const contactCenter = createContactCenter(settings)
  const knowledgeBase = createKnowledgeBase()
  const journey = createJourney()
  const agent = createAgent({ settings, conversations, attachments })
  const oauth = createOAuth(settings)
  const signIn = createSignIn({ settings, sessions, jwts })
  const guests = createRestGuests(settings)
  const actions = {
    ...configureActions({ settings, sessions, conversations, jwts, people: signIn.people }),
    ...sessionActions({ settings, jwts }),
    ...messageActions({ settings, sessions, conversations, attachments, agent }),
    ...attachmentActions({ settings, attachments }),
  }
  const guestSocket = createGuestSocket({ settings, faults, frames, requests, actions })
  const made = {
    faults,
    frames,
    requests,
    sessions,
    conversations,
    contactCenter,
    knowledgeBase,
    journey,
    agent,
    oauth,
    signIn,
    guests,
  }
  const restApp = createRestApp({ settings, jwts, attachments, ...made })
  return { ...made, guestSocket, restApp }
}

export type Parts = ReturnType<typeof createParts>
