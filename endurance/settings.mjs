export const ORIGIN = 'https://www.example.com'

/**
 * A service for many guests at one address: the limits by address and the platform's own pace are out of the way.
 * @param genesys a simulator; `url` and `messagingUrl` are where it is reached
 */
export function unlimitedSettings({ genesys, url = genesys.url, messagingUrl = genesys.messagingUrl }) {
  return {
    ALLOWED_ORIGINS: ORIGIN,
    SESSION_KEYS: Buffer.alloc(32, 'endurance').toString('base64'),
    GENESYS_DEPLOYMENT_ID: genesys.deploymentId,
    GENESYS_API_URL: url,
    GENESYS_LOGIN_URL: url,
    GENESYS_CDN_URL: url,
    GENESYS_MESSAGING_URL: messagingUrl,
    GENESYS_CONNECTIONS_PER_MINUTE: '1000000',
    RATE_GUEST_PER_MINUTE: '1000000',
    RATE_ADDRESS_PER_MINUTE: '1000000',
    RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '1000000',
  }
}
