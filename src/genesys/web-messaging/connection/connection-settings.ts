import { UpstreamError, type UpstreamErrorFacts } from '../../../upstream/upstream-error.ts'
import type { ConnectionRateLimiter } from './connection-rate-limiter.ts'
import type { SessionResponse } from '../wire/frames.ts'
import type { GuestSession } from './guest-session.ts'
import type { GuestSockets, HandshakeRefusal } from './guest-socket.ts'

/** What all guests' connections of one deployment share. */
export interface ConnectionSettings {
  readonly deploymentId: string
  readonly sockets: GuestSockets
  readonly rateLimiter: ConnectionRateLimiter
  readonly readSession: (response: SessionResponse) => GuestSession
  /** A fresh JWT for a signed-in guest. */
  readonly renewJwt: (refreshToken: string, deadlineAtMs: number) => Promise<string>
  /** Told of frames that could not be used, without their contents. */
  readonly onUnrecognizedFrame: (what: string) => void
  readonly now: () => number
  readonly random: () => number
  readonly configureTimeoutMs: number
  /** How long a connection that nobody needs stays open. */
  readonly idleMs: number
  readonly pingMs: number
  /** The pause after which a socket that only listens sends something, so that no proxy takes it for dead. */
  readonly echoMs: number
}

/** What a signed-in guest proves itself with. Secret. */
export interface Credentials {
  readonly jwt: string
  readonly refreshToken?: string | undefined
}

/** @param failure the system's or the TLS library's code for it, such as `ENOTFOUND`. */
export function noConnectionError(failure: string | undefined): UpstreamError {
  const facts = failure === undefined ? {} : { hint: `The guest socket of Genesys: ${failure}.` }
  return new UpstreamError('upstream_unavailable', 'No connection to Genesys', facts)
}

/** Genesys: HTTP 403 means that the deployment, its allowed domains or a feature toggle say no. */
export function handshakeError(
  { status, retryAfterSeconds }: HandshakeRefusal,
  deploymentId: string,
  origin: string | undefined,
): UpstreamError {
  const facts: UpstreamErrorFacts = { status }
  if (retryAfterSeconds !== undefined) facts.retryAfterSeconds = retryAfterSeconds
  if (status === 429) {
    return new UpstreamError('upstream_rate_limited', 'Genesys limits the rate of new connections', facts)
  }
  if (status === 408 || status >= 500) {
    return new UpstreamError('upstream_unavailable', 'Genesys takes no connections now', facts)
  }
  if (status === 400 || status === 401 || status === 403 || status === 404) {
    return new UpstreamError('deployment_not_usable', 'Genesys refused the connection', {
      ...facts,
      hint:
        `The deployment ${deploymentId} must be active in this region, and its allowed domains must ` +
        (origin === undefined ? 'let a caller without an origin in.' : `have the one of ${origin}.`),
    })
  }
  return new UpstreamError('upstream_bad_response', 'Genesys answered the connection unexpectedly', {
    ...facts,
    hint: 'Is GENESYS_MESSAGING_URL the address of the guest socket?',
  })
}
