import { existsSync, readFileSync } from 'node:fs'
import dotenv from 'dotenv'
import type { PreChatForm } from '../../contract/contract.ts'
import { SESSION_COOKIE_NAME } from '../sessions/session-token.ts'
import { parseOriginPattern, publicSuffixOf } from '../urls/origin-patterns.ts'
import { type AttributeSettings, attributeSettingsProblems } from '../sessions/attribute-policy.ts'
import { checkedBlocklist } from './blocklist-settings.ts'
import { readChallenge } from './challenge-settings.ts'
import { ConfigError, type Config, type KeysFile, type SitesSource } from './config.ts'
import {
  deploymentIdWarnings,
  readAvailability,
  readHosts,
  readOAuth,
  regionName,
  requireEncryption,
  type GenesysHosts,
} from './genesys-settings.ts'
import { SECRETS, withSecretFiles } from './secret-files.ts'
import { EXAMPLE_SESSION_KEY, readSessionKeys, sessionKeysOfSite } from './session-keys.ts'
import { readSitesFile, repeatedOrigins } from './sites-file.ts'
import { preChatProblems } from './pre-chat-settings.ts'
import { readRedaction } from './redaction-settings.ts'
import { readKnowledge } from './knowledge-settings.ts'
import { readJourney } from './journey-settings.ts'
import { readSurvey } from './survey-settings.ts'
import { proxyProblems } from './outbound-proxy-settings.ts'
import { readUserToken } from './user-token-settings.ts'
import { readVisitorWebhook } from './visitor-webhook-settings.ts'
import { readCallbacks } from './callback-settings.ts'
import { replacedVariables, unknownVariables } from './unknown-variables.ts'
import { parseEach, type Variables } from './variables.ts'

/** The default. Memory is what limits it: each request takes about 30 KiB. */
const MAX_REQUESTS_IN_FLIGHT = 10_000
/** The default in production. Outside production there is no separate port, and `/metrics` is on the main port. */
const MANAGEMENT_PORT = 9090
const EVENT_STREAMS_PER_ADDRESS = 1000
/** The default in production, because orchestrators still route new connections to a stopping process for some seconds. */
const DRAIN_DELAY_MS = 5000

const ENV_FILE_IGNORED =
  'this service does not read the .env file when NODE_ENV is production: set environment variables'

/**
 * Settings from the environment, and outside production also from a `.env` file. The environment takes precedence.
 * @throws {ConfigError} which names every wrong or missing variable
 */
export function readConfigFromEnvironment(): Config {
  const isProduction = process.env['NODE_ENV'] === 'production'
  if (!isProduction) dotenv.config({ quiet: true })
  return readConfig(process.env, isProduction && isUnread('.env') ? [ENV_FILE_IGNORED] : [])
}

/** Whether the file has variables that the environment lacks. Frameworks and process managers may load the file themselves. */
function isUnread(envFile: string): boolean {
  try {
    return Object.keys(dotenv.parse(readFileSync(envFile))).some((name) => process.env[name] === undefined)
  } catch {
    return existsSync(envFile)
  }
}

type Given = Readonly<Record<string, string | undefined>>

/**
 * Settings from environment variables. An empty variable counts as missing, because compose files produce empty variables.
 * @throws {ConfigError} which names every wrong or missing variable, but no value
 */
export function readConfig(variables: Given, moreWarnings: readonly string[] = []): Config {
  const problems: string[] = []
  const warnings = [...moreWarnings, ...unknownVariables(variables), ...replacedVariables(variables)]
  const given = withoutEmpty(withSecretFiles(variables, problems))
  const env = parseEach(given, problems)
  const keys = readSessionKeys(env.SESSION_KEYS, env.NODE_ENV === 'production', problems)
  for (const [i, origin] of env.ALLOWED_ORIGINS.entries()) {
    const suffix = publicSuffixOf(origin)
    if (suffix !== undefined)
      warnings.push(
        `ALLOWED_ORIGINS[${i}] allows every website below ${suffix}, where anyone can create a website`,
      )
  }
  problems.push(...proxyProblems(variables))
  warnings.push(...deploymentIdWarnings(env))
  const hasSites = env.SITES_FILE !== undefined
  if (hasSites && env.ALLOWED_ORIGINS.length > 0)
    problems.push('ALLOWED_ORIGINS and SITES_FILE are both set: each site has its own origins')
  const ownProblems: string[] = []
  const config = configFrom(env, given, keys, ownProblems)
  // With several sites, missing settings are reported for each site instead.
  problems.push(
    ...(hasSites
      ? ownProblems.filter((problem) => !/^\S+( (and|or) \S+)? (is|are) missing/.test(problem))
      : ownProblems),
  )
  // A secret whose file cannot be read is not also reported as missing.
  const unread = SECRETS.filter((name) => given[`${name}_FILE`] !== undefined && given[name] === undefined)
  const named = problems.filter((problem) => !unread.some((name) => problem.startsWith(`${name} is missing`)))
  if (named.length > 0) throw new ConfigError([...new Set(named)], warnings)
  const keysPath = given['SESSION_KEYS_FILE']
  const session = {
    ...config.session,
    keysFile: keysPath === undefined ? undefined : keysFile(keysPath, variables),
  }
  const sites = env.SITES_FILE === undefined ? undefined : sitesSource(env.SITES_FILE, variables, keys)
  return { ...config, session, sites, warnings }
}

function configFrom(env: Variables, given: Given, keys: readonly Uint8Array[], problems: string[]): Config {
  const production = env.NODE_ENV === 'production'

  requireOrigins(env, problems)
  if (given['GENESYS_DEPLOYMENT_ID'] === undefined)
    problems.push(
      'GENESYS_DEPLOYMENT_ID is missing: set it to the id of the Messenger deployment in Genesys Cloud',
    )

  const managementPort = env.MANAGEMENT_PORT ?? env.METRICS_PORT ?? (production ? MANAGEMENT_PORT : undefined)
  if (managementPort !== undefined && managementPort !== 0 && managementPort === env.PORT) {
    problems.push('MANAGEMENT_PORT must differ from PORT')
  }
  const hosts = readHosts(env, problems)
  if (production && hosts !== undefined) requireEncryption(hosts, problems)
  const oauth = readOAuth(env, problems, given['GENESYS_CLIENT_SECRET_FILE'])
  if (env.GENESYS_GUEST_API === 'external-users' && env.GENESYS_ORGANIZATION_ID === undefined) {
    problems.push('GENESYS_ORGANIZATION_ID is missing: external-users needs it')
  }
  const attributes: AttributeSettings = {
    open: env.ATTRIBUTES_OPEN,
    openAll: env.ATTRIBUTES_OPEN_ALL,
    trusted: env.ATTRIBUTES_TRUSTED,
    prefill: env.ATTRIBUTES_PREFILL,
  }
  const redaction = readRedaction(env, problems)
  const preChatForm = env.PRE_CHAT_FORM as PreChatForm | undefined
  problems.push(...attributeSettingsProblems(attributes), ...preChatProblems(preChatForm, attributes))

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
      connectionsPerMinute: env.GENESYS_CONNECTIONS_PER_MINUTE,
      connectionIdleMs: env.GENESYS_CONNECTION_IDLE_S * 1000,
      fileHosts: env.GENESYS_FILE_HOSTS,
      oauth,
      hosts: hosts ?? NO_HOSTS,
      language: env.GENESYS_LANGUAGE,
      divisionId: env.GENESYS_DIVISION_ID,
      flowId: env.GENESYS_FLOW_ID,
    },
    availability: readAvailability(env, oauth, problems),
    session: {
      keys,
      keysAreEphemeral: env.SESSION_KEYS === undefined,
      keysAreExample: env.SESSION_KEYS?.includes(EXAMPLE_SESSION_KEY) ?? false,
      keysFile: undefined,
      maxAgeMs: env.SESSION_MAX_AGE_S * 1000,
      absoluteMaxAgeMs: env.SESSION_ABSOLUTE_MAX_AGE_S * 1000,
      verifiedTokenMaxAgeMs: env.SESSION_VERIFIED_MAX_AGE_S * 1000,
      separateSignIn: env.SESSION_SEPARATE_SIGN_IN,
      cookie: env.SESSION_COOKIE,
      cookieName: SESSION_COOKIE_NAME,
    },
    attributes,
    userToken: readUserToken(env, problems, production),
    visitorWebhook: readVisitorWebhook(env, attributes, problems),
    challenge: readChallenge(env, problems),
    blocklistFile: checkedBlocklist(env.BLOCKLIST_FILE, problems),
    rate: {
      perGuestPerMinute: env.RATE_GUEST_PER_MINUTE,
      perAddressPerMinute: env.RATE_ADDRESS_PER_MINUTE,
      sessionsPerAddressPerMinute: env.RATE_SESSIONS_PER_ADDRESS_PER_MINUTE,
    },
    limits: readLimits(env),
    redis:
      env.REDIS_URL === undefined
        ? undefined
        : {
            url: env.REDIS_URL,
            keyPrefix: env.REDIS_KEY_PREFIX,
            timeoutMs: env.REDIS_TIMEOUT_MS,
          },
    upstreamTimeoutMs: env.UPSTREAM_TIMEOUT_MS,
    drainDelayMs: env.DRAIN_DELAY_MS ?? (production ? DRAIN_DELAY_MS : 0),
    drainMs: env.DRAIN_MS,
    logLevel: env.LOG_LEVEL,
    managementPort,
    docs: env.DOCS,
    demo: env.DEMO,
    problemHints: env.PROBLEM_HINTS ?? !production,
    redaction,
    preChatForm,
    survey: readSurvey(env, attributes, problems),
    journey: readJourney(env, { hasOAuthClient: oauth !== undefined }, problems),
    transcript: env.TRANSCRIPT,
    knowledge: readKnowledge(env, oauth, problems),
    callbacks: readCallbacks(env, problems),
    labels: env.DEPLOYMENT_LABELS as Config['labels'],
    sites: undefined,
    warnings: [],
  }
}

function requireOrigins({ ALLOWED_ORIGINS }: Variables, problems: string[]): void {
  for (const [i, origin] of ALLOWED_ORIGINS.entries()) {
    const { problem } = parseOriginPattern(origin)
    // An entry with `@` may contain a password, so the message does not quote it.
    const entry = origin.includes('@') ? '' : ` \`${origin.slice(0, 200)}\``
    if (problem !== undefined) problems.push(`ALLOWED_ORIGINS[${i}]${entry} ${problem}`)
  }
  if (ALLOWED_ORIGINS.length === 0 && !problems.some((problem) => problem.startsWith('ALLOWED_ORIGINS')))
    problems.push('ALLOWED_ORIGINS is missing: list your websites, such as https://www.example.com')
}

function readLimits(env: Variables): Config['limits'] {
  return {
    bodyBytes: env.MAX_BODY_BYTES,
    attachmentBytes: env.MAX_ATTACHMENT_BYTES,
    requestsInFlight: env.MAX_REQUESTS_IN_FLIGHT ?? env.MAX_REQUESTS_UNDER_WAY ?? MAX_REQUESTS_IN_FLIGHT,
    requestsInFlightPerAddress: env.MAX_REQUESTS_IN_FLIGHT_PER_ADDRESS,
    requestsInFlightPerGuest: env.MAX_REQUESTS_IN_FLIGHT_PER_GUEST,
    requestsArriving: env.MAX_REQUESTS_ARRIVING,
    requestsArrivingPerAddress: env.MAX_REQUESTS_ARRIVING_PER_ADDRESS,
    eventStreams: env.MAX_EVENT_STREAMS,
    // One address must not be able to use all event streams.
    eventStreamsPerAddress:
      env.MAX_EVENT_STREAMS_PER_ADDRESS ??
      Math.min(EVENT_STREAMS_PER_ADDRESS, Math.ceil(env.MAX_EVENT_STREAMS / 2)),
    openedTokens: env.MAX_OPENED_TOKENS,
    memoryBytes: env.MEMORY_LIMIT_MIB * 1024 * 1024,
    requestTimeoutMs: env.REQUEST_TIMEOUT_MS,
  }
}

const NO_HOSTS: GenesysHosts = { apiUrl: '', loginUrl: '', messagingUrl: '', cdnUrl: '' }

function withoutEmpty(variables: Given): Given {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.trim()))
}

/** The current session keys, from the environment or the file that it names. */
function currentKeys(variables: Given, problems: string[]): Uint8Array[] {
  const env = parseEach(withoutEmpty(withSecretFiles(variables, problems)), problems)
  return readSessionKeys(env.SESSION_KEYS, env.NODE_ENV === 'production', problems)
}

function keysFile(path: string, variables: Given): KeysFile {
  return {
    path,
    read() {
      const problems: string[] = []
      const keys = currentKeys(variables, problems)
      if (problems.length > 0) throw new ConfigError(problems)
      return keys
    },
  }
}

/** @param initialKeys used if the keys do not come from a file */
function sitesSource(path: string, variables: Given, initialKeys: readonly Uint8Array[]): SitesSource {
  const keysPath = variables['SESSION_KEYS_FILE']?.trim() ? variables['SESSION_KEYS_FILE'] : undefined
  let files: readonly string[] = [path]
  return {
    name: 'sites-file',
    get files() {
      return files
    },
    read() {
      const problems: string[] = []
      const entries = readSitesFile(path, problems)
      const secretFiles = entries.flatMap(({ variables: own }) =>
        SECRETS.flatMap((name) => own[`${name}_FILE`] ?? []),
      )
      files = [path, ...(keysPath === undefined ? [] : [keysPath]), ...secretFiles]
      problems.push(...repeatedOrigins(entries))
      const keys = keysPath === undefined ? initialKeys : currentKeys(variables, problems)
      const sites = entries.map(({ id, variables: own }) => {
        const ownProblems: string[] = []
        const given = withoutEmpty(withSecretFiles({ ...variables, ...own }, ownProblems))
        const env = parseEach(given, ownProblems)
        const config = configFrom(env, given, sessionKeysOfSite(keys, id), ownProblems)
        problems.push(...ownProblems.map((problem) => `sites.${id}: ${problem}`))
        const redis = config.redis && { ...config.redis, keyPrefix: `${config.redis.keyPrefix}${id}:` }
        // One browser can have sessions with several sites on this host.
        const session = { ...config.session, cookieName: `${SESSION_COOKIE_NAME}-${id}` }
        return { id, config: { ...config, session, redis } }
      })
      if (problems.length > 0)
        throw new ConfigError([...new Set(problems)].map((problem) => `SITES_FILE: ${problem}`))
      return sites
    },
  }
}
