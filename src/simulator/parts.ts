import { createAgent } from './agent.ts'
import { attachmentActions } from './attachment-actions.ts'
import { createAttachments } from './attachments.ts'
import { createFaultInjector } from './fault-injection.ts'
import { configureActions } from './configure-session.ts'
import { createConversations } from './conversations.ts'
import { createGuestJwts } from './guest-jwt.ts'
import { createGuestSessions } from './guest-sessions.ts'
import { createGuestSocket } from './guest-socket.ts'
import { createOAuth } from './oauth-endpoint.ts'
import { messageActions } from './on-message.ts'
import {
  type FrameQuery,
  type RecordedFrame,
  type RecordedRequest,
  type RequestQuery,
  createRecord,
  matchesFrame,
  matchesRequest,
} from './record.ts'
import { createRestApp } from './rest-app.ts'
import { createRestGuests } from './rest-guests.ts'
import { sessionActions } from './session-actions.ts'
import type { Settings } from './settings.ts'
import { createSignIn } from './sign-in.ts'

/** Every part is made here, once. */
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
  const made = { faults, frames, requests, sessions, conversations, agent, oauth, signIn, guests }
  const restApp = createRestApp({ settings, jwts, attachments, ...made })
  return { ...made, guestSocket, restApp }
}

export type Parts = ReturnType<typeof createParts>
