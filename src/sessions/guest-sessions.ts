import { randomBytes } from 'node:crypto'
import type {
  Capability,
  GuestApi,
  GuestApiName,
  JourneyContext,
  Limits,
  OpenedGuest,
  SessionState,
  SignInGrant,
} from '../genesys/guest-api.ts'
import type { AttributeChanges, AttributePolicy } from './attribute-policy.ts'
import { BoundedMap } from './bounded-map.ts'
import type { GuestAttributes } from './guest-attributes.ts'
import type { Identified, Identity, IdentityRequest } from './identity.ts'
import { notSupported } from './not-supported.ts'
import { SessionError } from './session-error.ts'
import { guestOf, type SessionClaims, type SessionTokens } from './session-token.ts'

/** What a page may say when it opens or resumes a guest session. */
export interface OpenSession {
  readonly name?: string | undefined
  readonly email?: string | undefined
  readonly phone?: string | undefined
  readonly language?: string | undefined
  readonly attributes?: AttributeChanges | undefined
  /** Only for `external-users`, and only the id of the verified visitor. */
  readonly userId?: string | undefined
  /** Leaves a read-only conversation behind and begins a new one. */
  readonly startNew?: boolean | undefined
  readonly journeyContext?: JourneyContext | undefined
}

/** The answer of `GET /guest-session`. */
export interface SessionDescription {
  readonly expiresAt: string
  readonly guestApi: GuestApiName
  readonly state: SessionState
  readonly capabilities: readonly Capability[]
  readonly limits: Limits
}

/** The answer of `POST /guest-session`. */
export interface SessionAnswer extends SessionDescription {
  /** The session token; the page replaces its own whenever an answer brings a new one. */
  readonly session: string
  readonly externalUserToken?: string
  readonly clearedExistingSession?: boolean
}

export interface Caller extends IdentityRequest {
  readonly origin: string | undefined
}

export interface GuestSessions {
  /** The claims of a good token, at once where it was seen before. Rejects with `session_invalid`. */
  authenticate(token: string, origin: string | undefined): SessionClaims | Promise<SessionClaims>
  /** @throws {SessionError} `session_ended` when this process knows that the session is over */
  requireLive(claims: SessionClaims): SessionClaims
  open(request: OpenSession, caller: Caller): Promise<SessionAnswer>
  /** Goes on with the guest's session; opens another one where Genesys has ended it. */
  resume(claims: SessionClaims, request: OpenSession, caller: Caller): Promise<SessionAnswer>
  describe(claims: SessionClaims, deadlineAtMs: number): Promise<SessionDescription>
  end(claims: SessionClaims, deadlineAtMs: number): Promise<void>
  /** Genesys' own sign-in, with what the page brought back from the OpenID provider. */
  signIn(claims: SessionClaims, grant: SignInGrant, deadlineAtMs: number): Promise<SessionAnswer>
  /** Signs out at Genesys, which ends the session. */
  signOut(claims: SessionClaims, deadlineAtMs: number): Promise<void>
  isEnded(claims: SessionClaims): boolean
  /** Remembers that Genesys has ended a session for good. */
  markEnded(sid: string): void
}

export function createGuestSessions(options: {
  readonly guestApi: GuestApi
  readonly tokens: SessionTokens
  readonly policy: AttributePolicy
  readonly attributes: GuestAttributes
  readonly identify: Identity
  readonly deploymentId: string
  readonly maxAgeMs: number
  readonly now?: () => number
}): GuestSessions {
  const { guestApi, tokens, policy, attributes, identify, deploymentId, maxAgeMs, now = Date.now } = options
  const ended = new BoundedMap<string, true>(10_000)

  const describe = (opened: OpenedGuest, expiresAtMs: number): SessionDescription => ({
    expiresAt: new Date(expiresAtMs).toISOString(),
    guestApi: guestApi.name,
    state: opened.state,
    capabilities: [...guestApi.capabilities],
    limits: opened.limits,
  })

  const expiry = (opened: OpenedGuest) => Math.min(now() + maxAgeMs, opened.expiresAtMs ?? Infinity)

  async function answer(
    claims: SessionClaims,
    opened: OpenedGuest,
    deadlineAtMs: number,
  ): Promise<SessionAnswer> {
    const renewed = { ...claims, guest: opened.ref, expiresAtMs: expiry(opened) }
    // A guest who can't be routed well yet is better off than one who gets no session: the attributes stay
    // undelivered, and go with the next message.
    const current = await attributes.deliver(renewed, deadlineAtMs).catch(() => renewed)
    return {
      session: await tokens.seal(current),
      ...describe(opened, current.expiresAtMs),
      ...(opened.externalUserToken !== undefined && { externalUserToken: opened.externalUserToken }),
      ...(opened.clearedExistingSession && { clearedExistingSession: true }),
    }
  }

  function written(before: Record<string, string>, request: OpenSession, identified: Identified | undefined) {
    const { name, email, phone, language } = request
    const open = policy.change(
      policy.prefill(before, { name, email, phone, language }),
      request.attributes ?? {},
    )
    return identified === undefined
      ? open
      : policy.trust(open, identified.attributes, identified.visitor !== undefined)
  }

  async function open(request: OpenSession, caller: Caller): Promise<SessionAnswer> {
    const identified = (await identify(caller, undefined)) ?? { visitor: undefined, attributes: {} }
    requireOwnUserId(request.userId, identified.visitor)
    const guestAttributes = written({}, request, identified)
    const opened = await guestApi.open(
      {
        origin: caller.origin,
        attributes: guestAttributes,
        name: request.name,
        email: request.email,
        language: request.language,
        userId: identified.visitor,
        journeyContext: request.journeyContext,
      },
      caller.deadlineAtMs,
    )
    const claims: SessionClaims = {
      sid: randomBytes(16).toString('base64url'),
      purpose: 'guest-session',
      guestApi: guestApi.name,
      deploymentId,
      ...(caller.origin !== undefined && { origin: caller.origin }),
      guest: opened.ref,
      attributes: {
        values: guestAttributes,
        version: 1,
        removedKeys: [],
        delivered: opened.attributesDelivered || Object.keys(guestAttributes).length === 0,
      },
      ...(identified.visitor !== undefined && { visitor: identified.visitor }),
      expiresAtMs: expiry(opened),
    }
    return answer(claims, opened, caller.deadlineAtMs)
  }

  async function resumeGuest(claims: SessionClaims, request: OpenSession, deadlineAtMs: number) {
    const { startNew, journeyContext } = request
    if (startNew !== true) return guestApi.resume(guestOf(claims), deadlineAtMs, journeyContext)
    if (guestApi.startNew === undefined) throw notSupported(guestApi, 'startNew')
    return guestApi.startNew(guestOf(claims), deadlineAtMs, journeyContext)
  }

  return {
    authenticate: (token, origin) => tokens.open(token, origin),
    requireLive(claims) {
      if (!ended.has(claims.sid)) return claims
      throw new SessionError(
        'session_ended',
        'The conversation has ended. Open a new guest session to start another.',
      )
    },
    open,
    async resume(claims, request, caller) {
      if (ended.has(claims.sid)) return open(request, caller)
      const identified = await identify(caller, claims)
      requireOwnUserId(request.userId, identified?.visitor ?? claims.visitor)
      const changed = attributes.replace(
        claims,
        written(attributes.latest(claims).attributes.values, request, identified),
      )
      let opened: OpenedGuest
      try {
        opened = await resumeGuest(claims, request, caller.deadlineAtMs)
      } catch (error) {
        if (!isSessionEnded(error)) throw error
        ended.set(claims.sid, true)
        return open(request, caller)
      }
      // A session that Genesys had forgotten, or that begins anew, knows none of the attributes.
      const current = opened.state === 'new' ? attributes.forgotten(changed) : changed
      const visitor = identified?.visitor ?? claims.visitor
      return answer({ ...current, ...(visitor !== undefined && { visitor }) }, opened, caller.deadlineAtMs)
    },
    async describe(claims, deadlineAtMs) {
      const opened = await guestApi.resume(guestOf(claims), deadlineAtMs)
      // The driver tells it once; the next message has to know.
      if (opened.state === 'new') attributes.forgotten(attributes.latest(claims))
      return describe(opened, Math.min(claims.expiresAtMs, opened.expiresAtMs ?? Infinity))
    },
    async end(claims, deadlineAtMs) {
      if (guestApi.end === undefined) throw notSupported(guestApi, 'end')
      await guestApi.end(guestOf(claims), deadlineAtMs)
      ended.set(claims.sid, true)
    },
    async signIn(claims, grant, deadlineAtMs) {
      if (guestApi.signIn === undefined) throw notSupported(guestApi, 'sign-in')
      const opened = await guestApi.signIn(guestOf(claims), grant, deadlineAtMs)
      const current = attributes.latest(claims)
      return answer(opened.state === 'new' ? attributes.forgotten(current) : current, opened, deadlineAtMs)
    },
    async signOut(claims, deadlineAtMs) {
      if (guestApi.signOut === undefined) throw notSupported(guestApi, 'sign-in')
      await guestApi.signOut(guestOf(claims), deadlineAtMs)
      ended.set(claims.sid, true)
    },
    isEnded(claims) {
      return ended.has(claims.sid)
    },
    markEnded(sid) {
      ended.set(sid, true)
    },
  }
}

/** A page names only its own verified visitor, never somebody else. */
function requireOwnUserId(userId: string | undefined, visitor: string | undefined): void {
  if (userId === undefined || userId === visitor) return
  throw new SessionError('user_token_invalid', 'userId must be the subject of a verified user token.', {
    hint: 'Send userToken along with userId, and set USER_TOKEN_JWKS_URL, USER_TOKEN_ISSUER and USER_TOKEN_AUDIENCE.',
  })
}

function isSessionEnded(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'session_ended'
}
