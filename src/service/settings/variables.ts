import { isSupportedCountry } from 'libphonenumber-js/min'
import * as z from 'zod'
import { GUEST_API_NAMES } from '../genesys/guest-api.ts'
import { isNetwork } from '../middleware/client-address.ts'
import { parseUrl } from '../urls/parse-url.ts'
import { withoutTrailingSlashes } from '../urls/trailing-slashes.ts'
import { PreChatFormSetting } from './pre-chat-settings.ts'

const onOff = z.stringbool({
  truthy: ['on', 'true', '1', 'yes'],
  falsy: ['off', 'false', '0', 'no'],
  error: 'must be on or off',
})

const whole = (minimum: number, maximum: number) =>
  z
    .string()
    .refine(
      (text) => /^\d{1,12}$/.test(text) && Number(text) >= minimum && Number(text) <= maximum,
      `must be a whole number between ${minimum} and ${maximum}`,
    )
    .transform(Number)

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

/** Keys separated by commas or white space, which base64 does not contain. Secret files often have one key per line. */
const keys = z.string().transform((text) => text.split(/[,\s]+/).filter((key) => key !== ''))

const PROXIES =
  'must be the number of proxies in front of the service, 0 to 16, or a list of their networks, such as 10.0.0.0/8'

const proxies = z.union([whole(0, 16), list.pipe(z.array(z.string().refine(isNetwork, PROXIES)))], {
  error: PROXIES,
})

/** `a=b, c=d` as an object. */
const pairs = list.pipe(
  z
    .array(z.string().regex(/^[^=\s]+\s*=\s*[^=\s]+$/, 'must be a list such as key=value,other=value'))
    .transform((items) =>
      Object.fromEntries(items.map((item) => item.split('=').map((part) => part.trim()) as [string, string])),
    ),
)

const url = (...protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => protocols.includes(parseUrl(text)?.protocol ?? ''),
      `must be a URL that begins with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    )
    .transform(withoutTrailingSlashes)

function isRedisUrl(text: string): boolean {
  return ['redis:', 'rediss:'].includes(parseUrl(text)?.protocol ?? '')
}

const httpUrl = url('https:', 'http:')
const uuidLike = z.string().regex(/^[0-9a-zA-Z-]{1,64}$/, 'must be an id of letters, digits and dashes')
const headerText = z.string().regex(/^[\x20-\x7e]{1,512}$/, 'must be one line of ASCII text')

const label = z.string().max(200, 'must have labels of at most 200 characters')

/** Labels by language. */
const LABELS = z.record(
  z
    .string()
    .regex(/^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$/, 'must have languages as keys, such as en or pt-br'),
  z.strictObject(
    { headerTitle: label.optional(), headerSubtitle: label.optional(), launcherText: label.optional() },
    'must have headerTitle, headerSubtitle and launcherText for each language, and nothing else',
  ),
  'must be an object whose keys are languages',
)

/** Kinds of data that the service can find without a pattern from the operator. */
export const REDACTION_KINDS = ['card', 'iban', 'email', 'phone'] as const

/** A variable that contains JSON. */
const json = z.string().transform((text, context) => {
  try {
    return JSON.parse(text) as unknown
  } catch {
    context.addIssue({ code: 'custom', message: 'must be JSON' })
    return z.NEVER
  }
})

/** ALTCHA needs no third party; the others are vendors. */
const CHALLENGES = ['altcha', 'turnstile', 'hcaptcha', 'recaptcha', 'friendly-captcha'] as const

/** Every variable that the service reads. `.env.example` and docs/settings.md list the same variables. */
const Env = z.object({
  NODE_ENV: z
    .string()
    .refine(
      (name) => name === 'production' || !/^prod/i.test(name),
      'must be production, in full and in lower case',
    )
    .default('development'),
  PORT: whole(0, 65535).default(3000),
  HOST: z.string().min(1).default('0.0.0.0'),
  PUBLIC_URL: httpUrl.optional(),
  TRUST_PROXY: proxies.default(0),
  ALLOWED_ORIGINS: list.default([]),
  ALLOW_NO_ORIGIN: onOff.default(false),
  SITES_FILE: z.string().optional(),

  GENESYS_REGION: z.string().optional(),
  GENESYS_DEPLOYMENT_ID: z
    .string()
    .regex(
      /^[0-9a-zA-Z-]{1,64}$/,
      'must be the id of the Messenger deployment in Genesys Cloud, such as 0b1f5a3e-51a4-4c8e-9c55-5e1f0f7a0002',
    )
    .optional(),
  GENESYS_ORGANIZATION_ID: uuidLike.optional(),
  GENESYS_GUEST_API: z
    .enum(GUEST_API_NAMES, { error: `must be one of ${GUEST_API_NAMES.join(', ')}` })
    .default('web-messaging'),
  GENESYS_CLIENT_ID: headerText.optional(),
  GENESYS_CLIENT_SECRET: headerText.optional(),
  GENESYS_OAUTH_SCOPE: headerText.optional(),
  GENESYS_OAUTH_STYLE: z.enum(['basic', 'form'], { error: 'must be basic or form' }).default('basic'),
  GENESYS_API_URL: httpUrl.optional(),
  GENESYS_LOGIN_URL: httpUrl.optional(),
  GENESYS_MESSAGING_URL: url('wss:', 'ws:').optional(),
  GENESYS_CDN_URL: httpUrl.optional(),
  GENESYS_SIGN_IN: onOff.default(false),
  GENESYS_FILE_HOSTS: list
    .pipe(
      z.array(
        z
          .string()
          .regex(
            /^(\*\.)?[\w-]+(\.[\w-]+)*$/,
            'must be a list of host names, such as files.example.com or *.example.com',
          ),
      ),
    )
    .default([]),
  GENESYS_CONNECTIONS_PER_MINUTE: whole(10, 1_000_000).default(1000),
  GENESYS_CONNECTION_IDLE_S: whole(1, 600).default(30),
  GENESYS_LANGUAGE: headerText.optional(),
  GENESYS_DIVISION_ID: uuidLike.optional(),
  GENESYS_FLOW_ID: uuidLike.optional(),
  GENESYS_SCHEDULE_GROUP_ID: uuidLike.optional(),
  GENESYS_EMERGENCY_GROUP_ID: uuidLike.optional(),
  GENESYS_QUEUE_ID: uuidLike.optional(),
  CALLBACKS: z.enum(['off', 'on', 'verified'], { error: 'must be off, on or verified' }).default('off'),
  CALLBACK_COUNTRY: z
    .string()
    .transform((text) => text.toUpperCase())
    .refine(isSupportedCountry, 'must be a two-letter country code, such as DE')
    .optional(),

  SESSION_KEYS: keys.optional(),
  SESSION_MAX_AGE_S: whole(60, 47_304_000).default(259_200),
  SESSION_ABSOLUTE_MAX_AGE_S: whole(60, 47_304_000).default(2_592_000),
  SESSION_VERIFIED_MAX_AGE_S: whole(60, 86_400).default(300),
  SESSION_SEPARATE_SIGN_IN: onOff.default(false),
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
          error: 'must be a list of signature algorithms that use a public key, such as RS256 or ES256',
        }),
      ),
    )
    .default(['RS256', 'ES256']),

  VISITOR_WEBHOOK_URL: httpUrl.optional(),
  VISITOR_WEBHOOK_SECRET: list.optional(),
  VISITOR_WEBHOOK_COOKIE: z
    .string()
    .regex(/^[\w!#$%&'*+.^`|~-]{1,128}$/, 'must be the name of a cookie')
    .optional(),
  VISITOR_WEBHOOK_HEADER: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, 'must be the name of a header')
    .optional(),
  VISITOR_WEBHOOK_ATTRIBUTES: list.default([]),
  VISITOR_WEBHOOK_TIMEOUT_MS: whole(100, 8000).default(2000),
  VISITOR_WEBHOOK_CACHE_S: whole(0, 60).default(5),
  VISITOR_WEBHOOK_FAILURE: z
    .enum(['refuse', 'anonymous'], { error: 'must be refuse or anonymous' })
    .default('refuse'),

  DEPLOYMENT_LABELS: json.pipe(LABELS).optional(),

  REDACT: list
    .pipe(z.array(z.enum(REDACTION_KINDS, { error: `must be a list of ${REDACTION_KINDS.join(', ')}` })))
    .default([]),
  REDACT_PATTERNS: json
    .pipe(z.record(z.string(), z.string(), 'must be an object with a pattern for each name'))
    .default({}),

  PRE_CHAT_FORM: json.pipe(PreChatFormSetting).optional(),
  SURVEY_WEBHOOK_URL: httpUrl.optional(),
  SURVEY_WEBHOOK_SECRET: list.optional(),
  SURVEY_ATTRIBUTE: z.string().optional(),
  TRANSCRIPT: onOff.default(false),
  KNOWLEDGE: z.enum(['off', 'open', 'oauth'], { error: 'must be off, open or oauth' }).default('off'),

  CHALLENGE: z.enum(CHALLENGES, { error: `must be one of ${CHALLENGES.join(', ')}` }).optional(),
  CHALLENGE_ABOVE_PER_MINUTE: whole(0, 1_000_000).default(0),
  CHALLENGE_DIFFICULTY: whole(1000, 5_000_000).default(50_000),
  CHALLENGE_SECRET: headerText.optional(),
  CHALLENGE_SITE_KEY: headerText.optional(),
  CHALLENGE_VERIFY_URL: httpUrl.optional(),
  CHALLENGE_FAILURE: z.enum(['refuse', 'accept'], { error: 'must be refuse or accept' }).default('refuse'),

  BLOCKLIST_FILE: z.string().min(1).optional(),

  JOURNEY: z.enum(['off', 'open', 'oauth'], { error: 'must be off, open or oauth' }).default('off'),
  JOURNEY_CALLS_PER_MINUTE: whole(2, 100_000).default(120),

  RATE_GUEST_PER_MINUTE: whole(1, 1_000_000).default(120),
  RATE_ADDRESS_PER_MINUTE: whole(1, 1_000_000).default(600),
  RATE_SESSIONS_PER_ADDRESS_PER_MINUTE: whole(1, 1_000_000).default(30),

  MAX_BODY_BYTES: whole(1024, 1_048_576).default(16_384),
  MAX_ATTACHMENT_BYTES: whole(1024, 104_857_600).default(10_485_760),
  MAX_REQUESTS_IN_FLIGHT: whole(1, 100_000).optional(),
  MAX_REQUESTS_IN_FLIGHT_PER_ADDRESS: whole(1, 100_000).default(500),
  MAX_REQUESTS_IN_FLIGHT_PER_GUEST: whole(1, 100_000).default(8),
  /** The old name of `MAX_REQUESTS_IN_FLIGHT`. The old name works for one more release. */
  MAX_REQUESTS_UNDER_WAY: whole(1, 100_000).optional(),
  MAX_REQUESTS_ARRIVING: whole(1, 100_000).default(1000),
  MAX_REQUESTS_ARRIVING_PER_ADDRESS: whole(1, 100_000).default(100),
  MAX_EVENT_STREAMS: whole(1, 1_000_000).default(20_000),
  MAX_EVENT_STREAMS_PER_ADDRESS: whole(1, 1_000_000).optional(),
  MEMORY_LIMIT_MIB: whole(0, 1_048_576).default(0),
  MAX_OPENED_TOKENS: whole(0, 1_000_000).default(10_000),
  REQUEST_TIMEOUT_MS: whole(100, 600_000).default(120_000),
  UPSTREAM_TIMEOUT_MS: whole(50, 120_000).default(10_000),
  DRAIN_DELAY_MS: whole(0, 600_000).optional(),
  DRAIN_MS: whole(0, 600_000).default(3000),

  REDIS_URL: z.string().refine(isRedisUrl, 'must be a URL that begins with redis:// or rediss://').optional(),
  REDIS_KEY_PREFIX: z
    .string()
    .regex(/^[\x21-\x7e]{1,64}$/, 'must be at most 64 ASCII characters without spaces')
    .default('guest-bff:'),
  REDIS_TIMEOUT_MS: whole(10, 5000).default(100),

  LOG_LEVEL: z
    .enum(['error', 'warn', 'info', 'debug', 'trace', 'silent'], {
      error: 'must be one of error, warn, info, debug, trace, silent',
    })
    .default('info'),
  MANAGEMENT_PORT: whole(0, 65535).optional(),
  METRICS_PORT: whole(0, 65535).optional(),
  DOCS: onOff.default(true),
  DEMO: onOff.default(false),
  PROBLEM_HINTS: onOff.optional(),
})

export type Variables = z.infer<typeof Env>

export const VARIABLE_NAMES: readonly string[] = Object.keys(Env.shape)

/** Reports invalid variables and leaves them out, so that the other variables are still checked. */
export function parseEach(
  given: Readonly<Record<string, string | undefined>>,
  problems: string[],
): Variables {
  const parsed = Env.safeParse(given)
  if (parsed.success) return parsed.data
  const wrongNames = new Set<string>()
  for (const issue of parsed.error.issues) {
    const name = String(issue.path[0])
    wrongNames.add(name)
    problems.push(`${name} ${ownMessage(issue.message)}`)
  }
  return Env.parse(Object.fromEntries(Object.entries(given).filter(([name]) => !wrongNames.has(name))))
}

/** Replaces zod's messages, which can quote the input. The messages in this file never do. */
function ownMessage(message: string): string {
  return message.startsWith('Invalid') || message.startsWith('Too') ? 'is not valid' : message
}
