import { createAttributePolicy, type AttributeSettings } from '../../src/service/sessions/attribute-policy.ts'
import { createGuestAttributes } from '../../src/service/sessions/guest-attributes.ts'
import { createGuestMessages } from '../../src/service/sessions/guest-messages.ts'
import { createGuestSessions } from '../../src/service/sessions/guest-sessions.ts'
import type { Identified } from '../../src/service/sessions/identity.ts'
import {
  createSessionLifetime,
  type SessionLifetimeSettings,
} from '../../src/service/sessions/session-lifetime.ts'
import {
  createSessionOpening,
  type SessionOpeningOptions,
} from '../../src/service/sessions/session-opening.ts'
import { createSessionRegistry, type SharedGenerations } from '../../src/service/sessions/session-registry.ts'
import { createSessionTokens, type SessionClaims } from '../../src/service/sessions/session-token.ts'
import { createMemoryGuestApi } from '../memory-guest-api.ts'

export const START_MS = Date.parse('2026-11-21T10:00:00Z')
export const SITE = 'https://www.example.com'
export const MINUTE_MS = 60_000

const ATTRIBUTES: AttributeSettings = {
  open: ['custom.*'],
  openAll: false,
  trusted: { 'custom.userId': 'sub' },
  prefill: {},
}

/** The content of a user token in these tests: the visitor and the expiry. */
export interface Proof {
  readonly visitor: string
  readonly untilMs: number
}

/** Several stacks that share one Genesys and one clock behave like replicas. */
export function createSessionStack(
  options: Partial<SessionLifetimeSettings> & {
    readonly genesys?: ReturnType<typeof createMemoryGuestApi>
    readonly clock?: { ms: number }
    readonly shared?: SharedGenerations
    readonly requireChallenge?: SessionOpeningOptions['requireChallenge']
  } = {},
) {
  const { genesys = createMemoryGuestApi(), clock = { ms: START_MS } } = options
  const now = () => clock.ms
  const { guestApi } = genesys
  const tokens = createSessionTokens({
    keys: [Buffer.alloc(32, 1)],
    deploymentId: 'd',
    guestApi: 'web-messaging',
    remembered: 10,
    now,
  })
  const policy = createAttributePolicy(ATTRIBUTES)
  const attributes = createGuestAttributes({ guestApi, policy, tokens })
  const generations: number[] = []
  const registry = createSessionRegistry((_sid, generation) => generations.push(generation), options.shared)
  const lifetime = createSessionLifetime(
    {
      maxAgeMs: 60 * MINUTE_MS,
      absoluteMaxAgeMs: 240 * MINUTE_MS,
      verifiedTokenMaxAgeMs: 5 * MINUTE_MS,
      separateSignIn: false,
      ...options,
    },
    now,
  )
  const shared = { guestApi, tokens, attributes, registry, lifetime, now }
  const identify = async ({ userToken }: { readonly userToken?: string | null | undefined }) => {
    if (userToken === undefined) return undefined
    if (userToken === null) return { visitor: undefined, attributes: {}, verifiedUntilMs: undefined }
    const { visitor, untilMs } = JSON.parse(userToken) as Proof
    return {
      visitor,
      attributes: { 'custom.userId': visitor },
      verifiedUntilMs: untilMs,
    } satisfies Identified
  }
  const { requireChallenge } = options
  const opening = createSessionOpening({ ...shared, policy, identify, deploymentId: 'd', requireChallenge })
  const sessions = createGuestSessions({ ...shared, opening })
  const ended: string[] = []
  const messages = createGuestMessages({
    guestApi,
    attributes,
    renewIfDue: (claims) => sessions.renewIfDue(claims),
    onEnded: (sid) => ended.push(sid),
    monotonicNow: now,
  })
  const caller = (proof?: Proof | null) => ({
    origin: SITE,
    request: undefined,
    deadlineAtMs: clock.ms + 1000,
    userToken: proof && JSON.stringify(proof),
  })
  return {
    genesys,
    guestApi,
    clock,
    tokens,
    attributes,
    registry,
    sessions,
    messages,
    ended,
    generations,
    caller,
    /** Resolves with the current claims of a token, or rejects as a request with that token would. */
    claimsOf: async (token: string): Promise<SessionClaims> => sessions.authenticate(token, SITE),
    open: (proof?: Proof | null, request = {}) => sessions.open(request, caller(proof)),
    resume: async (token: string, proof?: Proof | null) =>
      sessions.resume(await sessions.authenticateToResume(token, SITE), {}, caller(proof)),
    send: async (token: string, text = 'hello') =>
      messages.send(await sessions.authenticate(token, SITE), { text }, { deadlineAtMs: clock.ms + 1000 }),
  }
}
