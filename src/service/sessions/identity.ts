import type { Attributes } from '../genesys/guest-api.ts'
import { withDeadline } from '../outgoing-http/with-deadline.ts'
import { SessionError } from '../errors/session-error.ts'
import { attributesFromClaims, type VerifyUserToken, type Visitor } from './user-token.ts'

/**
 * How an embedding application identifies the visitor, from its own session or database. It is called when a
 * guest session is opened or resumed.
 */
export interface TrustedAttributes {
  /** The keys that `read` may return. Pages cannot set them. */
  readonly keys: readonly string[]
  /**
   * What happens if `read` fails: `refuse` (the default) opens no session. `anonymous` opens a session for an anonymous guest,
   * and resumes an existing session unchanged.
   */
  readonly onFailure?: 'refuse' | 'anonymous'
  /**
   * May be asynchronous, within the request's deadline. Errors are handled as `onFailure` specifies.
   * @param input `request` is the Express request; `visitor` is set if a user token was verified
   */
  read(input: {
    readonly request: unknown
    readonly visitor: Visitor | undefined
  }): Promise<TrustedVisitor | undefined> | TrustedVisitor | undefined
}

export interface TrustedVisitor {
  /** The application's own id for a signed-in visitor; without one, the guest stays anonymous. */
  readonly visitor?: string
  /** The time until which the result is valid without another call, in epoch ms. Default: the session's lifetime. */
  readonly expiresAtMs?: number
  readonly attributes: Attributes
}

export interface IdentityRequest {
  /** A JWT, `null` to sign out, or undefined to change nothing. */
  readonly userToken?: string | null | undefined
  /** The Express request, passed to {@link TrustedAttributes}. */
  readonly request: unknown
  readonly deadlineAtMs: number
}

/** The verified visitor and attributes. */
export interface Identified {
  readonly visitor: string | undefined
  readonly attributes: Attributes
  /** Epoch ms; undefined if the verification does not expire. */
  readonly verifiedUntilMs: number | undefined
}

/**
 * Resolves to undefined if the request says nothing about the visitor.
 * @throws {SessionError} `user_token_invalid`, `trusted_attributes_unavailable`
 */
export type Identity = (request: IdentityRequest) => Promise<Identified | undefined>

export function createIdentity(options: {
  readonly verifyUserToken: VerifyUserToken | undefined
  /** Key -> claim of the user token. */
  readonly trusted: Readonly<Record<string, string>>
  readonly trustedAttributes: TrustedAttributes | undefined
  /** Throws if the visitor must not be served. */
  readonly acceptVisitor?: (visitor: string) => void
  readonly monotonicNow: () => number
}): Identity {
  const { verifyUserToken, trusted, trustedAttributes, monotonicNow } = options

  async function verified(userToken: string): Promise<Visitor> {
    if (verifyUserToken !== undefined) return verifyUserToken(userToken)
    throw new SessionError('user_token_invalid', 'The user token could not be verified.', {
      hint: 'Set USER_TOKEN_JWKS_URL or USER_TOKEN_PUBLIC_KEY, with USER_TOKEN_ISSUER and USER_TOKEN_AUDIENCE.',
    })
  }

  return async function identify(request) {
    const { userToken } = request
    const visitor = typeof userToken === 'string' ? await verified(userToken) : undefined
    const read =
      trustedAttributes &&
      (await readTrusted(
        trustedAttributes,
        { request: request.request, visitor },
        request.deadlineAtMs - monotonicNow(),
      ))
    if (userToken === undefined && read === undefined) return undefined
    const trustedVisitor = read?.trustedVisitor
    const who = trustedVisitor?.visitor ?? visitor?.subject
    if (who !== undefined) options.acceptVisitor?.(who)

    return {
      visitor: who,
      verifiedUntilMs: earliest(visitor?.expiresAtMs, trustedVisitor?.expiresAtMs),
      attributes: {
        ...(visitor && attributesFromClaims(visitor.claims, trusted)),
        ...trustedVisitor?.attributes,
      },
    }
  }
}

function earliest(...timesMs: readonly (number | undefined)[]): number | undefined {
  const known = timesMs.filter((timeMs) => timeMs !== undefined)
  return known.length === 0 ? undefined : Math.min(...known)
}

/** Undefined if the call failed and the guest is served without its result. */
async function readTrusted(
  trustedAttributes: TrustedAttributes,
  input: { request: unknown; visitor: Visitor | undefined },
  leftMs: number,
): Promise<{ readonly trustedVisitor: TrustedVisitor | undefined } | undefined> {
  try {
    return { trustedVisitor: await withDeadline(trustedAttributes.read(input), leftMs, 'too late') }
  } catch (error) {
    const isRefusal = error instanceof SessionError && error.code !== 'trusted_attributes_unavailable'
    if (trustedAttributes.onFailure === 'anonymous' && !isRefusal) return undefined
    if (error instanceof SessionError) throw error
    throw new SessionError(
      'trusted_attributes_unavailable',
      'The visitor cannot be verified at the moment.',
      {
        retryAfterSeconds: 2,
        hint: "The embedding application's trustedAttributes function failed or took too long.",
      },
    )
  }
}
