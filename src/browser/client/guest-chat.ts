import type { UploadOptions } from './attachments.ts'
import type { ChatProblem } from './chat-problem.ts'
import type {
  AttributeChanges,
  Availability,
  Capability,
  Challenge,
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
import type { RequestOfPath } from './requests.ts'
import type { StorageChoice } from './token-store.ts'
import type { ChatMessage } from './message-list.ts'

/** Options of `createGuestChat`. */
export interface GuestChatOptions {
  /**
   * Address of the service: `https://chat.example.com`, or `/chat` on the page's own site. Default: the
   * folder from which this module was loaded. Set it if the module is part of a bundle.
   */
  readonly baseUrl?: string | URL
  /** Where the session token is stored. Default `memory`: a reload starts a new conversation. */
  readonly storage?: StorageChoice
  /** Default `genesys-guest-session`. Use another key for a second conversation on the same website. */
  readonly storageKey?: string
  /** Details of the guest, sent when the session is opened or resumed. */
  readonly guest?: GuestDetails
  /** The website's own JWT for a signed-in visitor, or a function that gets a fresh one. */
  readonly userToken?: string | (() => string | undefined | Promise<string | undefined>)
  /**
   * Solves the challenge that the service may require before it opens a session, and returns the solution. With a vendor's
   * challenge, the solution is the token of the vendor's widget. Without this option, opening rejects with `challenge_required`.
   */
  readonly solveChallenge?: (challenge: Challenge) => Promise<string>
  /**
   * The website's origin, such as `https://www.example.com`, for use outside a browser (browsers send it themselves). It is sent
   * with every request. The service serves only the origins in `ALLOWED_ORIGINS`.
   */
  readonly origin?: string
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
}

/**
 * `closed`: not opened yet, or closed by the page. `opening`: the session is being opened. `open`: the guest can
 * write. `disconnected`: the agent has left; a message starts a new conversation. `read-only`: the conversation is
 * over but can still be read. `ended`: the session is gone. After `read-only` and `ended`, only `startNew` continues.
 */
export type ChatState = 'closed' | 'opening' | 'open' | 'disconnected' | 'read-only' | 'ended'

/**
 * `ended-by-guest`: in this tab or another one. `expired`: no message was sent for a while. `signed-in-elsewhere`: the person
 * has signed in on another device, which took over the conversation.
 */
export type ChatEndReason = 'ended-by-guest' | 'expired' | 'signed-in-elsewhere'

/** `offline`: the device has no network. `connecting`: there is no event stream right now. */
export type ConnectionState = 'offline' | 'connecting' | 'online'

export interface ChatEvents {
  /** Any displayed state has changed: messages, state, connection, typing. */
  change: undefined
  /**
   * A new message, reported once; the messages from the first read of the history are not reported. After a lost connection, a
   * message can be older than the previous one; `messages` is sorted by time.
   */
  message: ChatMessage
  /**
   * A bot asks the guest to sign in (the page then calls `signIn`), or Genesys reports that the guest has
   * signed in.
   */
  'sign-in': SignInEvent
  /**
   * An agent offers co-browsing or a video call, which the page joins with Genesys' own SDKs. The offer's
   * tokens are secret.
   */
  offer: OfferEvent
  /** The live events have permanently stopped. All other errors reject the method that was called. */
  problem: ChatProblem
}

/** One guest's conversation. All methods reject with a {@link ChatProblem}. */
export interface GuestChat {
  /** Whether the guest can write. */
  readonly state: ChatState
  /** Whether live events are arriving. */
  readonly connection: ConnectionState
  /** Limits and capabilities; undefined until the session is open. */
  readonly session: SessionDescription | undefined
  /** Oldest first, each message once; the guest's own messages appear immediately, as `pending`. */
  readonly messages: readonly ChatMessage[]
  /** Who is typing now. */
  readonly typing: 'agent' | 'bot' | undefined
  /** Whether the history has older messages than those in `messages`. */
  readonly hasEarlier: boolean
  /**
   * When the session will expire from inactivity (ISO 8601). Set in the last minutes before that, and at the start of a session
   * of an hour or less. A message extends the session.
   */
  readonly expiresSoonAt: string | undefined
  /** About how much longer the guest will wait for an agent, while that is known; undefined once somebody has answered. */
  readonly waiting: { readonly fromMinutes: number; readonly toMinutes: number } | undefined
  /** Why the state is `ended`, if that is known. */
  readonly endReason: ChatEndReason | undefined
  /** Whether the storage has a session token to resume. */
  readonly canResume: boolean
  /** Whether the open session supports this capability. */
  can(capability: Capability): boolean
  /**
   * Opens a guest session, or resumes the stored one, and follows its live events.
   * @param guest replaces details from the options, for instance with the answers from a form
   */
  open(guest?: GuestDetails): Promise<SessionDescription>
  /**
   * Sends a message, and opens the session first if necessary. Messages are sent in order, and retried without
   * duplicates for two minutes. Time without a network connection does not count: messages then wait. A failed
   * message stays in `messages`.
   * @param options.idempotencyKey identifies this message; default: a random key
   */
  send(
    message: string | OutgoingMessage,
    options?: { readonly idempotencyKey?: string },
  ): Promise<ChatMessage>
  /** Sends a failed message again. @param key the `key` of the message */
  retry(key: string): Promise<ChatMessage>
  /** Removes a failed message. */
  discard(key: string): void
  /** Call it on every key press; the agent is notified at most once every 5 s. Never fails. */
  notifyTyping(): void
  /** Uploads a file. To send the file, put its id into the `attachmentIds` of a message. */
  upload(file: Blob, options?: UploadOptions): Promise<UploadedFile>
  /** A fresh address of a file in the conversation; addresses in messages expire after some minutes. */
  attachmentUrl(id: string): Promise<string>
  /** Deletes a file that has not been sent yet. */
  deleteAttachment(id: string): Promise<void>
  /**
   * Signs the visitor in with the website's own JWT, or out with `null`, during the conversation. If the
   * conversation belongs to another visitor, a new one starts.
   */
  identify(userToken: string | null): Promise<SessionDescription>
  /**
   * Signs the guest in with Genesys' own sign-in, for deployments with an OpenID provider (`can('sign-in')`). The person's
   * conversation, which other devices share, replaces the guest's, unless the deployment keeps the guest's conversation.
   */
  signIn(grant: SignInGrant): Promise<SessionDescription>
  /** Ends the signed-in session on this device. */
  signOut(): Promise<void>
  /** Changes attributes of the guest, which routing and the agent see. */
  setAttributes(changes: AttributeChanges): Promise<ChangedAttributes>
  /** Reads another page of the history into `messages`. @returns whether there are older messages */
  loadEarlier(): Promise<boolean>
  /** The deployment's configuration. Needs no session. */
  deployment(): Promise<Deployment>
  /**
   * Like the global `fetch`, but with the session token, for paths of the service that have no method here, such as `transcript`.
   * Rejects with a {@link ChatProblem} if the response has an error status, and as `fetch` does if there is no response.
   * @param path relative to the service's address
   */
  fetch(path: string, init?: RequestOfPath): Promise<Response>
  /**
   * Whether the contact center is open. Needs no session. Rejects with `not_enabled` if the service is not set up for this.
   * Failures are not retried; after one, show the chat.
   */
  availability(): Promise<Availability>
  /** Permanently ends the conversation. */
  end(): Promise<void>
  /** Leaves an ended or read-only conversation and starts a new one. */
  startNew(): Promise<SessionDescription>
  /** Retries everything that is waiting. Use it for a Retry button in an offline notice. */
  retryNow(): void
  /** Stops live events and requests. The session remains open at Genesys; `open` resumes it. */
  close(): void
  /** Listens to one of the {@link ChatEvents}. @returns a function that removes the listener */
  on<Name extends keyof ChatEvents>(name: Name, listener: (detail: ChatEvents[Name]) => void): () => void
}
