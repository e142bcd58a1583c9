import {
  createLocalJWKSet,
  createRemoteJWKSet,
  customFetch,
  errors,
  importSPKI,
  jwtVerify,
  type CryptoKey,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyGetKey,
} from 'jose'
import type { Attributes } from '../genesys/guest-api.ts'
import { createAttemptSender } from '../outgoing-http/http-attempt.ts'
import { createUpstreamAgents } from '../outgoing-http/upstream-agents.ts'
import { SessionError } from '../errors/session-error.ts'

export interface UserTokenSettings {
  readonly jwksUrl: string | undefined
  /** A public key in PEM (SPKI) form, instead of a JWKS. */
  readonly publicKeyPem: string | undefined
  readonly issuer: string
  readonly audience: string
  /** Accepted signature algorithms, all asymmetric. */
  readonly algorithms: readonly string[]
}

/** A visitor with a valid token. */
export interface Visitor {
  readonly subject: string
  /** When the token expires, in epoch ms; from then on, the visitor no longer counts as verified. */
  readonly expiresAtMs: number
  readonly claims: Readonly<Record<string, unknown>>
}

/**
 * @throws {SessionError} `user_token_invalid` for any invalid token; `trusted_attributes_unavailable` if the
 * keys cannot be loaded
 */
export type VerifyUserToken = (userToken: string) => Promise<Visitor>

const MAX_USER_TOKEN_CHARS = 8192
/** RFC 7515: three parts in base64url without padding. jose also decodes padding and whitespace. */
const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/
/**
 * RFC 7519, 5.1: a JWT, such as an ID token, has this type or none. Other types name tokens for other purposes, such as
 * `logout+jwt` (RFC 8725, 3.11).
 */
const JWT_TYPE = /^(application\/)?jwt$/i
const MAX_JWKS_BYTES = 262_144
const JWKS_TIMEOUT_MS = 3000
/** A key that is missing from the set causes a reload, but no more often than this. */
const JWKS_COOLDOWN_MS = 30_000
const CLOCK_TOLERANCE_S = 5

/** ECMA-262: the maximum time value of a `Date`. */
const LAST_TIME_MS = 8.64e15

/** Verifies the website's own JWTs (RFC 7519): signature, type, issuer, audience, expiry; algorithms are pinned. */
export function createUserTokenVerifier(
  settings: UserTokenSettings,
  now: () => number = Date.now,
): VerifyUserToken {
  const keys = verificationKeys(settings)
  return async (userToken) => {
    if (userToken.length > MAX_USER_TOKEN_CHARS || !COMPACT_JWS.test(userToken)) throw userTokenInvalid()
    let payload: JWTPayload
    let protectedHeader: JWTHeaderParameters
    try {
      ;({ payload, protectedHeader } = await jwtVerify(userToken, keys, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: [...settings.algorithms],
        requiredClaims: ['sub', 'exp'],
        clockTolerance: CLOCK_TOLERANCE_S,
        currentDate: new Date(now()),
      }))
    } catch (error) {
      throw error instanceof KeySetUnavailable || error instanceof errors.JWKSTimeout
        ? keySetUnavailable()
        : userTokenInvalid()
    }
    if (!JWT_TYPE.test(protectedHeader.typ ?? 'JWT')) throw userTokenInvalid()
    if (typeof payload.sub !== 'string' || payload.sub === '') throw userTokenInvalid()
    const expiresAtMs = ((payload.exp ?? 0) + CLOCK_TOLERANCE_S) * 1000
    // JSON does not limit numbers: `1e999` is parsed as Infinity.
    if (!(expiresAtMs <= LAST_TIME_MS)) throw userTokenInvalid()
    return { subject: payload.sub, expiresAtMs, claims: payload }
  }
}

/**
 * The trusted attributes from a visitor's claims. A claim that is missing, or is not a string, number or
 * boolean, gives no attribute.
 * @param trusted key -> claim; `address.country` selects a nested object unless a claim has exactly that
 * name.
 */
export function attributesFromClaims(
  claims: Readonly<Record<string, unknown>>,
  trusted: Readonly<Record<string, string>>,
): Attributes {
  const attributes: [string, string][] = []
  for (const [key, path] of Object.entries(trusted)) {
    const value = claimAt(claims, path)
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      attributes.push([key, String(value)])
    }
  }
  return Object.fromEntries(attributes)
}

function claimAt(claims: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let value: unknown = claims
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined
    value = (value as Record<string, unknown>)[part]
  }
  return value
}

function verificationKeys(settings: UserTokenSettings): JWTVerifyGetKey {
  if (settings.jwksUrl !== undefined) {
    return createRemoteJWKSet(new URL(settings.jwksUrl), {
      timeoutDuration: JWKS_TIMEOUT_MS,
      cooldownDuration: JWKS_COOLDOWN_MS,
      [customFetch]: createKeySetFetch(),
    })
  }
  const pem = settings.publicKeyPem ?? ''
  const imported = new Map<string, Promise<CryptoKey>>()
  return (header) => {
    // jose checks the algorithm against the pinned list before it requests the key.
    const algorithm = header.alg
    let key = imported.get(algorithm)
    if (key === undefined) {
      key = importSPKI(pem, algorithm)
      imported.set(algorithm, key)
    }
    return key
  }
}

export interface VerificationKeys {
  /** Why there are no keys, without any data from the response. */
  readonly problem?: string
  /** The accepted algorithms for which there is a key. */
  readonly usable: readonly string[]
}

/** The current keys, for a check of the settings. Never rejects. */
export async function readVerificationKeys(settings: UserTokenSettings): Promise<VerificationKeys> {
  const { jwksUrl, publicKeyPem = '', algorithms } = settings
  if (jwksUrl === undefined) {
    const imports = await Promise.allSettled(
      algorithms.map((algorithm) => importSPKI(publicKeyPem, algorithm)),
    )
    return { usable: algorithms.filter((_, i) => imports[i]?.status === 'fulfilled') }
  }
  try {
    const set = (await (await createKeySetFetch()(jwksUrl)).json()) as JSONWebKeySet
    const keyOf = createLocalJWKSet(set)
    const found = await Promise.allSettled(algorithms.map((alg) => keyOf({ alg })))
    return { usable: algorithms.filter((_, i) => isFound(found[i])) }
  } catch (error) {
    const problem = error instanceof KeySetUnavailable ? error.reason : 'it cannot be read'
    return { problem, usable: [] }
  }
}

/** Several keys for an algorithm are distinguished by the token's `kid`. */
function isFound(result: PromiseSettledResult<unknown> | undefined): boolean {
  if (result?.status === 'rejected') return result.reason instanceof errors.JWKSMultipleMatchingKeys
  return result !== undefined
}

/** The keys could not be loaded, which says nothing about the token. */
class KeySetUnavailable extends Error {
  override readonly name = 'KeySetUnavailable'
  readonly reason: string

  constructor(reason: string) {
    super(reason)
    this.reason = reason
  }
}

/**
 * Sends requests through the environment's proxy, if there is one. Redirects are not followed, and an endless
 * response is aborted.
 */
function createKeySetFetch(): (url: string) => Promise<Response> {
  const send = createAttemptSender(createUpstreamAgents({ maxSockets: 2 }))
  return async (url) => {
    const headers = { accept: 'application/json', 'accept-encoding': 'identity' }
    const outcome = await send({ method: 'GET', url, headers, body: undefined, timeoutMs: JWKS_TIMEOUT_MS })
    if (outcome.kind === 'timeout') throw new KeySetUnavailable('no response in time')
    if (outcome.kind !== 'response') {
      throw new KeySetUnavailable(`no connection (${outcome.systemCode || outcome.kind})`)
    }
    if (outcome.status !== 200)
      throw new KeySetUnavailable(
        `it responds with HTTP ${outcome.status}; it must respond with 200, without a redirect`,
      )
    if (Buffer.byteLength(outcome.body) > MAX_JWKS_BYTES)
      throw new KeySetUnavailable(`the response is larger than ${MAX_JWKS_BYTES} bytes`)
    if (!isKeySet(outcome.body)) throw new KeySetUnavailable('the response is not a key set (RFC 7517)')
    return new Response(outcome.body)
  }
}

function isKeySet(body: string): boolean {
  try {
    createLocalJWKSet(JSON.parse(body) as JSONWebKeySet)
    return true
  } catch {
    return false
  }
}

function keySetUnavailable(): SessionError {
  return new SessionError('trusted_attributes_unavailable', 'The visitor cannot be verified at the moment.', {
    retryAfterSeconds: 5,
    hint: 'The key set at USER_TOKEN_JWKS_URL could not be fetched: it must respond with 200 and a JWKS (RFC 7517), without a redirect.',
  })
}

function userTokenInvalid(): SessionError {
  return new SessionError('user_token_invalid', 'The user token could not be verified.', {
    hint: 'Check USER_TOKEN_ISSUER, USER_TOKEN_AUDIENCE, USER_TOKEN_ALGORITHMS and the key set, and the token’s expiry and `typ`.',
  })
}
