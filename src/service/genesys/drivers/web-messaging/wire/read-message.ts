import type { Content, GuestEvent, Message, Sender } from '../../../guest-api.ts'
import { readContent } from './content.ts'
import type { StructuredMessage } from './frames.ts'
import { defined } from './json-schemas.ts'

/** Genesys: 5 s if the event does not state how long the typing lasts. */
const TYPING_MS = 5_000

/**
 * True for a message that a chat shows; false for events (typing, presence) and receipts. An entry without a type
 * is a message if it has text or content, and no events.
 */
function isMessage({ type, text, content, events = [] }: StructuredMessage): boolean {
  if (type !== undefined) return /^(Text|Structured|Message)$/.test(type)
  return events.length === 0 && (text !== undefined || content !== undefined)
}

/**
 * Genesys: a message has its key in `channel.messageId` or, if that is missing, in `id`; the history may call it
 * `messageId`. The schema requires none of them; without them, a message is recognized by its time, as in Genesys'
 * Messenger.
 */
export function messageKey(wire: StructuredMessage): string | undefined {
  return wire.channel?.messageId ?? wire.messageId ?? wire.id ?? readTime(wire.channel?.time)
}

/**
 * Undefined for an event, and for a message that could not be recognized later.
 *
 * @param fallbackMs the message's time, as epoch ms, if Genesys sends none
 */
export function readMessage(wire: StructuredMessage, fallbackMs: number): Message | undefined {
  const id = messageKey(wire)
  if (!isMessage(wire) || id === undefined) return undefined
  const { parts, prompt, inReplyTo = wire.metadata?.parentMessageId } = readContent(wire.content ?? [])
  const text = wire.text || prompt
  const said = isInbound(wire) ? parts : offeredReplies(parts)
  const content = wire.id === undefined || wire.id === id ? said : withReplyTo(said, wire.id)
  const from = readFrom(wire)
  return {
    id,
    time: readTime(wire.channel?.time) ?? new Date(fallbackMs).toISOString(),
    direction: isInbound(wire) ? 'inbound' : 'outbound',
    type: wire.type === 'Structured' ? 'structured' : 'text',
    ...(text && { text }),
    ...(content.length > 0 && { content }),
    ...(inReplyTo !== undefined && isInbound(wire) && { inReplyTo }),
    ...(from && { from }),
    sender: readSender(wire),
  }
}

/**
 * Converts a pushed frame to an event for the page; undefined if the page needs no event, for instance for the
 * guest's own events.
 */
export function readEvent(wire: StructuredMessage, nowMs: number): GuestEvent | undefined {
  const message = readMessage(wire, nowMs)
  if (message) return { type: 'message', message }
  if (isMessage(wire)) return undefined
  if (hasPresence(wire, 'SignIn')) return signedIn(wire)
  if (isInbound(wire)) return undefined
  // Genesys: the event itself says that the session is read-only; the configuration may have changed since.
  if (hasPresence(wire, 'SessionExpired')) return { type: 'session', state: 'expired' }
  const isReadOnly = wire.metadata?.readOnly === 'true'
  if (hasPresence(wire, 'Disconnect')) {
    return { type: 'session', state: isReadOnly ? 'read-only' : 'disconnected' }
  }
  return readSignIn(wire) ?? readOffer(wire) ?? readTyping(wire)
}

/**
 * Genesys: quick replies are also offered as button responses; the mobile SDK reads the button responses if there
 * are no quick replies.
 */
function offeredReplies(parts: readonly Content[]): readonly Content[] {
  const isOffer = (part: Content) => part.type === 'button-response' && part.source === 'quick-reply'
  if (parts.some(({ type }) => type === 'quick-reply')) return parts.filter((part) => !isOffer(part))
  return parts.map((part) =>
    part.type === 'button-response' && isOffer(part)
      ? { type: 'quick-reply', text: part.text, payload: part.payload }
      : part,
  )
}

/** Genesys: a reply names the message that it answers by that message's `id`, not its `channel.messageId`. */
function withReplyTo(parts: readonly Content[], replyTo: string): Content[] {
  return parts.map((part) =>
    part.type === 'date-picker' || part.type === 'list-picker' || part.type === 'form'
      ? { ...part, replyTo }
      : part,
  )
}

/** Genesys: the event is inbound, and its sender is the guest, with the names from the OpenID provider. */
function signedIn(wire: StructuredMessage): GuestEvent {
  const { firstName, lastName } = wire.channel?.from ?? {}
  return { type: 'sign-in', status: 'signed-in', ...defined({ firstName, lastName }) }
}

const SIGN_IN_REQUESTS = {
  Authenticate: 'requested',
  AuthenticateCancel: 'cancelled',
  AuthenticateFailure: 'failed',
} as const

function readSignIn(wire: StructuredMessage): GuestEvent | undefined {
  for (const { eventType, presence } of wire.events ?? []) {
    const status = eventType === 'Presence' && ownValue(SIGN_IN_REQUESTS, presence?.type)
    if (!status) continue
    return {
      type: 'sign-in',
      status,
      ...defined({ prompt: presence?.receivedMessage, reply: presence?.replyMessage }),
    }
  }
  return undefined
}

const OFFER_STATUSES = {
  Offering: 'offered',
  OfferingAccepted: 'accepted',
  OfferingRejected: 'rejected',
  OfferingExpired: 'expired',
} as const

function readOffer(wire: StructuredMessage): GuestEvent | undefined {
  for (const { eventType, coBrowse, video } of wire.events ?? []) {
    if (eventType === 'CoBrowse') {
      const status = ownValue(OFFER_STATUSES, coBrowse?.type)
      const { sessionId, sessionJoinToken } = coBrowse ?? {}
      if (status)
        return { type: 'offer', kind: 'co-browse', status, ...defined({ sessionId, sessionJoinToken }) }
    }
    if (eventType === 'Video') {
      const status = ownValue(OFFER_STATUSES, video?.type)
      const { offeringId, jwt } = video ?? {}
      if (status) return { type: 'offer', kind: 'video', status, ...defined({ offeringId, jwt }) }
    }
  }
  return undefined
}

function ownValue<T extends object>(table: T, key: string | undefined): T[keyof T] | undefined {
  return key !== undefined && Object.hasOwn(table, key) ? table[key as keyof T] : undefined
}

function readTyping(wire: StructuredMessage): GuestEvent | undefined {
  const sender = readSender(wire)
  if (sender === 'guest') return undefined
  const event = wire.events?.find(({ eventType, typing }) => eventType === 'Typing' && typing?.type !== 'Off')
  if (!event) return undefined
  const durationMs = event.typing?.duration ?? event.typing?.durationMs ?? TYPING_MS
  return { type: 'typing', sender, durationMs }
}

export function hasPresence(wire: StructuredMessage, type: string): boolean {
  return (
    wire.events?.some(({ eventType, presence }) => eventType === 'Presence' && presence?.type === type) ??
    false
  )
}

export function isInbound(wire: StructuredMessage): boolean {
  return wire.direction === 'Inbound'
}

/** Genesys: `channel.time` can be null in the history. */
function readTime(time: string | undefined): string | undefined {
  const ms = time === undefined ? NaN : Date.parse(time)
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

function readSender(wire: StructuredMessage): Sender {
  if (isInbound(wire)) return 'guest'
  return wire.originatingEntity === 'Bot' ? 'bot' : 'agent'
}

function readFrom(wire: StructuredMessage): Message['from'] {
  const from = wire.channel?.from
  if (!from || isInbound(wire)) return undefined
  const given = from.nickname || [from.firstName, from.lastName].filter(Boolean).join(' ')
  // Pages show the name next to other text, whose order these characters would change.
  const name = given.replace(/\p{Bidi_Control}/gu, '')
  if (!name && !from.image) return undefined
  return { ...(name && { name }), ...(from.image && { image: from.image }) }
}
