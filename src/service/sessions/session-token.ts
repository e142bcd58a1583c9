import { CompactEncrypt, compactDecrypt, type CryptoKey } from 'jose'
import * as z from 'zod'
import { GUEST_API_NAMES, type Guest } from '../genesys/guest-api.ts'
import { BoundedMap } from '../collections/bounded-map.ts'
import { SessionError } from '../errors/session-error.ts'

const texts = z.record(z.string(), z.string())

/** A guest's attributes after all changes. */
const AttributeState = z.object({
  values: texts,
  /** Counts changes, so that an older token never reverts a change. */
  version: z.number().int(),
  /** Keys that have been removed here, but not yet at Genesys. */
  removedKeys: z.array(z.string()),
  /** Whether Genesys has all of these attributes. */
  delivered: z.boolean(),
})
export type AttributeState = Readonly<z.infer<typeof AttributeState>>

const Claims = z.object({
  /** Random, constant for the guest session; also in the protected header. */
  sid: z.string().min(1),
  purpose: z.literal('guest-session'),
  guestApi: z.enum(GUEST_API_NAMES),
  deploymentId: z.string(),
  /** The origin of the website that opened the session; absent for a caller without an origin. */
  origin: z.string().optional(),
  /** What the driver needs to find its guest again. */
  guest: texts,
  attributes: AttributeState,
  /** Subject of the visitor who was verified in this session and therefore owns it. */
  visitor: z.string().optional(),
  /** Until when the visitor counts as verified, in epoch ms; absent if there is no verified visitor. */
  verifiedUntilMs: z.number().optional(),
  /** Epoch ms of the last sign-in or sign-out, 0 before the first: older generations are invalid. */
  generation: z.number().default(0),
  /** When this token was issued. This and all times below are in epoch ms. */
  issuedAtMs: z.number().default(0),
  /** Expiry of this token. */
  expiresAtMs: z.number(),
  /** Until when the visitor can resume the session with an expired token. */
  resumableUntilMs: z.number().optional(),
  /** The end of the session, regardless of use. */
  endsAtMs: z.number().optional(),
})

/** The sealed content of the session token. Secret as a whole. */
export type SessionClaims = Readonly<z.infer<typeof Claims>>

/** The guest of a session, for the driver. */
export function guestOf(claims: SessionClaims): Guest {
  return { ref: claims.guest, origin: claims.origin }
}

export interface SessionTokens {
  /** @throws {SessionError} as `requireFits` */
  seal(claims: SessionClaims): Promise<string>
  /**
   * From now on, seals and opens with these keys. Tokens that were sealed with a removed key become invalid
   * immediately.
   * @returns whether a key was removed
   */
  replaceKeys(keys: readonly Uint8Array[]): boolean
  /** @throws {SessionError} `attributes_too_large` if the token would not fit in a cookie */
  requireFits(claims: SessionClaims): void
  /**
   * The claims of a token that was sealed by this service, or by another one that shares a key; synchronously
   * if they are cached. Rejects with `session_invalid` for any invalid token.
   * @param orResumable whether to accept an expired token whose session can still be resumed
   */
  open(
    token: string,
    origin: string | undefined,
    orResumable?: boolean,
  ): SessionClaims | Promise<SessionClaims>
}

export interface SessionTokenOptions {
  /** 32 bytes each; the first key seals, all keys open. */
  readonly keys: readonly Uint8Array[]
  readonly deploymentId: string
  readonly guestApi: SessionClaims['guestApi']
  /** How many opened tokens are cached, so that a guest's next request does not decrypt its token again. */
  readonly remembered: number
  readonly now?: () => number
}

/** The prefix binds the cookie to this host and to TLS (RFC 6265bis section 4.1.3.2). */
export const SESSION_COOKIE_NAME = '__Host-guest-session'
const MAX_SITE_SUFFIX_BYTES = '-'.length + 32
/** Browsers drop a cookie whose name and value are longer than 4096 bytes (RFC 6265bis section 5.6). */
const MAX_TOKEN_BYTES = 4096 - SESSION_COOKIE_NAME.length - MAX_SITE_SUFFIX_BYTES
/** For tokens and their decoded claims. */
const MAX_REMEMBERED_BYTES = 64 * 1024 * 1024
/**
 * The length of the authentication tag at the end, which identifies the token and is a faster map key than the
 * whole token.
 */
const TAG_CHARS = 22

interface Opened {
  readonly token: string
  readonly claims: SessionClaims
}

/**
 * Session tokens are JWEs in compact form (RFC 7516), with `dir` and `A256GCM`. The protected header
 * contains `sid`, so that a load balancer can hash the first part and keep a guest on one replica.
 */
export function createSessionTokens(options: SessionTokenOptions): SessionTokens {
  const { deploymentId, guestApi, now = Date.now } = options
  let rawKeys = options.keys
  let keys = importKeys(rawKeys)
  const opened = new BoundedMap<string, Opened>(options.remembered, {
    maxBytes: MAX_REMEMBERED_BYTES,
    bytesOf: ({ token }) => 3 * token.length + 1000,
  })
  const encoder = new TextEncoder()
  const decoder = new TextDecoder('utf-8', { fatal: true })

  async function decrypt(token: string, usedKeys: typeof keys): Promise<SessionClaims | undefined> {
    for (const key of await usedKeys) {
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

  function isAcceptable(claims: SessionClaims, origin: string | undefined, orResumable: boolean): boolean {
    const goodUntilMs = orResumable ? (claims.resumableUntilMs ?? claims.expiresAtMs) : claims.expiresAtMs
    return (
      goodUntilMs > now() &&
      claims.deploymentId === deploymentId &&
      claims.guestApi === guestApi &&
      // A caller without an Origin (same-origin reads, curl) is authenticated by the token alone.
      (origin === undefined || claims.origin === origin)
    )
  }

  async function openWith(
    known: SessionClaims | undefined,
    token: string,
    origin: string | undefined,
    orResumable: boolean,
  ): Promise<SessionClaims> {
    const usedKeys = keys
    const claims = known ?? (isCanonical(token) ? await decrypt(token, usedKeys) : undefined)
    if (claims !== undefined && known === undefined && usedKeys === keys)
      opened.set(token.slice(-TAG_CHARS), { token, claims })
    if (claims === undefined || !isAcceptable(claims, origin, orResumable)) throw sessionInvalid()
    return claims
  }

  return {
    async seal(claims) {
      const [key] = await keys
      if (key === undefined) throw new Error('There is no session key.')
      requireFits(claims)
      return new CompactEncrypt(encoder.encode(JSON.stringify(claims)))
        .setProtectedHeader(headerOf(claims))
        .encrypt(key)
    },
    replaceKeys(given) {
      const isGone = rawKeys.some((key) => !given.some((other) => Buffer.compare(key, other) === 0))
      rawKeys = given
      keys = importKeys(given)
      if (isGone) opened.clear()
      return isGone
    },
    requireFits,
    open(token, origin, orResumable = false) {
      const remembered = opened.get(token.slice(-TAG_CHARS))
      const known = remembered?.token === token ? remembered.claims : undefined
      return known && isAcceptable(known, origin, orResumable)
        ? known
        : openWith(known, token, origin, orResumable)
    },
  }
}

function headerOf({ sid }: SessionClaims) {
  return { alg: 'dir', enc: 'A256GCM', sid }
}

/**
 * The length of the token: the header, an initialization vector of 12 bytes, a ciphertext as long as the claims,
 * and a tag of 16 bytes, each in base64url, and four dots.
 */
function tokenBytes(claims: SessionClaims): number {
  const base64urlChars = (bytes: number) => Math.ceil((bytes * 4) / 3)
  const jsonBytes = (value: object) => Buffer.byteLength(JSON.stringify(value))
  return base64urlChars(jsonBytes(headerOf(claims))) + 16 + base64urlChars(jsonBytes(claims)) + 22 + 4
}

function requireFits(claims: SessionClaims): void {
  const bytes = tokenBytes(claims)
  if (bytes <= MAX_TOKEN_BYTES) return
  throw new SessionError(
    'attributes_too_large',
    `With these attributes the session token would be ${bytes} bytes; it must be at most ${MAX_TOKEN_BYTES}.`,
    {
      hint: 'Many short keys, quotes and control characters need more space in a token than Genesys counts.',
    },
  )
}

/** Canonical base64url, part by part: other encodings of the same bytes are rejected. */
function isCanonical(token: string): boolean {
  return (
    token.length <= MAX_TOKEN_BYTES &&
    token.split('.').every((part) => Buffer.from(part, 'base64url').toString('base64url') === part)
  )
}

/** The same error for every invalid token, so that a caller learns nothing about the reason. */
export function sessionInvalid(): SessionError {
  return new SessionError(
    'session_invalid',
    'The session token is missing or not valid here. Open a new guest session.',
  )
}

function importKeys(keys: readonly Uint8Array[]): Promise<CryptoKey[]> {
  const imported = Promise.all(keys.map(importKey))
  // Nothing awaits the keys before the first token; an invalid key must not cause an unhandled rejection.
  imported.catch(() => undefined)
  return imported
}

function importKey(bytes: Uint8Array): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', Buffer.from(bytes), 'AES-GCM', false, ['encrypt', 'decrypt'])
}
