import type { AgentMessage } from '../agent/agent.ts'
import type { GuestSession } from '../conversation/guest-session.ts'
import { attributesSeen, infoOf, transcriptOf } from './inspection.ts'
import type { Parts } from '../parts.ts'

/** How a test controls and inspects the simulator; `Simulator` documents each member. */
export function testSurface(parts: Parts) {
  const { faults, frames, requests, sessions, conversations, contactCenter, agent, oauth, guestSocket } =
    parts
  const { knowledgeBase } = parts

  function targetSession(guestToken?: string): GuestSession {
    const session = guestToken === undefined ? sessions.latest() : sessions.of(guestToken)
    if (!session) throw new Error('The simulator does not know this guest: no session was configured')
    return session
  }

  function socketsOf(guestToken?: string) {
    const all = [...guestSocket.connections]
    return guestToken === undefined ? all : all.filter(({ token }) => token === guestToken)
  }

  return {
    agentSays: (what: string | AgentMessage, guest?: string) => agent.says(targetSession(guest), what),
    botSays: (what: string | AgentMessage, guest?: string) => agent.says(targetSession(guest), what, 'bot'),
    transferToQueue: (guest?: string) =>
      conversations.transferToQueue(conversations.begin(targetSession(guest))),
    agentTypes: (guest?: string, durationMs?: number) => agent.types(targetSession(guest), durationMs),
    agentLeaves: (guest?: string) => conversations.disconnect(conversations.begin(targetSession(guest))),
    authorizationCode: parts.signIn.authorizationCode,
    setHours: contactCenter.setHours,
    deleteSchedules: contactCenter.deleteSchedules,
    setEmergency: contactCenter.setEmergency,
    setQueue: contactCenter.setQueue,
    callbacks: contactCenter.callbacks,
    setArticles: knowledgeBase.setArticles,
    forgetKnowledgeSessions: () => knowledgeBase.sessions.clear(),
    knowledgeFeedback: knowledgeBase.feedback,
    setActionMaps: parts.journey.setActionMaps,
    journeyEvents: parts.journey.events,
    actionStates: parts.journey.actionStates,
    injectFault: faults.inject,
    bend: faults.inject,
    dropSockets: (guest?: string) => socketsOf(guest).forEach((socket) => socket.drop()),
    closeSockets: (code = 1001, reason = '', guest?: string) =>
      socketsOf(guest).forEach((socket) => socket.closeWith(code, reason)),
    expireSession: (guest?: string) => targetSession(guest).expire(),
    forgetSession: (guest?: string) => sessions.forget(targetSession(guest)),
    expireOAuthTokens: oauth.expireTokens,
    requests: requests.kept,
    frames: frames.kept,
    get tokenRequests() {
      return oauth.tokenRequests()
    },
    nextFrame: frames.next,
    seenFrame: frames.seen,
    nextRequest: requests.next,
    seenRequest: requests.seen,
    transcript: (guest?: string) => transcriptOf(targetSession(guest)),
    sawAttributes: (guest?: string) => attributesSeen(targetSession(guest)),
    get sessions() {
      return sessions.all().map(infoOf)
    },
    restGuests: parts.guests.all,
    connections: (guest?: string) => socketsOf(guest).length,
  }
}
