import { createHash, createHmac, hkdfSync, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import * as z from 'zod'
import type { AltchaChallenge } from '../../../contract/contract.ts'

/** Proof of work in the format of ALTCHA's first version: https://altcha.org/docs/v1/proof-of-work */
export interface Altcha {
  create(): AltchaChallenge
  /** The signature of the solved challenge; undefined if the challenge was not issued here, is too old, or is not solved. */
  verify(token: string): string | undefined
  /** Signs with the first of these `SESSION_KEYS` from now on, and accepts the others. */
  replaceKeys(keys: readonly Uint8Array[]): void
}

/** Long enough for a slow phone. */
export const CHALLENGE_LIFETIME_MS = 300_000

/** The `&` marks the end of the salt, so that no digit can be moved between the salt and the number after it. */
const SALT = /^[0-9a-f]{24}\?expires=(\d{1,12})&$/

const Solution = z.object({
  algorithm: z.literal('SHA-256'),
  challenge: z.string(),
  salt: z.string(),
  signature: z.string(),
  number: z.int().min(0),
})

export function createAltcha(options: {
  readonly keys: readonly Uint8Array[]
  readonly maxNumber: number
  readonly now: () => number
}): Altcha {
  const { maxNumber, now } = options
  let keys = derived(options.keys)

  return {
    create() {
      const expiresAtSeconds = Math.ceil((now() + CHALLENGE_LIFETIME_MS) / 1000)
      const salt = `${randomBytes(12).toString('hex')}?expires=${expiresAtSeconds}&`
      const challenge = sha256(salt + String(randomInt(maxNumber + 1)))
      const [key = ''] = keys
      const signature = signatureOf(key, challenge)
      return { kind: 'altcha', algorithm: 'SHA-256', challenge, salt, signature, maxnumber: maxNumber }
    },
    verify(token) {
      const { success, data } = Solution.safeParse(parsed(token))
      if (!success) return undefined
      const { challenge, salt, signature, number } = data
      const [, expires] = SALT.exec(salt) ?? []
      if (expires === undefined || Number(expires) * 1000 <= now()) return undefined
      if (sha256(salt + String(number)) !== challenge) return undefined
      return keys.some((key) => isEqual(signatureOf(key, challenge), signature)) ? signature : undefined
    },
    replaceKeys(given) {
      keys = derived(given)
    },
  }
}

/** Derives the keys, so that a signature reveals nothing about the keys for session tokens. */
function derived(keys: readonly Uint8Array[]): Uint8Array[] {
  return keys.map((key) => new Uint8Array(hkdfSync('sha256', key, '', 'genesys-guest-bff challenge', 32)))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

function signatureOf(key: Uint8Array | string, challenge: string): string {
  return createHmac('sha256', key).update(challenge).digest('hex')
}

function isEqual(expected: string, given: string): boolean {
  return expected.length === given.length && timingSafeEqual(Buffer.from(expected), Buffer.from(given))
}

function parsed(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString())
  } catch {
    return undefined
  }
}
