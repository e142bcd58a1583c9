import { OpenAPIRegistry, OpenApiGeneratorV31 } from '@asteasolutions/zod-to-openapi'
import * as z from 'zod'
import { PROBLEM_CATALOGUE, PROBLEM_CODES, type ProblemCode } from '../problems/catalogue.ts'
import { EVERYWHERE, GUESTS_AND_PAGES, type Operation } from './operation.ts'
import { AltchaChallenge, VendorChallenge } from './response-schemas.ts'
import { OPERATIONS } from './operations.ts'

const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    detail: z.string().optional(),
    code: z.string().meta({ enum: [...PROBLEM_CODES] }),
    requestId: z.string().optional(),
    hint: z.string().optional(),
    retryAfterSeconds: z.number().optional(),
    nextPossibleAt: z.iso.datetime().optional().meta({
      description: 'Only with `callback_outside_hours`: the next time at which a callback is possible.',
    }),
    upstream: z
      .object({
        status: z.number().optional(),
        code: z.string().optional(),
        correlationId: z.string().optional(),
      })
      .optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    challenge: z.union([AltchaChallenge, VendorChallenge]).optional(),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457) with a code from the catalogue.' })

/** The OpenAPI 3.1 document, made from the problem catalogue and the schemas that validate requests. */
export function openApiDocument(options: { readonly publicUrl: string; readonly version: string }) {
  const registry = new OpenAPIRegistry()
  registry.registerComponent('securitySchemes', 'session', {
    type: 'http',
    scheme: 'bearer',
    description: 'The session token from POST /guest-session.',
  })
  for (const operation of OPERATIONS) registerOperation(registry, operation)
  return new OpenApiGeneratorV31(registry.definitions).generateDocument({
    openapi: '3.1.0',
    info: {
      title: 'Genesys Guest BFF',
      version: options.version,
      description:
        "A backend for your website's chat page, in front of Genesys Cloud web messaging. To try it here, add this page's origin " +
        'to `ALLOWED_ORIGINS` and start with `POST /guest-session`; this page then sends the session token with each request.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: options.publicUrl === '' ? '.' : options.publicUrl }],
    tags: [
      { name: 'guest', description: 'Operations for a guest' },
      { name: 'page', description: 'Information for a page' },
      { name: 'operator', description: 'Checks for an orchestrator' },
    ],
  })
}

function registerOperation(registry: OpenAPIRegistry, operation: Operation): void {
  const { method, path, summary, description, tag, session, query, params, headers } = operation
  const { answers, problems } = operation
  const common = tag === 'operator' ? EVERYWHERE : [...GUESTS_AND_PAGES, ...EVERYWHERE]
  const content = requestContent(operation)
  registry.registerPath({
    method,
    path,
    summary,
    description,
    tags: [tag],
    ...(session !== 'none' && {
      security: session === 'optional' ? [{}, { session: [] }] : [{ session: [] }],
    }),
    request: {
      ...(content && { body: { content } }),
      ...(query && { query }),
      ...(params && { params }),
      ...(headers && { headers }),
    },
    responses: { ...answers, ...problemResponses([...problems, ...common], answers) },
  })
}

function requestContent({ body, examples = {}, file }: Operation) {
  if (file) {
    const text = { schema: z.string(), example: 'A note for the agent.' }
    return { 'text/plain': text, '*/*': { schema: z.string().meta({ format: 'binary' }) } }
  }
  if (body === undefined) return undefined
  const titled = Object.entries(examples).map(([title, value]) => [title, { value }] as const)
  return { 'application/json': { schema: body, examples: Object.fromEntries(titled) } }
}

/** One response per status, with a list of its codes. */
function problemResponses(codes: readonly ProblemCode[], answers: Operation['answers']) {
  const byStatus = new Map<number, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const { status } = PROBLEM_CATALOGUE[code]
    byStatus.set(status, [...(byStatus.get(status) ?? []), code])
  }
  return Object.fromEntries(
    [...byStatus]
      .filter(([status]) => !(status in answers))
      .map(([status, listed]) => [
        status,
        {
          description: listed.map((code) => `\`${code}\`: ${PROBLEM_CATALOGUE[code].title}`).join('; '),
          content: { 'application/problem+json': { schema: Problem } },
        },
      ]),
  )
}
