import type { Message } from './messages.ts'

/** The response to `GET /transcript` with `Accept: application/json`. */
export interface ConversationTranscript {
  /** ISO 8601, UTC. */
  readonly createdAt: string
  /** A language tag such as `de-AT`. */
  readonly language: string
  /** An IANA name such as `Europe/Berlin`. */
  readonly timeZone: string
  /** False if the conversation has earlier messages that are not in the file. */
  readonly complete: boolean
  /** Oldest first. Attachments have no address, because it would be valid for only a few minutes. */
  readonly messages: readonly Message[]
}
