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
  /** True when a sign-in has ended the person's session on other devices. */
  readonly clearedExistingSession?: boolean
}

export interface Reply {
  readonly text: string
  readonly payload: string
}

/** What a component says: the prompt before it is answered, the reply afterwards. */
export interface Prompt {
  readonly header?: string
  readonly title?: string
  readonly subtitle?: string
  readonly imageUrl?: string
  readonly buttonLabel?: string
}

export interface AttachmentContent {
  readonly type: 'attachment'
  /** Empty where Genesys gives none: the address of such a file cannot be renewed. */
  readonly id: string
  readonly mediaType: string
  readonly url?: string
  readonly fileName?: string
  readonly fileSizeBytes?: number
  readonly mimeType?: string
  /** Its caption. */
  readonly text?: string
}

export interface QuickReply {
  readonly type: 'quick-reply'
  readonly text: string
  readonly payload: string
  readonly imageUrl?: string
  /** What the choice is about, for a screen reader. */
  readonly summaryText?: string
}

export type CardAction =
  | { readonly type: 'link'; readonly text: string; readonly url: string }
  | { readonly type: 'postback'; readonly text: string; readonly payload: string }

/** What a click on the card itself does; it needs no text. */
export type DefaultAction =
  | { readonly type: 'link'; readonly text?: string; readonly url: string }
  | { readonly type: 'postback'; readonly text: string; readonly payload: string }

export interface Card {
  readonly title: string
  readonly description?: string
  readonly imageUrl?: string
  readonly videoUrl?: string
  readonly defaultAction?: DefaultAction
  readonly actions: readonly CardAction[]
}

export interface Place {
  readonly text: string
  readonly address?: string
  readonly url?: string
  readonly latitude?: number
  readonly longitude?: number
}

export type DateFormat = 'day-month-year' | 'month-day-year' | 'year-month-day'

/** A choice of one of the available times or, without any, of a day between the bounds. */
export interface DateChoice {
  readonly title?: string
  readonly subtitle?: string
  readonly imageUrl?: string
  readonly dateMinimum?: string
  readonly dateMaximum?: string
  readonly dateFormat?: DateFormat
  readonly location?: Place
  readonly availableTimes: readonly { readonly dateTime: string; readonly durationSeconds: number }[]
}

/** A choice of items: one of each section, or several where it says so. */
export interface ListChoice {
  readonly prompt?: Prompt
  readonly reply?: Prompt
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

export type InputMode = 'text' | 'numeric' | 'tel' | 'email' | 'decimal' | 'search' | 'url'

/** A field of a form. Its answers name it by `id`. */
export type FormField =
  | {
      readonly type: 'input'
      readonly id: string
      readonly title?: string
      readonly subtitle?: string
      readonly placeholder?: string
      readonly required: boolean
      readonly multiline: boolean
      /** As Genesys' Messenger limits it. */
      readonly maxChars: number
      /** The values of HTML's `inputmode` and `autocomplete`. */
      readonly inputMode: InputMode
      readonly autocomplete?: string
    }
  /** Always required. */
  | ({ readonly type: 'date'; readonly id: string } & DateChoice)
  | ({ readonly type: 'list'; readonly id: string } & ListChoice)
  | {
      readonly type: 'wheel'
      readonly id: string
      readonly items: readonly { readonly id: string; readonly title: string; readonly value?: string }[]
    }

export interface Form {
  readonly type: 'form'
  /** Goes back with the answer. */
  readonly cannedResponseId: string
  readonly replyTo?: string
  readonly prompt?: Prompt
  readonly reply?: Prompt
  readonly introduction?: Prompt & { readonly buttonText?: string }
  readonly pages: readonly {
    readonly title?: string
    readonly subtitle?: string
    readonly fields: readonly FormField[]
  }[]
  /** Whether the guest sees all answers once more before they are sent. */
  readonly showSummary: boolean
}

/** One answer to a field of a form; a list has one for each chosen item. */
export interface FormAnswer {
  readonly id: string
  readonly text: string
  readonly payload: string
}

/** An answer's `inReplyTo` is `replyTo` or, without it, the `id` of the message with the picker. */
export type DatePicker = { readonly type: 'date-picker'; readonly replyTo?: string } & DateChoice

export type ListPicker = {
  readonly type: 'list-picker'
  readonly id?: string
  readonly replyTo?: string
} & ListChoice

/** Structured parts of a message. A page shows what it knows and says so of what it doesn't. */
export type Content =
  | AttachmentContent
  | QuickReply
  | ({ readonly type: 'card' } & Card)
  | { readonly type: 'carousel'; readonly cards: readonly Card[] }
  | DatePicker
  | ListPicker
  | Form
  | {
      readonly type: 'rich-link'
      readonly text: string
      readonly url: string
      readonly urlLabel?: string
      readonly footer?: string
      readonly header?: { readonly type: 'text' | 'image' | 'video' | 'file'; readonly value: string }
    }
  | ({ readonly type: 'location' } & Place)
  | { readonly type: 'text'; readonly text: string }
  | {
      readonly type: 'button-response'
      readonly text: string
      readonly payload: string
      /** What was answered. */
      readonly source?: 'button' | 'date-picker' | 'list-picker' | 'quick-reply'
    }
  | {
      readonly type: 'form-response'
      readonly cannedResponseId?: string
      readonly answers: readonly FormAnswer[]
    }
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
  /** How `text` is written, where the deployment says so; plain without it. */
  readonly format?: 'markdown'
  readonly content?: readonly Content[]
  /** The message whose picker or form this one answers: its `replyTo`, else its `id`. */
  readonly inReplyTo?: string
  readonly from?: { readonly name?: string; readonly image?: string }
  readonly sender: Sender
}

export type SessionEventState =
  | 'connected'
  | 'reconnecting'
  | 'disconnected'
  | 'read-only'
  | 'cleared'
  | 'expired'
  /** Final: the person has signed in on another device, which took the session over. */
  | 'signed-in-elsewhere'
  /** Genesys has dropped this connection, as the guest has too many. */
  | 'too-many-connections'

/** The data of `event: session`. */
export interface SessionEvent {
  readonly state: SessionEventState
  /** ISO 8601, UTC. Only in the last minutes before the session expires; a message prolongs it. */
  readonly expiresAt?: string
  readonly clearedExistingSession?: boolean
}

/** The data of `event: sign-in`. `requested`, `cancelled` and `failed` are what a bot says; `signed-in` is what Genesys says of the guest. */
export interface SignInEvent {
  readonly status: 'requested' | 'cancelled' | 'failed' | 'signed-in'
  readonly firstName?: string
  readonly lastName?: string
  readonly prompt?: Prompt
  readonly reply?: Prompt
}

/** The data of `event: offer`: an agent's offer to share the page or a video call, to be joined with Genesys' own SDKs. Tokens are secret. */
export interface OfferEvent {
  readonly kind: 'co-browse' | 'video'
  readonly status: 'offered' | 'accepted' | 'rejected' | 'expired'
  /** Co-browsing. */
  readonly sessionId?: string
  readonly sessionJoinToken?: string
  /** Video. */
  readonly offeringId?: string
  readonly jwt?: string
}

/** What the page brings back from the OpenID provider of the deployment: `code` or `idToken`. */
export interface SignInGrant {
  /** Needed with `code`. */
  readonly redirectUri?: string
  readonly code?: string
  readonly idToken?: string
  readonly nonce?: string
  readonly codeVerifier?: string
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
  /** The visitor in Genesys' journey, as the page's journey SDK knows it. */
  readonly journeyContext?: JourneyContext
}

export interface JourneyContext {
  readonly customer: { readonly id: string; readonly idType: string }
  readonly customerSession?: { readonly id: string; readonly type: string }
  readonly triggeringAction?: {
    readonly id: string
    readonly actionMap: { readonly id: string; readonly version: number }
  }
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
  readonly launcher?: {
    readonly visibility: 'on' | 'off' | 'on-demand'
    readonly display: 'icon' | 'text' | 'icon-and-text'
    readonly iconUrl?: string
  }
  /** `auto` is the right side, or the left one of a page that is written from right to left. */
  readonly position?: {
    readonly alignment: 'auto' | 'left' | 'right'
    readonly sideSpacePx?: number
    readonly bottomSpacePx?: number
  }
  readonly homeScreen?: { readonly enabled: boolean; readonly logoUrl?: string }
  /** By language, such as `en-us`: what the deployment calls things. */
  readonly labels?: Readonly<Record<string, DeploymentLabels>>
  /** How the bot appears, where the deployment humanizes it. */
  readonly bot?: { readonly name?: string; readonly imageUrl?: string }
}

export interface DeploymentLabels {
  readonly headerTitle?: string
  readonly headerSubtitle?: string
  readonly launcherText?: string
}
