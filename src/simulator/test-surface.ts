import type { AgentMessage } from './agent.ts'
import type { GuestSession } from './guest-session.ts'
import { attributesSeen, infoOf, transcriptOf } from './inspection.ts'
import type { Parts } from './parts.ts'

/** What a test can do to the simulator and ask of it; `Simulator` says what each member is for. */
export function testSurface(parts: Parts) {
  const { bends, frames, requests, sessions, conversations, agent, oauth, guestSocket } = parts

  function meant(guestToken?: string): GuestSession {
    const session = guestToken === undefined ? sessions.latest() : sessions.of(guestToken)
    if (!session) throw new Error('The simulator knows no such guest: none has configured a session')
    return session
  }

  function socketsOf(guestToken?: string) {
    const all = [...guestSocket.connections]
    return guestToken === undefined ? all : all.filter(({ token }) => token === guestToken)
  }

  return {
    agentSays: (what: string | AgentMessage, guest?: string) => agent.says(meant(guest), what),
    botSays: (what: string | AgentMessage, guest?: string) => agent.says(meant(guest), what, 'bot'),
    agentTypes: (guest?: string, durationMs?: number) => agent.types(meant(guest), durationMs),
    agentLeaves: (guest?: string) => conversations.disconnect(conversations.begin(meant(guest))),
    authorizationCode: parts.signIn.authorizationCode,
    bend: bends.bend,
    dropSockets: (guest?: string) => socketsOf(guest).forEach((socket) => socket.drop()),
    closeSockets: (code = 1001, reason = '', guest?: string) =>
      socketsOf(guest).forEach((socket) => socket.closeWith(code, reason)),
    expireSession: (guest?: string) => meant(guest).expire(),
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
    transcript: (guest?: string) => transcriptOf(meant(guest)),
    sawAttributes: (guest?: string) => attributesSeen(meant(guest)),
    get sessions() {
      return sessions.all().map(infoOf)
    },
    restGuests: parts.guests.all,
    connections: (guest?: string) => socketsOf(guest).length,
  }
}
