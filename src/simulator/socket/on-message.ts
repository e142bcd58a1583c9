import type { Agent } from '../agent/agent.ts'
import type { Attachment, Attachments } from '../conversation/attachments.ts'
import { type Conversations, setAttributes } from '../conversation/conversations.ts'
import { createGuestEvents, isClear } from '../conversation/guest-events.ts'
import { type GuestMessage, OnMessage, chosenIn, legacyAttributesOf } from '../conversation/guest-message.ts'
import {
  attachmentNotFound,
  attachmentNotUploaded,
  attributesTooLarge,
  readOnly,
  refuseTooMany,
  requestFailed,
  textTooLong,
} from './guest-refusal.ts'
import { type GuestAction, type GuestRequest, fieldsOf, sessionOf } from './guest-request.ts'
import type { GuestSession } from '../conversation/guest-session.ts'
import type { GuestSessions } from '../conversation/guest-sessions.ts'
import { type Content, inboundMessage, pushed } from './payloads.ts'
import type { Settings } from '../settings.ts'

/** The guest's messages and events. The echo to all connections is the only acknowledgement. */
export function messageActions(parts: {
  settings: Settings
  sessions: GuestSessions
  conversations: Conversations
  attachments: Attachments
  agent: Agent
}) {
  const { settings, conversations, attachments, agent } = parts
  const { limits } = settings
  const events = createGuestEvents(parts)

  const onMessage: GuestAction = (connection, request) => {
    const session = sessionOf(connection, request)
    const { message } = fieldsOf(OnMessage, request)
    if (session.readOnly && !isClear(message)) throw readOnly()
    refuseTooMany(session.messages.take(), 'Message')
    const attributes = attributesOf(message, request)
    if (message.type === 'Event') {
      events.take(session, message, attributes, request.tracingId)
      return
    }
    takeMessage(session, message, attributes, request.tracingId)
  }

  function takeMessage(
    session: GuestSession,
    message: GuestMessage,
    attributes: Record<string, string>,
    tracingId: string | undefined,
  ): void {
    const { text, content = [], type = 'Text' } = message
    const bytes = Buffer.byteLength(text ?? '')
    if (bytes > limits.textBytes) throw textTooLong(bytes, limits.textBytes)
    if (!text && content.length === 0) throw requestFailed()
    const files = filesOf(session, content)
    const conversation = conversations.begin(session)
    const isFirst = !session.entries.some((entry) => entry.conversation === conversation)
    setAttributes(conversation.customer, attributes)
    const part = {
      type: type as 'Text' | 'Structured',
      ...(text !== undefined && { text }),
      ...(content.length > 0 && { content: echoed(content, files, session.baseUrl) }),
    }
    const echo = inboundMessage(session, part, message.metadata, attributes)
    conversations.keep(session, echo)
    session.push(pushed('StructuredMessage', echo, tracingId), 'onMessage')
    if (isFirst) agent.hears(conversation, 'beginning')
    const fileNames = files.map(({ fileName }) => fileName)
    agent.hears(conversation, { text: text || chosenIn(content), files: fileNames })
  }

  /** @throws {GuestRefusal} 4013 if the attributes are too large, 400 if one is not a string */
  function attributesOf(message: GuestMessage, request: GuestRequest): Record<string, string> {
    const attributes = {
      ...(settings.legacyAttributesPlace && legacyAttributesOf(request)),
      ...message.channel?.metadata?.customAttributes,
    }
    const bytes = Object.entries(attributes)
      .flat()
      .reduce((sum, part) => sum + Buffer.byteLength(part), 0)
    if (bytes > limits.attributeBytes) throw attributesTooLarge(limits.attributeBytes)
    return attributes
  }

  /** @throws {GuestRefusal} 4009 or 4010 for a file that cannot be sent */
  function filesOf(session: GuestSession, content: Content[]): Attachment[] {
    const ids = content.flatMap(({ attachment }) => (attachment ? [(attachment as { id: string }).id] : []))
    const files = ids.map((id) => {
      const file = attachments.of(session, id)
      if (!file || file.state === 'sent') throw attachmentNotFound()
      if (file.state !== 'uploaded') throw attachmentNotUploaded()
      return file
    })
    for (const file of files) file.state = 'sent'
    return files
  }

  function echoed(content: Content[], files: Attachment[], baseUrl: string): Content[] {
    const others = content.filter(({ contentType }) => contentType !== 'Attachment')
    return [...others, ...files.map((file) => attachments.contentOf(file, baseUrl))]
  }

  return { onMessage }
}
