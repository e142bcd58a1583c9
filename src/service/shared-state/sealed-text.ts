import { createHmac, hkdfSync } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'

/** Seals and hashes data that leaves the process, with keys derived from `SESSION_KEYS`. */
export interface Seals {
  /** @param subject the context of the text: it can be opened only with the same subject */
  seal(subject: string, text: string): Promise<string>
  /** Undefined unless the text was sealed for this subject with one of the keys. */
  open(subject: string, sealed: string): Promise<string | undefined>
  /**
   * A keyed hash. Replicas with the same first key get the same hash for the same text; without the key, guesses
   * cannot be checked against the hash.
   */
  hash(text: string): string
  /** Uses these keys from now on. */
  replaceKeys(keys: readonly Uint8Array[]): void
}

/** @param keys 32 bytes each; the first key seals and hashes, and every key opens */
export function createSeals(keys: readonly Uint8Array[]): Seals {
  // Derived keys, so that nothing sealed here is accepted as a session token.
  const derive = (key: Uint8Array, purpose: string) =>
    new Uint8Array(hkdfSync('sha256', key, '', `genesys-guest-bff shared state: ${purpose}`, 32))
  const derived = ([first = new Uint8Array(), ...others]: readonly Uint8Array[]) => ({
    sealing: [first, ...others].map((key) => derive(key, 'seal')),
    hashing: derive(first, 'hash'),
  })
  let current = derived(keys)

  return {
    seal: (subject, text) =>
      new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', subject })
        .encrypt(current.sealing[0] ?? new Uint8Array()),
    async open(subject, sealed) {
      for (const key of current.sealing) {
        try {
          const { plaintext, protectedHeader } = await compactDecrypt(sealed, key, {
            keyManagementAlgorithms: ['dir'],
            contentEncryptionAlgorithms: ['A256GCM'],
          })
          return protectedHeader['subject'] === subject ? new TextDecoder().decode(plaintext) : undefined
        } catch {
          // Sealed with another key, or not by us.
        }
      }
      return undefined
    },
    hash: (text) => createHmac('sha256', current.hashing).update(text).digest('base64url'),
    replaceKeys(given) {
      current = derived(given)
    },
  }
}
