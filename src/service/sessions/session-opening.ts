import { randomBytes } from 'node:crypto'
import type { Capability, GuestDetails, SessionDescription } from '../../contract/contract.ts'
import type { GuestApi, OpenedGuest } from '../genesys/guest-api.ts'
import type { AttributePolicy } from './attribute-policy.ts'
import type { GuestAttributes } from './guest-attributes.ts'
import type { Identified, Identity, IdentityRequest } from './identity.ts'
import { notSupported } from './not-supported.ts'
import { SessionError } from '../errors/session-error.ts'
import type { SessionLifetime } from './session-lifetime.ts'
import type { SessionRegistry } from './session-registry.ts'
import { guestOf, sessionInvalid, type SessionClaims, type SessionTokens } from './session-token.ts'

/** What a page may send to open or resume a guest session. A `userId` must be that of the verified visitor. */
export interface OpenSession extends GuestDetails {
  /** Leaves a read-only conversation and starts a new one. */
  readonly startNew?: boolean
}

/**
 * The response to `POST /guest-session`, with the session token. The page replaces its token whenever a
 * response contains a new one.
 */
export type GuestSessionResponse = SessionDescription & { readonly session: string }

export interface Caller extends IdentityRequest {
  readonly origin: string | undefined
  /** The solution to a challenge. */
  readonly challenge?: string | undefined
}

/**
 * Called before a new guest or a new conversation is requested from Genesys. Rejects if the caller must solve a challenge
 * first.
 */
export type RequireChallenge = (caller: Pick<Caller, 'origin' | 'challenge'>) => Promise<void>

/** Opening and resuming guest sessions: the guest's identity, attributes and new token. */
export interface SessionOpening {
  open(request: OpenSession, caller: Caller): Promise<GuestSessionResponse>
  resume(claims: SessionClaims, request: OpenSession, caller: Caller): Promise<GuestSessionResponse>
  /** The response for a guest whose session Genesys has opened, with a new token. */
  answer(
    claims: SessionClaims,
    opened: OpenedGuest,
    deadlineAtMs: number,
    renew?: SessionLifetime['renew'],
  ): Promise<GuestSessionResponse>
  describe(opened: OpenedGuest, expiresAtMs: number): SessionDescription
  /** Invalidates every earlier token of the session. */
  newGeneration(claims: SessionClaims): Promise<SessionClaims>
}

export interface SessionOpeningOptions {
  readonly guestApi: GuestApi
  readonly tokens: SessionTokens
  readonly policy: AttributePolicy
  readonly attributes: GuestAttributes
  readonly registry: SessionRegistry
  readonly lifetime: SessionLifetime
  readonly identify: Identity
  readonly deploymentId: string
  readonly now: () => number
  /** What the site offers in addition to the guest API's capabilities. */
  readonly moreCapabilities?: readonly Capability[] | undefined
  /** Undefined if no challenges are set up. */
  readonly requireChallenge?: RequireChallenge | undefined
}

export function createSessionOpening(options: SessionOpeningOptions): SessionOpening {
  const { guestApi, tokens, policy, attributes, registry, lifetime, identify, deploymentId, now } = options
  const { requireChallenge } = options

  const capabilities = [...guestApi.capabilities, ...(options.moreCapabilities ?? [])]

  async function newGeneration(claims: SessionClaims): Promise<SessionClaims> {
    const generation = Math.max(now(), claims.generation + 1)
    await registry.beginGeneration(claims.sid, generation)
    return { ...claims, generation }
  }

  function describe(opened: OpenedGuest, expiresAtMs: number) {
    return {
      expiresAt: new Date(expiresAtMs).toISOString(),
      guestApi: guestApi.name,
      state: opened.state,
      capabilities,
      limits: opened.limits,
    }
  }

  async function answer(
    claims: SessionClaims,
    opened: OpenedGuest,
    deadlineAtMs: number,
    renew = lifetime.renew,
  ): Promise<GuestSessionResponse> {
    const renewed = renew({ ...claims, guest: opened.ref }, opened.expiresAtMs)
    tokens.requireFits(renewed)
    registry.requireNewest(renewed) // other tokens of the session now count as verified for as long as this one
    // Poor routing is better than no session: if the delivery fails, the attributes are sent with the next
    // message.
    const current = await attributes.deliver(renewed, deadlineAtMs).catch(() => renewed)
    return {
      session: await tokens.seal(current),
      ...describe(opened, current.expiresAtMs),
      ...(opened.externalUserToken !== undefined && { externalUserToken: opened.externalUserToken }),
      ...(opened.clearedExistingSession === true && { clearedExistingSession: true }),
    }
  }

  async function open(request: OpenSession, caller: Caller): Promise<GuestSessionResponse> {
    await requireChallenge?.(caller)
    const identified = (await identify(caller)) ?? ANONYMOUS
    requireOwnUserId(request.userId, identified.visitor)
    const values = changedAttributes(policy, {}, request, identified)
    const { origin, deadlineAtMs } = caller
    const { name, email, language, journeyContext } = request
    const opened = await guestApi.open(
      { origin, attributes: values, name, email, language, userId: identified.visitor, journeyContext },
      deadlineAtMs,
    )
    const delivered = opened.attributesDelivered || Object.keys(values).length === 0
    const claims: SessionClaims = {
      sid: randomBytes(16).toString('base64url'),
      purpose: 'guest-session',
      guestApi: guestApi.name,
      deploymentId,
      ...(origin !== undefined && { origin }),
      guest: opened.ref,
      attributes: { values, version: 1, removedKeys: [], delivered },
      ...visitorClaims(identified),
      generation: identified.visitor === undefined ? 0 : now(),
      issuedAtMs: now(),
      expiresAtMs: now(),
    }
    return answer(claims, opened, deadlineAtMs)
  }

  /**
   * @throws {SessionError} `session_invalid` for another visitor, or for an expired token if the request does not
   * prove who its visitor is
   */
  async function identifyOwner(claims: SessionClaims, caller: Caller): Promise<Identified | undefined> {
    const identified = await identify(caller)
    const isOthers =
      identified?.visitor !== undefined && (claims.visitor ?? identified.visitor) !== identified.visitor
    if (isOthers) await newGeneration(claims)
    const isProven = identified?.visitor !== undefined && identified.visitor === claims.visitor
    if (isOthers || (claims.expiresAtMs <= now() && !isProven)) throw sessionInvalid()
    return identified
  }

  async function resume(
    claims: SessionClaims,
    request: OpenSession,
    caller: Caller,
  ): Promise<GuestSessionResponse> {
    const identified = await identifyOwner(claims, caller)
    const wasVerified = claims.verifiedUntilMs !== undefined
    const isVerified = identified === undefined ? wasVerified : identified.visitor !== undefined
    if (isVerified !== wasVerified && lifetime.separateSignIn && identified?.visitor !== claims.visitor) {
      return open(request, caller)
    }
    requireOwnUserId(request.userId, isVerified ? (identified?.visitor ?? claims.visitor) : undefined)
    const values = changedAttributes(policy, attributes.latest(claims).attributes.values, request, identified)
    const replaced = attributes.replace(claims, values)
    tokens.requireFits(replaced)
    let opened: OpenedGuest
    try {
      opened = await resumeOrRestart(options, claims, request, caller)
    } catch (error) {
      if (!isSessionEnded(error)) throw error
      registry.markEnded(claims.sid)
      return open(request, caller)
    }
    // A session that Genesys had dropped, or that starts again, has none of the attributes.
    const current = opened.state === 'new' ? attributes.resetDelivery(replaced) : replaced
    const next = identified === undefined ? current : withVisitor(current, identified)
    const renew = identified?.visitor === undefined ? lifetime.renewByUse : lifetime.renew
    const claimsNow = isVerified === wasVerified ? next : await newGeneration(next)
    return answer(claimsNow, opened, caller.deadlineAtMs, renew)
  }

  return { open, resume, answer, describe, newGeneration }
}

const ANONYMOUS: Identified = { visitor: undefined, attributes: {}, verifiedUntilMs: undefined }

/** The guest's attributes after the changes from the page and from verification. */
function changedAttributes(
  policy: AttributePolicy,
  before: Record<string, string>,
  request: OpenSession,
  identified: Identified | undefined,
): Record<string, string> {
  const { name, email, phone, language } = request
  const prefilled = policy.prefill(before, { name, email, phone, language })
  const open = policy.change(prefilled, request.attributes ?? {})
  if (identified === undefined) return open
  return policy.trust(open, identified.attributes, identified.visitor !== undefined)
}

function visitorClaims({ visitor, verifiedUntilMs }: Identified) {
  return visitor === undefined ? {} : { visitor, verifiedUntilMs: verifiedUntilMs ?? Number.MAX_SAFE_INTEGER }
}

/** A session keeps its owner after a sign-out, because the history belongs to that person. */
function withVisitor(claims: SessionClaims, identified: Identified): SessionClaims {
  return { ...claims, verifiedUntilMs: undefined, ...visitorClaims(identified) }
}

async function resumeOrRestart(
  { guestApi, requireChallenge }: SessionOpeningOptions,
  claims: SessionClaims,
  { startNew = false, journeyContext }: OpenSession,
  caller: Caller,
): Promise<OpenedGuest> {
  const { deadlineAtMs } = caller
  if (startNew && guestApi.startNew === undefined) throw notSupported(guestApi, 'startNew')
  const opened = await guestApi.resume(guestOf(claims), deadlineAtMs, journeyContext)
  if (!startNew || opened.state !== 'read-only' || guestApi.startNew === undefined) return opened
  // A flow may end a conversation by itself, so one guest could otherwise start any number of them.
  await requireChallenge?.(caller)
  return guestApi.startNew(guestOf(claims), deadlineAtMs, journeyContext)
}

/** A page can name only its own verified visitor. */
function requireOwnUserId(userId: string | undefined, visitor: string | undefined): void {
  if (userId === undefined || userId === visitor) return
  throw new SessionError('user_token_invalid', 'userId must be the subject of a verified user token.', {
    hint: 'Send userToken along with userId, and set USER_TOKEN_JWKS_URL, USER_TOKEN_ISSUER and USER_TOKEN_AUDIENCE.',
  })
}

function isSessionEnded(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'session_ended'
}
