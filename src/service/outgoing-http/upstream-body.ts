import type { ZodType } from 'zod'
import type { RetryKind } from './retry.ts'
import { unreadableError } from './upstream-failure.ts'

export interface ExpectedBody<T> {
  readonly schema: ZodType<T>
  /** A body that is not JSON counts as empty. */
  readonly allowNonJson: boolean | undefined
  readonly operation: string
  readonly retry: RetryKind
}

/**
 * @throws {UpstreamError} `upstream_bad_response`, or `delivery_unknown` if a 2xx response with an invalid body
 * leaves open whether the request was processed. A `ZodError`, which quotes the response, is never thrown.
 */
export function readBody<T>(text: string, { schema, allowNonJson, operation, retry }: ExpectedBody<T>): T {
  const json = parseJson(text)
  if (!json && !allowNonJson) throw unreadableError(operation, retry, NOT_JSON_HINT)
  const read = schema.safeParse(json?.value)
  if (read.success) return read.data
  const paths = read.error.issues
    .slice(0, 5)
    .map(({ path }) => path.map(printableKey).join('.') || 'the whole response')
  const hint = `These parts of the response are not as documented: ${paths.join(', ')}.`
  throw unreadableError(operation, retry, hint)
}

const NOT_JSON_HINT = 'The response is not JSON. A gateway or proxy may have responded in place of Genesys.'

/** Keys may come from the response, as in a map. */
function printableKey(key: PropertyKey): string {
  const text = String(key)
  return /^[\w -]{1,60}$/.test(text) ? text : '?'
}

/** The value of an empty body is `undefined`. The result is undefined if the body is not JSON. */
function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: text === '' ? undefined : JSON.parse(text) }
  } catch {
    return undefined
  }
}
