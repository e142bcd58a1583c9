import type { Readable } from 'node:stream'
import type { UpstreamError } from '../upstream/upstream-error.ts'
import type * as contract from '../../contract/contract.ts'
import type {
  Capability,
  Deployment,
  JourneyContext,
  Limits,
  Message,
  MessagePage,
  OfferEvent,
  SessionDescription,
  SignInEvent,
  SignInGrant,
  UploadedFile,
} from '../../contract/contract.ts'

export type * from '../../contract/contract.ts'

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

export type SessionState = SessionDescription['state']

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

/** What the page's message has under this key. */
type Part<Key extends string> =
  Extract<contract.OutgoingMessage, Readonly<Record<Key, unknown>>>[Key] | undefined

export interface OutgoingMessage {
  readonly text?: Part<'text'>
  readonly attachmentIds?: Part<'attachmentIds'>
  readonly quickReply?: Part<'quickReply'>
  readonly button?: Part<'button'>
  readonly date?: Part<'date'>
  readonly list?: Part<'list'>
  readonly form?: Part<'form'>
  /** Names this sending; a repeat of the same message has the same one. UUID form. */
  readonly tracingId: string
  /**
   * An earlier try may have been taken. The driver looks for it (a late echo, then the history after
   * the message `afterId`, or else since the first try, or that of the last minutes where neither is
   * known) and sends only when it isn't there.
   */
  readonly repeat?: RepeatedMessage | undefined
  /** Attributes to go along, when they changed since the last delivery. */
  readonly attributes?: Attributes | undefined
}

export interface RepeatedMessage {
  readonly afterId?: string | undefined
  readonly firstTriedAtMs?: number | undefined
  /** Called when no earlier try was taken: another repeat need not look for those. */
  readonly onNotTaken?: (() => void) | undefined
}

/** A guest's message that Genesys has. */
export interface AcceptedMessage extends Message {
  /** True when the attributes that were to go along did not: refused, or the message was there already. */
  readonly attributesPending?: boolean
}

export type SessionEvent = { readonly type: 'session' } & contract.SessionEvent

export type GuestEvent =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'typing'; readonly sender: 'agent' | 'bot'; readonly durationMs: number }
  | SessionEvent
  | ({ readonly type: 'sign-in' } & SignInEvent)
  | ({ readonly type: 'offer' } & OfferEvent)
  /**
   * Events may have been missed before this one, for instance while the socket was away. `after` is the
   * newest message that was known before it, where there is one.
   */
  | { readonly type: 'gap'; readonly after?: Pick<Message, 'id' | 'time'> }

export type GuestEventListener = (event: GuestEvent) => void

export interface OutgoingFile {
  readonly fileName: string
  readonly contentType: string
  readonly sizeBytes: number
  readonly body: Readable
}

export interface DeploymentInfo extends Deployment {
  /** For Genesys' widget alone. */
  readonly organizationId?: string
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

  /** False where a request of this guest would have to make a connection first: those are limited. */
  isConnected?(guest: Guest): boolean
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
