import type { AttributeChanges } from '../../contract/contract.ts'
import { PLATFORM_LIMITS, type Attributes } from '../genesys/guest-api.ts'
import type { FieldError } from '../errors/coded-error.ts'
import { SessionError } from '../errors/session-error.ts'

/** The key that states whether the visitor was verified. Only the service writes it. */
export const IS_AUTHENTICATED = 'custom.isAuthenticated'

const { maxAttributeBytes } = PLATFORM_LIMITS

export interface AttributeSettings {
  /** Keys that a page may set: exact, or with one `*` at the end. */
  readonly open: readonly string[]
  /** Must be true if a pattern allows every key. */
  readonly openAll: boolean
  /** Key -> claim in the visitor's own token; a dot in the claim selects a nested object. */
  readonly trusted: Readonly<Record<string, string>>
  /** The keys for name, email, phone and language of `POST /guest-session`. */
  readonly prefill: Readonly<Record<string, string>>
}

const KEY = /^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}$/
const PATTERN = /^(?:[A-Za-z0-9_][A-Za-z0-9_.:-]{0,127}\*?|\*)$/
const PREFILL_FIELDS = ['name', 'email', 'phone', 'language']

/** Errors in the settings, one sentence each. */
export function attributeSettingsProblems(settings: AttributeSettings): string[] {
  const problems: string[] = []
  if (settings.open.some((pattern) => !PATTERN.test(pattern))) {
    problems.push(
      'ATTRIBUTES_OPEN must list keys of letters, digits, _ . : -, each with at most one * at its end',
    )
  }
  if (settings.open.includes('*') && !settings.openAll) {
    problems.push(
      'ATTRIBUTES_OPEN opens every key: use a prefix such as custom.*, or set ATTRIBUTES_OPEN_ALL=on',
    )
  }
  if (Object.keys(settings.trusted).some((key) => !KEY.test(key))) {
    problems.push('ATTRIBUTES_TRUSTED must have keys of letters, digits, _ . : -')
  }
  if (IS_AUTHENTICATED in settings.trusted) {
    problems.push(`ATTRIBUTES_TRUSTED must not map ${IS_AUTHENTICATED}: the service sets it`)
  }
  for (const [field, key] of Object.entries(settings.prefill)) {
    if (!PREFILL_FIELDS.includes(field) || !KEY.test(key)) {
      problems.push('ATTRIBUTES_PREFILL must map name, email, phone and language to keys, and nothing else')
      break
    }
  }
  const prefilled = Object.values(settings.prefill)
  if (prefilled.some((key) => key in settings.trusted || key === IS_AUTHENTICATED)) {
    problems.push('ATTRIBUTES_PREFILL must not write a trusted key: a page could forge it')
  }
  return problems
}

/** The problem with a key that only the site's backend sets; undefined if there is none. */
export function attributeKeyProblem(key: string, { prefill }: AttributeSettings): string | undefined {
  if (!KEY.test(key)) return 'must have keys of letters, digits, _ . : -'
  if (key === IS_AUTHENTICATED) return `must not name ${IS_AUTHENTICATED}: the service sets it`
  if (Object.values(prefill).includes(key)) return 'must not name a key in ATTRIBUTES_PREFILL: pages set it'
  return undefined
}

/** Who may set which key, and the size limit. */
export interface AttributePolicy {
  readonly trustedKeys: ReadonlySet<string>
  /**
   * The guest's attributes after a page's changes.
   * @throws {SessionError} `attribute_not_allowed` naming each key, `attributes_too_large`
   */
  change(current: Attributes, changes: AttributeChanges): Attributes
  /**
   * Like `change`, for the guest's details from the request that opens a session: they are stored under the
   * configured keys.
   */
  prefill(current: Attributes, details: Readonly<Record<string, string | undefined>>): Attributes
  /**
   * Like `change`, for verified attributes: they replace all trusted keys, and trusted keys without a value are
   * removed.
   */
  trust(current: Attributes, verified: Attributes, isAuthenticated: boolean): Attributes
}

/** @param moreTrustedKeys keys that the embedding application writes itself; pages cannot set them. */
export function createAttributePolicy(
  settings: AttributeSettings,
  moreTrustedKeys: readonly string[] = [],
): AttributePolicy {
  const trustedKeys = new Set([IS_AUTHENTICATED, ...Object.keys(settings.trusted), ...moreTrustedKeys])
  const exact = new Set(settings.open.filter((pattern) => !pattern.endsWith('*')))
  const prefixes = settings.open
    .filter((pattern) => pattern.endsWith('*'))
    .map((pattern) => pattern.slice(0, -1))
  const isOpen = (key: string) =>
    KEY.test(key) &&
    !trustedKeys.has(key) &&
    (exact.has(key) || prefixes.some((prefix) => key.startsWith(prefix)))

  const prefill = (current: Attributes, details: Readonly<Record<string, string | undefined>>) => {
    const merged = new Map(Object.entries(current))
    for (const [field, value] of Object.entries(details)) {
      const key = settings.prefill[field]
      if (key !== undefined && value !== undefined && value !== '') merged.set(key, value)
    }
    return bounded(merged)
  }

  return {
    trustedKeys,
    prefill,
    change(current, changes) {
      const errors: FieldError[] = Object.keys(changes)
        .filter((key) => !isOpen(key))
        .map((key) => ({
          path: `attributes.${key}`,
          message: trustedKeys.has(key)
            ? 'is trusted: only the service sets it, from verified data'
            : 'is not among the keys that a page can set',
        }))
      if (errors.length > 0) {
        throw new SessionError('attribute_not_allowed', 'The page must not set these attributes.', {
          errors,
          hint: 'ATTRIBUTES_OPEN lists the keys that pages can set; ATTRIBUTES_TRUSTED lists those they cannot.',
        })
      }
      const merged = new Map(Object.entries(current))
      for (const [key, value] of Object.entries(changes)) {
        if (value === null) merged.delete(key)
        else merged.set(key, String(value))
      }
      return bounded(merged)
    },
    trust(current, verified, isAuthenticated) {
      const merged = new Map(Object.entries(current).filter(([key]) => !trustedKeys.has(key)))
      for (const [key, value] of Object.entries(verified)) if (trustedKeys.has(key)) merged.set(key, value)
      merged.set(IS_AUTHENTICATED, String(isAuthenticated))
      return bounded(merged)
    },
  }
}

function bounded(attributes: ReadonlyMap<string, string>): Attributes {
  requireAttributesFit(attributes)
  return Object.fromEntries(attributes)
}

/**
 * The platform counts keys and values in UTF-8. For `custom.isAuthenticated`, the value `true` is counted as
 * `false`, which may replace it later and is longer.
 * @throws {SessionError} `attributes_too_large`
 */
export function requireAttributesFit(attributes: Iterable<readonly [string, string]>): void {
  let bytes = 0
  for (const [key, value] of attributes) {
    bytes += Buffer.byteLength(key) + Buffer.byteLength(key === IS_AUTHENTICATED ? 'false' : value)
  }
  if (bytes > maxAttributeBytes) {
    throw new SessionError(
      'attributes_too_large',
      `All attributes together must be at most ${maxAttributeBytes} bytes, keys and values in UTF-8; these are ${bytes}.`,
    )
  }
}
