import { BoundedMap } from '../collections/bounded-map.ts'
import { SessionError } from './session-error.ts'
import { sessionInvalid, type SessionClaims } from './session-token.ts'

/** What is known of a session whose visitor has signed in or out. */
interface Identity {
  readonly generation: number
  readonly verifiedUntilMs: number | undefined
}

const MAX_SESSIONS = 20_000

/** What a registry has learnt, for another one to go on with. */
export interface RegistryMemory {
  readonly ended: Map<string, true>
  readonly identities: Map<string, Identity>
}

export function createRegistryMemory(): RegistryMemory {
  return { ended: new BoundedMap(MAX_SESSIONS), identities: new BoundedMap(MAX_SESSIONS) }
}

/** The newest generations that replicas tell each other. Whoever asks has an answer soon. */
export interface SharedGenerations {
  /** Undefined where none is known, or nobody can be asked. */
  newest(sid: string): Promise<number | undefined>
  announce(sid: string, generation: number): Promise<void>
  /** Tells of those that other replicas announce. */
  onAnnounced(listener: (sid: string, generation: number) => void): void
}

/**
 * What this process has learnt of sessions and their tokens do not say: that they have ended, and their newest
 * generation. A cache: tokens expire by themselves where it was lost, or on a replica that never knew.
 */
export interface SessionRegistry {
  isEnded(claims: Pick<SessionClaims, 'sid'>): boolean
  markEnded(sid: string): void
  /** @throws {SessionError} `session_ended` when this process knows that the session is over */
  requireLive(claims: SessionClaims): SessionClaims
  /**
   * Notes the generation of a token.
   * @throws {SessionError} `session_invalid` when a newer one is known
   */
  requireNewest(claims: SessionClaims): void
  /** Asks the other replicas for the newest generation of a session, where they share them. */
  readonly refresh: ((sid: string) => Promise<void>) | undefined
  /** Makes every token of a session worthless that is older than `generation`: here, and where replicas share it. */
  beginGeneration(sid: string, generation: number): Promise<void>
  /** Until when the visitor of a token is verified, as its newest token says. */
  verifiedUntilMs(claims: SessionClaims): number | undefined
}

/**
 * @param onNewGeneration called when tokens of a session have become worthless, to end what they opened
 * @param shared where replicas share generations
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
    if (generation !== undefined && generation > (identities.get(sid)?.generation ?? 0))
      note(sid, { generation, verifiedUntilMs: undefined })
  }
  shared?.onAnnounced(learn)

  return {
    isEnded: ({ sid }) => ended.has(sid),
    markEnded: (sid) => void ended.set(sid, true),
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
