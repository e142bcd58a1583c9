import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import * as z from 'zod'
import type { DeploymentLabels } from '../genesys/guest-api.ts'
import { errorCode, SECRETS } from './secret-files.ts'
import { fieldsAt, placeOf, SECRET_VARIABLES, SITE, variablesFrom } from './site-fields.ts'

/** One site as the file has it: the variables that it sets in place of the environment's, and its wording. */
export interface SiteEntry {
  readonly id: string
  /** As in the environment; `undefined` for one that the site does without, whatever the environment says. */
  readonly variables: Readonly<Record<string, string | undefined>>
  /** By language, before those of the deployment. */
  readonly labels: Readonly<Record<string, DeploymentLabels>> | undefined
}

export interface SitesFile {
  readonly entries: readonly SiteEntry[]
  /** What the file names beside itself: secrets. */
  readonly secretFiles: readonly string[]
}

const SITE_ID = /^[a-z0-9][a-z0-9-]{0,31}$/
const MAX_SITES = 1000
const MAX_BYTES = 4 * 1024 * 1024

/**
 * The sites of a file. What is wrong with it goes to `problems`, a sentence each that begins with the place in the file
 * and has none of its values.
 * @param environment what `env:NAME` stands for
 */
export function readSitesFile(
  path: string,
  environment: Readonly<Record<string, string | undefined>>,
  problems: string[],
): SitesFile {
  const sites = sitesIn(path, problems)
  const secretFiles: string[] = []
  const entries = Object.entries(sites).flatMap(([id, value], i) => {
    if (!SITE_ID.test(id)) {
      problems.push(`sites: the name of site ${i + 1} must be of small letters, digits and -, 32 at most`)
      return []
    }
    const parsed = SITE.safeParse(value)
    if (!parsed.success) {
      problems.push(...parsed.error.issues.map((issue) => `sites.${id}${describe(issue)}`))
      return []
    }
    const { labels, ...fields } = parsed.data
    const variables = variablesFrom(fields)
    for (const name of SECRET_VARIABLES) {
      const problem = resolveSecret(variables, name, { environment, folder: dirname(path), secretFiles })
      if (problem !== undefined) problems.push(`sites.${id}.${placeOf(name)} ${problem}`)
    }
    return [{ id, variables, labels: labels as SiteEntry['labels'] }]
  })
  return { entries, secretFiles }
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
  if (!parsed.success) problems.push('it must be an object with the one field `sites`: an object too')
  else if (count === 0) problems.push('sites: there must be at least one')
  else if (count > MAX_SITES) problems.push(`sites: there must be at most ${MAX_SITES}`)
  // As it was written: a record drops `__proto__`.
  else return (content as { readonly sites: object }).sites
  return {}
}

/** V8's message quotes the file; only the place is taken from it. */
function positionIn({ message }: SyntaxError): string {
  const [, position] = /at position (\d+)/.exec(message) ?? []
  return position === undefined ? '' : ` (at character ${position})`
}

/** `.genesys.region must be a text`, without what is there. */
function describe(issue: z.core.$ZodIssue): string {
  const place = issue.path.map((step, i) => stepIn(issue.path.slice(0, i), step)).join('')
  switch (issue.code) {
    case 'unrecognized_keys':
      return `${place} has an unknown field (${issue.keys.length} in all); known are ${(fieldsAt(issue.path) ?? LABEL_NAMES).join(', ')}`
    case 'invalid_type':
      return `${place} must be ${A_TYPE[issue.expected] ?? issue.expected}`
    case 'invalid_key':
      return `${place} is not a name that can be used`
    default:
      return `${place} ${issue.message.startsWith('must ') ? issue.message : 'is not valid'}`
  }
}

/** Names that the file makes up are not repeated. */
function stepIn(parent: readonly PropertyKey[], step: PropertyKey): string {
  if (typeof step === 'number') return `[${step}]`
  const known = fieldsAt(parent) ?? LABEL_NAMES
  return known.includes(String(step)) ? `.${String(step)}` : '.…'
}

const LABEL_NAMES = ['headerTitle', 'headerSubtitle', 'launcherText']
const A_TYPE: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

/** Puts what `env:NAME` or `file:PATH` stands for in the secret's place. @returns what is wrong with it */
function resolveSecret(
  variables: Record<string, string | undefined>,
  name: string,
  sources: {
    readonly environment: Readonly<Record<string, string | undefined>>
    readonly folder: string
    readonly secretFiles: string[]
  },
): string | undefined {
  const [, source, where = ''] = /^(env|file):(.+)$/s.exec(variables[name] ?? '') ?? []
  if (source === 'env') {
    variables[name] = sources.environment[where]
    return variables[name] ? undefined : 'names an environment variable that is not set'
  }
  if (source !== 'file') return undefined
  const file = resolve(sources.folder, where)
  sources.secretFiles.push(file)
  if (SECRETS.includes(name)) {
    Object.assign(variables, { [name]: undefined, [`${name}_FILE`]: file })
    return undefined
  }
  try {
    variables[name] = readFileSync(file, 'utf8').trim()
    return undefined
  } catch (error) {
    return `names a file that cannot be read (${errorCode(error)})`
  }
}

/** What is wrong where an origin is in more than one place: it would not be known whose it is. */
export function repeatedOrigins(entries: readonly SiteEntry[]): string[] {
  const placeByOrigin = new Map<string, string>()
  return entries.flatMap(({ id, variables }) =>
    (variables['ALLOWED_ORIGINS'] ?? '').split(',').flatMap((text, i) => {
      const origin = canonicalOrigin(text.trim())
      const place = `sites.${id}.origins[${i}]`
      const earlier = placeByOrigin.get(origin)
      placeByOrigin.set(origin, place)
      return origin === '' || earlier === undefined ? [] : [`${place} is the same as ${earlier}`]
    }),
  )
}

/** The same for all spellings of an origin: of case, default port, and international names. */
function canonicalOrigin(text: string): string {
  const exact = text.replace('://*.', '://')
  if (!URL.canParse(exact)) return text
  const { protocol, host } = new URL(exact)
  return `${protocol}//${exact === text ? '' : '*.'}${host}`
}
