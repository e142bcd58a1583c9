import { randomBytes } from 'node:crypto'
import { Router } from 'express'
import * as z from 'zod'
import type { GuestJwts } from '../conversation/guest-jwt.ts'
import type { GuestSessions } from '../conversation/guest-sessions.ts'
import { JourneyContext } from '../conversation/journey-context.ts'
import { SECOND_MS } from '../conversation/limits.ts'
import { bearerOf } from './oauth-endpoint.ts'
import { pushed } from '../socket/payloads.ts'
import { badCredentials, badRequest, credentialsExpired } from './platform-errors.ts'
import type { Settings } from '../settings.ts'

const PATH = '/api/v2/webdeployments/token'

/** Genesys: 15 minutes and 24 hours. */
const JWT_LIFE_SECONDS = 900
const REFRESH_LIFE_SECONDS = 86_400

const Exchange = z.looseObject({
  deploymentId: z.string(),
  journeyContext: JourneyContext.optional(),
  oauth: z
    .looseObject({
      redirectUri: z.string().optional(),
      code: z.string().optional(),
      idToken: z.string().optional(),
    })
    // The code is valid only with its redirect address.
    .refine(({ code, idToken, redirectUri }) =>
      code === undefined ? idToken !== undefined : redirectUri !== undefined,
    ),
})
const Refresh = z.looseObject({ refreshToken: z.string(), deploymentId: z.string().optional() })

/** The OpenID provider's claims about a person. */
export interface Person {
  userId: string
  firstName?: string
  lastName?: string
}

export type People = ReadonlyMap<string, Omit<Person, 'userId'>>

/**
 * Signed-in guests: exchanges the site's authorization code for a JWT, which configures the authenticated
 * session.
 */
export function createSignIn(parts: { settings: Settings; sessions: GuestSessions; jwts: GuestJwts }) {
  const { settings, sessions, jwts } = parts
  const codes = new Map<string, string>()
  const people = new Map<string, Omit<Person, 'userId'>>()
  const refreshTokens = new Map<string, { userId: string; expiresAtMs: number }>()
  const router = Router()

  router.post(`${PATH}/oauthcodegrantjwtexchange`, async (req, res) => {
    const { success, data } = Exchange.safeParse(req.body)
    if (!success || data.deploymentId !== settings.deploymentId || !settings.signIn) throw badRequest()
    const code = data.oauth.code ?? data.oauth.idToken ?? ''
    const userId = codes.get(code)
    if (userId === undefined) throw badCredentials()
    codes.delete(code)
    const refreshToken = randomBytes(32).toString('base64url')
    refreshTokens.set(refreshToken, {
      userId,
      expiresAtMs: settings.now() + REFRESH_LIFE_SECONDS * SECOND_MS,
    })
    const { jwt } = await jwts.issue('sign-in', userId, JWT_LIFE_SECONDS)
    res.set('Cache-Control', 'no-store').json({ jwt, refreshToken })
  })

  router.post(`${PATH}/refresh`, async (req, res) => {
    const { success, data } = Refresh.safeParse(req.body)
    if (!success) throw badRequest()
    const known = refreshTokens.get(data.refreshToken)
    if (!known) throw badCredentials()
    if (known.expiresAtMs <= settings.now()) throw credentialsExpired()
    const { jwt } = await jwts.issue('sign-in', known.userId, JWT_LIFE_SECONDS)
    res.set('Cache-Control', 'no-store').json({ jwt })
  })

  router.delete(`${PATH}/revoke`, async (req, res) => {
    const jwt = bearerOf(req)
    const userId = await jwts.subjectOf(jwt, 'sign-in')
    jwts.revoke(jwt)
    for (const [token, known] of refreshTokens) if (known.userId === userId) refreshTokens.delete(token)
    const session = sessions.signedInAs(userId)
    if (session) {
      session.push(pushed('LogoutEvent', {}))
      session.loggedOut = true
    }
    res.status(204).end()
  })

  /** Acts as the site's own OpenID provider: issues a single-use code for a person. */
  function authorizationCode(userId: string, names: Omit<Person, 'userId'> = {}): string {
    people.set(userId, names)
    const code = randomBytes(16).toString('hex')
    codes.set(code, userId)
    return code
  }

  return { router, authorizationCode, people }
}

export type SignIn = ReturnType<typeof createSignIn>
