import * as z from 'zod'

interface Field {
  readonly variable: string
  readonly schema: z.ZodType
  readonly isSecret?: boolean
}
interface Fields {
  readonly [name: string]: Field | Fields
}

const text = z.string().trim().min(1, 'must not be empty')
/** A variable has its items between commas. */
const item = text.refine((value) => !value.includes(','), 'must not contain a comma')
const list = z.array(item)
const pairs = z.record(
  item.refine((key) => !key.includes('='), 'must not contain ='),
  item.refine((value) => !value.includes('='), 'must not contain ='),
)
const of = (schema: z.ZodType) => (variable: string) => ({ variable, schema })
const asText = of(text)
const asList = of(list)
const asPairs = of(pairs)
const asNumber = of(z.number())
const asBoolean = of(z.boolean())
const asSecret = (variable: string) => ({ variable, schema: text, isSecret: true })

/** What a site may set, and the variable that says the same for a service of one site. */
const FIELDS = {
  origins: asList('ALLOWED_ORIGINS'),
  allowNoOrigin: asBoolean('ALLOW_NO_ORIGIN'),
  publicUrl: asText('PUBLIC_URL'),
  genesys: {
    guestApi: asText('GENESYS_GUEST_API'),
    deploymentId: asText('GENESYS_DEPLOYMENT_ID'),
    organizationId: asText('GENESYS_ORGANIZATION_ID'),
    region: asText('GENESYS_REGION'),
    hosts: {
      api: asText('GENESYS_API_URL'),
      login: asText('GENESYS_LOGIN_URL'),
      messaging: asText('GENESYS_MESSAGING_URL'),
      cdn: asText('GENESYS_CDN_URL'),
    },
    oauth: {
      clientId: asSecret('GENESYS_CLIENT_ID'),
      clientSecret: asSecret('GENESYS_CLIENT_SECRET'),
      style: asText('GENESYS_OAUTH_STYLE'),
      scope: asText('GENESYS_OAUTH_SCOPE'),
    },
    signIn: asBoolean('GENESYS_SIGN_IN'),
    fileHosts: asList('GENESYS_FILE_HOSTS'),
    connectionsPerMinute: asNumber('GENESYS_CONNECTIONS_PER_MINUTE'),
    connectionIdleSeconds: asNumber('GENESYS_CONNECTION_IDLE_S'),
    language: asText('GENESYS_LANGUAGE'),
    divisionId: asText('GENESYS_DIVISION_ID'),
    flowId: asText('GENESYS_FLOW_ID'),
  },
  session: {
    maxAgeSeconds: asNumber('SESSION_MAX_AGE_S'),
    absoluteMaxAgeSeconds: asNumber('SESSION_ABSOLUTE_MAX_AGE_S'),
    verifiedMaxAgeSeconds: asNumber('SESSION_VERIFIED_MAX_AGE_S'),
    separateSignIn: asBoolean('SESSION_SEPARATE_SIGN_IN'),
    cookie: asBoolean('SESSION_COOKIE'),
  },
  attributes: {
    open: asList('ATTRIBUTES_OPEN'),
    openAll: asBoolean('ATTRIBUTES_OPEN_ALL'),
    trusted: asPairs('ATTRIBUTES_TRUSTED'),
    prefill: asPairs('ATTRIBUTES_PREFILL'),
  },
  userToken: {
    jwksUrl: asText('USER_TOKEN_JWKS_URL'),
    publicKey: asSecret('USER_TOKEN_PUBLIC_KEY'),
    issuer: asText('USER_TOKEN_ISSUER'),
    audience: asText('USER_TOKEN_AUDIENCE'),
    algorithms: asList('USER_TOKEN_ALGORITHMS'),
  },
  rate: {
    guestPerMinute: asNumber('RATE_GUEST_PER_MINUTE'),
    addressPerMinute: asNumber('RATE_ADDRESS_PER_MINUTE'),
    sessionsPerAddressPerMinute: asNumber('RATE_SESSIONS_PER_ADDRESS_PER_MINUTE'),
    overallPerSecond: asNumber('RATE_OVERALL_PER_SECOND'),
  },
  limits: {
    bodyBytes: asNumber('MAX_BODY_BYTES'),
    attachmentBytes: asNumber('MAX_ATTACHMENT_BYTES'),
    requestsUnderWay: asNumber('MAX_REQUESTS_UNDER_WAY'),
    requestsArriving: asNumber('MAX_REQUESTS_ARRIVING'),
    requestsArrivingPerAddress: asNumber('MAX_REQUESTS_ARRIVING_PER_ADDRESS'),
    eventStreams: asNumber('MAX_EVENT_STREAMS'),
    eventStreamsPerAddress: asNumber('MAX_EVENT_STREAMS_PER_ADDRESS'),
    openedTokens: asNumber('MAX_OPENED_TOKENS'),
  },
  upstreamTimeoutMs: asNumber('UPSTREAM_TIMEOUT_MS'),
} satisfies Fields

/** These belong together: a site that sets one of them gets none of the environment's. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  'genesys.region': [...variablesOf(FIELDS.genesys.hosts), 'GENESYS_REGION'],
  'genesys.hosts': [...variablesOf(FIELDS.genesys.hosts), 'GENESYS_REGION'],
  'genesys.oauth': withFiles(variablesOf(FIELDS.genesys.oauth)),
  userToken: withFiles(variablesOf(FIELDS.userToken)),
}
/** A client's secret goes to no host but that for which it was given. */
const SENT_TO: Readonly<Record<string, string>> = {
  'genesys.region': 'genesys.oauth',
  'genesys.hosts': 'genesys.oauth',
}
/** Groups that a site can do without though the environment has them. */
const NULLABLE = new Set(['genesys.oauth', 'userToken'])

const LABEL = z.string().max(200)
const LABELS = z.record(
  z.string().regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/),
  z.strictObject({
    headerTitle: LABEL.optional(),
    headerSubtitle: LABEL.optional(),
    launcherText: LABEL.optional(),
  }),
)

/** One site of the file. */
export const SITE = schemaOf(FIELDS).extend({ labels: LABELS.optional() })
/** Variable -> place in a site. */
const PATHS: ReadonlyMap<string, string> = new Map(pathsOf(FIELDS))
/** Variables for which a site may say where their value is: `env:NAME`, `file:PATH`. */
export const SECRET_VARIABLES = new Set(secretsOf(FIELDS))

/** Where a site says what a variable says. */
export function placeOf(variable: string): string | undefined {
  return PATHS.get(variable) ?? PATHS.get(variable.replace(/_FILE$/, ''))
}

/** A sentence about variables as one about a site: `sites.shop.genesys.region is missing …`. */
export function inWordsOfSite(id: string, problem: string): string {
  const words = problem.replaceAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g, (name) => placeOf(name) ?? name)
  // Most begin with the variable.
  return words === problem ? `sites.${id}: ${words}` : `sites.${id}.${words}`
}

/** The names of the fields at a place of a site; undefined where keys are free. */
export function fieldsAt(path: readonly PropertyKey[]): readonly string[] | undefined {
  let fields: Field | Fields | undefined = FIELDS
  for (const step of path) {
    if (fields === undefined || isField(fields)) return undefined
    fields = fields[String(step)]
  }
  if (fields === undefined || isField(fields)) return undefined
  return path.length === 0 ? [...Object.keys(fields), 'labels'] : Object.keys(fields)
}

/** The variables of a site; of a group that it sets, those that it leaves out are undefined. */
export function variablesFrom(fields: Readonly<Record<string, unknown>>): Record<string, string | undefined> {
  const given: Record<string, string> = {}
  const variables: Record<string, string | undefined> = { ALLOWED_ORIGINS: undefined }
  const leaveOut = (group: string) => {
    for (const name of GROUPS[group] ?? []) variables[name] = undefined
    if (SENT_TO[group] !== undefined) leaveOut(SENT_TO[group])
  }
  const visit = (value: unknown, path: string, known: Field | Fields) => {
    if (value === undefined) return
    if (GROUPS[path] !== undefined) leaveOut(path)
    if (value === null) return
    if (isField(known)) given[known.variable] = asVariable(value)
    else {
      for (const [name, inner] of Object.entries(value)) {
        const field = known[name]
        if (field !== undefined) visit(inner, path === '' ? name : `${path}.${name}`, field)
      }
    }
  }
  visit(fields, '', FIELDS)
  return { ...variables, ...given }
}

/** Items between commas; one comma for none, as an empty variable is a missing one. */
function asVariable(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const items = Array.isArray(value) ? value : Object.entries(value).map((pair) => pair.join('='))
  return items.join(',') || ','
}

function isField(value: Field | Fields): value is Field {
  return typeof value['variable'] === 'string'
}

function schemaOf(fields: Fields, path = ''): z.ZodObject {
  const shape = Object.entries(fields).map(([name, field]) => {
    const place = path === '' ? name : `${path}.${name}`
    const schema = isField(field) ? field.schema : schemaOf(field, place)
    return [name, NULLABLE.has(place) ? schema.nullish() : schema.optional()]
  })
  return z.strictObject(Object.fromEntries(shape) as Record<string, z.ZodType>)
}

function pathsOf(fields: Fields, path = ''): [variable: string, path: string][] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const place = path === '' ? name : `${path}.${name}`
    return isField(field) ? [[field.variable, place] as [string, string]] : pathsOf(field, place)
  })
}

function variablesOf(fields: Fields): string[] {
  return pathsOf(fields).map(([variable]) => variable)
}

function secretsOf(fields: Fields): string[] {
  return Object.values(fields).flatMap((field) =>
    isField(field) ? (field.isSecret === true ? [field.variable] : []) : secretsOf(field),
  )
}

function withFiles(variables: readonly string[]): string[] {
  return variables.flatMap((name) => [name, `${name}_FILE`])
}
