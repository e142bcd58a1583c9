import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import { errorCode, SECRETS } from './secret-files.ts'
import { similarName } from './unknown-variables.ts'
import { VARIABLE_NAMES } from './variables.ts'
import { parseUrl } from '../urls/parse-url.ts'

/** One site in the file. */
export interface SiteEntry {
  readonly id: string
  /**
   * The variables that replace those of the environment. `undefined` means that the variable is not set for this site, even
   * if the environment sets it.
   */
  readonly variables: Readonly<Record<string, string | undefined>>
}

const SITE_ID = /^[a-z0-9][a-z0-9-]{0,31}$/
const MAX_SITES = 1000
const MAX_BYTES = 4 * 1024 * 1024

/** Settings that apply to the whole process. All sites share them, and no site can change them. */
const PROCESS_VARIABLES: ReadonlySet<string> = new Set([
  'NODE_ENV',
  'PORT',
  'HOST',
  'TRUST_PROXY',
  'SITES_FILE',
  'SESSION_KEYS',
  'MAX_REQUESTS_IN_FLIGHT',
  'MAX_REQUESTS_IN_FLIGHT_PER_ADDRESS',
  'MAX_REQUESTS_UNDER_WAY',
  'MEMORY_LIMIT_MIB',
  'REQUEST_TIMEOUT_MS',
  'DRAIN_DELAY_MS',
  'DRAIN_MS',
  'REDIS_URL',
  'REDIS_KEY_PREFIX',
  'REDIS_TIMEOUT_MS',
  'LOG_LEVEL',
  'MANAGEMENT_PORT',
  'METRICS_PORT',
  'DOCS',
  'DEMO',
  'PROBLEM_HINTS',
])

/** The variables that a site in `SITES_FILE` may set, including those that name a file with a secret. */
export const SITE_VARIABLES: readonly string[] = [
  ...VARIABLE_NAMES,
  ...SECRETS.map((name) => `${name}_FILE`),
].filter((name) => !PROCESS_VARIABLES.has(name.replace(/_FILE$/, '')) && !PROCESS_VARIABLES.has(name))

const HOSTS = /^GENESYS_(REGION|API_URL|LOGIN_URL|MESSAGING_URL|CDN_URL)$/
const OAUTH = /^GENESYS_(CLIENT|OAUTH)_/
const OF_ORGANIZATION = /^GENESYS_(SCHEDULE_GROUP_ID|EMERGENCY_GROUP_ID|QUEUE_ID)$/
const USER_TOKEN = /^USER_TOKEN_/
const VISITOR_WEBHOOK = /^VISITOR_WEBHOOK_/
const CHALLENGE = /^CHALLENGE(_|$)/
const SURVEY_WEBHOOK = /^SURVEY_WEBHOOK_/

/**
 * Groups of variables. A site that sets a variable matching `setBy` gets no variable matching `leavesOut` from the environment.
 * This ensures, for instance, that an OAuth client's secret is sent only to the hosts that it was issued for.
 */
const GROUPS: readonly { readonly setBy: RegExp; readonly leavesOut: RegExp }[] = [
  { setBy: HOSTS, leavesOut: HOSTS },
  { setBy: HOSTS, leavesOut: OAUTH },
  { setBy: OAUTH, leavesOut: OAUTH },
  { setBy: HOSTS, leavesOut: OF_ORGANIZATION },
  { setBy: OAUTH, leavesOut: OF_ORGANIZATION },
  { setBy: USER_TOKEN, leavesOut: USER_TOKEN },
  { setBy: VISITOR_WEBHOOK, leavesOut: VISITOR_WEBHOOK },
  { setBy: CHALLENGE, leavesOut: CHALLENGE },
  { setBy: SURVEY_WEBHOOK, leavesOut: SURVEY_WEBHOOK },
]

const VALUE = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()),
  z.record(z.string(), z.unknown()),
])

/**
 * The sites in a file, with the variables that each site sets. Each mistake adds one sentence to `problems`. The sentence
 * begins with the place in the file and contains no value.
 */
export function readSitesFile(path: string, problems: string[]): SiteEntry[] {
  return Object.entries(sitesIn(path, problems)).flatMap(([id, content], i) => {
    if (!SITE_ID.test(id)) {
      problems.push(
        `sites: the name of site ${i + 1} must be at most 32 lower-case letters, digits and dashes`,
      )
      return []
    }
    const parsed = z.record(z.string(), z.unknown()).safeParse(content)
    if (!parsed.success) {
      problems.push(`sites.${id} must be an object whose fields are the names of environment variables`)
      return []
    }
    return [{ id, variables: variablesOf(id, parsed.data, { folder: dirname(path), problems }) }]
  })
}

function variablesOf(
  id: string,
  fields: Readonly<Record<string, unknown>>,
  { folder, problems }: { readonly folder: string; readonly problems: string[] },
): Record<string, string | undefined> {
  const variables: Record<string, string | undefined> = { ALLOWED_ORIGINS: undefined }
  for (const { setBy, leavesOut } of GROUPS) {
    if (!Object.keys(fields).some((name) => setBy.test(name))) continue
    for (const name of SITE_VARIABLES) if (leavesOut.test(name)) variables[name] = undefined
  }
  for (const [name, value] of Object.entries(fields)) {
    const text = textOf(value)
    if (PROCESS_VARIABLES.has(name) || PROCESS_VARIABLES.has(name.replace(/_FILE$/, '')))
      problems.push(`sites.${id}: ${name} applies to the whole process: set it in the environment`)
    else if (!SITE_VARIABLES.includes(name)) problems.push(unknownField(id, name))
    else if (text === INVALID)
      problems.push(`sites.${id}: ${name} must be a string, number, boolean, list of strings, object or null`)
    else variables[name] = text !== undefined && name.endsWith('_FILE') ? resolve(folder, text) : text
  }
  return variables
}

/** A name that does not match this pattern is not quoted in messages, because it may be a misplaced value, even a secret. */
const PRINTABLE_NAME = /^[A-Za-z_]{1,64}$/

function unknownField(id: string, name: string): string {
  if (!PRINTABLE_NAME.test(name)) return `sites.${id} has a field that is not a setting: ${FIELDS}`
  const meant = similarName(name.replace(/([a-z])([A-Z])/g, '$1_$2').toUpperCase(), SITE_VARIABLES)
  const problem = `sites.${id}: ${name} is not a setting`
  return meant === undefined ? `${problem}: ${FIELDS}` : `${problem}. Did you mean ${meant}?`
}

const FIELDS = 'the fields of a site are the names of environment variables'
const INVALID = Symbol('not a value of a variable')

/** The value as text for an environment variable: a list with commas, an object as JSON. */
function textOf(value: unknown): string | undefined | typeof INVALID {
  const { success, data } = VALUE.safeParse(value)
  if (!success) return INVALID
  if (data === null) return undefined
  // A comma stands for an empty list, because an empty variable counts as missing.
  if (Array.isArray(data)) return data.some((item) => item.includes(',')) ? INVALID : data.join(',') || ','
  return typeof data === 'object' ? JSON.stringify(data) : String(data)
}

function sitesIn(path: string, problems: string[]): object {
  try {
    const content = readFileSync(path, 'utf8')
    if (content.length > MAX_BYTES) problems.push(`it is longer than ${MAX_BYTES} bytes`)
    else return sitesOf(JSON.parse(content.replace(/^\uFEFF/, '')), problems)
  } catch (error) {
    problems.push(
      error instanceof SyntaxError
        ? `it is not JSON${positionIn(error)}`
        : `it cannot be read (${errorCode(error)})`,
    )
  }
  return {}
}

function sitesOf(content: unknown, problems: string[]): object {
  const parsed = z.strictObject({ sites: z.record(z.string(), z.unknown()) }).safeParse(content)
  const count = parsed.success ? Object.keys(parsed.data.sites).length : 0
  if (!parsed.success) problems.push('it must be an object whose only field is `sites`, also an object')
  else if (count === 0) problems.push('sites: there must be at least one')
  else if (count > MAX_SITES) problems.push(`sites: there must be at most ${MAX_SITES}`)
  // Returns the raw object, because `z.record` drops `__proto__`.
  else return (content as { readonly sites: object }).sites
  return {}
}

/** V8's message quotes the file, so only the position in it is used. */
function positionIn({ message }: SyntaxError): string {
  const [, position] = /at position (\d+)/.exec(message) ?? []
  return position === undefined ? '' : ` (at character ${position})`
}

/** Reports each origin that two sites list, because either site could serve a request from that origin. */
export function repeatedOrigins(entries: readonly SiteEntry[]): string[] {
  const placeByOrigin = new Map<string, string>()
  return entries.flatMap(({ id, variables }) =>
    (variables['ALLOWED_ORIGINS'] ?? '').split(',').flatMap((text, i) => {
      const origin = normalized(text.trim())
      const place = `sites.${id}: ALLOWED_ORIGINS[${i}]`
      const earlier = placeByOrigin.get(origin)
      placeByOrigin.set(origin, place)
      return origin === '' || earlier === undefined ? [] : [`${place} is the same as ${earlier}`]
    }),
  )
}

/**
 * Normalizes an origin, with or without a wildcard. Different spellings of the same origin (letter case, default port, Punycode)
 * become the same text.
 */
function normalized(text: string): string {
  const url = parseUrl(text.replace('//*.', '//'))
  if (url === undefined) return text
  return text.includes('//*.') ? url.origin.replace('//', '//*.') : url.origin
}
