import {
  FIRST_COUNTED_ID,
  placeholderId,
  PLACEHOLDERS,
  placeholderToken,
} from '../../src/test-kit/fixtures/placeholders.ts'
import type { RecordedCall } from '../../src/test-kit/fixtures/recording.ts'

/** Values from the settings, which a recording must not contain. */
export interface KnownValues {
  readonly deploymentId: string
  readonly organizationId: string | undefined
  readonly clientId: string | undefined
  readonly clientSecret: string | undefined
}

/** One call as nock's recorder returns it. */
export interface RawCall {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly status: number
  readonly response: unknown
  readonly rawHeaders: Readonly<Record<string, string>>
  readonly reqheaders?: Readonly<Record<string, string>>
}

/** The scheme is not case-sensitive. Basic does not match, because its credentials contain the client secret. */
const CREDENTIALS = /^(?!basic )([a-z]+) +(\S+)$/i
const TOKEN_KEY = /^(access_token|guest_token|(access|identity|guest|externalUser|refresh)Token|jwt)$/i
const ID_KEY = /(^id|Id|ID)$/
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b/gi
const PLACEHOLDER_ID = /^00000000-0000-4000-8000-\d{12}$/
const DATE = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/g
const URL_LIKE = /\b(https?|wss?):\/\/[^\s"'<>]+/g
const EMAIL = /[\w.+-]+@[\w-]+\.[\w.-]+/g

/** Fields whose texts belong to the protocol. Text in any other field may be personal. */
const PROTOCOL_KEYS = new Set([
  ...['status', 'code', 'error', 'errorCode', 'fieldName', 'type', 'direction', 'contentType', 'eventType'],
  ...['state', 'purpose', 'token_type', 'version', 'visibility', 'originatingEntity', 'messengerType'],
  ...['notificationContentType', 'languages', 'defaultLanguage', 'fileTypes', 'permissions', 'grant_type'],
])
/** A shorter id is replaced only if it is the whole value, because '1', for example, occurs in many texts. */
const SHORTEST_WITHIN_TEXT = 6
const PROTOCOL_WORD = /^[\w.*:/[\], -]{1,300}$/
const SENTENCE_KEYS = new Set(['message', 'messageWithParams', 'description', 'error_description'])
const KEPT_HEADERS = [
  'content-type',
  'retry-after',
  'inin-correlation-id',
  'inin-ratelimit-allowed',
  'inin-ratelimit-count',
  'inin-ratelimit-reset',
  'x-request-id',
]

/**
 * Replaces credentials, tokens, ids, names, texts, dates and hosts with placeholders. The same value gets the same
 * placeholder in all calls, so that a recording still shows from which response a value in a later call came.
 *
 * @param ownKeys the attributes that the scenarios write; other attributes are omitted
 */
export function createScrubber(known: KnownValues, ownKeys: readonly string[]) {
  const learned = new Map<string, string>()
  let ids = FIRST_COUNTED_ID
  let tokens = 1
  const learn = (value: string | undefined, placeholder: () => string) => {
    if (value && !learned.has(value) && !PLACEHOLDER_ID.test(value)) learned.set(value, placeholder())
  }
  const learnId = (value: string | undefined) => learn(value, () => placeholderId(ids++))
  const learnToken = (value: string | undefined) => learn(value, () => placeholderToken(tokens++))
  learn(known.deploymentId, () => PLACEHOLDERS.deploymentId)
  learn(known.organizationId, () => PLACEHOLDERS.organizationId)
  learn(known.clientId, () => PLACEHOLDERS.clientId)
  learn(known.clientSecret, () => PLACEHOLDERS.clientSecret)

  function learnFrom(call: RawCall): void {
    learnToken(CREDENTIALS.exec(call.reqheaders?.['authorization'] ?? '')?.[2])
    learnFromValue(call.body, '')
    learnFromValue(call.response, '')
    for (const name of ['inin-correlation-id', 'x-request-id']) learnId(call.rawHeaders[name])
    for (const id of call.path.match(ID) ?? []) learnId(id)
  }

  function learnFromValue(value: unknown, key: string): void {
    if (typeof value === 'string') {
      if (TOKEN_KEY.test(key)) learnToken(value)
      else if (ID_KEY.test(key) && value !== PLACEHOLDERS.text) learnId(value)
      else for (const id of value.match(ID) ?? []) learnId(id)
    } else if (Array.isArray(value)) {
      for (const item of value) learnFromValue(item, key)
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, item] of Object.entries(value)) learnFromValue(item, name)
    }
  }

  /** Replaces known values, dates, URLs and email addresses in a text. */
  function plain(text: string): string {
    let scrubbed = text
    const longest = [...learned].filter(([value]) => value.length >= SHORTEST_WITHIN_TEXT)
    for (const [value, placeholder] of longest.sort(([a], [b]) => b.length - a.length)) {
      scrubbed = scrubbed.replaceAll(value, placeholder).replaceAll(encodeURIComponent(value), placeholder)
    }
    return scrubbed
      .replace(DATE, PLACEHOLDERS.time)
      .replace(URL_LIKE, PLACEHOLDERS.url)
      .replace(EMAIL, PLACEHOLDERS.email)
  }

  function plainPath(path: string): string {
    const [pathOnly = '', query] = path.split('?')
    const segments = pathOnly.split('/').map((segment) => learned.get(decoded(segment)) ?? plain(segment))
    return segments.join('/') + (query === undefined ? '' : `?${plain(query)}`)
  }

  /** @param isRefusal whether the response is a refusal; the platform's sentences are kept only in refusals */
  function scrub(value: unknown, key: string, isRefusal: boolean): unknown {
    if (typeof value === 'string') return scrubText(value, key, isRefusal)
    if (Array.isArray(value)) return value.map((item) => scrub(item, key, isRefusal))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).filter(([name]) => key !== 'attributes' || ownKeys.includes(name))
    return Object.fromEntries(entries.map(([name, item]) => [name, scrub(item, name, isRefusal)]))
  }

  function scrubText(text: string, key: string, isRefusal: boolean): string {
    const exactly = learned.get(text)
    if (exactly !== undefined || PLACEHOLDER_ID.test(text)) return exactly ?? text
    if (PROTOCOL_KEYS.has(key) && PROTOCOL_WORD.test(text)) return plain(text)
    if (isRefusal && SENTENCE_KEYS.has(key)) return plain(text)
    if (key === 'selfUri') return plainPath(text)
    if (key === 'apiEndpoint') return PLACEHOLDERS.apiUrl
    if (key === 'messagingEndpoint') return PLACEHOLDERS.messagingUrl
    if (key === 'allowedDomains') return PLACEHOLDERS.domain
    if (key === 'primaryColor') return '#336699'
    if (key === 'email') return PLACEHOLDERS.email
    const scrubbed = plain(text)
    return scrubbed === PLACEHOLDERS.time || scrubbed === PLACEHOLDERS.url ? scrubbed : PLACEHOLDERS.text
  }

  function scrubCall(call: RawCall): RecordedCall {
    const { method, status, body, response, rawHeaders } = call
    const [, scheme, token = ''] = CREDENTIALS.exec(call.reqheaders?.['authorization'] ?? '') ?? []
    const kept = KEPT_HEADERS.filter((name) => rawHeaders[name] !== undefined)
    const answer = typeof response === 'string' ? markupOf(response) : scrub(response, '', status >= 400)
    return {
      scope: hostOf(call.path),
      method,
      path: plainPath(call.path),
      ...(scheme && { reqheaders: { authorization: `${scheme} ${learned.get(token) ?? ''}` } }),
      ...(body !== '' && { body: typeof body === 'string' ? plain(body) : scrub(body, '', false) }),
      status,
      ...(response !== '' && { response: answer }),
      rawHeaders: Object.fromEntries(kept.map((name) => [name, plain(rawHeaders[name] ?? '')])),
    }
  }

  /** Scrubs all calls of one flow together, because sometimes only a later call shows that a value is an id. */
  return function scrubAll(calls: readonly RawCall[]): RecordedCall[] {
    calls.forEach(learnFrom)
    return calls.map(scrubCall)
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** Keeps only the error code of a response that is not JSON. Errors from the object store contain one. */
function markupOf(text: string): string {
  const code = /<Code>([A-Za-z]{1,64})<\/Code>/.exec(text)?.[1]
  return code === undefined ? PLACEHOLDERS.text : `<Error><Code>${code}</Code></Error>`
}

/** With a simulator, all hosts have the same address, so the host is derived from the path. */
function hostOf(path: string): string {
  if (path.startsWith('/oauth/')) return PLACEHOLDERS.loginUrl
  return path.startsWith('/webdeployments/') ? PLACEHOLDERS.cdnUrl : PLACEHOLDERS.apiUrl
}
