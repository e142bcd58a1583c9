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
   * Address of the service, such as `https://chat.example.com`, or `/chat` on the page's own site. Default: the
   * folder from which this module was loaded. Set it if the module is part of a bundle.
   */
  readonly baseUrl?: string | URL
  /** Where the session token is stored. Default `memory`: a reload starts a new conversation. */
  readonly storage?: StorageChoice
  /** Storage key of the session token. Default `genesys-guest-session`. A second conversation on the website needs a different key. */
  readonly storageKey?: string
  /** Details of the guest, sent when the session is opened or resumed. */
  readonly guest?: GuestDetails
  /** The website's own JWT for a signed-in visitor, or a function that returns a fresh JWT. */
  readonly userToken?: string | (() => string | undefined | Promise<string | undefined>)
  /**
   * Solves the challenge that the service may require before it opens a session, and returns the solution. For a vendor's
   * challenge, the solution is the token from the vendor's widget. If a challenge is required and this option is missing, the
   * session is not opened (`challenge_required`).
   */
  readonly solveChallenge?: (challenge: Challenge) => Promise<string>
  /**
   * The website's origin, such as `https://www.example.com`, to send with every request. Set it only outside a browser: browsers
   * send the origin themselves. The service accepts only the origins in `ALLOWED_ORIGINS`.
   */
  readonly origin?: string
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch
}

/**
 * `closed`: not opened yet, or closed by the page. `opening`: the session is being opened. `open`: the guest can
 * write. `disconnected`: the agent has left; a message starts a new conversation. `read-only`: the conversation is
 * over but can still be read. `ended`: the session is gone. After `read-only` or `ended`, `startNew` starts a new conversation.
 */
export type ChatState = 'closed' | 'opening' | 'open' | 'disconnected' | 'read-only' | 'ended'

/**
 * `ended-by-guest`: the guest ended the conversation, in this tab or another. `expired`: the session expired from inactivity.
 * `signed-in-elsewhere`: the person has signed in on another device, which took over the conversation.
 */
export type ChatEndReason = 'ended-by-guest' | 'expired' | 'signed-in-elsewhere'

/**
 * `offline`: the device has no network connection. `connecting`: live events are not arriving. `online`: live events
 * are arriving.
 */
export type ConnectionState = 'offline' | 'connecting' | 'online'

export interface ChatEvents {
  /** A property of the chat has changed, such as `messages`, `state`, `connection` or `typing`. */
  change: undefined
  /**
   * A new message. Each is reported once; the messages from the first read of the history are not reported. After a lost
   * connection, a message can be older than the one reported before it; `messages` is sorted by time.
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
  /** The live events have permanently stopped. Any other error rejects the promise of the method that was called. */
  problem: ChatProblem
}

/** One guest's conversation. A method that fails rejects with a {@link ChatProblem}, unless its description says otherwise. */
export interface GuestChat {
  /** Whether the guest can write. */
  readonly state: ChatState
  /** Whether live events are arriving. */
  readonly connection: ConnectionState
  /** The session's limits and capabilities; undefined until the session is open. */
  readonly session: SessionDescription | undefined
  /** All messages, oldest first and each only once. The guest's own messages appear immediately, as `pending`. */
  readonly messages: readonly ChatMessage[]
  /** Who is typing at the moment. */
  readonly typing: 'agent' | 'bot' | undefined
  /** Whether the history has messages that are older than those in `messages`. */
  readonly hasEarlier: boolean
  /**
   * When the session will expire from inactivity (ISO 8601, UTC). Set only in the last minutes before the session expires, and at
   * the start of a session that lasts an hour or less. Any message extends the session.
   */
  readonly expiresSoonAt: string | undefined
  /** Estimate of how much longer the guest will wait for an agent; undefined if there is no estimate, or once an agent has answered. */
  readonly waiting: { readonly fromMinutes: number; readonly toMinutes: number } | undefined
  /** Why the conversation has ended, if the reason is known. */
  readonly endReason: ChatEndReason | undefined
  /** Whether there is a stored session to resume. */
  readonly canResume: boolean
  /** Whether the open session supports this capability. */
  can(capability: Capability): boolean
  /**
   * Opens a guest session, or resumes the stored one, and follows its live events.
   * @param guest details that override those in the options, such as the answers from a form
   */
  open(guest?: GuestDetails): Promise<SessionDescription>
  /**
   * Sends a message, after opening the session if necessary. Messages are sent in order. After a transient failure, a message
   * is retried for two minutes, without duplicates; time without a network connection does not count. A message that has failed
   * stays in `messages`.
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
  /** Tells the agent that the guest is typing, at most once every 5 s. Call it on every key press. It never fails. */
  notifyTyping(): void
  /** Uploads a file. To send it, put its id into the `attachmentIds` of a message. */
  upload(file: Blob, options?: UploadOptions): Promise<UploadedFile>
  /** Returns a fresh address for a file in the conversation. The addresses in messages expire after a few minutes. */
  attachmentUrl(id: string): Promise<string>
  /** Deletes a file that has not been sent yet. */
  deleteAttachment(id: string): Promise<void>
  /**
   * During the conversation, signs the visitor in with the website's own JWT, or signs the visitor out if the JWT is `null`.
   * If the conversation belongs to another visitor, a new conversation starts.
   */
  identify(userToken: string | null): Promise<SessionDescription>
  /**
   * Signs the guest in with Genesys' own sign-in, for deployments with an OpenID provider (`can('sign-in')`). Unless the
   * deployment keeps the guest's conversation, the person's conversation, which is the same on all devices, replaces it.
   */
  signIn(grant: SignInGrant): Promise<SessionDescription>
  /** Ends the signed-in session on this device. */
  signOut(): Promise<void>
  /** Changes the guest's attributes, which routing and the agent see. */
  setAttributes(changes: AttributeChanges): Promise<ChangedAttributes>
  /** Adds the next older page of the history to `messages`. @returns whether there are still older messages */
  loadEarlier(): Promise<boolean>
  /** Returns the deployment's configuration. Needs no session. */
  deployment(): Promise<Deployment>
  /**
   * Like the global `fetch`, but sends the session token. Use it for service paths that this client has no method for, such as
   * `transcript`. Rejects with a {@link ChatProblem} if the response has an error status, and with the global `fetch` error if
   * there is no response.
   * @param path relative to the service's address
   */
  fetch(path: string, init?: RequestOfPath): Promise<Response>
  /**
   * Returns whether the contact center is open. Needs no session. Rejects with `not_enabled` if availability is not set up in the
   * service. A failed request is not retried; in that case, show the chat.
   */
  availability(): Promise<Availability>
  /** Permanently ends the conversation. */
  end(): Promise<void>
  /** Leaves an ended or read-only conversation and starts a new one. */
  startNew(): Promise<SessionDescription>
  /**
   * Immediately retries the requests that got no response and are waiting to be retried, and reconnects the live events.
   * Use it for a Retry button in an offline notice.
   */
  retryNow(): void
  /** Stops live events and requests. The session remains open at Genesys; `open` resumes it. */
  close(): void
  /** Adds a listener for one of the {@link ChatEvents}. @returns a function that removes the listener */
  on<Name extends keyof ChatEvents>(name: Name, listener: (detail: ChatEvents[Name]) => void): () => void
}
