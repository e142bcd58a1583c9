import type { Prompt } from './message-content.ts'

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
