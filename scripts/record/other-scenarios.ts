import { onlyOpen, open, rateLimited, say, setAttributes, soon, type Scenario } from './scenario.ts'

const DETAILS = 'GET /api/v2/conversations/messages/*/details'
const HISTORY = 'GET /api/v2/webmessaging/messages'
const FIRST_PAGE = { pageSize: 25, pageNumber: 1 }

const refusedByLogin = (error: string, description: string) => ({
  status: 400,
  body: { error, description, error_description: description },
})

/** Scenarios for the token endpoint, which is the same for all drivers. */
export function oauthScenarios(): Scenario[] {
  const drive = onlyOpen
  return [
    {
      name: 'unknown-client',
      title: 'The client id is not known in this region: 400 invalid_client',
      outcome: 'upstream_auth_failed',
      configure: (config) => ({
        ...config,
        genesys: {
          ...config.genesys,
          oauth: { clientId: 'no-such-client', clientSecret: 'no-such-secret', style: 'basic' },
        },
      }),
      drive,
    },
    {
      name: 'wrong-secret',
      title: 'The client secret is wrong: 401 invalid_client',
      outcome: 'upstream_auth_failed',
      configure: (config) => ({
        ...config,
        genesys: {
          ...config.genesys,
          oauth: config.genesys.oauth && { ...config.genesys.oauth, clientSecret: 'no-such-secret' },
        },
      }),
      drive,
    },
    {
      name: 'grant-not-allowed',
      title: 'The OAuth client is not set up for client credentials: 400 unauthorized_client',
      outcome: 'upstream_auth_failed',
      injectFaults: (genesys) =>
        void genesys.injectFault(
          'POST /oauth/token',
          refusedByLogin(
            'unauthorized_client',
            'client is not authorized to use the client_credential grant type',
          ),
        ),
      drive,
    },
    {
      name: 'rate-limited',
      title: 'Tokens are requested too often',
      outcome: 'upstream_rate_limited',
      injectFaults: (genesys) => void genesys.injectFault('POST /oauth/token', rateLimited()),
      drive,
    },
    {
      name: 'unavailable',
      title: 'The login host is unavailable three times in a row',
      outcome: 'upstream_unavailable',
      injectFaults: (genesys) => void genesys.injectFault('POST /oauth/token', { status: 503, times: 3 }),
      drive,
    },
  ]
}

/** Scenarios for the web-messaging driver's REST requests. The socket is not recorded. */
export function webMessagingScenarios(): Scenario[] {
  return [
    {
      name: 'happy-path',
      title: 'The deployment is read, attributes are written to the conversation, and the history is read',
      outcome: 'ok',
      async drive(guestApi, origin) {
        await guestApi.deployment(soon())
        const guest = await open(guestApi, origin)
        await say(guestApi, guest)
        const isWritten = await setAttributes(guestApi, guest)
        await guestApi.history!(guest, FIRST_PAGE, soon())
        return isWritten ? 'ok' : 'with-next-message'
      },
    },
    {
      name: 'deployment-not-active',
      title: 'The deployment exists but is not active: no session is opened',
      outcome: 'deployment_not_usable',
      simulator: { deploymentStatus: 'Inactive' },
      async drive(guestApi, origin) {
        await guestApi.deployment(soon())
        await open(guestApi, origin)
      },
    },
    {
      name: 'deployment-unknown',
      title: 'There is no public configuration for this deployment: 403 with a body that is not JSON',
      outcome: 'deployment_not_usable',
      configure: (config) => ({
        ...config,
        genesys: { ...config.genesys, deploymentId: 'no-such-deployment', oauth: undefined },
      }),
      async drive(guestApi) {
        await guestApi.deployment(soon())
      },
    },
    {
      name: 'origin-not-allowed',
      title: 'The handshake is refused, and the list of allowed domains shows that the origin is the reason',
      outcome: 'deployment_not_usable',
      simulator: { allowedDomains: ['another.example'] },
      drive: onlyOpen,
    },
    {
      name: 'attributes-forbidden',
      title: 'The OAuth client may not look up conversations: attributes are sent with the next message',
      outcome: 'with-next-message',
      simulator: { permissions: [] },
      drive: writeAttributes,
    },
    {
      name: 'attributes-message-unknown',
      title: 'The message is not known yet: attributes are sent with the next one',
      outcome: 'with-next-message',
      injectFaults: (genesys) => void genesys.injectFault(DETAILS, { status: 404 }),
      drive: writeAttributes,
    },
    {
      name: 'access-token-expired',
      title: 'The OAuth token has expired early: a fresh one is requested, and the call is repeated',
      outcome: 'ok',
      injectFaults: (genesys) => void genesys.injectFault(DETAILS, { status: 401 }),
      drive: writeAttributes,
    },
    {
      name: 'history-token-expired',
      title: "The guest's token for the history is not accepted: another one is requested on the socket",
      outcome: 'ok',
      injectFaults: (genesys) => void genesys.injectFault(HISTORY, { status: 401 }),
      drive: readHistory,
    },
    {
      name: 'history-rate-limited',
      title: 'The history is read too often',
      outcome: 'upstream_rate_limited',
      injectFaults: (genesys) => void genesys.injectFault(HISTORY, rateLimited()),
      drive: readHistory,
    },
  ]
}

const writeAttributes: Scenario['drive'] = async (guestApi, origin) => {
  const guest = await open(guestApi, origin)
  await say(guestApi, guest)
  return (await setAttributes(guestApi, guest)) ? 'ok' : 'with-next-message'
}

const readHistory: Scenario['drive'] = async (guestApi, origin) => {
  const guest = await open(guestApi, origin)
  await say(guestApi, guest)
  await guestApi.history!(guest, FIRST_PAGE, soon())
}
