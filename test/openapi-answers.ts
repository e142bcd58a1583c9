import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { openApiDocument } from '../src/service/openapi/document.ts'

const document = openApiDocument({ publicUrl: '', version: 'test' })
const ajv = new Ajv2020({ strict: false, allErrors: true })
addFormats.default(ajv)
ajv.addSchema(document, 'openapi')

interface Documented {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>
}

const paths = Object.entries((document.paths ?? {}) as Record<string, Record<string, Documented>>).map(
  ([path, methods]) => ({
    path,
    methods,
    pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }),
)

const pointer = (...parts: string[]) =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('')

/** Like `fetch`, for a client of the service: a response that differs from the document is an error. */
export const checkedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  const contentType = response.headers.get('content-type')
  const body: unknown = contentType?.includes('json') === true ? await response.clone().json() : undefined
  const { pathname } = new URL(input instanceof Request ? input.url : input)
  const wrong = disagreement(init?.method ?? 'GET', pathname, response.status, contentType, body)
  if (wrong !== undefined) throw new Error(`The answer is not as /openapi.json says: ${wrong}`)
  return response
}

const EVENTS = ['message', 'typing', 'session', 'sign-in', 'offer', 'waiting', 'resync', 'reconnect']

/** The same check for a stream event: the event must be documented, and a message must match its schema. */
export function eventDisagreement(event: string, data: unknown): string | undefined {
  if (!EVENTS.includes(event)) return `the event ${event} is not documented`
  if (event !== 'message') return undefined
  const validate = ajv.getSchema(MESSAGE) ?? ajv.compile({ $ref: MESSAGE })
  return validate(data) ? undefined : `event message: ${ajv.errorsText(validate.errors)}`
}

const MESSAGE = 'openapi#/components/schemas/Message'

/**
 * Checks a response against the OpenAPI document.
 * @returns the difference from the document; undefined if it matches, or if the document does not describe it
 */
export function disagreement(
  method: string,
  path: string,
  status: number,
  contentType: string | null,
  body: unknown,
): string | undefined {
  const found = paths.find(({ pattern }) => pattern.test(path.split('?', 1)[0] ?? ''))
  const operation = found?.methods[method.toLowerCase()]
  if (found === undefined || operation === undefined) return undefined
  const type = contentType?.split(';', 1)[0]
  const response = operation.responses[String(status)]
  if (response === undefined) return `${method} ${path}: ${status} is not documented`
  if (type === undefined || response.content === undefined) return undefined
  if (!(type in response.content)) return `${method} ${path}: ${status} is not documented as ${type}`
  if (!type.endsWith('json')) return undefined
  const ref = `openapi#${pointer('paths', found.path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema')}`
  const validate = ajv.getSchema(ref) ?? ajv.compile({ $ref: ref })
  if (validate(body)) return undefined
  return `${method} ${path} ${status}: ${ajv.errorsText(validate.errors)}`
}
