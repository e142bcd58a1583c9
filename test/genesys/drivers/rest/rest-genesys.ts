import nock from 'nock'
import { createAccessToken } from '../../../../src/service/genesys/oauth/access-token.ts'
import type { RestGuestOptions } from '../../../../src/service/genesys/drivers/rest/rest-driver-parts.ts'
import { createUpstreamClient } from '../../../../src/service/outgoing-http/upstream-client.ts'

export const API = 'https://api.mypurecloud.ie'
export const LOGIN = 'https://login.mypurecloud.ie'
export const DEPLOYMENT_ID = 'd3d3d3d3-0000-4000-8000-000000000001'
export const ORGANIZATION_ID = '0e0e0e0e-0000-4000-8000-000000000002'
const SECRET = 'client-secret-K7'

export interface Call {
  readonly operation: Operation
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: Record<string, unknown>
}

type Operation = 'open' | 'send' | 'attributes' | 'deployment' | 'unknown'
export interface Reply {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

/** How one driver's API responds when a session is opened, and which Authorization header its messages need. */
export interface RestDialect {
  opened(count: number): Record<string, unknown>
  messageAuthorization(count: number): string
}

/** The REST operations as tutorials describe them, mocked with nock. The next response of each one can be replaced. */
export class RestGenesys {
  readonly calls: Call[] = []
  readonly secrets = [
    SECRET,
    Buffer.from(`client-id:${SECRET}`).toString('base64'),
    'oauth-token',
    'guest-token',
  ]
  deploymentStatus = 'active'
  tokensIssued = 0
  private guests = 0
  private goodToken = 'none yet'
  private readonly bent = new Map<Operation, Reply | 'stall'>()
  private readonly dialect: RestDialect

  constructor(dialect: RestDialect) {
    this.dialect = dialect
    nock(LOGIN)
      .persist()
      .post('/oauth/token', 'grant_type=client_credentials')
      .basicAuth({ user: 'client-id', pass: SECRET })
      .reply(() => [200, this.issueToken()])
    const answer = this.answer.bind(this)
    for (const method of ['get', 'post', 'put'] as const) {
      nock(API)
        .persist()
        [method](/.*/)
        .reply(function (path, body, respond) {
          const { headers } = this.req
          const reply = answer(method, path, headers, body as Record<string, unknown>)
          if (reply !== 'stall') respond(null, [reply.status, reply.body as nock.Body, reply.headers ?? {}])
        })
    }
  }

  bendNext(operation: Operation, reply: Reply | 'stall'): void {
    this.bent.set(operation, reply)
  }

  expireAccessToken(): void {
    this.goodToken = 'none any more'
  }

  of(operation: Operation): readonly Call[] {
    return this.calls.filter((call) => call.operation === operation)
  }

  /** The options of a driver that uses this Genesys. */
  options(): RestGuestOptions {
    const client = (name: string) => createUpstreamClient({ name, timeoutMs: 3000, random: () => 0 })
    const credentials = { loginUrl: LOGIN, clientId: 'client-id', clientSecret: SECRET }
    return {
      apiUrl: API,
      deploymentId: DEPLOYMENT_ID,
      organizationId: ORGANIZATION_ID,
      client: client('api'),
      accessToken: createAccessToken({ client: client('login'), ...credentials }),
    }
  }

  private issueToken(): object {
    this.goodToken = `oauth-token-${++this.tokensIssued}`
    return { access_token: this.goodToken, token_type: 'bearer', expires_in: 86399 }
  }

  private answer(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: Record<string, unknown>,
  ): Reply | 'stall' {
    const operation = operationOf(method, path)
    const bent = this.bent.get(operation)
    this.bent.delete(operation)
    if (bent) return bent
    if (operation === 'send') return this.takeMessage({ operation, path, headers, body })
    if (headers['authorization'] !== `Bearer ${this.goodToken}`) return { status: 401, body: UNAUTHORIZED }
    this.calls.push({ operation, path, headers, body })
    if (operation === 'open') return { status: 201, body: this.dialect.opened(++this.guests) }
    if (operation === 'attributes') return { status: 200, body: {} }
    if (operation === 'deployment') return { status: 200, body: this.deployment() }
    return { status: 404, body: { code: 'not.found' } }
  }

  private takeMessage(call: Call): Reply {
    // As forum threads report, a header with the wrong scheme gets an empty 403.
    if (call.headers['authorization'] !== this.dialect.messageAuthorization(this.guests))
      return { status: 403 }
    this.calls.push(call)
    return { status: 201, body: { id: `message-${this.calls.length}` } }
  }

  private deployment(): object {
    const { deploymentStatus: status } = this
    return { id: DEPLOYMENT_ID, name: 'Shop', organizationId: ORGANIZATION_ID, status }
  }
}

const UNAUTHORIZED = { code: 'bad.credentials', message: 'Invalid login credentials.', status: 401 }

function operationOf(method: string, path: string): Operation {
  if (method === 'get' && path === `/api/v2/messagecenter/deployments/${DEPLOYMENT_ID}`) return 'deployment'
  if (method === 'put' && /^\/api\/v2\/webmessaging\/guests\/[^/]+\/attributes$/.test(path))
    return 'attributes'
  if (method !== 'post') return 'unknown'
  if (/^\/api\/v2\/(guests|conversations\/messaging\/external\/guests\/[^/]+)\/messages$/.test(path))
    return 'send'
  if (/^\/api\/v2\/(guests\/identities|external\/users\/messaging)$/.test(path)) return 'open'
  return path === '/api/v2/conversations/messaging/external/guests' ? 'open' : 'unknown'
}
