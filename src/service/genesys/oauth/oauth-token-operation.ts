import * as z from 'zod'
import type { UpstreamClient } from '../../outgoing-http/upstream-client.ts'
import type { ErrorFacts } from '../../errors/coded-error.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'

export interface OAuthCredentials {
  /** For example `https://login.mypurecloud.ie`, without a trailing slash. */
  readonly loginUrl: string
  readonly clientId: string
  /** A function if the secret can change: it is called for each request. */
  readonly clientSecret: string | (() => string)
  /**
   * `basic`: HTTP Basic, as documented and as in Genesys' own clients. `form`: id and secret as form fields,
   * for gateways that drop the `Authorization` header.
   */
  readonly style?: 'basic' | 'form' | undefined
  /**
   * The scope, as defined in RFC 6749 section 3.3. At Genesys, permissions come from the OAuth client's roles,
   * and no official SDK sends a scope.
   */
  readonly scope?: string | undefined
}

const TokenResponse = z.object({
  // Sent in a header, so it must be approximately a b64token (RFC 6750 section 2.1).
  access_token: z.string().regex(/^[\x21-\x7e]{1,8192}$/),
  expires_in: z.unknown().optional(),
})
export type TokenResponse = z.infer<typeof TokenResponse>

/** `POST /oauth/token` with the client credentials grant (RFC 6749 section 4.4). */
export async function requestToken(
  client: UpstreamClient,
  credentials: OAuthCredentials,
  deadlineAtMs: number,
): Promise<TokenResponse> {
  const { loginUrl, clientId, style = 'basic', scope } = credentials
  const { clientSecret: given } = credentials
  const clientSecret = typeof given === 'string' ? given : given()
  const asForm = style === 'form'
  try {
    return await client.request({
      operation: 'request_token',
      method: 'POST',
      url: `${loginUrl}/oauth/token`,
      headers: asForm ? {} : { authorization: basic(clientId, clientSecret) },
      form: {
        grant_type: 'client_credentials',
        ...(scope !== undefined && { scope }),
        ...(asForm && { client_id: clientId, client_secret: clientSecret }),
      },
      schema: TokenResponse,
      deadlineAtMs,
      retry: 'idempotent',
    })
  } catch (error) {
    throw isRefusal(error) ? credentialsRefused(error.facts) : error
  }
}

function basic(clientId: string, clientSecret: string): string {
  return `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`
}

function isRefusal(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && ['upstream_refused', 'upstream_auth_failed'].includes(error.code)
}

function credentialsRefused({ upstreamCode: code, status, correlationId }: ErrorFacts): UpstreamError {
  return new UpstreamError(
    'upstream_auth_failed',
    `Genesys refused the request (request_token, HTTP ${status ?? 0}).`,
    {
      ...(status !== undefined && { status }),
      ...(code !== undefined && { upstreamCode: code }),
      ...(correlationId !== undefined && { correlationId }),
      hint: hintFor(status, code),
    },
  )
}

/** Genesys: an unknown client id results in a 400, a wrong secret in a 401; both have the code `invalid_client`. */
function hintFor(status: number | undefined, code: string | undefined): string {
  if (code === 'unauthorized_client' || code === 'unsupported_grant_type') {
    return 'The OAuth client is not allowed to use the grant type Client Credentials: in Genesys Cloud, select this grant type for it.'
  }
  if (status === 401) {
    return (
      'The client secret is wrong: compare GENESYS_CLIENT_SECRET with the OAuth client in Genesys Cloud. ' +
      'Behind a gateway, check that it passes the Authorization header on, or set GENESYS_OAUTH_STYLE=form.'
    )
  }
  if (code === 'invalid_client') {
    return (
      'The client id is not known in this region: compare GENESYS_CLIENT_ID with the OAuth client in Genesys Cloud, ' +
      'and GENESYS_REGION with the region of the organization.'
    )
  }
  if (status === 404 || status === 405) {
    return 'There is no /oauth/token at this address: tokens come from https://login.<domain>; see GENESYS_LOGIN_URL.'
  }
  return 'The token endpoint does not accept the request: check GENESYS_LOGIN_URL, GENESYS_OAUTH_STYLE and the credentials.'
}
