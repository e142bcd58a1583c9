import { createHmac, hkdfSync } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'

/** What leaves the process sealed or hashed, with keys made of `SESSION_KEYS`. */
export interface Seals {
  /** @param subject what the text is about: it opens under no other */
  seal(subject: string, text: string): Promise<string>
  /** Undefined for what was not sealed for this subject with one of the keys. */
  open(subject: string, sealed: string): Promise<string | undefined>
  /** The same for the same text on every replica whose first key is the same; nobody else can tell the text by it. */
  hash(text: string): string
  /** Seals, hashes and opens with these from now on. */
  replaceKeys(keys: readonly Uint8Array[]): void
}

/** @param keys 32 bytes each; the first seals and hashes, all open */
export function createSeals(keys: readonly Uint8Array[]): Seals {
  // Keys of their own, so that nothing sealed here is ever taken for a session token.
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
