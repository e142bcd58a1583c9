import * as z from 'zod'
import type { UpstreamClient } from '../../../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { JourneyContext, SignInGrant } from '../../../guest-api.ts'
import { maybe } from '../wire/json-schemas.ts'
import type { Credentials } from '../connection/session-socket.ts'

/** Genesys: the exchange of an id token returns no refresh token. */
const Exchanged = z.object({ jwt: z.string().min(1), refreshToken: maybe(z.string().min(1)) })
const Refreshed = z.object({ jwt: z.string().min(1) })

const HINT =
  'Check that the OpenID provider is selected in the Messenger configuration (Authentication), that the redirect ' +
  'address is registered with the provider, and that the code has not been used before.'

/** Genesys: a signed-in guest's journey is sent with the exchange, not with the configuration. */
type Grant = SignInGrant & { readonly journeyContext?: JourneyContext | undefined }

/** The REST part of the sign-in. Genesys: these calls need no permission; the guest's own tokens are enough. */
export interface TokenOperations {
  /**
   * @throws {UpstreamError} `user_token_invalid` or `upstream_refused` if the code or one of its parameters is
   * invalid.
   */
  readonly exchange: (grant: Grant, deadlineAtMs: number) => Promise<Credentials>
  /** Requests a fresh JWT. */
  readonly renew: (refreshToken: string, deadlineAtMs: number) => Promise<string>
  readonly revoke: (jwt: string, deadlineAtMs: number) => Promise<void>
}

export function createTokenOperations(options: {
  readonly api: UpstreamClient
  readonly apiUrl: string
  readonly deploymentId: string
}): TokenOperations {
  const { api, deploymentId } = options
  const tokenUrl = `${options.apiUrl}/api/v2/webdeployments/token`
  return {
    async exchange({ redirectUri, code, idToken, nonce, codeVerifier, journeyContext }, deadlineAtMs) {
      // Genesys: the redirect address is sent only with a code.
      const oauth = code === undefined ? { idToken, nonce } : { redirectUri, code, nonce, codeVerifier }
      try {
        return await api.request({
          operation: 'sign_in',
          method: 'POST',
          url: `${tokenUrl}/oauthcodegrantjwtexchange`,
          body: { deploymentId, oauth, journeyContext },
          schema: Exchanged,
          // A code can be used only once.
          retry: 'non-idempotent',
          deadlineAtMs,
        })
      } catch (error) {
        throw isRefusal(error) ? refused(error) : error
      }
    },
    async renew(refreshToken, deadlineAtMs) {
      const { jwt } = await api.request({
        operation: 'renew_sign_in',
        method: 'POST',
        url: `${tokenUrl}/refresh`,
        body: { refreshToken, deploymentId },
        schema: Refreshed,
        retry: 'idempotent',
        deadlineAtMs,
      })
      return jwt
    },
    async revoke(jwt, deadlineAtMs) {
      await api.request({
        operation: 'sign_out',
        method: 'DELETE',
        url: `${tokenUrl}/revoke`,
        headers: { authorization: `bearer ${jwt}` },
        schema: z.unknown(),
        allowNonJson: true,
        retry: 'idempotent',
        deadlineAtMs,
      })
    },
  }
}

function isRefusal(error: unknown): error is UpstreamError {
  const status = error instanceof UpstreamError ? error.facts.status : undefined
  return status !== undefined && status >= 400 && status < 500 && status !== 429
}

function refused(error: UpstreamError): UpstreamError {
  // 400 and 401 are caused by the page's data; other errors are for the operator.
  const isGrant = error.facts.status === 400 || error.facts.status === 401
  const code = isGrant ? 'user_token_invalid' : 'upstream_refused'
  return new UpstreamError(code, 'Genesys refused the sign-in', { ...error.facts, hint: HINT })
}
