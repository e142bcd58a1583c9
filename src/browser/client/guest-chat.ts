import type { UploadOptions } from './attachments.ts'
import type { ChatProblem } from './chat-problem.ts'
import type {
  AttributeChanges,
  Capability,
  ChangedAttributes,
  Deployment,
  GuestDetails,
  OfferEvent,
  OutgoingMessage,
  SessionDescription,
  SignInEvent,
  SignInGrant,
  UploadedFile,
} from '../../contract/contract.ts'
import type { StorageChoice } from './token-store.ts'
import type { ChatMessage } from './transcript.ts'

/** Options of `createGuestChat`. */
export interface GuestChatOptions {
  /**
   * Where the service is mounted: `https://chat.example.com`, or `/chat` beside the page.
   * Default: the folder from which this module was loaded. In a bundle, set it.
   */
  readonly baseUrl?: string | URL
  /** Where the session token is kept. Default `memory`: a reload begins a new conversation. */
  readonly storage?: StorageChoice
  /** Default `genesys-guest-session`. Another one for a second conversation on the same website. */
  readonly storageKey?: string
  /** Who the guest is and what is known of them; sent when the session is opened or resumed. */
  readonly guest?: GuestDetails
  /** The website's own JWT for a signed-in visitor, or a function that gets a fresh one. */
  readonly userToken?: string | (() => string | undefined | Promise<string | undefined>)
  /**
   * Outside a browser, which sends it itself: the website's origin, `https://www.example.com`, in every request. The service
   * serves only those of `ALLOWED_ORIGINS`.
   */
  readonly origin?: string
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
}

/**
 * `closed`: not opened yet, or closed by the page. `opening`. `open`: the guest can write.
 * `disconnected`: the agent has left; writing begins a new conversation. `read-only`: the conversation is
 * over and can be read. `ended`: the session is gone. From the last two only `startNew` leads on.
 */
export type ChatState = 'closed' | 'opening' | 'open' | 'disconnected' | 'read-only' | 'ended'

/**
 * `ended-by-guest`: here or in another tab. `expired`: nobody has written for a while. `signed-in-elsewhere`: the person
 * has signed in on another device, which took the conversation over.
 */
export type ChatEndReason = 'ended-by-guest' | 'expired' | 'signed-in-elsewhere'

/** `offline`: the device has no network. `connecting`: live events are not flowing right now. */
export type ConnectionState = 'offline' | 'connecting' | 'online'

export interface ChatEvents {
  /** Anything that a page shows has changed: messages, state, connection, typing. */
  change: undefined
  /**
   * A message that was not known, once; not for those of the first look into the history. After a lost connection it can be
   * older than the one before; `messages` is sorted by time.
   */
  message: ChatMessage
  /** A bot asks the guest to sign in (the page then calls `signIn`), or Genesys says that the guest has. */
  'sign-in': SignInEvent
  /** An agent offers to share the page or a video call, to be joined with Genesys' own SDKs. Its tokens are secret. */
  offer: OfferEvent
  /** The live events have stopped for good. Everything else is told by the method that was called. */
  problem: ChatProblem
}

/** One guest's conversation. All methods reject with a {@link ChatProblem}. */
export interface GuestChat {
  /** Whether the guest can write. */
  readonly state: ChatState
  /** Whether what others write comes in right now. */
  readonly connection: ConnectionState
  /** Limits and capabilities; undefined until opened. */
  readonly session: SessionDescription | undefined
  /** Oldest first, each message once; the guest's own appear at once, as `pending`. */
  readonly messages: readonly ChatMessage[]
  /** Who is typing at the moment. */
  readonly typing: 'agent' | 'bot' | undefined
  /** Whether the history has older messages than those in `messages`. */
  readonly hasEarlier: boolean
  /**
   * ISO 8601, in the last minutes before the session expires from inactivity, and at the start of a session of an hour or
   * less. A message extends it.
   */
  readonly expiresSoonAt: string | undefined
  /** Why the state is `ended`, where that is known. */
  readonly endReason: ChatEndReason | undefined
  /** Whether a session token of an earlier page is there to be resumed. */
  readonly canResume: boolean
  /** Whether the service can do this for the opened session. */
  can(capability: Capability): boolean
  /** Opens a guest session, or resumes the one in the storage, and follows its live events. */
  open(): Promise<SessionDescription>
  /**
   * Sends a message, opening the session if need be. Sendings go in order and are repeated by themselves, without
   * being doubled, for two minutes of network; without network they wait. A failed one stays in `messages`.
   * @param options.idempotencyKey names this sending; default: a random one
   */
  send(
    message: string | OutgoingMessage,
    options?: { readonly idempotencyKey?: string },
  ): Promise<ChatMessage>
  /** Sends a failed message again. @param key the `key` of the message */
  retry(key: string): Promise<ChatMessage>
  /** Gives up a failed message. */
  discard(key: string): void
  /** Call it on every key press; the agent is told at most every 5 s. Never fails. */
  notifyTyping(): void
  /** Uploads a file, to be sent with a message by its id. */
  upload(file: Blob, options?: UploadOptions): Promise<UploadedFile>
  /** A fresh address of a file in the conversation; those in the messages run out after some minutes. */
  attachmentUrl(id: string): Promise<string>
  /** Takes back a file that was not sent yet. */
  deleteAttachment(id: string): Promise<void>
  /**
   * Signs the visitor in with the website's own JWT, or out with `null`, during the conversation. A conversation
   * that belongs to another visitor is left behind, and a new one begins.
   */
  identify(userToken: string | null): Promise<SessionDescription>
  /**
   * Genesys' own sign-in, for deployments with an OpenID provider (`can('sign-in')`). The person's conversation, which
   * other devices share, takes the place of the guest's; where the deployment says so, the guest's goes on.
   */
  signIn(grant: SignInGrant): Promise<SessionDescription>
  /** Ends the signed-in session on this device. */
  signOut(): Promise<void>
  /** Changes attributes of the guest that routing and the agent see. */
  setAttributes(changes: AttributeChanges): Promise<ChangedAttributes>
  /** Reads one more page of the history into `messages`. @returns whether there are still older ones */
  loadEarlier(): Promise<boolean>
  /** What the deployment is set up for. Needs no session. */
  deployment(): Promise<Deployment>
  /** Ends the conversation for good. */
  end(): Promise<void>
  /** Leaves an ended or read-only conversation behind and begins another one. */
  startNew(): Promise<SessionDescription>
  /** What waits between two tries is tried at once: for a button beside a message that nothing can be reached. */
  retryNow(): void
  /** Stops live events and requests. The session lives on, `open` resumes it. */
  close(): void
  /** Listens to one of the {@link ChatEvents}. @returns stops listening */
  on<Name extends keyof ChatEvents>(name: Name, listener: (detail: ChatEvents[Name]) => void): () => void
}
