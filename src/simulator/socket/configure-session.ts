import * as z from 'zod'
import type { Conversations } from '../conversation/conversations.ts'
import type { GuestConnection } from './guest-connection.ts'
import type { GuestJwts } from '../conversation/guest-jwt.ts'
import {
  authenticationFailed,
  cannotDowngrade,
  deploymentNotFound,
  featureOff,
  refuseTooMany,
  sessionExpired,
  unauthorized,
} from './guest-refusal.ts'
import { type GuestAction, type GuestRequest, fieldsOf } from './guest-request.ts'
import type { GuestSession } from '../conversation/guest-session.ts'
import type { GuestSessions } from '../conversation/guest-sessions.ts'
import { JourneyContext } from '../conversation/journey-context.ts'
import { SECOND_MS } from '../conversation/limits.ts'
import { inboundMessage, presence, pushed, response } from './payloads.ts'
import { PlatformError } from '../rest/platform-errors.ts'
import { BLOCKED_EXTENSIONS } from '../conversation/attachments.ts'
import type { Settings } from '../settings.ts'
import type { People, Person } from '../rest/sign-in.ts'

const Configure = z.looseObject({
  deploymentId: z.string(),
  startNew: z.boolean().optional(),
  journeyContext: JourneyContext.optional(),
})
const SignIn = z.looseObject({ data: z.looseObject({ code: z.string().min(1) }) })

/** The first request of a connection: it determines the guest and the session. */
export function configureActions(parts: {
  settings: Settings
  sessions: GuestSessions
  conversations: Conversations
  jwts: GuestJwts
  people: People
}) {
  const { settings, sessions, conversations, jwts, people } = parts

  const configureSession: GuestAction = (connection, request) => {
    const startNew = checked(request)
    if (sessions.signedInTokens.has(request.token)) throw cannotDowngrade()
    if (sessions.of(request.token)?.isOver()) throw sessionExpired()
    if (startNew) abandon(connection, sessions.of(request.token))
    const known = sessions.of(request.token)
    const session = known ?? sessions.open(request.token)
    session.journeyContext = fieldsOf(Configure, request).journeyContext ?? session.journeyContext
    enter(connection, request, session, { newSession: !known })
  }

  const configureAuthenticatedSession: GuestAction = async (connection, request) => {
    const startNew = checked(request)
    if (!settings.signIn) throw featureOff()
    const person = await personOf(fieldsOf(SignIn, request).data.code)
    if (startNew) abandon(connection, sessions.signedInAs(person.userId))
    const asGuest = guestSessionOf(request.token)
    if (asGuest && settings.allowSessionUpgrade) stepUp(connection, request, asGuest, person)
    else joinAsPerson(connection, request, asGuest, person)
  }

  /** The guest keeps the conversation; the person's session on other devices is cleared. */
  function stepUp(
    connection: GuestConnection,
    request: GuestRequest,
    session: GuestSession,
    { userId, firstName, lastName }: Person,
  ): void {
    const elsewhere = sessions.signedInAs(userId)
    if (elsewhere) {
      for (const other of [...elsewhere.connections]) other.close('signedIn')
      if (elsewhere.conversation) elsewhere.conversation.connected = false
      sessions.forget(elsewhere)
    }
    identify(session, request, userId)
    enter(connection, request, session, {
      newSession: false,
      clearedExistingSession: elsewhere !== undefined,
    })
    const event = inboundMessage(session, { type: 'Event', events: presence('SignIn') })
    event.channel.from = { firstName, lastName }
    conversations.keep(session, event)
    session.push(pushed('StructuredMessage', event))
  }

  /** Joins the person's session, which all devices share, and leaves the guest's own conversation. */
  function joinAsPerson(
    connection: GuestConnection,
    request: GuestRequest,
    asGuest: GuestSession | undefined,
    { userId }: Person,
  ): void {
    const known = sessions.signedInAs(userId)
    const session = known ?? sessions.open(request.token)
    identify(session, request, userId)
    for (const other of asGuest?.connections ?? []) if (other !== connection) other.close('signedIn')
    enter(connection, request, session, { newSession: !known, clearedExistingSession: false })
  }

  function identify(session: GuestSession, { token }: GuestRequest, userId: string): void {
    session.signedInAs = userId
    sessions.know(token, session)
    sessions.signedInTokens.add(token)
  }

  /** The agent keeps the messages; the guest starts again, with only this connection. */
  function abandon(connection: GuestConnection, session: GuestSession | undefined): void {
    if (!session) return
    if (session.conversation) session.conversation.connected = false
    sessions.forget(session)
    for (const other of [...session.connections]) if (other !== connection) other.close()
  }

  /** @returns whether a new session is requested */
  function checked(request: GuestRequest): boolean {
    const { deploymentId, startNew = false } = fieldsOf(Configure, request)
    if (deploymentId !== settings.deploymentId) throw deploymentNotFound()
    refuseTooMany(sessions.takeConfigure(request.token), 'ConfigureSession')
    return startNew
  }

  async function personOf(jwt: string): Promise<Person> {
    try {
      const userId = await jwts.subjectOf(jwt, 'sign-in')
      return { userId, ...people.get(userId) }
    } catch (err) {
      const expired = err instanceof PlatformError && err.code === 'credentials.expired'
      throw expired ? unauthorized() : authenticationFailed()
    }
  }

  function guestSessionOf(token: string): GuestSession | undefined {
    const session = sessions.of(token)
    return session && session.signedInAs === undefined && !session.expired ? session : undefined
  }

  function enter(connection: GuestConnection, request: GuestRequest, session: GuestSession, extra: object) {
    connection.join(session, request.token)
    const [oldest] = session.connections
    if (session.connections.size > settings.limits.connectionsPerSession) oldest?.close()
    const body = { connected: true, ...extra, ...describe(session, settings) }
    connection.send(response('SessionResponse', body, request.tracingId), request.action)
  }

  return { configureSession, configureAuthenticatedSession }
}

function describe(session: GuestSession, settings: Settings) {
  return {
    readOnly: session.readOnly,
    autoStarted: false,
    ...mediaLimits(settings),
    durationSeconds: settings.sessionDurationSeconds,
    expirationDate: Math.floor(session.expiresAtMs / SECOND_MS),
  }
}

/** The limits that the platform announces to a guest. */
export function mediaLimits({ attachments, limits }: Settings) {
  const maxFileSizeKB = Math.floor(finite(limits.fileBytes, 10_240 * 1024) / 1024)
  return {
    maxCustomDataBytes: finite(limits.attributeBytes, 2048),
    allowedMedia: attachments ? { inbound: { fileTypes: [{ type: '*/*' }], maxFileSizeKB } } : {},
    blockedExtensions: BLOCKED_EXTENSIONS,
  }
}

/** JSON has no infinity: for a limit that is off, the platform's value is announced. */
function finite(limit: number, otherwise: number): number {
  return Number.isFinite(limit) ? limit : otherwise
}
