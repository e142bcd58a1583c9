import { randomBytes } from 'node:crypto'

/** The key in `.env.example`: good for a first try, refused in production. */
export const EXAMPLE_SESSION_KEY = 'ZXhhbXBsZS1rZXktZG8tbm90LXVzZS1pbi1wcm9kISE='

/** Keys of session tokens: 32 bytes each, in base64. Outside production one is made where there is none. */
export function readSessionKeys(
  encoded: string[] | undefined,
  production: boolean,
  problems: string[],
): Uint8Array[] {
  if (encoded === undefined) {
    if (production) problems.push('SESSION_KEYS is missing (make one with: openssl rand -base64 32)')
    return [randomBytes(32)]
  }
  if (production && encoded.includes(EXAMPLE_SESSION_KEY)) {
    problems.push('SESSION_KEYS holds the key of .env.example, which everybody knows')
  }
  if (encoded.length === 0)
    problems.push('SESSION_KEYS holds no key (make one with: openssl rand -base64 32)')
  const keys = encoded.map((text) => Buffer.from(text, 'base64'))
  if (
    keys.some(
      (key, i) =>
        key.length !== 32 || key.toString('base64').replace(/=+$/, '') !== encoded[i]?.replace(/=+$/, ''),
    )
  ) {
    problems.push('SESSION_KEYS has to be a list of 32-byte keys in base64 (openssl rand -base64 32)')
  }
  return keys
}
