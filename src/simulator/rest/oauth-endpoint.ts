import { randomBytes } from 'node:crypto'
import { type Request, Router, urlencoded } from 'express'
import { SECOND_MS } from '../conversation/limits.ts'
import {
  authenticationRequired,
  badCredentials,
  credentialsExpired,
  missingAnyPermissions,
} from './platform-errors.ts'
import type { Settings } from '../settings.ts'

type Form = Record<string, string | undefined>

interface Refusal {
  status: number
  error: string
  description: string
}

interface Credentials {
  clientId: string
  clientSecret: string
}

/** The login host: client credentials grant (RFC 6749 section 4.4), with the platform's own statuses. */
export function createOAuth(settings: Settings) {
  const expiresAtMs = new Map<string, number>()
  let tokenRequests = 0

  const router = Router()
  router.post('/oauth/token', urlencoded({ extended: false }), (req, res) => {
    tokenRequests += 1
    const refused = refusalOf(req)
    if (refused) {
      const { status, error, description } = refused
      res.status(status).json({ error, description, error_description: description })
      return
    }
    const token = randomBytes(48).toString('base64url')
    expiresAtMs.set(token, settings.now() + settings.tokenLifetimeSeconds * SECOND_MS)
    res
      .set('Cache-Control', 'no-store')
      .json({ access_token: token, token_type: 'bearer', expires_in: settings.tokenLifetimeSeconds })
  })

  function refusalOf(req: Request): Refusal | undefined {
    const form = (req.body ?? {}) as Form
    const { grant_type: grantType } = form
    const { clientId, clientSecret } = credentialsOf(req, form)
    // Genesys: the form is the only documented body; JSON gets this error too.
    if (grantType === undefined) return refusal(400, 'invalid_request', 'grant_type is required in a form')
    if (clientId !== settings.clientId) {
      return refusal(400, 'invalid_client', `client not found: ${clientId}`)
    }
    if (clientSecret !== settings.clientSecret) {
      return refusal(401, 'invalid_client', 'authentication failed')
    }
    if (grantType === 'client_credentials' && settings.grantTypes.includes(grantType)) return undefined
    // The singular is Genesys' own wording.
    const name = grantType.replace('credentials', 'credential')
    const description = `client is not authorized to use the ${name} grant type`
    return refusal(400, 'unauthorized_client', description)
  }

  /**
   * Requires an OAuth client with at least one of the permissions. If none is given, any client is accepted.
   *
   * @throws {PlatformError} 401 or 403
   */
  function authorize(req: Request, ...anyOf: string[]): void {
    const tokenExpiresAtMs = expiresAtMs.get(bearerOf(req))
    if (tokenExpiresAtMs === undefined) throw badCredentials()
    if (tokenExpiresAtMs <= settings.now()) throw credentialsExpired()
    if (anyOf.length > 0 && !anyOf.some((permission) => settings.permissions.includes(permission))) {
      throw missingAnyPermissions(anyOf)
    }
  }

  return {
    router,
    authorize,
    tokenRequests: () => tokenRequests,
    expireTokens: () => {
      for (const token of expiresAtMs.keys()) expiresAtMs.set(token, 0)
    },
  }
}

export type OAuth = ReturnType<typeof createOAuth>

/**
 * The scheme's case does not matter: official clients send `Bearer` and `bearer`.
 *
 * @throws {PlatformError} 401 without a bearer token
 */
export function bearerOf(req: Request): string {
  const token = /^bearer +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1]
  if (token === undefined) throw authenticationRequired()
  return token
}

/** HTTP Basic as documented; form fields as accepted by the platform. */
function credentialsOf(req: Request, form: Form): Credentials {
  const basic = /^basic +(\S+)$/i.exec(req.get('authorization') ?? '')?.[1]
  if (basic === undefined) return { clientId: form.client_id ?? '', clientSecret: form.client_secret ?? '' }
  const [clientId = '', ...secret] = Buffer.from(basic, 'base64').toString('utf8').split(':')
  return { clientId, clientSecret: secret.join(':') }
}

function refusal(status: number, error: string, description: string): Refusal {
  return { status, error, description }
}
