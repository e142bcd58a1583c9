// The service as it runs in production: built, all guards on. The limits are set so high that one address
// may be all the guests, unless `defaultLimits` asks for what an operator gets; nothing is switched off.
import { startServer } from './processes.mjs'

export const ORIGIN = 'https://shop.example'

/** The default of the setting. Above it requests are refused; below it none is. */
export const MAX_REQUESTS_IN_FLIGHT = 10_000

const HIGH_LIMITS = {
  GENESYS_CONNECTIONS_PER_MINUTE: '1000000',
  RATE_GUEST_PER_MINUTE: '1000000',
  RATE_ADDRESS_PER_MINUTE: '1000000',
  RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '1000000',
  MAX_REQUESTS_IN_FLIGHT_PER_ADDRESS: String(MAX_REQUESTS_IN_FLIGHT),
  MAX_REQUESTS_IN_FLIGHT_PER_GUEST: String(MAX_REQUESTS_IN_FLIGHT),
  MAX_EVENT_STREAMS_PER_ADDRESS: '20000',
}
/** Each guest has an address of its own, which a proxy in front names. */
const DEFAULT_LIMITS = { TRUST_PROXY: '1' }

export function serviceSettings({ guestApi, ports, tls = false, defaultLimits = false }) {
  const rest = `http://127.0.0.1:${ports.port}`
  return {
    HOST: '127.0.0.1',
    // Any free one: several services run at once.
    MANAGEMENT_PORT: '0',
    ALLOWED_ORIGINS: `https://www.example.com,${ORIGIN}`,
    SESSION_KEYS: Buffer.alloc(32, 'benchmark').toString('base64'),
    GENESYS_GUEST_API: guestApi,
    GENESYS_DEPLOYMENT_ID: 'bench',
    ...(guestApi !== 'web-messaging' && { GENESYS_CLIENT_ID: 'bench', GENESYS_CLIENT_SECRET: 'bench' }),
    GENESYS_API_URL: rest,
    GENESYS_LOGIN_URL: rest,
    GENESYS_CDN_URL: rest,
    GENESYS_MESSAGING_URL: `${tls ? 'wss' : 'ws'}://localhost:${ports.socketPort}`,
    ...(defaultLimits ? DEFAULT_LIMITS : HIGH_LIMITS),
    ...(tls && { NODE_EXTRA_CA_CERTS: tls.cert }),
  }
}

/** @param options those of {@link serviceSettings}, where it runs, and what else node and it are given */
export function startService({ main, core, port, nodeOptions = [], moreEnv = {}, ...options }) {
  const env = { ...serviceSettings(options), ...moreEnv }
  return startServer([process.execPath, ...nodeOptions, main], { env, core, port })
}

/** What a guest's page asks for: a message of about 200 bytes. */
export function messageRequest(token) {
  return {
    path: '/messages',
    headers: { origin: ORIGIN, authorization: `Bearer ${token}`, accept: 'application/json' },
    body: {
      text:
        'Hello, I ordered two pairs of running shoes last week and only one of them has come so far. ' +
        'Could you please find out where the other pair is? The order is number 4711-0815. Thanks!',
    },
  }
}
