import { randomUUID } from 'node:crypto'
import { selectedReplies } from '../../../replies-of-message.ts'
import type { Attributes, JourneyContext, OutgoingMessage } from '../../../guest-api.ts'

/**
 * The frames that the service sends, without the guest token: the connection adds it to each frame. Genesys: all
 * frames are flat objects; the response contains the same `tracingId`.
 */
export interface RequestFrame {
  readonly action: string
  readonly tracingId: string
  readonly [field: string]: unknown
}

/** Errors about typing do not belong to a message, so all typing frames have this id. */
export const TYPING_TRACING_ID = 'typing'

export interface SessionRequest {
  readonly deploymentId: string
  /** The JWT of a signed-in guest. */
  readonly jwt?: string | undefined
  readonly startNew?: boolean
  /** Sent only if the page provides one and the guest is not signed in. */
  readonly journeyContext?: JourneyContext | undefined
}

export function configureSession(request: SessionRequest): RequestFrame {
  const { deploymentId, jwt, startNew = false, journeyContext } = request
  const common = { tracingId: randomUUID(), deploymentId, startNew }
  return jwt === undefined
    ? { action: 'configureSession', ...common, ...(journeyContext && { journeyContext }) }
    : { action: 'configureAuthenticatedSession', ...common, data: { code: jwt } }
}

export function closeSession(): RequestFrame {
  return { action: 'closeSession', tracingId: randomUUID(), closeAllConnections: true }
}

export function getJwt(): RequestFrame {
  return { action: 'getJwt', tracingId: randomUUID() }
}

export function echo(): RequestFrame {
  return { action: 'echo', tracingId: randomUUID(), message: { type: 'Text', text: 'ping' } }
}

/**
 * Genesys: the Messenger omits `type` and `text` from a message that contains only files. It sends a choice as
 * `Structured`, a date without `text`, and a list or form with the reply text from the message being answered. A
 * date names that message in `metadata`; a list names it there and in each choice; a form names it only within
 * itself. The mobile SDK also names it in quick replies.
 */
export function onMessage(message: OutgoingMessage): RequestFrame {
  const choices = message.form ? [formResponse(message.form)] : buttonResponses(message)
  const files = (message.attachmentIds ?? []).map((id) => ({ contentType: 'Attachment', attachment: { id } }))
  const content = [...choices, ...files]
  const parentMessageId = (message.date ?? message.list)?.inReplyTo
  const text = message.text ?? textOfChoice(message)
  return {
    action: 'onMessage',
    tracingId: message.tracingId,
    message: {
      ...(choices.length > 0 ? { type: 'Structured' } : text !== undefined && { type: 'Text' }),
      ...(text !== undefined && { text }),
      ...(content.length > 0 && { content }),
      // Genesys: a map of strings, which the history returns with the message. The history contains no other id
      // from this service.
      metadata: { tracingId: message.tracingId, ...(parentMessageId !== undefined && { parentMessageId }) },
      ...withAttributes(message.attributes),
    },
  }
}

/**
 * The frame with which a guest joins the conversation (`Join`, if the deployment starts conversations
 * automatically) or ends it (`Clear`).
 */
export function presence(type: 'Join' | 'Clear', attributes?: Attributes): RequestFrame {
  return {
    action: 'onMessage',
    tracingId: randomUUID(),
    message: {
      type: 'Event',
      events: [{ eventType: 'Presence', presence: { type } }],
      ...withAttributes(attributes),
    },
  }
}

export function typingOn(): RequestFrame {
  return {
    action: 'onMessage',
    tracingId: TYPING_TRACING_ID,
    message: { type: 'Event', events: [{ eventType: 'Typing', typing: { type: 'On' } }] },
  }
}

export function onAttachment(file: {
  attachmentId: string
  fileName: string
  fileType: string
  fileSize: number
}): RequestFrame {
  return { action: 'onAttachment', tracingId: randomUUID(), ...file, errorsAsJson: true }
}

export function getAttachment(attachmentId: string): RequestFrame {
  return { action: 'getAttachment', tracingId: randomUUID(), attachmentId }
}

export function deleteAttachment(attachmentId: string): RequestFrame {
  return { action: 'deleteAttachment', tracingId: randomUUID(), attachmentId }
}

/** Genesys: a `channel` next to `message` has been ignored since June 2026; only `message.channel` is read. */
function withAttributes(attributes: Attributes | undefined) {
  if (!attributes || Object.keys(attributes).length === 0) return {}
  return { channel: { metadata: { customAttributes: attributes } } }
}

function textOfChoice({ quickReply, button, list, form }: OutgoingMessage): string | undefined {
  return form ? (form.text ?? '') : (list ?? quickReply ?? button)?.text
}

function formResponse({ inReplyTo, cannedResponseId, answers }: NonNullable<OutgoingMessage['form']>) {
  const response = answers.map(({ id, text, payload }) => ({
    id,
    component: { contentType: 'ButtonResponse', buttonResponse: { type: 'Form', text, payload } },
  }))
  return { contentType: 'Form', form: { originatingMessageId: inReplyTo, cannedResponseId, response } }
}

function buttonResponses(message: OutgoingMessage) {
  const type = choiceType(message)
  const originatingMessageId = (message.list ?? message.quickReply ?? message.button)?.inReplyTo
  return selectedReplies(message).map(({ text, payload }) => ({
    contentType: 'ButtonResponse',
    buttonResponse: {
      type,
      text,
      payload,
      ...(originatingMessageId !== undefined && { originatingMessageId }),
    },
  }))
}

function choiceType({ quickReply, date, list }: OutgoingMessage) {
  if (list) return 'ListPicker'
  if (date) return 'DatePicker'
  return quickReply ? 'QuickReply' : 'Button'
}
