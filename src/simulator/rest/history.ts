import { type Request, Router } from 'express'
import type { Attachments } from '../conversation/attachments.ts'
import { httpBaseOf } from '../base-url.ts'
import type { GuestJwts } from '../conversation/guest-jwt.ts'
import type { Entry } from '../conversation/guest-session.ts'
import type { GuestSessions } from '../conversation/guest-sessions.ts'
import { bearerOf } from './oauth-endpoint.ts'
import type { Content, MessageEvent } from '../socket/payloads.ts'
import { badCredentials, invalidValue, rateLimitExceeded } from './platform-errors.ts'
import type { Settings } from '../settings.ts'

const PAGE_SIZE = 25
const MAX_PAGE_SIZE = 500
/** Genesys: the history's own enumeration; its mobile SDK rejects a page with any other value. */
const PRESENCES = ['Join', 'Disconnect', 'Clear', 'SignIn', 'SessionExpired']

/** The messages, newest first, for a client with the JWT that `getJwt` returned on the socket. */
export function history(parts: {
  settings: Settings
  sessions: GuestSessions
  jwts: GuestJwts
  attachments: Attachments
}): Router {
  const { settings, sessions, jwts, attachments } = parts
  const router = Router()

  router.get('/api/v2/webmessaging/messages', async (req, res) => {
    const session = sessions.byId(await jwts.subjectOf(bearerOf(req), 'history'))
    if (!session) throw badCredentials()
    const retryAfterSeconds = session.historyCalls.take()
    if (retryAfterSeconds > 0) throw rateLimitExceeded(retryAfterSeconds)
    const pageSize = integerIn(req, 'pageSize', PAGE_SIZE, MAX_PAGE_SIZE)
    const pageNumber = integerIn(req, 'pageNumber', 1, Infinity)
    const newestFirst = session.entries.filter(isListed).toReversed()
    const total = newestFirst.length
    const page = newestFirst.slice((pageNumber - 1) * pageSize, pageNumber * pageSize)
    const baseUrl = httpBaseOf(req, settings)
    const entities = page.map((entry) => entityOf(entry, questionBefore(session.entries, entry), baseUrl))
    res.json({
      entities,
      pageSize: total === 0 ? 0 : pageSize,
      pageNumber,
      total,
      pageCount: Math.ceil(total / pageSize),
    })
  })

  /**
   * The same message as on the socket; an agent's message has its id in `channel.messageId` too. As in
   * `WebMessagingMessage` of the official SDK, an answer names its question, and a presence has only a type.
   */
  function entityOf({ message }: Entry, question: string, baseUrl: string) {
    const { channel, content: live, events, metadata, ...rest } = message
    const { time, from, to, messageId = message.id } = channel
    const { text = message.text, content } = live ? listedContent(live) : {}
    return {
      ...rest,
      ...(text !== undefined && { text }),
      metadata,
      channel: { time, messageId, ...(from && { from }), ...(to && { to }) },
      ...(content && {
        content: attachments
          .refreshed(content, baseUrl)
          .map((element) => withQuestion(element, metadata.parentMessageId ?? question)),
      }),
      ...(events && { events: events.map(withPresenceType) }),
      status: 'Sent',
      reasons: [],
    }
  }

  return router
}

function isListed({ message: { events = [] } }: Entry): boolean {
  return events.every(({ presence }) => !presence || PRESENCES.includes(presence.type))
}

/** The history has no quick replies of the newer type: it converts them to the older type. */
function listedContent(live: readonly Content[]): { text?: string | undefined; content: Content[] } {
  const titled = live.flatMap(({ quickReplyV2 }) =>
    quickReplyV2 ? [quickReplyV2 as { title?: string; actions: object[] }] : [],
  )
  const replies = titled.flatMap(({ actions }) =>
    actions.map((quickReply) => ({ contentType: 'QuickReply', quickReply })),
  )
  return {
    text: titled[0]?.title,
    content: [...live.filter(({ quickReplyV2 }) => !quickReplyV2), ...replies],
  }
}

/** The id of the last message before the answer that offers choices; empty if there is none. */
function questionBefore(entries: readonly Entry[], answer: Entry): string {
  const question = entries
    .slice(0, entries.indexOf(answer))
    .findLast(({ message }) => message.direction === 'Outbound' && message.type === 'Structured')
  return question?.message.id ?? ''
}

function withQuestion(element: Content, originatingMessageId: string): Content {
  const { buttonResponse } = element
  return buttonResponse
    ? { ...element, buttonResponse: { originatingMessageId, ...buttonResponse } }
    : element
}

function withPresenceType(event: MessageEvent): MessageEvent {
  return event.presence ? { ...event, presence: { type: event.presence.type } } : event
}

/** @throws {PlatformError} 400 unless it is an integer from 1 to `max` */
function integerIn(req: Request, name: string, defaultValue: number, max: number): number {
  const given = req.query[name]
  if (given === undefined) return defaultValue
  const number = Number(given)
  if (!Number.isInteger(number) || number < 1 || number > max) throw invalidValue(name)
  return number
}
