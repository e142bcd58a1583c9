import { BoundedMap } from '../collections/bounded-map.ts'
import { SessionError } from '../errors/session-error.ts'
import { sessionInvalid, type SessionClaims } from './session-token.ts'

/** The state of a session whose visitor has signed in or out. */
interface Identity {
  readonly generation: number
  readonly verifiedUntilMs: number | undefined
}

const MAX_SESSIONS = 20_000

/** If the guest has ended the session, replicas share this instead of a generation (a time in epoch ms). */
const ENDED_GENERATION = Number.MAX_SAFE_INTEGER

/** The contents of a registry, to initialize another one. */
export interface RegistryMemory {
  readonly ended: Map<string, true>
  readonly identities: Map<string, Identity>
}

export function createRegistryMemory(): RegistryMemory {
  return { ended: new BoundedMap(MAX_SESSIONS), identities: new BoundedMap(MAX_SESSIONS) }
}

/** The newest generations, shared by replicas. Never rejects. */
export interface SharedGenerations {
  /** Undefined if none is known or the store is unavailable. */
  newest(sid: string): Promise<number | undefined>
  announce(sid: string, generation: number): Promise<void>
  /** Reports generations that other replicas announce. */
  onAnnounced(listener: (sid: string, generation: number) => void): void
}

/**
 * Facts about sessions that the tokens do not contain: whether they have ended, and their newest generation. This is
 * a cache: if it is lost, or if a replica does not have the facts, an outdated token is accepted until it expires.
 */
export interface SessionRegistry {
  isEnded(claims: Pick<SessionClaims, 'sid'>): boolean
  /** For a session that Genesys has ended. Genesys reports this to every replica. */
  markEnded(sid: string): void
  /** For a session that the guest has ended: like `markEnded`, but on all replicas if they share generations. */
  end(sid: string): Promise<void>
  /** @throws {SessionError} `session_ended` if this process knows that the session is over */
  requireLive(claims: SessionClaims): SessionClaims
  /**
   * Records the generation of a token.
   * @throws {SessionError} `session_invalid` if a newer generation is known
   */
  requireNewest(claims: SessionClaims): void
  /** Reads a session's newest generation from the shared store; undefined without a store. */
  readonly refresh: ((sid: string) => Promise<void>) | undefined
  /**
   * Invalidates the session's tokens that are older than `generation`: in this process, and on all replicas if
   * they share generations.
   */
  beginGeneration(sid: string, generation: number): Promise<void>
  /** The time until which the token's visitor is verified, according to the newest token. */
  verifiedUntilMs(claims: SessionClaims): number | undefined
}

/**
 * @param onNewGeneration called when tokens of a session have been invalidated, to end the streams that were
 * opened with them
 * @param shared the generations that replicas share
 */
export function createSessionRegistry(
  onNewGeneration: (sid: string, generation: number) => void,
  shared?: SharedGenerations,
  { ended, identities }: RegistryMemory = createRegistryMemory(),
): SessionRegistry {
  function note(sid: string, identity: Identity): void {
    const known = identities.get(sid)
    identities.set(sid, identity)
    if (identity.generation > (known?.generation ?? 0)) onNewGeneration(sid, identity.generation)
  }

  function learn(sid: string, generation: number | undefined): void {
    if (generation === ENDED_GENERATION) ended.set(sid, true)
    else if (generation !== undefined && generation > (identities.get(sid)?.generation ?? 0))
      note(sid, { generation, verifiedUntilMs: undefined })
  }
  shared?.onAnnounced(learn)

  return {
    isEnded: ({ sid }) => ended.has(sid),
    markEnded: (sid) => void ended.set(sid, true),
    async end(sid) {
      ended.set(sid, true)
      await shared?.announce(sid, ENDED_GENERATION)
    },
    requireLive(claims) {
      if (!ended.has(claims.sid)) return claims
      throw new SessionError(
        'session_ended',
        'The conversation has ended. Open a new guest session to start another.',
      )
    },
    requireNewest({ sid, generation, verifiedUntilMs }) {
      const known = identities.get(sid)
      if (known !== undefined && known.generation > generation) throw sessionInvalid()
      if (generation === 0) return
      const isNews = known?.generation !== generation || (verifiedUntilMs ?? 0) > (known.verifiedUntilMs ?? 0)
      if (isNews) note(sid, { generation, verifiedUntilMs })
    },
    refresh: shared && (async (sid) => learn(sid, await shared.newest(sid))),
    async beginGeneration(sid, generation) {
      note(sid, { generation, verifiedUntilMs: undefined })
      await shared?.announce(sid, generation)
    },
    verifiedUntilMs({ sid, generation, verifiedUntilMs }) {
      const known = identities.get(sid)
      if (verifiedUntilMs === undefined || known?.generation !== generation) return verifiedUntilMs
      return Math.max(verifiedUntilMs, known.verifiedUntilMs ?? 0)
    },
  }
}
