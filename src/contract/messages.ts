import type { Content, FormAnswer, Reply } from './message-content.ts'
import type { Redaction } from './session.ts'

export type Sender = 'guest' | 'agent' | 'bot'

/** A message. It has the same form in live events, in the history and in the response to `POST /messages`. */
export interface Message {
  /** The same wherever the message appears. */
  readonly id: string
  /** ISO 8601, UTC. */
  readonly time: string
  /** From Genesys' point of view: an inbound message comes from the guest. */
  readonly direction: 'inbound' | 'outbound'
  readonly type: 'text' | 'structured'
  readonly text?: string
  /** The format of `text`, as configured in the deployment; absent for plain text. */
  readonly format?: 'markdown'
  readonly content?: readonly Content[]
  /** The picker or form that this message answers: its `replyTo` or, if that is absent, the `id` of its message. */
  readonly inReplyTo?: string
  readonly from?: { readonly name?: string; readonly image?: string }
  readonly sender: Sender
}

/** The response to `POST /messages`, without the session token. */
export interface SentMessage extends Message {
  /** What was masked, if anything. `text` is the masked text, as it was sent to Genesys. */
  readonly redacted?: readonly Redaction[]
}

export interface MessagePage {
  /** Oldest first within the page; page 1 has the newest messages. */
  readonly messages: readonly Message[]
  readonly pageNumber: number
  readonly pageSize: number
  readonly total: number
  readonly pageCount: number
}

/** The content of a message, in exactly one of these forms. */
export type OutgoingMessage =
  | { readonly text: string; readonly attachmentIds?: readonly string[] }
  | { readonly attachmentIds: readonly string[] }
  /** A quick reply from the message `inReplyTo`. */
  | { readonly quickReply: Reply & { readonly inReplyTo?: string } }
  | { readonly button: Reply & { readonly inReplyTo?: string } }
  /** A time from the date picker of the message `inReplyTo`; the payload is an ISO 8601 time. */
  | { readonly date: Reply & { readonly inReplyTo: string } }
  /**
   * Items from the list picker of the message `inReplyTo`; the payloads are the items' ids, and `text` is
   * the picker's `reply.subtitle`.
   */
  | {
      readonly list: {
        readonly items: readonly Reply[]
        readonly inReplyTo: string
        readonly text?: string
      }
    }
  /** The completed form from the message `inReplyTo`; `text` is the form's `reply.title`. */
  | {
      readonly form: {
        readonly cannedResponseId: string
        readonly answers: readonly FormAnswer[]
        readonly inReplyTo: string
        readonly text?: string
      }
    }

export interface UploadedFile {
  readonly id: string
  readonly fileName: string
  readonly sizeBytes: number
  readonly mimeType: string
  readonly url?: string
  /** What was masked in the file's name. The content of a file is never masked. */
  readonly redacted?: readonly Redaction[]
}
