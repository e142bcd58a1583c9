import { CompactEncrypt, compactDecrypt, type CryptoKey } from 'jose'
import * as z from 'zod'
import { GUEST_API_NAMES, type Guest } from '../genesys/guest-api.ts'
import { BoundedMap } from './bounded-map.ts'
import { SessionError } from './session-error.ts'

const texts = z.record(z.string(), z.string())

/** A guest's attributes, as they stand after every change. */
const AttributeState = z.object({
  values: texts,
  /** Counts the changes, so that an older token never undoes a newer one's. */
  version: z.number().int(),
  /** Keys that were removed and whose removal Genesys does not know yet. */
  removedKeys: z.array(z.string()),
  /** Whether Genesys has all of it. */
  delivered: z.boolean(),
})
export type AttributeState = Readonly<z.infer<typeof AttributeState>>

const Claims = z.object({
  /** Random, the same for the life of the guest session; also in the protected header. */
  sid: z.string().min(1),
  purpose: z.literal('guest-session'),
  guestApi: z.enum(GUEST_API_NAMES),
  deploymentId: z.string(),
  /** The website's origin that opened the session; absent for a caller that had none. */
  origin: z.string().optional(),
  /** What the driver needs to find its guest again. */
  guest: texts,
  attributes: AttributeState,
  /** Subject of the verified visitor whose session it is. */
  visitor: z.string().optional(),
  /** Epoch ms. */
  expiresAtMs: z.number(),
})

/** What travels sealed in the session token. Secret as a whole. */
export type SessionClaims = Readonly<z.infer<typeof Claims>>

/** The guest that a session is about, for the driver. */
export function guestOf(claims: SessionClaims): Guest {
  return { ref: claims.guest, origin: claims.origin }
}

export interface SessionTokens {
  seal(claims: SessionClaims): Promise<string>
  /**
   * The claims of a token that this service, or another one with a common key, has sealed; at once where it was
   * opened before. Rejects with `session_invalid`, the same for whatever is wrong with it.
   */
  open(token: string, origin: string | undefined): SessionClaims | Promise<SessionClaims>
}

export interface SessionTokenOptions {
  /** 32 bytes each; the first seals, all open. */
  readonly keys: readonly Uint8Array[]
  readonly deploymentId: string
  readonly guestApi: SessionClaims['guestApi']
  /** How many opened tokens are remembered, so that a guest's next request need not decrypt again. */
  readonly remembered: number
  readonly now?: () => number
}

/** Base64url and dots. Not looked for in a token that is remembered: it takes half a microsecond. */
const TOKEN = /^[A-Za-z0-9_.-]{1,16384}$/
/** The authentication tag, at the end: it tells tokens apart, and a map takes it for a key faster than all of a token. */
const TAG_CHARS = 22

interface Opened {
  readonly token: string
  readonly claims: SessionClaims
}

/**
 * Session tokens are JWEs in compact form (RFC 7516), `dir` with `A256GCM`. The protected header
 * carries `sid`, so that a load balancer can hash the first part and keep a guest on one replica.
 */
export function createSessionTokens(options: SessionTokenOptions): SessionTokens {
  const { deploymentId, guestApi, now = Date.now } = options
  const keys = Promise.all(options.keys.map(importKey))
  // Nobody awaits the keys before the first token; a bad one must not end the process by itself.
  keys.catch(() => undefined)
  const opened = new BoundedMap<string, Opened>(options.remembered)
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { fatal: true })

  async function decrypt(token: string): Promise<SessionClaims | undefined> {
    for (const key of await keys) {
      const claims = await decryptWith(key, token)
      if (claims !== undefined) return claims
    }
    return undefined
  }

  async function decryptWith(key: CryptoKey, token: string): Promise<SessionClaims | undefined> {
    try {
      const { plaintext, protectedHeader } = await compactDecrypt(token, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      })
      const claims = Claims.parse(JSON.parse(decoder.decode(plaintext)))
      return protectedHeader['sid'] === claims.sid ? claims : undefined
    } catch {
      return undefined
    }
  }

  function isGood(claims: SessionClaims, origin: string | undefined): boolean {
    return (
      claims.expiresAtMs > now() &&
      claims.deploymentId === deploymentId &&
      claims.guestApi === guestApi &&
      // A caller without an Origin (same-origin reads, curl) proves itself by the token alone.
      (origin === undefined || claims.origin === origin)
    )
  }

  async function openWith(
    known: SessionClaims | undefined,
    token: string,
    origin: string | undefined,
  ): Promise<SessionClaims> {
    const claims = known ?? (TOKEN.test(token) ? await decrypt(token) : undefined)
    if (claims !== undefined && known === undefined) opened.set(token.slice(-TAG_CHARS), { token, claims })
    if (claims === undefined || !isGood(claims, origin)) throw sessionInvalid()
    return claims
  }

  return {
    async seal(claims) {
      const [key] = await keys
      if (key === undefined) throw new Error('There is no session key.')
      return new CompactEncrypt(encoder.encode(JSON.stringify(claims)))
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', sid: claims.sid })
        .encrypt(key)
    },
    open(token, origin) {
      const remembered = opened.get(token.slice(-TAG_CHARS))
      const known = remembered?.token === token ? remembered.claims : undefined
      return known && isGood(known, origin) ? known : openWith(known, token, origin)
    },
  }
}

/** One answer for every bad token: a caller learns nothing about what was wrong with it. */
export function sessionInvalid(): SessionError {
  return new SessionError(
    'session_invalid',
    'The session token is missing or not valid here. Open a new guest session.',
  )
}

function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', Buffer.from(bytes), 'AES-GCM', false, ['encrypt', 'decrypt'])
}
