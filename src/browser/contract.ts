/**
 * The service's HTTP contract as a page sees it. The service's own OpenAPI document (`/openapi.json`)
 * says the same for other languages.
 */

/** What the service can do with the Genesys API that it was set up for. */
export type Capability =
  'messages' | 'live-events' | 'history' | 'typing' | 'attachments' | 'attributes' | 'end' | 'sign-in'

export interface Limits {
  /** Bytes of UTF-8 that one text may have; Genesys: 4096. */
  readonly maxTextBytes: number
  /** Bytes of UTF-8 that all attributes of the guest may have together, keys and values. */
  readonly maxAttributeBytes: number
  readonly messagesPerSecond: number
  /** Absent where the deployment takes no files. */
  readonly attachments?: {
    readonly maxFileSizeKB: number
    /** Media types such as `image/png`, with wildcards: `image/*`. */
    readonly fileTypes: readonly string[]
    /** With their dot: `.exe`. Refused whatever their type. */
    readonly blockedExtensions: readonly string[]
  }
}

/** The answer of `GET` and `POST /guest-session`, without the session token. */
export interface SessionDescription {
  /** ISO 8601, UTC. */
  readonly expiresAt: string
  /** Which Genesys API the service speaks; `web-messaging` is the usual one. */
  readonly guestApi: string
  readonly state: 'new' | 'resumed' | 'read-only'
  readonly capabilities: readonly Capability[]
  readonly limits: Limits
  /** Only with `GENESYS_GUEST_API=external-users`: the token for the vendor's SDK. */
  readonly externalUserToken?: string
}

export interface Reply {
  readonly text: string
  readonly payload: string
}

export type CardAction =
  | { readonly type: 'link'; readonly text: string; readonly url: string }
  | { readonly type: 'postback'; readonly text: string; readonly payload: string }

export interface Card {
  readonly title: string
  readonly description?: string
  readonly imageUrl?: string
  readonly actions: readonly CardAction[]
}

export interface AttachmentContent {
  readonly type: 'attachment'
  readonly id: string
  readonly mediaType: string
  /** Runs out after some minutes. */
  readonly url?: string
  readonly fileName?: string
  readonly fileSizeBytes?: number
  readonly mimeType?: string
}

export interface DatePicker {
  readonly type: 'date-picker'
  readonly title?: string
  readonly subtitle?: string
  readonly imageUrl?: string
  readonly dateMinimum?: string
  readonly dateMaximum?: string
  readonly availableTimes: readonly { readonly dateTime: string; readonly durationSeconds: number }[]
}

export interface ListPicker {
  readonly type: 'list-picker'
  readonly id?: string
  readonly sections: readonly {
    readonly title: string
    readonly multipleSelection: boolean
    readonly items: readonly {
      readonly id: string
      readonly title: string
      readonly subtitle?: string
      readonly imageUrl?: string
    }[]
  }[]
}

/** Structured parts of a message. A page shows what it knows and says so of what it doesn't. */
export type Content =
  | AttachmentContent
  | {
      readonly type: 'quick-reply'
      readonly text: string
      readonly payload: string
      readonly imageUrl?: string
    }
  | ({ readonly type: 'card' } & Card)
  | { readonly type: 'carousel'; readonly cards: readonly Card[] }
  | DatePicker
  | ListPicker
  | ({ readonly type: 'button-response' } & Reply)
  | { readonly type: 'unsupported'; readonly contentType: string }

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
  readonly content?: readonly Content[]
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
  | { readonly quickReply: Reply }
  | { readonly button: Reply }
  /** Chosen from the date picker of the message `inReplyTo`; the payload is an ISO 8601 time. */
  | { readonly date: Reply & { readonly inReplyTo: string } }
  /** Chosen from the list picker of the message `inReplyTo`; the payloads are the ids of the items. */
  | { readonly list: { readonly items: readonly Reply[]; readonly inReplyTo: string } }

export interface UploadedFile {
  readonly id: string
  readonly fileName: string
  readonly sizeBytes: number
  readonly mimeType: string
  readonly url?: string
}

/** Numbers and booleans are written as strings; `null` removes a key. */
export type AttributeChanges = Readonly<Record<string, string | number | boolean | null>>

/** The answer of `PUT /guest-attributes`. */
export interface ChangedAttributes {
  /** All attributes of the guest after the change. */
  readonly attributes: Readonly<Record<string, string>>
  /** `with-next-message`: Genesys learns of them together with what the guest writes next. */
  readonly applied: 'now' | 'with-next-message'
}

export interface GuestDetails {
  readonly name?: string
  readonly email?: string
  readonly phone?: string
  /** A language tag such as `en-us`. */
  readonly language?: string
  readonly attributes?: AttributeChanges
  /** Only with `GENESYS_GUEST_API=external-users`: the subject of the user token. */
  readonly userId?: string
}

/** The answer of `GET /deployment`. */
export interface Deployment {
  readonly id: string
  readonly status: 'active' | 'inactive'
  readonly name?: string
  readonly languages?: readonly string[]
  readonly defaultLanguage?: string
  readonly features?: {
    readonly agentTyping: boolean
    readonly guestTyping: boolean
    readonly end: boolean
    readonly attachments: boolean
    readonly autoStart: boolean
    readonly markdown: boolean
    readonly signIn: boolean
  }
  readonly styles?: { readonly primaryColor?: string }
}
