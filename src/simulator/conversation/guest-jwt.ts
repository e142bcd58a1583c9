import { randomBytes } from 'node:crypto'
import { SignJWT, errors, jwtVerify } from 'jose'
import { SECOND_MS } from './limits.ts'
import { badCredentials, credentialsExpired } from '../rest/platform-errors.ts'

/** `history` is issued by `getJwt`, `sign-in` by the token exchange. They are not interchangeable. */
export type JwtUse = 'history' | 'sign-in'

export function createGuestJwts(now: () => number) {
  const secret = randomBytes(32)
  const revoked = new Set<string>()

  /** @returns `exp` in seconds since the epoch */
  async function issue(use: JwtUse, subject: string, lifetimeSeconds: number) {
    const issuedAt = Math.floor(now() / SECOND_MS)
    const exp = issuedAt + lifetimeSeconds
    const jwt = await new SignJWT({ use })
      .setProtectedHeader({ alg: 'HS256' })
      .setSubject(subject)
      .setIssuedAt(issuedAt)
      .setExpirationTime(exp)
      .setJti(randomBytes(8).toString('hex'))
      .sign(secret)
    return { jwt, exp }
  }

  /**
   * The subject of a valid JWT.
   *
   * @throws {PlatformError} 401 `credentials.expired` or `bad.credentials`
   */
  async function subjectOf(jwt: string, use: JwtUse): Promise<string> {
    try {
      const options = { currentDate: new Date(now()), algorithms: ['HS256'] }
      const { payload } = await jwtVerify(jwt, secret, options)
      if (payload.use === use && payload.sub !== undefined && !revoked.has(jwt)) return payload.sub
    } catch (err) {
      if (err instanceof errors.JWTExpired) throw credentialsExpired()
    }
    throw badCredentials()
  }

  return { issue, subjectOf, revoke: (jwt: string) => void revoked.add(jwt) }
}

export type GuestJwts = ReturnType<typeof createGuestJwts>
