import { randomBytes, randomUUID } from 'node:crypto'

/** The content of one WebSocket text message from the platform. */
export interface Frame {
  type: 'message' | 'response'
  class: string
  code: number
  body: unknown
  tracingId?: string
}

/** An element of `content`; the key named after `contentType` holds the rest. */
export interface Content {
  contentType: string
  [key: string]: unknown
}

export interface MessageEvent {
  eventType: string
  presence?: { type: string; [field: string]: unknown } | undefined
  typing?: { type: string; duration?: number | undefined } | undefined
  [field: string]: unknown
}

/** The sender, as the guest sees it. */
export interface Sender {
  nickname?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  image?: string | undefined
}

/** Genesys: the body of the class StructuredMessage, in either direction, live and (nearly the same) in the history. */
export interface StructuredMessage {
  id: string
  type: 'Text' | 'Structured' | 'Event'
  direction: 'Inbound' | 'Outbound'
  text?: string
  channel: {
    time: string
    type: 'Private'
    messageId?: string
    from?: Sender
    to?: Record<string, never>
    /** The metadata of the guest's own messages, as sent. */
    metadata?: { customAttributes: Record<string, string> }
  }
  content?: Content[]
  events?: MessageEvent[]
  metadata: Record<string, string>
  originatingEntity?: 'Human' | 'Bot'
}

type Part = Pick<StructuredMessage, 'type' | 'text' | 'content' | 'events'>

/**
 * A guest's message, as all of the session's connections receive it. `channel.messageId` is a UUID only
 * here, and `metadata.authenticated` shows that the guest has signed in.
 */
export function inboundMessage(
  session: { nextTime(): string; signedInAs: unknown },
  part: Part,
  metadata: Record<string, string> = {},
  customAttributes: Record<string, string> = {},
): StructuredMessage {
  const hasAttributes = Object.keys(customAttributes).length > 0
  return {
    id: hexId(),
    ...part,
    direction: 'Inbound',
    channel: {
      time: session.nextTime(),
      type: 'Private',
      messageId: randomUUID(),
      ...(hasAttributes && { metadata: { customAttributes } }),
    },
    metadata: {
      ...metadata,
      correlationId: randomUUID(),
      ...(session.signedInAs !== undefined && { authenticated: 'true' }),
    },
    originatingEntity: 'Human',
  }
}

export function outboundMessage(
  time: string,
  part: Part,
  from: Sender | undefined,
  originatingEntity: 'Human' | 'Bot',
): StructuredMessage {
  return {
    id: hexId(),
    ...part,
    direction: 'Outbound',
    channel: { time, type: 'Private', from: from ?? {}, to: {} },
    metadata: { correlationId: randomUUID() },
    originatingEntity,
  }
}

export function presence(type: 'Join' | 'Clear' | 'Disconnect' | 'SignIn'): MessageEvent[] {
  return [{ eventType: 'Presence', presence: { type } }]
}

/** @param durationMs how long the typing indicator should be shown; Genesys: 5000 */
export function typing(durationMs: number): MessageEvent[] {
  return [{ eventType: 'Typing', typing: { type: 'On', duration: durationMs } }]
}

export function pushed(frameClass: string, body: unknown, tracingId?: string): Frame {
  return frame('message', frameClass, 200, body, tracingId)
}

export function response(frameClass: string, body: unknown, tracingId?: string): Frame {
  return frame('response', frameClass, 200, body, tracingId)
}

/** Most refusals consist of a sentence and a code. */
export function refusal(code: number, text: string, tracingId?: string): Frame {
  return frame('response', 'string', code, text, tracingId)
}

/** Genesys: a real log has `errorCode` 429 for configuring, the fixtures have 4029; `code` is always 429. */
export function tooManyRequests(retryAfterSeconds: number, what: string, tracingId?: string): Frame {
  const errorCode = what.startsWith('ConfigureSession') ? 429 : 4029
  const errorMessage = `${what} rate too high for this session`
  const body = { retryAfter: retryAfterSeconds, errorCode, errorMessage }
  return frame('response', 'TooManyRequestsErrorMessage', 429, body, tracingId)
}

function frame(type: Frame['type'], frameClass: string, code: number, body: unknown, tracingId?: string) {
  return { type, class: frameClass, code, body, ...(tracingId !== undefined && { tracingId }) }
}

/** Message ids are opaque; the platform mostly uses 32 hex digits. */
export function hexId(): string {
  return randomBytes(16).toString('hex')
}
