import type { ZodType } from 'zod'
import type { UpstreamOrigin } from './upstream-address.ts'
import { badResponseError } from './upstream-failure.ts'
import type { UpstreamError } from './upstream-error.ts'

export interface SentBody {
  readonly text: string | undefined
  readonly contentType: string
}

export function sentBody(json: unknown, form: Readonly<Record<string, string>> | undefined): SentBody {
  if (form) {
    return { text: new URLSearchParams(form).toString(), contentType: 'application/x-www-form-urlencoded' }
  }
  return { text: json === undefined ? undefined : JSON.stringify(json), contentType: 'application/json' }
}

/** Names and values in turn. The length is given, so that no body is sent in chunks, which some gateways refuse. */
export function sentHeaders(
  { hostHeader }: UpstreamOrigin,
  method: string,
  headers: Readonly<Record<string, string>> | undefined,
  { text, contentType }: SentBody,
): string[] {
  const sent = [
    'host',
    hostHeader,
    'accept',
    'application/json',
    // We don't decompress: the answers are small, and the way to Genesys' edge is fast.
    'accept-encoding',
    'identity',
    'user-agent',
    'genesys-guest-bff',
  ]
  if (text !== undefined) {
    sent.push('content-type', contentType, 'content-length', String(Buffer.byteLength(text)))
  } else if (method !== 'GET') sent.push('content-length', '0')
  for (const name in headers) sent.push(name, headers[name] ?? '')
  return sent
}

export interface ExpectedAnswer<T> {
  readonly schema: ZodType<T>
  /** A body that is no JSON counts as an empty one. */
  readonly allowNonJson: boolean | undefined
  readonly operation: string
}

/** @throws {UpstreamError} `upstream_bad_response`; a `ZodError`, which quotes the answer, never gets out. */
export function readAnswer<T>(text: string, { schema, allowNonJson, operation }: ExpectedAnswer<T>): T {
  const read = schema.safeParse(parseJson(text, allowNonJson ?? false, operation))
  if (read.success) return read.data
  const paths = read.error.issues.slice(0, 5).map(({ path }) => path.map(saneKey).join('.') || 'the whole')
  throw badResponseError(operation, `These parts of the answer are not as documented: ${paths.join(', ')}.`)
}

/** A key may be of the answer's own choosing, as in a map. */
function saneKey(key: PropertyKey): string {
  const text = String(key)
  return /^[\w -]{1,60}$/.test(text) ? text : '?'
}

function parseJson(text: string, allowNonJson: boolean, operation: string): unknown {
  if (text === '') return undefined
  try {
    return JSON.parse(text)
  } catch {
    if (allowNonJson) return undefined
    throw notJson(operation)
  }
}

function notJson(operation: string): UpstreamError {
  return badResponseError(
    operation,
    'The answer is no JSON: something between here and Genesys, a gateway or a proxy, may have answered in its place.',
  )
}
