import type { ZodType } from 'zod'
import { badResponseError } from './upstream-failure.ts'
import type { UpstreamError } from './upstream-error.ts'

export interface ExpectedBody<T> {
  readonly schema: ZodType<T>
  /** A body that is no JSON counts as an empty one. */
  readonly allowNonJson: boolean | undefined
  readonly operation: string
}

/** @throws {UpstreamError} `upstream_bad_response`; a `ZodError`, which quotes the answer, never gets out. */
export function readBody<T>(text: string, { schema, allowNonJson, operation }: ExpectedBody<T>): T {
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
