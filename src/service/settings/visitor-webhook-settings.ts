import { attributeKeyProblem, type AttributeSettings } from '../sessions/attribute-policy.ts'
import { SESSION_COOKIE_NAME } from '../sessions/session-token.ts'
import { isUnencryptedRemote } from './encryption.ts'
import type { Variables } from './variables.ts'

/** The site's own backend, which identifies a visitor by a cookie or header. */
export interface VisitorWebhookSettings {
  readonly url: string
  /** The keys that sign the requests. Each request has a signature for every key. */
  readonly secrets: readonly Uint8Array[]
  /** The part of a page's request that is forwarded. The name of a header is in lower case. */
  readonly credential: { readonly kind: 'cookie' | 'header'; readonly name: string }
  /** The attributes that the response may set. Pages cannot set them. */
  readonly attributes: readonly string[]
  /** The time limit for one call to the backend, including its retry. */
  readonly timeoutMs: number
  readonly cacheMs: number
  readonly onFailure: 'refuse' | 'anonymous'
}

/** 24 to 64 bytes, as the specification requires. */
const SECRET = /^whsec_([A-Za-z0-9+/]{32,88}={0,2})$/

/** Headers that this service or a proxy sets, or that have a different meaning in a request to the webhook. */
const OTHER_HEADERS = new Set([
  'authorization',
  'connection',
  'cookie',
  'date',
  'expect',
  'host',
  'last-event-id',
  'origin',
  'referer',
  'te',
  'traceparent',
  'tracestate',
  'trailer',
  'upgrade',
  'x-request-id',
])
const OTHER_PREFIXES = [
  'accept-',
  'access-control-',
  'content-',
  'idempotency-',
  'if-',
  'keep-',
  'proxy-',
  'sec-',
  'transfer-',
  'webhook-',
  'x-forwarded-',
]

export function readVisitorWebhook(
  env: Variables,
  attributes: AttributeSettings,
  problems: string[],
): VisitorWebhookSettings | undefined {
  const { VISITOR_WEBHOOK_URL: url } = env
  if (url === undefined) {
    if (env.VISITOR_WEBHOOK_SECRET !== undefined)
      problems.push('VISITOR_WEBHOOK_URL is missing: VISITOR_WEBHOOK_SECRET is set')
    return undefined
  }
  if (env.NODE_ENV === 'production' && isUnencryptedRemote(url))
    problems.push('VISITOR_WEBHOOK_URL must begin with https:// in production')
  for (const key of env.VISITOR_WEBHOOK_ATTRIBUTES) {
    const problem = attributeKeyProblem(key, attributes)
    if (problem !== undefined) problems.push(`VISITOR_WEBHOOK_ATTRIBUTES ${problem}`)
  }
  return {
    url,
    secrets: readWebhookSecrets('VISITOR_WEBHOOK', env.VISITOR_WEBHOOK_SECRET, problems),
    credential: readCredential(env, problems),
    attributes: env.VISITOR_WEBHOOK_ATTRIBUTES,
    timeoutMs: env.VISITOR_WEBHOOK_TIMEOUT_MS,
    cacheMs: env.VISITOR_WEBHOOK_CACHE_S * 1000,
    onFailure: env.VISITOR_WEBHOOK_FAILURE,
  }
}

/** @param webhook the prefix of the variables' names, such as `SURVEY_WEBHOOK` */
export function readWebhookSecrets(
  webhook: string,
  texts: readonly string[] | undefined,
  problems: string[],
): Uint8Array[] {
  if (texts === undefined) {
    problems.push(`${webhook}_SECRET is missing: ${webhook}_URL is set`)
    return []
  }
  const secrets = texts.map((text) => Buffer.from(SECRET.exec(text)?.[1] ?? '', 'base64'))
  if (secrets.length === 0 || secrets.some(({ length }) => length < 24 || length > 64))
    problems.push(`${webhook}_SECRET must be whsec_ followed by 24 to 64 bytes in base64, or a list of these`)
  return secrets
}

function readCredential(env: Variables, problems: string[]): VisitorWebhookSettings['credential'] {
  const { VISITOR_WEBHOOK_COOKIE: cookie, VISITOR_WEBHOOK_HEADER: header } = env
  if ((cookie === undefined) === (header === undefined))
    problems.push('VISITOR_WEBHOOK_COOKIE or VISITOR_WEBHOOK_HEADER must be set, but not both')
  if (cookie?.startsWith(SESSION_COOKIE_NAME))
    problems.push("VISITOR_WEBHOOK_COOKIE must not name this service's own cookie")
  const name = header?.toLowerCase() ?? ''
  if (OTHER_HEADERS.has(name) || OTHER_PREFIXES.some((prefix) => name.startsWith(prefix)))
    problems.push('VISITOR_WEBHOOK_HEADER must name a header of your own, such as X-Shop-Session')
  return cookie === undefined ? { kind: 'header', name } : { kind: 'cookie', name: cookie }
}
