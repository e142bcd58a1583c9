import express, { type Express } from 'express'
import { exportSPKI, generateKeyPair, SignJWT } from 'jose'
import type { Simulator } from '../simulator/simulator.ts'

/** A visitor to the demo's website, as known to its sign-in. */
const JANE = { name: 'Jane', subject: 'user-12345', membershipLevel: 'Gold' }
const TOKEN_LIFE = '10m'

/** The settings with which the service accepts the website's sign-in. */
export type SignInSettings = Readonly<
  Record<
    | 'USER_TOKEN_PUBLIC_KEY'
    | 'USER_TOKEN_ISSUER'
    | 'USER_TOKEN_AUDIENCE'
    | 'USER_TOKEN_ALGORITHMS'
    | 'ATTRIBUTES_TRUSTED',
    string
  >
>

/** A sample identity provider: it signs real JWTs, with a key that exists only in this process. */
export interface WebsiteSignIn {
  readonly settings: SignInSettings
  userToken(): Promise<string>
}

export async function createWebsiteSignIn(): Promise<WebsiteSignIn> {
  const { publicKey, privateKey } = await generateKeyPair('ES256')
  const settings = {
    USER_TOKEN_PUBLIC_KEY: await exportSPKI(publicKey),
    USER_TOKEN_ISSUER: 'https://website.example',
    USER_TOKEN_AUDIENCE: 'guest-chat',
    USER_TOKEN_ALGORITHMS: 'ES256',
    ATTRIBUTES_TRUSTED: 'custom.userId=sub,custom.membershipLevel=membership_level',
  }
  return {
    settings,
    userToken: () =>
      new SignJWT({ name: JANE.name, membership_level: JANE.membershipLevel })
        .setProtectedHeader({ alg: 'ES256' })
        .setSubject(JANE.subject)
        .setIssuer(settings.USER_TOKEN_ISSUER)
        .setAudience(settings.USER_TOKEN_AUDIENCE)
        .setIssuedAt()
        .setExpirationTime(TOKEN_LIFE)
        .sign(privateKey),
  }
}

/** The demo's website: its own sign-in, the agent's view, and the mounted service. */
export function createWebsite(parts: {
  readonly bff: Express
  readonly signIn: WebsiteSignIn
  readonly simulator: Simulator
}): Express {
  const { bff, signIn, simulator } = parts
  const site = express()
  site.disable('x-powered-by')
  site.post('/website/sign-in', async (_req, res) => {
    res.set('Cache-Control', 'no-store').json({ name: JANE.name, userToken: await signIn.userToken() })
  })
  site.get('/website/agent-view', (_req, res) => {
    const { sessions } = simulator
    res.set('Cache-Control', 'no-store').json(sessions.length === 0 ? {} : simulator.sawAttributes().now)
  })
  site.use(bff)
  return site
}
