/** Settings that many tests share. */

/** Rate limits that no test reaches. */
export const NO_RATE_LIMITS = {
  RATE_GUEST_PER_MINUTE: '1000000',
  RATE_ADDRESS_PER_MINUTE: '1000000',
  RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: '1000000',
}

/** Settings that replace Genesys' addresses with those of a simulator, or of a proxy in front of it. */
export function genesysUrls({ url, messagingUrl }: { readonly url: string; readonly messagingUrl: string }) {
  return {
    GENESYS_API_URL: url,
    GENESYS_LOGIN_URL: url,
    GENESYS_CDN_URL: url,
    GENESYS_MESSAGING_URL: messagingUrl,
  }
}
