import type { GuestEvent, Message, Sender } from '../../guest-api.ts'
import { readContent } from './content.ts'
import type { StructuredMessage } from './frames.ts'

/** Genesys: 5 s where the event does not say how long the typing lasts. */
const TYPING_MS = 5_000

/** True for what a chat shows; events (typing, presence) are not. */
function isMessage(wire: StructuredMessage): boolean {
  return wire.type === 'Text' || wire.type === 'Structured'
}

/**
 * Genesys: the same message has its key in `channel.messageId` or, where that is missing, in `id`; the
 * history may call it `messageId`.
 */
export function messageKey(wire: StructuredMessage): string | undefined {
  return wire.channel?.messageId ?? wire.messageId ?? wire.id
}

/**
 * Undefined for an event, and for a message that nothing could recognise again.
 *
 * @param fallbackMs its time, as epoch ms, where Genesys says none
 */
export function readMessage(wire: StructuredMessage, fallbackMs: number): Message | undefined {
  const id = messageKey(wire)
  if (!isMessage(wire) || id === undefined) return undefined
  const content = readContent(wire.content ?? [])
  const from = readFrom(wire)
  return {
    id,
    time: readTime(wire.channel?.time) ?? new Date(fallbackMs).toISOString(),
    direction: isInbound(wire) ? 'inbound' : 'outbound',
    type: wire.type === 'Structured' ? 'structured' : 'text',
    ...(wire.text && { text: wire.text }),
    ...(content.length > 0 && { content }),
    ...(from && { from }),
    sender: readSender(wire),
  }
}

/** What a pushed frame means to a page; undefined for what it need not know, the guest's own events among it. */
export function readEvent(wire: StructuredMessage, nowMs: number): GuestEvent | undefined {
  const message = readMessage(wire, nowMs)
  if (message) return { type: 'message', message }
  if (isInbound(wire) || isMessage(wire)) return undefined
  // Genesys: read-only is told by the event itself, never by the configuration, which may have changed since.
  const isReadOnly = wire.metadata?.readOnly === 'true'
  if (hasPresence(wire, 'Disconnect')) {
    return { type: 'session', state: isReadOnly ? 'read-only' : 'disconnected' }
  }
  return readTyping(wire)
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
  const name = from.nickname || [from.firstName, from.lastName].filter(Boolean).join(' ')
  if (!name && !from.image) return undefined
  return { ...(name && { name }), ...(from.image && { image: from.image }) }
}
