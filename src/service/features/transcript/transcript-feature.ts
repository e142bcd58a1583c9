import type { IRouter, Request, RequestHandler, Response } from 'express'
import type { Content, ConversationTranscript, Message } from '../../../contract/contract.ts'
import { methodNotAllowed } from '../../middleware/method-not-allowed.ts'
import { parseQuery } from '../../middleware/request-body.ts'
import { RequestError } from '../../errors/request-error.ts'
import { claimsOf } from '../../middleware/session-guard.ts'
import { TranscriptQuery } from '../../routes/schemas.ts'
import type { GuestMessages } from '../../sessions/guest-messages.ts'
import type { GuestSessions } from '../../sessions/guest-sessions.ts'
import { HTML_FILE_POLICY, htmlFile } from './html-file.ts'
import { createLocale, type Locale } from './locale.ts'
import { PAGE_SIZE, readConversation, type Conversation } from './read-conversation.ts'
import { textFile } from './text-file.ts'

const MEDIA_TYPES = ['text/plain', 'text/html', 'application/json'] as const
type MediaType = (typeof MEDIA_TYPES)[number]
const EXTENSIONS: Readonly<Record<MediaType, string>> = {
  'text/plain': 'txt',
  'text/html': 'html',
  'application/json': 'json',
}

export interface TranscriptFeature {
  readonly name: 'transcript'
  /** Capabilities of guest sessions: none if the feature is off, or if the guest API has no history. */
  readonly capabilities: readonly 'transcript'[]
  addRoutes(
    router: IRouter,
    routes: {
      readonly guards: { readonly guest: readonly RequestHandler[] }
      readonly services: { readonly sessions: GuestSessions; readonly messages: GuestMessages }
      readonly newDeadline: () => number
    },
  ): void
  readinessChecks(): Promise<readonly never[]>
  diagnose(): Promise<
    { readonly found: string; readonly problems: readonly { readonly hint: string }[] } | undefined
  >
}

/** `GET /transcript`: the guest's conversation as a file. */
export function createTranscriptFeature(options: {
  readonly isEnabled: boolean
  /** Whether the guest API has a history. */
  readonly hasHistory: boolean
  readonly now: () => number
}): TranscriptFeature {
  const { isEnabled, hasHistory, now } = options
  return {
    name: 'transcript',
    capabilities: isEnabled && hasHistory ? ['transcript'] : [],
    addRoutes(router, { guards, services: { sessions, messages }, newDeadline }) {
      router.get('/transcript', ...guards.guest, async (req: Request, res: Response) => {
        if (!isEnabled) throw notEnabled()
        const { language, timeZone } = parseQuery(TranscriptQuery, req)
        const mediaType = req.accepts([...MEDIA_TYPES]) as MediaType | false
        if (mediaType === false)
          throw new RequestError('not_acceptable', `This path responds with ${MEDIA_TYPES.join(', ')}.`)
        const claims = sessions.requireLive(claimsOf(req))
        const deadlineAtMs = newDeadline()
        const conversation = await readConversation((pageNumber) =>
          messages.history(claims, { pageSize: PAGE_SIZE, pageNumber }, deadlineAtMs),
        )
        const locale = createLocale(language === undefined ? req.acceptsLanguages() : [language], timeZone)
        sendFile(res, mediaType, fileOf(mediaType, conversation, locale, now()), now())
      })
      router.all('/transcript', methodNotAllowed('GET'))
    },
    readinessChecks: () => Promise.resolve([]),
    diagnose() {
      if (!isEnabled) return Promise.resolve(undefined)
      const problems = hasHistory
        ? []
        : [{ hint: 'TRANSCRIPT needs a message history, which only GENESYS_GUEST_API=web-messaging has.' }]
      return Promise.resolve({ found: 'guests can download their conversation', problems })
    },
  }
}

function fileOf(mediaType: MediaType, conversation: Conversation, locale: Locale, nowMs: number): string {
  if (mediaType === 'text/html') return htmlFile(conversation, locale)
  if (mediaType === 'text/plain') return textFile(conversation, locale)
  const transcript: ConversationTranscript = {
    createdAt: new Date(nowMs).toISOString(),
    language: locale.language,
    timeZone: locale.timeZone,
    complete: conversation.isComplete,
    messages: conversation.messages.map(withoutAddresses),
  }
  return `${JSON.stringify(transcript, null, 2)}\n`
}

/** Removes file addresses, because anyone who has such an address can download the file. */
function withoutAddresses(message: Message): Message {
  if (message.content === undefined) return message
  return { ...message, content: message.content.map(withoutAddress) }
}

function withoutAddress(part: Content): Content {
  if (part.type !== 'attachment') return part
  const { type, id, mediaType, fileName, fileSizeBytes, mimeType, text } = part
  return {
    type,
    id,
    mediaType,
    ...(fileName !== undefined && { fileName }),
    ...(fileSizeBytes !== undefined && { fileSizeBytes }),
    ...(mimeType !== undefined && { mimeType }),
    ...(text !== undefined && { text }),
  }
}

function sendFile(res: Response, mediaType: MediaType, file: string, nowMs: number): void {
  const name = `conversation-${new Date(nowMs).toISOString().slice(0, 10)}.${EXTENSIONS[mediaType]}`
  res.setHeader('Content-Type', `${mediaType}; charset=utf-8`)
  res.setHeader('Content-Disposition', `attachment; filename="${name}"`)
  res.setHeader('Content-Security-Policy', HTML_FILE_POLICY)
  res.setHeader('Cache-Control', 'no-store')
  res.vary('Accept, Accept-Language')
  res.setHeader('Content-Length', Buffer.byteLength(file))
  res.end(file)
}

function notEnabled(): RequestError {
  return new RequestError('not_enabled', 'This service was set up without transcripts.', {
    hint: 'Set TRANSCRIPT=on.',
  })
}
