import type { AttributeChanges } from '../../contract/contract.ts'
import type { Attributes, GuestApi } from '../genesys/guest-api.ts'
import { requireAttributesFit, type AttributePolicy } from './attribute-policy.ts'
import { BoundedMap } from '../collections/bounded-map.ts'
import { guestOf, type AttributeState, type SessionClaims, type SessionTokens } from './session-token.ts'

/** A guest's attributes are stored in its session token; the process only caches them. */
export interface GuestAttributes {
  /** The claims with the newest known attributes: another tab's older token never reverts a change. */
  latest(claims: SessionClaims): SessionClaims
  /**
   * Replaces the attributes; removed keys are kept until Genesys knows of the removal.
   * @throws {SessionError} `attributes_too_large` for values and removed keys together
   */
  replace(claims: SessionClaims, values: Attributes): SessionClaims
  /** Removes the visitor's verified attributes, for this and every later request in the session. */
  withdrawTrust(claims: SessionClaims): SessionClaims
  /** The attributes to deliver to Genesys, with removed keys as `''`; undefined if Genesys already has all of them. */
  pending(claims: SessionClaims): Attributes | undefined
  /** Records that Genesys has the attributes of these claims. */
  markDelivered(claims: SessionClaims): SessionClaims
  /** Records that Genesys no longer has any attributes, so that all of them must be delivered again. */
  resetDelivery(claims: SessionClaims): SessionClaims
  /** Delivers pending attributes, if Genesys accepts them now. */
  deliver(claims: SessionClaims, deadlineAtMs: number): Promise<SessionClaims>
  /**
   * Applies a page's changes: immediately if Genesys accepts them now, otherwise with the next message.
   * @throws {SessionError} `attribute_not_allowed`, `attributes_too_large`; in both cases, nothing is changed
   */
  change(claims: SessionClaims, changes: AttributeChanges, deadlineAtMs: number): Promise<SessionClaims>
}

const MAX_SESSIONS = 10_000
const MAX_BYTES = 32 * 1024 * 1024

/** The newest attributes by session. */
export type NewestAttributes = Map<string, AttributeState>

export function createNewestAttributes(): NewestAttributes {
  return new BoundedMap(MAX_SESSIONS, {
    maxBytes: MAX_BYTES,
    bytesOf: ({ values, removedKeys }) => 500 + 2 * JSON.stringify([values, removedKeys]).length,
  })
}

export function createGuestAttributes(options: {
  readonly guestApi: GuestApi
  readonly policy: AttributePolicy
  readonly tokens: Pick<SessionTokens, 'requireFits'>
  /** Attributes carried over from the previous instance. */
  readonly newest?: NewestAttributes | undefined
}): GuestAttributes {
  const { guestApi, policy, tokens, newest = createNewestAttributes() } = options

  const withState = (claims: SessionClaims, state: AttributeState): SessionClaims => {
    newest.set(claims.sid, state)
    return { ...claims, attributes: state }
  }

  const self: GuestAttributes = {
    latest(claims) {
      const known = newest.get(claims.sid)
      const { version, delivered } = claims.attributes
      if (known === undefined || known.version < version) return claims
      if (known.version === version && known.delivered === delivered) return claims
      return { ...claims, attributes: known }
    },
    replace(claims, values) {
      const before = self.latest(claims).attributes
      const removedKeys = [...new Set([...Object.keys(before.values), ...before.removedKeys])].filter(
        (key) => !Object.hasOwn(values, key),
      )
      if (removedKeys.length === before.removedKeys.length && haveSameValues(before.values, values)) {
        return { ...claims, attributes: before }
      }
      const attributes = { values, version: before.version + 1, removedKeys, delivered: false }
      requireAttributesFit(Object.entries(toDeliver(attributes)))
      return { ...claims, attributes }
    },
    withdrawTrust(claims) {
      const before = self.latest(claims)
      const after = self.replace(before, policy.trust(before.attributes.values, {}, false))
      return after.attributes === before.attributes ? after : withState(after, after.attributes)
    },
    pending({ attributes }) {
      return attributes.delivered ? undefined : toDeliver(attributes)
    },
    markDelivered(claims) {
      const known = newest.get(claims.sid)
      // A change made during the delivery stays pending.
      if (known !== undefined && known.version > claims.attributes.version)
        return { ...claims, attributes: known }
      return withState(claims, { ...claims.attributes, removedKeys: [], delivered: true })
    },
    resetDelivery(claims) {
      const { values, version } = claims.attributes
      const delivered = Object.keys(values).length === 0
      return withState(claims, { values, version: version + 1, removedKeys: [], delivered })
    },
    async deliver(claims, deadlineAtMs) {
      const values = self.pending(claims)
      if (values === undefined || guestApi.setAttributes === undefined) return claims
      const isWritten = await guestApi.setAttributes(guestOf(claims), values, deadlineAtMs)
      return isWritten ? self.markDelivered(claims) : claims
    },
    async change(claims, changes, deadlineAtMs) {
      const before = self.latest(claims)
      const { attributes } = self.replace(before, policy.change(before.attributes.values, changes))
      tokens.requireFits({ ...claims, attributes })
      const changed = withState(claims, attributes)
      try {
        return await self.deliver(changed, deadlineAtMs)
      } catch (error) {
        if (newest.get(claims.sid) === attributes) newest.set(claims.sid, before.attributes)
        throw error
      }
    },
  }
  return self
}

/** Removed keys as `''`. */
function toDeliver({ values, removedKeys }: AttributeState): Attributes {
  return { ...values, ...Object.fromEntries(removedKeys.map((key) => [key, ''])) }
}

function haveSameValues(a: Attributes, b: Attributes): boolean {
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key])
}
