import { SECRETS } from './secret-files.ts'
import { VARIABLE_NAMES } from './variables.ts'

/** The prefixes of this service's settings. Other programs' variables do not have them. */
const OWN_PREFIX =
  /^(GENESYS|SESSION|ALLOWED|ALLOW|ATTRIBUTES|USER_TOKEN|SITES|RATE|MAX|TRUST|UPSTREAM|DRAIN|PROBLEM|REDACT|REDIS|SURVEY|VISITOR_WEBHOOK|CHALLENGE|BLOCKLIST|JOURNEY)_/
/** Names without such a prefix are compared with the settings' names. Up to two wrong letters count as a spelling mistake. */
const MAX_MISTAKES = 2
const MIN_LETTERS_TO_COMPARE = 8
/** Variables that Kubernetes sets for a service with a similar name, and one that the X Window System sets. */
const OTHERS = /_(SERVICE_(HOST|PORT)|PORT_\d+_(TCP|UDP))(_|$)|_PORT$|^SESSION_MANAGER$/

/** Settings from earlier releases, with the advice for each. */
const REPLACED: Readonly<Record<string, string>> = {
  METRICS_PORT: 'is now called MANAGEMENT_PORT; the old name works until the next release',
  MAX_REQUESTS_UNDER_WAY: 'is now called MAX_REQUESTS_IN_FLIGHT; the old name works until the next release',
  RATE_OVERALL_PER_SECOND: 'was removed: MAX_REQUESTS_IN_FLIGHT limits the load on a process',
}

/** A warning for each setting from an earlier release. */
export function replacedVariables(given: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(REPLACED).flatMap(([name, advice]) =>
    given[name]?.trim() ? `${name} ${advice}` : [],
  )
}

/** A warning for each unknown variable that looks like a setting, with the name that was probably meant. */
export function unknownVariables(given: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...VARIABLE_NAMES, ...SECRETS.map((name) => `${name}_FILE`)]
  return Object.keys(given)
    .filter((name) => !OTHERS.test(name) && !known.includes(name) && !(name in REPLACED))
    .flatMap((name) => {
      const meant = OWN_PREFIX.test(name) ? known : known.filter((candidate) => isSimilar(name, candidate))
      return meant.length > 0 ? `${name} is not a setting. Did you mean ${nearest(name, meant)}?` : []
    })
}

/** Compares length and first letter before the distance, which takes longer: this runs for every variable at startup. */
function isSimilar(name: string, known: string): boolean {
  if (name.length < MIN_LETTERS_TO_COMPARE || name[0] !== known[0]) return false
  return Math.abs(name.length - known.length) <= MAX_MISTAKES && editDistance(name, known) <= MAX_MISTAKES
}

/** The known name that was probably meant, if at most a third of the letters are wrong. */
export function similarName(name: string, known: readonly string[]): string | undefined {
  const candidate = nearest(name, known)
  return editDistance(name, candidate) * 3 <= name.length ? candidate : undefined
}

/** The known name with the most similar spelling. */
function nearest(name: string, known: readonly string[]): string {
  const distances = known.map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
  return distances.reduce((best, next) => (next.distance < best.distance ? next : best)).candidate
}

/** The number of letters to insert, remove or replace to turn `a` into `b` (Levenshtein distance). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
