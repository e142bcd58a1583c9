import type { Readable } from 'node:stream'
import type { UpstreamError } from '../upstream/upstream-error.ts'
import type { Content, FormAnswer, Prompt } from './message-content.ts'

export type * from './message-content.ts'

/**
 * What each Genesys guest API gives us. One file or folder beside this one implements it per API
 * (a driver); `GENESYS_GUEST_API` chooses. The words here are the browser's contract, so that
 * nothing of an upstream protocol is known outside its driver.
 */

export const GUEST_API_NAMES = [
  'web-messaging',
  'external-guests',
  'guest-identities',
  'external-users',
] as const
export type GuestApiName = (typeof GUEST_API_NAMES)[number]

/** What a driver may be able to do; what it lacks is answered 501 `not_supported_by_guest_api`. */
export type Capability =
  'messages' | 'live-events' | 'history' | 'typing' | 'attachments' | 'attributes' | 'end' | 'sign-in'

/** Keys and values of a guest, as routing and the agent see them. `''` stands for a removed key. */
export type Attributes = Readonly<Record<string, string>>

/**
 * What a driver needs to find its guest again: ids and tokens of Genesys. It is JSON, the driver's
 * own affair, and a secret: it travels only inside the sealed session token.
 */
export type GuestRef = Readonly<Record<string, string>>

/** The guest on whose behalf a driver is called. */
export interface Guest {
  readonly ref: GuestRef
  /** The allowed origin of the page, for the handshake; undefined for a caller that has none. */
  readonly origin: string | undefined
}

/** When the page's request must be answered, as epoch milliseconds. One deadline for all its upstream calls. */
export type DeadlineAtMs = number

export interface OpenRequest {
  readonly origin: string | undefined
  readonly attributes: Attributes
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly language?: string | undefined
  /** The website's own id of the visitor; only ever a verified one. */
  readonly userId?: string | undefined
  readonly journeyContext?: JourneyContext | undefined
  /** Where the deployment starts conversations by itself, none is started: no agent hears of this session. */
  readonly withoutConversation?: boolean | undefined
}

/** Links the conversation to the visitor's journey, as Genesys' journey events and action maps know it. */
export interface JourneyContext {
  readonly customer: { readonly id: string; readonly idType: string }
  readonly customerSession?: { readonly id: string; readonly type: string } | undefined
  readonly triggeringAction?:
    { readonly id: string; readonly actionMap: { readonly id: string; readonly version: number } } | undefined
}

export type SessionState = 'new' | 'resumed' | 'read-only'

export interface Limits {
  readonly maxTextBytes: number
  readonly maxAttributeBytes: number
  readonly messagesPerSecond: number
  /** Absent where the deployment takes no files. */
  readonly attachments?: {
    readonly maxFileSizeKB: number
    readonly fileTypes: readonly string[]
    readonly blockedExtensions: readonly string[]
  }
}

/** What the platform takes from one guest where the session does not say otherwise; bytes are of UTF-8. */
export const PLATFORM_LIMITS = {
  maxTextBytes: 4096,
  /** Keys and values together. */
  maxAttributeBytes: 2048,
  messagesPerSecond: 5,
} as const satisfies Limits

export interface OpenedGuest {
  readonly ref: GuestRef
  readonly state: SessionState
  readonly limits: Limits
  /** Epoch ms at which Genesys forgets the session, where it says so. */
  readonly expiresAtMs?: number
  /** True when the attributes went along with the opening itself. */
  readonly attributesDelivered: boolean
  /** Only `external-users`: the token that the page hands to the vendor's SDK. */
  readonly externalUserToken?: string
  /** True when a sign-in has ended the person's session on other devices. */
  readonly clearedExistingSession?: boolean
}

export interface ButtonReply {
  readonly text: string
  readonly payload: string
}

export interface OutgoingMessage {
  readonly text?: string | undefined
  readonly attachmentIds?: readonly string[] | undefined
  /** What was chosen of the message `inReplyTo`; the id is optional, as some clients of Genesys name none. */
  readonly quickReply?: (ButtonReply & { readonly inReplyTo?: string | undefined }) | undefined
  readonly button?: (ButtonReply & { readonly inReplyTo?: string | undefined }) | undefined
  /** What was chosen from the date picker of the message `inReplyTo`; the payload is an ISO 8601 time. */
  readonly date?: (ButtonReply & { readonly inReplyTo: string }) | undefined
  /**
   * What was chosen from the list picker of the message `inReplyTo`; payloads are the items' ids, `text` is the
   * picker's `reply.subtitle`.
   */
  readonly list?:
    | {
        readonly items: readonly ButtonReply[]
        readonly inReplyTo: string
        readonly text?: string | undefined
      }
    | undefined
  /** The filled form of the message `inReplyTo`; `text` is the form's `reply.title`. */
  readonly form?:
    | {
        readonly cannedResponseId: string
        readonly answers: readonly FormAnswer[]
        readonly inReplyTo: string
        readonly text?: string | undefined
      }
    | undefined
  /** Names this sending; a repeat of the same message has the same one. UUID form. */
  readonly tracingId: string
  /**
   * An earlier try may have been taken. The driver looks for it (a late echo, then the history after
   * the message `afterId`, or else since the first try, or that of the last minutes where neither is
   * known) and sends only when it isn't there.
   */
  readonly repeat?:
    { readonly afterId?: string | undefined; readonly firstTriedAtMs?: number | undefined } | undefined
  /** Attributes to go along, when they changed since the last delivery. */
  readonly attributes?: Attributes | undefined
}

export type Sender = 'guest' | 'agent' | 'bot'

export interface Message {
  /** The key under which live frames, history and repeats are recognised as one message. */
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

/** A guest's message that Genesys has. */
export interface AcceptedMessage extends Message {
  /** True when the attributes that were to go along did not: refused, or the message was there already. */
  readonly attributesPending?: boolean
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

export interface SessionEvent {
  readonly type: 'session'
  readonly state: SessionEventState
  /** ISO 8601, UTC. Only in the last minutes before the session expires; a message prolongs it. */
  readonly expiresAt?: string
  readonly clearedExistingSession?: boolean
}

/** `requested`, `cancelled` and `failed` are what a bot says; `signed-in` is what Genesys says of the guest. */
export interface SignInEvent {
  readonly type: 'sign-in'
  readonly status: 'requested' | 'cancelled' | 'failed' | 'signed-in'
  readonly firstName?: string
  readonly lastName?: string
  readonly prompt?: Prompt
  readonly reply?: Prompt
}

/** An agent's offer to share the page or a video call, to be joined with Genesys' own SDKs. Tokens are secret. */
export interface OfferEvent {
  readonly type: 'offer'
  readonly kind: 'co-browse' | 'video'
  readonly status: 'offered' | 'accepted' | 'rejected' | 'expired'
  /** Co-browsing. */
  readonly sessionId?: string
  readonly sessionJoinToken?: string
  /** Video. */
  readonly offeringId?: string
  readonly jwt?: string
}

export type GuestEvent =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'typing'; readonly sender: 'agent' | 'bot'; readonly durationMs: number }
  | SessionEvent
  | SignInEvent
  | OfferEvent
  /**
   * Events may have been missed before this one, for instance while the socket was away. `after` is the
   * newest message that was known before it, where there is one.
   */
  | { readonly type: 'gap'; readonly after?: Pick<Message, 'id' | 'time'> }

export type GuestEventListener = (event: GuestEvent) => void

export interface MessagePage {
  /** Oldest first. */
  readonly messages: readonly Message[]
  readonly pageNumber: number
  readonly pageSize: number
  readonly total: number
  readonly pageCount: number
}

export interface OutgoingFile {
  readonly fileName: string
  readonly contentType: string
  readonly sizeBytes: number
  readonly body: Readable
}

export interface UploadedFile {
  readonly id: string
  readonly fileName: string
  readonly sizeBytes: number
  readonly mimeType: string
  readonly url?: string
}

/** What the page brought back from the deployment's OpenID provider. Secret. */
export interface SignInGrant {
  /** Belongs to `code`. */
  readonly redirectUri?: string | undefined
  readonly code?: string | undefined
  readonly idToken?: string | undefined
  readonly nonce?: string | undefined
  readonly codeVerifier?: string | undefined
}

/** What a chat page needs to know of the deployment; nothing in it is secret. */
export interface DeploymentInfo {
  readonly id: string
  readonly status: 'active' | 'inactive'
  readonly name?: string
  readonly organizationId?: string
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

/**
 * Every method throws {@link UpstreamError} and nothing else, and keeps to its deadline. An optional
 * method is there exactly when `capabilities` has its name.
 */
export interface GuestApi {
  readonly name: GuestApiName
  readonly capabilities: ReadonlySet<Capability>

  /** Makes a new guest at Genesys. */
  open(request: OpenRequest, deadlineAtMs: DeadlineAtMs): Promise<OpenedGuest>
  /** Finds the guest again; `state` is `new` when Genesys had forgotten it. */
  resume(guest: Guest, deadlineAtMs: DeadlineAtMs, journeyContext?: JourneyContext): Promise<OpenedGuest>
  /** Leaves a read-only conversation behind and begins a new one for the same guest. */
  startNew?(guest: Guest, deadlineAtMs: DeadlineAtMs, journeyContext?: JourneyContext): Promise<OpenedGuest>
  /** Asks the platform whether the deployment exists and is active; the answer may be some minutes old. */
  deployment(deadlineAtMs: DeadlineAtMs): Promise<DeploymentInfo>
  /** Why the deployment could not be read anew, while an older answer serves. */
  readonly deploymentError?: UpstreamError | undefined
  /** Which of these websites the deployment's own list of allowed domains leaves out; none where that can't be told. */
  originsNotAllowed?(origins: readonly string[], deadlineAtMs: DeadlineAtMs): Promise<readonly string[]>

  /** Resolves when Genesys has accepted the message. `delivery_unknown` when that can't be told. */
  send?(guest: Guest, message: OutgoingMessage, deadlineAtMs: DeadlineAtMs): Promise<AcceptedMessage>
  /**
   * Writes attributes without waiting for a message. Resolves to `false` where that can't be done now,
   * and they have to go with the next message.
   */
  setAttributes?(guest: Guest, attributes: Attributes, deadlineAtMs: DeadlineAtMs): Promise<boolean>
  /**
   * Live events from now on, until the returned function is called. The first tells how the session stands,
   * as soon as that is known. Errors come as events.
   */
  subscribe?(guest: Guest, listener: GuestEventListener): () => void
  typing?(guest: Guest, deadlineAtMs: DeadlineAtMs): Promise<void>
  /** One page of the history, newest page first. `pageNumber` starts at 1. */
  history?(
    guest: Guest,
    page: { readonly pageSize: number; readonly pageNumber: number },
    deadlineAtMs: DeadlineAtMs,
  ): Promise<MessagePage>
  /** Streams a file to Genesys; it is never held whole in memory. */
  upload?(guest: Guest, file: OutgoingFile, deadlineAtMs: DeadlineAtMs): Promise<UploadedFile>
  /** Takes back a file that was not sent yet. */
  deleteAttachment?(guest: Guest, attachmentId: string, deadlineAtMs: DeadlineAtMs): Promise<void>
  /** A fresh download address; the old ones run out after some minutes. */
  attachmentUrl?(guest: Guest, attachmentId: string, deadlineAtMs: DeadlineAtMs): Promise<string>
  /** Signs the guest in with the deployment's own OpenID provider; the answer's `ref` replaces the old one. */
  signIn?(guest: Guest, grant: SignInGrant, deadlineAtMs: DeadlineAtMs): Promise<OpenedGuest>
  signOut?(guest: Guest, deadlineAtMs: DeadlineAtMs): Promise<void>
  /** The guest ends the conversation, for good. */
  end?(guest: Guest, deadlineAtMs: DeadlineAtMs): Promise<void>

  /** Closes every connection. Nothing is lost: the guests' sessions live on at Genesys. */
  close(): Promise<void>
}
