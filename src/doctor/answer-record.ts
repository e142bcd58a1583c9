import type { ObservedResponse } from '../service/outgoing-http/upstream-client.ts'
import type { GenesysHosts } from '../service/settings/genesys-settings.ts'
import { shapeOf } from './shape.ts'
import { parseUrl } from '../service/urls/parse-url.ts'

/** One response from Genesys without its values: only the status, and the names and types of fields. */
export interface AnswerShape {
  /** For example `GET /api/v2/webmessaging/messages`, with `*` for ids, or `SessionResponse` for a frame. */
  readonly call: string
  /** HTTP status, or the frame's `code`. */
  readonly status: number
  /** The platform's own error code in the body, such as `not.found`. */
  readonly code?: string
  /** The platform's own headers, by name. */
  readonly headers?: readonly string[]
  /** The type at each path, for example `string (uuid)` at `body.entities[].id`. */
  readonly shape: Readonly<Record<string, string>>
}

/** The recorded responses from Genesys. */
export interface AnswerRecord {
  readonly onResponse: (response: ObservedResponse) => void
  readonly onFrame: (text: string) => void
  /** Each distinct response once, in order of arrival. */
  readonly shapes: readonly AnswerShape[]
  /**
   * How far Genesys' clock is ahead of this machine's clock, in ms, according to the last response with a `Date`;
   * undefined if there was none.
   */
  readonly clockAheadMs: number | undefined
  /** Genesys' own message in the last frame with a refusal. */
  readonly refusal: string | undefined
  /** The host to which the last file was to be uploaded. */
  readonly storageHost: string | undefined
}

const ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|.{65,})$/i
/** Maps with keys that organizations choose. */
const OWN_KEYS = new Set(['attributes', 'customAttributes', 'metadata', 'messageParams'])
/** Keys that Genesys and this service put into such maps. */
const PROTOCOL_KEYS = new Set(['tracingId', 'correlationId', 'readOnly', 'parentMessageId', 'authenticated'])
const PLAIN_KEY = /^[a-z_][\w-]{0,60}$/i
const PROTOCOL_WORD = /^[a-z][a-z._]{0,60}$/

export function createAnswerRecord(
  hosts: GenesysHosts,
  deploymentId: string,
  now: () => number,
): AnswerRecord {
  const shapes = new Map<string, AnswerShape>()
  let clockAheadMs: number | undefined
  let storageHost: string | undefined
  let refusal: string | undefined

  function add(answer: AnswerShape): void {
    shapes.set(JSON.stringify(answer), answer)
  }

  return {
    onResponse({ method, url, status, body, headers }) {
      const atMs = Date.parse(headers.date ?? '')
      // The header contains whole seconds, so it is half a second behind on average.
      if (!Number.isNaN(atMs)) clockAheadMs = atMs + 500 - now()
      const json = parsed(body)
      const { code, error } = (json ?? {}) as { code?: unknown; error?: unknown }
      const word = status >= 400 ? [code, error].find(isProtocolWord) : undefined
      add({
        call: `${method} ${placeOf(url, hosts, deploymentId)}`,
        status,
        ...(word !== undefined && { code: word }),
        headers: Object.keys(headers).filter((name) => /^(inin-|retry-after)/.test(name)),
        shape: textlessShape(json ?? (body === '' ? undefined : 'text that is not JSON')),
      })
    },
    onFrame(text) {
      const frame = (parsed(text) ?? {}) as { class?: unknown; code?: unknown; body?: { url?: unknown } }
      const name = String(frame.class)
      refusal = sentenceOf(frame) ?? refusal
      const url = frame.body?.url
      if (typeof url === 'string') storageHost = parseUrl(url)?.host ?? storageHost
      const call = PLAIN_KEY.test(name) ? name : 'a frame'
      add({ call: `frame ${call}`, status: Number(frame.code) || 0, shape: textlessShape(frame, 'frame') })
    },
    get shapes() {
      return [...shapes.values()]
    },
    get clockAheadMs() {
      return clockAheadMs
    },
    get refusal() {
      return refusal
    },
    get storageHost() {
      return storageHost
    },
  }
}

function textlessShape(value: unknown, path = 'body'): Record<string, string> {
  return Object.fromEntries(shapeOf(withoutOwnKeys(value), path, new Map(), { textForms: true }))
}

/** Keys that an organization may have chosen are replaced by one `*`. */
function withoutOwnKeys(value: unknown, parent = ''): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutOwnKeys(item, parent))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, field]) => {
    const isOwn = OWN_KEYS.has(parent) && !PROTOCOL_KEYS.has(key)
    const isPlain = PLAIN_KEY.test(key) && !ID.test(key) && !isOwn
    return [isPlain ? key : '*', withoutOwnKeys(field, key)]
  })
  return Object.fromEntries(entries)
}

/** The path without ids and queries. An address on an unknown host counts as the object store. */
function placeOf(url: string, hosts: GenesysHosts, deploymentId: string): string {
  const { origin, pathname } = new URL(url)
  const known = [hosts.apiUrl, hosts.loginUrl, hosts.cdnUrl].map((host) => new URL(host).origin)
  if (!known.includes(origin) || !/^\/(api|oauth|webdeployments)\//.test(pathname)) return '(object store)'
  const isId = (segment: string) => ID.test(segment) || decodeURIComponent(segment) === deploymentId
  return pathname
    .split('/')
    .map((segment) => (isId(segment) ? '*' : segment))
    .join('/')
}

/** A refusal's message. Ids are removed, because one of them may be the guest's token. */
function sentenceOf({ code, body }: { code?: unknown; body?: unknown }): string | undefined {
  if (typeof code !== 'number' || code < 300) return undefined
  const { errorMessage, message } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >
  const text = [body, errorMessage, message].find((one) => typeof one === 'string')
  return text?.replace(/[0-9a-f-]+/gi, (word) => (word.length < 30 ? word : '…')).slice(0, 200)
}

function isProtocolWord(value: unknown): value is string {
  return typeof value === 'string' && PROTOCOL_WORD.test(value)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
