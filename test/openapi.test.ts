import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { openApiDocument } from '../src/service/openapi/document.ts'
import { OPERATIONS } from '../src/service/openapi/operations.ts'
import { PROBLEM_CODES } from '../src/service/problems/catalogue.ts'
import { disagreement, eventDisagreement } from './openapi-answers.ts'
import { ask, SITE, startTogether, type Running } from './start-service.ts'

const document = openApiDocument({ publicUrl: 'https://chat.example.com', version: '1.2.3' })
const paths = Object.entries(document.paths ?? {})
const operations = paths.flatMap(([path, methods]) =>
  Object.keys(methods as object).map((method) => [method.toUpperCase(), path] as const),
)

let running: Running
beforeAll(async () => {
  running = await startTogether()
})
afterAll(() => running.stop())

test.each(operations)('the documented operation %s %s is served', async (method, path) => {
  const answer = await ask(running.url, method, path.replace('{id}', 'x'), undefined, { origin: SITE })
  expect([404, 405, 500]).not.toContain(answer.status)
})

test.each(paths.map(([path]) => path))('undocumented methods of %s are not served', async (path) => {
  const { headers, status } = await ask(running.url, 'PATCH', path.replace('{id}', 'x'), undefined, {
    origin: SITE,
  })
  expect(status).toBe(405)
  const documented = operations.filter(([, each]) => each === path).map(([method]) => method)
  const allowed = headers
    .get('allow')
    ?.split(', ')
    .filter((method) => !['HEAD', 'OPTIONS'].includes(method))
  expect(allowed?.sort()).toEqual(documented.sort())
})

test('the OpenAPI 3.1 document has the configured address and version, and lists every problem code', () => {
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { version: '1.2.3' },
    servers: [{ url: 'https://chat.example.com' }],
  })
  const { code } = (document.components?.schemas as { Problem: { properties: { code: { enum: string[] } } } })
    .Problem.properties
  expect(code.enum).toEqual(PROBLEM_CODES)
})

test.each(OPERATIONS)(
  '$method $path has a description, and request examples that match its schema',
  (operation) => {
    const { description, body, examples = {} } = operation
    expect(description).toMatch(/^[A-Z0-9].{20,}\.$/)
    expect(Object.keys(examples).length > 0).toBe(body !== undefined)
    for (const example of Object.values(examples)) expect(body?.safeParse(example).error).toBeUndefined()
  },
)

test('a response that the OpenAPI document does not describe is detected', () => {
  const json = 'application/json'
  expect(disagreement('GET', '/guest-session', 200, json, {})).toMatch(/required property/)
  expect(disagreement('GET', '/guest-session', 418, json, {})).toMatch(/not documented/)
  expect(disagreement('GET', '/messages?pageSize=1', 200, 'text/html', '')).toMatch(/not documented as/)
  expect(disagreement('GET', '/healthz', 200, json, { status: 'ok' })).toBeUndefined()
  expect(eventDisagreement('message', { text: 'without the rest' })).toMatch(/required property/)
  expect(eventDisagreement('gossip', {})).toMatch(/not documented/)
})

test('the schemas of responses that can contain a new session token describe the token', () => {
  const { schemas } = openApiDocument({ publicUrl: '', version: 'test' }).components as {
    schemas: Record<string, { properties?: object }>
  }
  for (const name of ['GuestSession', 'GuestSessionDescription', 'ChangedGuestAttributes', 'SentMessage'])
    expect([name, schemas[name]?.properties]).toEqual([
      name,
      expect.objectContaining({ session: expect.anything() }),
    ])
})

test('docs/openapi.json is the document that is served', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  const committed: unknown = JSON.parse(readFileSync('docs/openapi.json', 'utf8'))
  const served: unknown = JSON.parse(JSON.stringify(openApiDocument({ publicUrl: '', version })))
  expect(committed).toEqual(served)
})
