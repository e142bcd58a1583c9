// Settings for the service under load. All checks are on. The limits are so high that all guests can share one address.

export const ORIGIN = 'https://www.example.com'

/** The setting's default. The service refuses requests only above this number. */
export const MAX_REQUESTS_IN_FLIGHT = 10_000

const HIGH_RATES = {
  GENESYS_CONNECTIONS_PER_MINUTE: '1000000',
  RATE_GUEST_PER_MINUTE: '1000000',
  RATE_ADDRESS_PER_MINUTE: '1000000',
  RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '1000000',
}
const HIGH_LIMITS = {
  ...HIGH_RATES,
  MAX_REQUESTS_IN_FLIGHT_PER_ADDRESS: String(MAX_REQUESTS_IN_FLIGHT),
  MAX_REQUESTS_IN_FLIGHT_PER_GUEST: String(MAX_REQUESTS_IN_FLIGHT),
  MAX_EVENT_STREAMS_PER_ADDRESS: '20000',
}
/** The service accepts each guest's address from a proxy, so the default limits per address can apply. */
const DEFAULT_LIMITS = { TRUST_PROXY: '1' }

/** Settings with the addresses of Genesys: those of a simulator, or of a proxy in front of it. */
export function genesysSettings({ deploymentId, url, messagingUrl }) {
  return {
    GENESYS_DEPLOYMENT_ID: deploymentId,
    GENESYS_API_URL: url,
    GENESYS_LOGIN_URL: url,
    GENESYS_CDN_URL: url,
    GENESYS_MESSAGING_URL: messagingUrl,
  }
}

/** @param genesys a simulator; `url` and `messagingUrl` are the addresses at which the service reaches it */
export function simulatorSettings({ genesys, url = genesys.url, messagingUrl = genesys.messagingUrl }) {
  return {
    ALLOWED_ORIGINS: ORIGIN,
    SESSION_KEYS: Buffer.alloc(32, 'endurance').toString('base64'),
    ...genesysSettings({ deploymentId: genesys.deploymentId, url, messagingUrl }),
    ...HIGH_RATES,
  }
}

/**
 * @param ports the ports of `upstream.mjs`
 * @param defaultLimits whether to use the default limits instead of high ones
 */
export function upstreamSettings({ guestApi, ports, tls = false, defaultLimits = false }) {
  return {
    HOST: '127.0.0.1',
    // Any free port, because several services run at the same time.
    MANAGEMENT_PORT: '0',
    ALLOWED_ORIGINS: `https://shop.example,${ORIGIN}`,
    SESSION_KEYS: Buffer.alloc(32, 'benchmark').toString('base64'),
    GENESYS_GUEST_API: guestApi,
    ...(guestApi !== 'web-messaging' && { GENESYS_CLIENT_ID: 'bench', GENESYS_CLIENT_SECRET: 'bench' }),
    ...genesysSettings({
      deploymentId: 'bench',
      url: `http://127.0.0.1:${ports.port}`,
      messagingUrl: `${tls ? 'wss' : 'ws'}://localhost:${ports.socketPort}`,
    }),
    ...(defaultLimits ? DEFAULT_LIMITS : HIGH_LIMITS),
    ...(tls && { NODE_EXTRA_CA_CERTS: tls.cert }),
  }
}
