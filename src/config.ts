import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import dotenv from 'dotenv'
import { z } from 'zod'
import { GUEST_API_NAMES, type GuestApiName } from './genesys/guest-api.ts'
import { findRegion } from './genesys/regions.ts'
import type { UserTokenSettings } from './sessions/user-token.ts'
import { type AttributeSettings, attributeSettingsProblems } from './sessions/attribute-policy.ts'
import { parseOriginPattern } from './routes/guards/origin-patterns.ts'

/** Settings of the service, as `readConfig` makes them. Secrets are in it: never log one. */
export interface Config {
  readonly production: boolean
  readonly port: number
  readonly host: string
  /** As websites see the service, without a trailing slash; `''` when it is not known. */
  readonly publicUrl: string
  /** How many proxies in front are trusted to name the client's address. */
  readonly trustProxy: number
  readonly allowedOrigins: readonly string[]
  readonly allowNoOrigin: boolean
  readonly genesys: {
    readonly guestApi: GuestApiName
    readonly deploymentId: string
    readonly organizationId: string | undefined
    /** AWS region of the organisation, where it is known. */
    readonly region: string | undefined
    /** Whether guests may sign in with the deployment's OpenID provider. */
    readonly signIn: boolean
    readonly oauth: OAuthSettings | undefined
    readonly hosts: GenesysHosts
    readonly language: string | undefined
    readonly divisionId: string | undefined
    readonly flowId: string | undefined
  }
  readonly session: {
    /** 32 bytes each; the first seals, all open. */
    readonly keys: readonly Uint8Array[]
    readonly keysAreEphemeral: boolean
    readonly maxAgeMs: number
    readonly cookie: boolean
  }
  readonly attributes: AttributeSettings
  readonly userToken: UserTokenSettings | undefined
  readonly rate: {
    readonly perGuestPerMinute: number
    readonly perAddressPerMinute: number
    readonly sessionsPerAddressPerMinute: number
    readonly overallPerSecond: number
  }
  readonly limits: {
    readonly bodyBytes: number
    readonly attachmentBytes: number
    readonly requestsUnderWay: number
    readonly eventStreams: number
    readonly openedTokens: number
    readonly requestTimeoutMs: number
  }
  readonly upstreamTimeoutMs: number
  readonly drainMs: number
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'
  readonly metricsPort: number | undefined
  readonly docs: boolean
  readonly demo: boolean
  readonly problemHints: boolean
}

/** Base addresses of Genesys Cloud, none with a slash at its end. */
export interface GenesysHosts {
  readonly apiUrl: string
  readonly loginUrl: string
  readonly messagingUrl: string
  readonly cdnUrl: string
}

export interface OAuthSettings {
  readonly clientId: string
  readonly clientSecret: string
  readonly style: 'basic' | 'form'
}

/** The key in `.env.example`: good for a first try, refused in production. */
export const EXAMPLE_SESSION_KEY = 'ZXhhbXBsZS1rZXktZG8tbm90LXVzZS1pbi1wcm9kISE='

/** Settings that are wrong or missing. The message names each one, and none of their values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The settings are not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

const onOff = z.stringbool({
  truthy: ['on', 'true', '1', 'yes'],
  falsy: ['off', 'false', '0', 'no'],
  error: 'is on or off',
})

const whole = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d{1,12}$/, 'is a whole number')
    .transform(Number)
    .refine((n) => n >= minimum && n <= maximum, `is between ${minimum} and ${maximum}`)

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** `a=b, c=d` as an object. */
const pairs = list.pipe(
  z
    .array(z.string().regex(/^[^=\s]+\s*=\s*[^=\s]+$/, 'is a list of key=value'))
    .transform((items) =>
      Object.fromEntries(items.map((item) => item.split('=').map((part) => part.trim()) as [string, string])),
    ),
)

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `is a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    )
    .transform((text) => text.replace(/\/+$/, ''))

const httpUrl = url('https:', 'http:')
const uuidLike = z.string().regex(/^[0-9a-zA-Z-]{1,64}$/, 'is an id of letters, digits and dashes')
const headerText = z.string().regex(/^[\x20-\x7e]{1,512}$/, 'is plain text of one line')

const Env = z.object({
  NODE_ENV: z.string().default('development'),
  PORT: whole(0, 65535).default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  PUBLIC_URL: httpUrl.optional(),
  TRUST_PROXY: whole(0, 16).default(0),
  ALLOWED_ORIGINS: list.default([]),
  ALLOW_NO_ORIGIN: onOff.default(false),

  GENESYS_REGION: z.string().optional(),
  GENESYS_DEPLOYMENT_ID: uuidLike.optional(),
  GENESYS_ORGANIZATION_ID: uuidLike.optional(),
  GENESYS_GUEST_API: z
    .enum(GUEST_API_NAMES, { error: `is one of ${GUEST_API_NAMES.join(', ')}` })
    .default('web-messaging'),
  GENESYS_CLIENT_ID: headerText.optional(),
  GENESYS_CLIENT_SECRET: headerText.optional(),
  GENESYS_OAUTH_STYLE: z.enum(['basic', 'form'], { error: 'is basic or form' }).default('basic'),
  GENESYS_API_URL: httpUrl.optional(),
  GENESYS_LOGIN_URL: httpUrl.optional(),
  GENESYS_MESSAGING_URL: url('wss:', 'ws:').optional(),
  GENESYS_CDN_URL: httpUrl.optional(),
  GENESYS_SIGN_IN: onOff.default(false),
  GENESYS_LANGUAGE: headerText.optional(),
  GENESYS_DIVISION_ID: uuidLike.optional(),
  GENESYS_FLOW_ID: uuidLike.optional(),

  SESSION_KEYS: list.optional(),
  SESSION_MAX_AGE_S: whole(60, 47_304_000).default(259_200),
  SESSION_COOKIE: onOff.default(false),

  ATTRIBUTES_OPEN: list.default(['custom.*']),
  ATTRIBUTES_OPEN_ALL: onOff.default(false),
  ATTRIBUTES_TRUSTED: pairs.default({}),
  ATTRIBUTES_PREFILL: pairs.default({
    name: 'custom.name',
    email: 'custom.email',
    phone: 'custom.phone',
    language: 'custom.language',
  }),
  USER_TOKEN_JWKS_URL: httpUrl.optional(),
  USER_TOKEN_PUBLIC_KEY: z.string().optional(),
  USER_TOKEN_ISSUER: z.string().min(1).optional(),
  USER_TOKEN_AUDIENCE: z.string().min(1).optional(),
  USER_TOKEN_ALGORITHMS: list
    .pipe(
      z.array(
        z.enum(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'], {
          error: 'names signature algorithms with a public key, such as RS256 or ES256',
        }),
      ),
    )
    .default(['RS256', 'ES256']),

  RATE_GUEST_PER_MINUTE: whole(1, 1_000_000).default(120),
  RATE_ADDRESS_PER_MINUTE: whole(1, 1_000_000).default(600),
  RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: whole(1, 1_000_000).default(30),
  RATE_OVERALL_PER_SECOND: whole(1, 1_000_000).default(2000),

  MAX_BODY_BYTES: whole(1024, 1_048_576).default(16_384),
  MAX_ATTACHMENT_BYTES: whole(1024, 104_857_600).default(10_485_760),
  MAX_REQUESTS_UNDER_WAY: whole(1, 100_000).default(1000),
  MAX_EVENT_STREAMS: whole(1, 1_000_000).default(20_000),
  MAX_OPENED_TOKENS: whole(0, 1_000_000).default(10_000),
  REQUEST_TIMEOUT_MS: whole(100, 600_000).default(120_000),
  UPSTREAM_TIMEOUT_MS: whole(50, 120_000).default(10_000),
  DRAIN_MS: whole(0, 600_000).default(3000),

  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'is one of error, warn, info, debug, trace, silent',
    })
    .default('info'),
  METRICS_PORT: whole(0, 65535).optional(),
  DOCS: onOff.default(true),
  DEMO: onOff.default(false),
  PROBLEM_HINTS: onOff.optional(),
})

const SECRETS = ['GENESYS_CLIENT_SECRET', 'SESSION_KEYS', 'USER_TOKEN_PUBLIC_KEY']

/**
 * Settings from the environment, and outside production from a `.env` file too. The environment wins.
 * @throws {ConfigError} naming every wrong or missing variable at once.
 */
export function readConfigFromEnvironment(): Config {
  if (process.env['NODE_ENV'] !== 'production') dotenv.config({ quiet: true })
  return readConfig(process.env)
}

/**
 * Settings from variables. An empty variable counts as missing, as compose files produce them.
 * @throws {ConfigError} naming every wrong or missing variable at once, and none of their values.
 */
export function readConfig(variables: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = []
  const given: Readonly<Record<string, string | undefined>> = Object.fromEntries(
    Object.entries(withSecretFiles(variables, problems)).filter(([, value]) => value?.trim()),
  )
  const env = parseEach(given, problems)
  const production = env.NODE_ENV === 'production'

  for (const origin of env.ALLOWED_ORIGINS) {
    const problem = parseOriginPattern(origin).problem
    if (problem !== undefined) problems.push(`ALLOWED_ORIGINS ${problem}`)
  }
  if (given['ALLOWED_ORIGINS'] === undefined)
    problems.push('ALLOWED_ORIGINS is missing: it names your websites')
  if (given['GENESYS_DEPLOYMENT_ID'] === undefined) problems.push('GENESYS_DEPLOYMENT_ID is missing')

  const hosts = readHosts(env, problems)
  if (production && hosts !== undefined) requireEncryption(hosts, problems)
  const oauth = readOAuth(env, problems)
  if (env.GENESYS_GUEST_API === 'external-users' && env.GENESYS_ORGANIZATION_ID === undefined) {
    problems.push('GENESYS_ORGANIZATION_ID is missing: external-users sends it along')
  }
  const keys = readSessionKeys(env.SESSION_KEYS, production, problems)
  const attributes: AttributeSettings = {
    open: env.ATTRIBUTES_OPEN,
    openAll: env.ATTRIBUTES_OPEN_ALL,
    trusted: env.ATTRIBUTES_TRUSTED,
    prefill: env.ATTRIBUTES_PREFILL,
  }
  problems.push(...attributeSettingsProblems(attributes))
  const userToken = readUserToken(env, problems, production)

  if (problems.length > 0 || hosts === undefined) throw new ConfigError([...new Set(problems)])
  return {
    production,
    port: env.PORT,
    host: env.HOST,
    publicUrl: env.PUBLIC_URL ?? '',
    trustProxy: env.TRUST_PROXY,
    allowedOrigins: env.ALLOWED_ORIGINS,
    allowNoOrigin: env.ALLOW_NO_ORIGIN,
    genesys: {
      guestApi: env.GENESYS_GUEST_API,
      deploymentId: env.GENESYS_DEPLOYMENT_ID ?? '',
      organizationId: env.GENESYS_ORGANIZATION_ID,
      region: regionName(env.GENESYS_REGION),
      signIn: env.GENESYS_SIGN_IN,
      oauth,
      hosts,
      language: env.GENESYS_LANGUAGE,
      divisionId: env.GENESYS_DIVISION_ID,
      flowId: env.GENESYS_FLOW_ID,
    },
    session: {
      keys,
      keysAreEphemeral: env.SESSION_KEYS === undefined,
      maxAgeMs: env.SESSION_MAX_AGE_S * 1000,
      cookie: env.SESSION_COOKIE,
    },
    attributes,
    userToken,
    rate: {
      perGuestPerMinute: env.RATE_GUEST_PER_MINUTE,
      perAddressPerMinute: env.RATE_ADDRESS_PER_MINUTE,
      sessionsPerAddressPerMinute: env.RATE_SESSIONS_PER_ADDRESS_PER_MINUTE,
      overallPerSecond: env.RATE_OVERALL_PER_SECOND,
    },
    limits: {
      bodyBytes: env.MAX_BODY_BYTES,
      attachmentBytes: env.MAX_ATTACHMENT_BYTES,
      requestsUnderWay: env.MAX_REQUESTS_UNDER_WAY,
      eventStreams: env.MAX_EVENT_STREAMS,
      openedTokens: env.MAX_OPENED_TOKENS,
      requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
    },
    upstreamTimeoutMs: env.UPSTREAM_TIMEOUT_MS,
    drainMs: env.DRAIN_MS,
    logLevel: env.LOG_LEVEL,
    metricsPort: env.METRICS_PORT,
    docs: env.DOCS,
    demo: env.DEMO,
    problemHints: env.PROBLEM_HINTS ?? !production,
  }
}

type Variables = z.infer<typeof Env>

/** Variables that are wrong are noted and left out, so that what depends on the others is checked too. */
function parseEach(given: Readonly<Record<string, string | undefined>>, problems: string[]): Variables {
  const parsed = Env.safeParse(given)
  if (parsed.success) return parsed.data
  const wrongNames = new Set<string>()
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0])
    wrongNames.add(name)
    problems.push(`${name} ${inOurWords(issue.message)}`)
  }
  return Env.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !wrongNames.has(name))))
}

/** Each secret may come from the file that `NAME_FILE` names, as container platforms mount them. */
function withSecretFiles(variables: Readonly<Record<string, string | undefined>>, problems: string[]) {
  const merged = { ...variables }
  for (const name of SECRETS) {
    const path = variables[`${name}_FILE`]
    if (!path) continue
    if (variables[name]) problems.push(`${name} and ${name}_FILE are both set`)
    try {
      merged[name] = readFileSync(path, 'utf8').trim()
    } catch {
      problems.push(`${name}_FILE names a file that can't be read`)
    }
  }
  return merged
}

/** zod's own sentences may quote the input; ours never do. */
function inOurWords(message: string): string {
  return message.startsWith('Invalid') || message.startsWith('Too') ? 'is not of the right form' : message
}

function readHosts(env: Variables, problems: string[]): GenesysHosts | undefined {
  const given = {
    apiUrl: env.GENESYS_API_URL,
    loginUrl: env.GENESYS_LOGIN_URL,
    messagingUrl: env.GENESYS_MESSAGING_URL,
    cdnUrl: env.GENESYS_CDN_URL,
  }
  const { apiUrl, loginUrl, messagingUrl, cdnUrl } = given
  if (env.GENESYS_REGION === undefined) {
    if (
      apiUrl !== undefined &&
      loginUrl !== undefined &&
      messagingUrl !== undefined &&
      cdnUrl !== undefined
    ) {
      return { apiUrl, loginUrl, messagingUrl, cdnUrl }
    }
    problems.push(
      'GENESYS_REGION is missing (an AWS region such as eu-west-1, or a domain such as mypurecloud.ie)',
    )
    return undefined
  }
  try {
    const region = findRegion(env.GENESYS_REGION)
    return {
      apiUrl: apiUrl ?? region.apiUrl,
      loginUrl: loginUrl ?? region.loginUrl,
      messagingUrl: messagingUrl ?? region.messagingUrl,
      cdnUrl: cdnUrl ?? region.cdnUrl,
    }
  } catch {
    problems.push('GENESYS_REGION is no region of Genesys Cloud (eu-west-1 or mypurecloud.ie, for instance)')
    return undefined
  }
}

function regionName(text: string | undefined): string | undefined {
  try {
    return text === undefined ? undefined : findRegion(text).awsRegion
  } catch {
    return undefined
  }
}

function requireEncryption(hosts: GenesysHosts, problems: string[]): void {
  const names = { apiUrl: 'API', loginUrl: 'LOGIN', messagingUrl: 'MESSAGING', cdnUrl: 'CDN' } as const
  for (const [key, name] of Object.entries(names) as [keyof GenesysHosts, string][]) {
    if (isPlainAndFar(hosts[key]))
      problems.push(`GENESYS_${name}_URL has to begin with https:// or wss:// in production`)
  }
}

function isPlainAndFar(text: string): boolean {
  const { protocol, hostname } = new URL(text)
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname)
  return (protocol === 'http:' || protocol === 'ws:') && !loopback
}

function readOAuth(env: Variables, problems: string[]): OAuthSettings | undefined {
  const { GENESYS_CLIENT_ID: clientId, GENESYS_CLIENT_SECRET: clientSecret } = env
  if (clientId !== undefined && clientSecret !== undefined) {
    return { clientId, clientSecret, style: env.GENESYS_OAUTH_STYLE }
  }
  if (clientId !== undefined) problems.push('GENESYS_CLIENT_SECRET is missing (GENESYS_CLIENT_ID is set)')
  if (clientSecret !== undefined) problems.push('GENESYS_CLIENT_ID is missing (GENESYS_CLIENT_SECRET is set)')
  if (clientId === undefined && clientSecret === undefined && env.GENESYS_GUEST_API !== 'web-messaging') {
    problems.push(
      'GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET are missing: this GENESYS_GUEST_API needs OAuth',
    )
  }
  return undefined
}

function readSessionKeys(
  encoded: string[] | undefined,
  production: boolean,
  problems: string[],
): Uint8Array[] {
  if (encoded === undefined) {
    if (production) problems.push('SESSION_KEYS is missing (make one with: openssl rand -base64 32)')
    return [randomBytes(32)]
  }
  if (production && encoded.includes(EXAMPLE_SESSION_KEY)) {
    problems.push('SESSION_KEYS holds the key of .env.example, which everybody knows')
  }
  const keys = encoded.map((text) => Buffer.from(text, 'base64'))
  if (
    keys.some(
      (key, i) =>
        key.length !== 32 || key.toString('base64').replace(/=+$/, '') !== encoded[i]?.replace(/=+$/, ''),
    )
  ) {
    problems.push('SESSION_KEYS has to be a list of 32-byte keys in base64 (openssl rand -base64 32)')
  }
  return keys
}

function readUserToken(
  env: Variables,
  problems: string[],
  production: boolean,
): UserTokenSettings | undefined {
  const { USER_TOKEN_JWKS_URL: jwksUrl, USER_TOKEN_PUBLIC_KEY: publicKeyPem } = env
  if (jwksUrl === undefined && publicKeyPem === undefined) {
    if (Object.keys(env.ATTRIBUTES_TRUSTED).length > 0) {
      problems.push('USER_TOKEN_JWKS_URL or USER_TOKEN_PUBLIC_KEY is missing (ATTRIBUTES_TRUSTED is set)')
    }
    return undefined
  }
  if (jwksUrl !== undefined && publicKeyPem !== undefined) {
    problems.push('USER_TOKEN_JWKS_URL and USER_TOKEN_PUBLIC_KEY are both set')
  }
  if (production && jwksUrl !== undefined && isPlainAndFar(jwksUrl)) {
    problems.push('USER_TOKEN_JWKS_URL has to begin with https:// in production')
  }
  if (env.USER_TOKEN_ISSUER === undefined) problems.push('USER_TOKEN_ISSUER is missing')
  if (env.USER_TOKEN_AUDIENCE === undefined) problems.push('USER_TOKEN_AUDIENCE is missing')
  return {
    jwksUrl,
    publicKeyPem: publicKeyPem?.replaceAll('\\n', '\n'),
    issuer: env.USER_TOKEN_ISSUER ?? '',
    audience: env.USER_TOKEN_AUDIENCE ?? '',
    algorithms: env.USER_TOKEN_ALGORITHMS,
  }
}
