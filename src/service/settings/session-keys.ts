import { hkdfSync, randomBytes } from 'node:crypto'

/** The key in `.env.example`. It is accepted for trying out the service, but refused in production. */
export const EXAMPLE_SESSION_KEY = 'ZXhhbXBsZS1rZXktZG8tbm90LXVzZS1pbi1wcm9kISE='

/** Reads the keys for session tokens: 32 bytes each, in base64. Outside production, a key is created if there is none. */
export function readSessionKeys(
  encoded: string[] | undefined,
  production: boolean,
  problems: string[],
): Uint8Array[] {
  if (encoded === undefined) {
    if (production) problems.push('SESSION_KEYS is missing: generate a key with `openssl rand -base64 32`')
    return [randomBytes(32)]
  }
  if (production && encoded.includes(EXAMPLE_SESSION_KEY)) {
    problems.push(
      'SESSION_KEYS contains the key from .env.example, which is public: generate a key with `openssl rand -base64 32`',
    )
  }
  if (encoded.length === 0)
    problems.push('SESSION_KEYS is empty: generate a key with `openssl rand -base64 32`')
  const keys = encoded.map((text) => Buffer.from(text, 'base64'))
  for (const [i, key] of keys.entries()) {
    const isBase64 = unpadded(key.toString('base64')) === unpadded(encoded[i] ?? '')
    if (!isBase64)
      problems.push(`SESSION_KEYS[${i}] must be base64: \`openssl rand -base64 32\` generates a key`)
    else if (key.length !== 32)
      problems.push(`SESSION_KEYS[${i}] must be 32 bytes in base64; it has ${key.length} bytes`)
  }
  return keys
}

/**
 * Derives the keys for one site (HKDF, RFC 5869), so that its tokens are invalid at other sites, although all sites have the
 * same `SESSION_KEYS`.
 */
export function sessionKeysOfSite(keys: readonly Uint8Array[], siteId: string): Uint8Array[] {
  return keys.map((key) => new Uint8Array(hkdfSync('sha256', key, '', `guest-session site ${siteId}`, 32)))
}

function unpadded(base64: string): string {
  return base64.replace(/={1,2}$/, '')
}
