import type { Content, FormAnswer, Reply } from './message-content.ts'

export type Sender = 'guest' | 'agent' | 'bot'

/** A message as the service tells it, live, in the history and as the answer to a sending. */
export interface Message {
  /** The same wherever the message turns up. */
  readonly id: string
  /** ISO 8601, UTC. */
  readonly time: string
  /** Genesys' view: inbound comes from the guest. */
  readonly direction: 'inbound' | 'outbound'
  readonly type: 'text' | 'structured'
  readonly text?: string
  /** How `text` is written, where the deployment says so; plain without it. */
  readonly format?: 'markdown'
  readonly content?: readonly Content[]
  /** The message whose picker or form this one answers: its `replyTo`, else its `id`. */
  readonly inReplyTo?: string
  readonly from?: { readonly name?: string; readonly image?: string }
  readonly sender: Sender
}

export interface MessagePage {
  /** Oldest first; the pages come newest first. */
  readonly messages: readonly Message[]
  readonly pageNumber: number
  readonly pageSize: number
  readonly total: number
  readonly pageCount: number
}

/** What a message consists of; exactly one of these forms. */
export type OutgoingMessage =
  | { readonly text: string; readonly attachmentIds?: readonly string[] }
  | { readonly attachmentIds: readonly string[] }
  /** Chosen of the message `inReplyTo`. */
  | { readonly quickReply: Reply & { readonly inReplyTo?: string } }
  | { readonly button: Reply & { readonly inReplyTo?: string } }
  /** Chosen from the date picker of the message `inReplyTo`; the payload is an ISO 8601 time. */
  | { readonly date: Reply & { readonly inReplyTo: string } }
  /**
   * Chosen from the list picker of the message `inReplyTo`; the payloads are the ids of the items, `text` is the
   * picker's `reply.subtitle`.
   */
  | {
      readonly list: {
        readonly items: readonly Reply[]
        readonly inReplyTo: string
        readonly text?: string
      }
    }
  /** The filled form of the message `inReplyTo`; `text` is the form's `reply.title`. */
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
}
