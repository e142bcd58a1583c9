import type { Prompt } from './message-content.ts'

export type SessionEventState =
  | 'connected'
  | 'reconnecting'
  | 'disconnected'
  | 'read-only'
  | 'cleared'
  | 'expired'
  /** Final: the person has signed in on another device, which has taken over the session. */
  | 'signed-in-elsewhere'
  /** Genesys has closed this connection, because the guest has too many connections. */
  | 'too-many-connections'

/** The data of `event: session`. */
export interface SessionEvent {
  readonly state: SessionEventState
  /**
   * When the session expires from inactivity (ISO 8601, UTC). Present only in the last minutes before that, and at the start of a
   * session that lasts an hour or less. Any message extends the session.
   */
  readonly expiresAt?: string
  readonly clearedExistingSession?: boolean
}

/**
 * The data of `event: sign-in`. `requested`, `cancelled` and `failed` come from a bot; `signed-in` comes from
 * Genesys.
 */
export interface SignInEvent {
  readonly status: 'requested' | 'cancelled' | 'failed' | 'signed-in'
  readonly firstName?: string
  readonly lastName?: string
  readonly prompt?: Prompt
  readonly reply?: Prompt
}

/**
 * The data of `event: offer`: an agent offers co-browsing or a video call, which the page joins with Genesys'
 * own SDKs. The tokens are secret.
 */
export interface OfferEvent {
  readonly kind: 'co-browse' | 'video'
  readonly status: 'offered' | 'accepted' | 'rejected' | 'expired'
  /** For co-browsing. */
  readonly sessionId?: string
  readonly sessionJoinToken?: string
  /** For video. */
  readonly offeringId?: string
  readonly jwt?: string
}

/**
 * The data of `event: waiting`: about how much longer the guest will wait for an agent. Without fields if an agent has answered,
 * or if there is no longer an estimate.
 */
export interface WaitingEvent {
  readonly fromMinutes?: number
  readonly toMinutes?: number
}
