import { fieldsOf, listOf, numberOf, textOf, type Fields } from './json-values.ts'

/**
 * A message or event as it is on the wire, on the socket and in the history alike. Anything may be missing, and
 * what has another type than it should counts as missing: Genesys adds and changes at any time.
 */
export interface StructuredMessage {
  readonly id: string | undefined
  readonly messageId: string | undefined
  readonly type: string | undefined
  readonly direction: string | undefined
  readonly text: string | undefined
  readonly channel: Channel | undefined
  readonly content: readonly unknown[] | undefined
  readonly events: readonly EventEntry[] | undefined
  readonly metadata: Fields | undefined
  readonly originatingEntity: string | undefined
}

interface Channel {
  readonly time: string | undefined
  readonly messageId: string | undefined
  readonly from: Participant | undefined
}

interface Participant {
  readonly nickname: string | undefined
  readonly firstName: string | undefined
  readonly lastName: string | undefined
  readonly image: string | undefined
}

interface EventEntry {
  readonly eventType: string | undefined
  readonly presence: { readonly type: string | undefined } | undefined
  readonly typing: Typing | undefined
}

interface Typing {
  readonly type: string | undefined
  readonly duration: number | undefined
  readonly durationMs: number | undefined
}

/**
 * By hand, as most frames are messages: a schema that forgives every field leaves ten times as much behind.
 *
 * @param body what `JSON.parse` gave
 * @returns undefined for what is no object
 */
export function readStructuredMessage(body: unknown): StructuredMessage | undefined {
  const fields = fieldsOf(body)
  if (!fields) return undefined
  return {
    id: textOf(fields.id),
    messageId: textOf(fields.messageId),
    type: textOf(fields.type),
    direction: textOf(fields.direction),
    text: textOf(fields.text),
    channel: readChannel(fieldsOf(fields.channel)),
    content: listOf(fields.content),
    events: listOf(fields.events)?.map((entry) => readEventEntry(fieldsOf(entry))),
    metadata: fieldsOf(fields.metadata),
    originatingEntity: textOf(fields.originatingEntity),
  }
}

function readChannel(fields: Fields | undefined): Channel | undefined {
  return (
    fields && {
      time: textOf(fields.time),
      messageId: textOf(fields.messageId),
      from: readParticipant(fieldsOf(fields.from)),
    }
  )
}

function readParticipant(fields: Fields | undefined): Participant | undefined {
  return (
    fields && {
      nickname: textOf(fields.nickname),
      firstName: textOf(fields.firstName),
      lastName: textOf(fields.lastName),
      image: textOf(fields.image),
    }
  )
}

function readEventEntry(fields: Fields | undefined): EventEntry {
  const presence = fieldsOf(fields?.presence)
  return {
    eventType: textOf(fields?.eventType),
    presence: presence && { type: textOf(presence.type) },
    typing: readTyping(fieldsOf(fields?.typing)),
  }
}

function readTyping(fields: Fields | undefined): Typing | undefined {
  return (
    fields && {
      type: textOf(fields.type),
      duration: numberOf(fields.duration),
      durationMs: numberOf(fields.durationMs),
    }
  )
}
