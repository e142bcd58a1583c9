import type { Readable } from 'node:stream'
import type { UpstreamError } from '../errors/upstream-error.ts'
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
  WaitingEvent,
} from '../../contract/contract.ts'

export type * from '../../contract/contract.ts'

/**
 * The interface of a Genesys guest API. Each API is implemented by a driver, a file or folder in `drivers/`;
 * `GENESYS_GUEST_API` selects it. The terms are those of the browser's contract, so that only the driver knows
 * the upstream protocol.
 */

export const GUEST_API_NAMES = [
  'web-messaging',
  'external-guests',
  'guest-identities',
  'external-users',
] as const
export type GuestApiName = (typeof GUEST_API_NAMES)[number]

/** A guest's keys and values, as routing and the agent see them. A removed key has the value `''`. */
export type Attributes = Readonly<Record<string, string>>

/**
 * What a driver needs to find its guest again: Genesys' ids and tokens. Only the driver understands them, and they
 * are secret: outside the process, they exist only in the sealed session token.
 */
export type GuestRef = Readonly<Record<string, string>>

/** The guest for whom a driver is called. */
export interface Guest {
  readonly ref: GuestRef
  /** The allowed origin of the page, for the handshake; undefined for a caller without an origin. */
  readonly origin: string | undefined
}

/** The deadline of the page's request, on the clock of `monotonicNow`. All upstream calls for the request share it. */
export type DeadlineAtMs = number

export interface OpenRequest {
  readonly origin: string | undefined
  readonly attributes: Attributes
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly language?: string | undefined
  /** The website's own id for the visitor, always verified. */
  readonly userId?: string | undefined
  readonly journeyContext?: JourneyContext | undefined
  /**
   * True to start no conversation, even if the deployment starts conversations automatically: agents do not see
   * this session.
   */
  readonly withoutConversation?: boolean | undefined
}

export type SessionState = SessionDescription['state']

/** What the platform accepts from a guest unless the session has other limits; bytes are counted in UTF-8. */
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
  /** When Genesys' session expires, in epoch ms, if known. */
  readonly expiresAtMs?: number
  /** True if the attributes were sent when the session was opened. */
  readonly attributesDelivered: boolean
  /** Only for `external-users`: the token that the page passes to Genesys' SDK. */
  readonly externalUserToken?: string
  /** True if a sign-in ended the person's session on other devices. */
  readonly clearedExistingSession?: boolean
}

/** The content of the page's message under this key. */
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
  /** A UUID that identifies this message; a retry of the message has the same one. */
  readonly tracingId: string
  /**
   * Set if an earlier attempt may have been accepted. The driver first looks for a late acknowledgement, then
   * searches the history: after the message `afterId`, since the first attempt, or in the last few minutes. It
   * sends the message only if it finds nothing.
   */
  readonly repeat?: RepeatedMessage | undefined
  /** Attributes to send with the message, if they changed since the last delivery. */
  readonly attributes?: Attributes | undefined
}

export interface RepeatedMessage {
  readonly afterId?: string | undefined
  readonly firstTriedAtMs?: number | undefined
  /** Called when it is certain that no earlier attempt was accepted, so that the next retry need not search again. */
  readonly onNotAccepted?: (() => void) | undefined
}

/** A guest's message that Genesys has accepted. */
export interface AcceptedMessage extends Message {
  /**
   * True if the attributes were not delivered with the message: they were refused, or the message had already
   * been accepted.
   */
  readonly attributesPending?: boolean
}

export type SessionEvent = { readonly type: 'session' } & contract.SessionEvent

export type GuestEvent =
  | { readonly type: 'message'; readonly message: Message }
  | { readonly type: 'typing'; readonly sender: 'agent' | 'bot'; readonly durationMs: number }
  | SessionEvent
  | ({ readonly type: 'sign-in' } & SignInEvent)
  | ({ readonly type: 'offer' } & OfferEvent)
  /** Not sent by drivers: the service adds it if the feature is configured. */
  | ({ readonly type: 'waiting' } & WaitingEvent)
  /**
   * Events before this one may have been missed, for instance while the socket was down. `after` is the
   * newest message known before the gap, if there is one.
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
  /** Only for Genesys' widget. */
  readonly organizationId?: string
}

/**
 * Every method throws only {@link UpstreamError} and respects its deadline. The optional methods of a capability exist
 * if and only if `capabilities` contains it:
 *
 * - `messages`: `send`
 * - `attributes`: `setAttributes`
 * - `live-events`: `subscribe`
 * - `history`: `history`
 * - `typing`: `typing`
 * - `attachments`: `upload`, `deleteAttachment`, `attachmentUrl`
 * - `end`: `end`
 * - `sign-in`: `signIn`, `signOut`
 *
 * The service's optional features add the other capabilities, and every driver may leave out the other optional methods.
 */
export interface GuestApi {
  readonly name: GuestApiName
  readonly capabilities: ReadonlySet<Capability>

  /** Creates a new guest at Genesys. */
  open(request: OpenRequest, deadlineAtMs: DeadlineAtMs): Promise<OpenedGuest>
  /** Finds the guest again; `state` is `new` if Genesys no longer knew the guest. */
  resume(guest: Guest, deadlineAtMs: DeadlineAtMs, journeyContext?: JourneyContext): Promise<OpenedGuest>
  /** Leaves a read-only conversation and starts a new one for the same guest. */
  startNew?(guest: Guest, deadlineAtMs: DeadlineAtMs, journeyContext?: JourneyContext): Promise<OpenedGuest>
  /** Checks whether the deployment exists and is active; the result may be a few minutes old. */
  deployment(deadlineAtMs: DeadlineAtMs): Promise<DeploymentInfo>
  /** Why the last read of the deployment failed, while an older result is still used. */
  readonly deploymentError?: UpstreamError | undefined
  /** The given websites that are not in the deployment's list of allowed domains; empty if the list is unknown. */
  originsNotAllowed?(origins: readonly string[], deadlineAtMs: DeadlineAtMs): Promise<readonly string[]>

  /**
   * False if a request from this guest would first have to open a connection. The rate of new connections is limited.
   */
  isConnected?(guest: Guest): boolean
  /** How many more connections may be opened for requests in this minute. */
  readonly connectionsLeft?: () => number
  /**
   * The id of the guest's current conversation, read by one call with the OAuth token; undefined if there is
   * no conversation. For platform operations that need this id.
   */
  conversationId?(guest: Guest, deadlineAtMs: DeadlineAtMs): Promise<string | undefined>
  /**
   * Resolves when Genesys has accepted the message. Rejects with `delivery_unknown` if it is unknown whether the
   * message was accepted.
   */
  send?(guest: Guest, message: OutgoingMessage, deadlineAtMs: DeadlineAtMs): Promise<AcceptedMessage>
  /**
   * Sets attributes immediately, without a message. Resolves to `false` if that is not possible now; the
   * attributes must then be sent with the next message.
   */
  setAttributes?(guest: Guest, attributes: Attributes, deadlineAtMs: DeadlineAtMs): Promise<boolean>
  /**
   * Delivers live events until the returned function is called. The first event reports the
   * session's state, as soon as it is known. Errors are delivered as events.
   */
  subscribe?(guest: Guest, listener: GuestEventListener): () => void
  typing?(guest: Guest, deadlineAtMs: DeadlineAtMs): Promise<void>
  /** One page of the history; page 1 contains the newest messages. */
  history?(
    guest: Guest,
    page: { readonly pageSize: number; readonly pageNumber: number },
    deadlineAtMs: DeadlineAtMs,
  ): Promise<MessagePage>
  /** Streams a file to Genesys without buffering the whole file. */
  upload?(guest: Guest, file: OutgoingFile, deadlineAtMs: DeadlineAtMs): Promise<UploadedFile>
  /** Deletes a file that has not been sent yet. */
  deleteAttachment?(guest: Guest, attachmentId: string, deadlineAtMs: DeadlineAtMs): Promise<void>
  /** A fresh download address; addresses expire after a few minutes. */
  attachmentUrl?(guest: Guest, attachmentId: string, deadlineAtMs: DeadlineAtMs): Promise<string>
  /**
   * Signs the guest in with the deployment's own OpenID provider; the `ref` of the result replaces the old
   * one.
   */
  signIn?(guest: Guest, grant: SignInGrant, deadlineAtMs: DeadlineAtMs): Promise<OpenedGuest>
  signOut?(guest: Guest, deadlineAtMs: DeadlineAtMs): Promise<void>
  /** Ends the conversation permanently, at the guest's request. */
  end?(guest: Guest, deadlineAtMs: DeadlineAtMs): Promise<void>

  /** Closes every connection. The guests' sessions continue at Genesys. */
  close(): Promise<void>
}
