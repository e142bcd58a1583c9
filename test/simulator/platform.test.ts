import { afterEach, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { authorized, call } from './rest-client.ts'

let simulator: Simulator
const start = async (options: SimulatorOptions = {}) => (simulator = await startSimulator(options))
afterEach(() => simulator.close())

const publicUrl = (file: string, id = simulator.deploymentId) =>
  `${simulator.url}/webdeployments/v1/deployments/${id}/${file}`

test('config.json contains the two endpoints and the deployment’s features', async () => {
  await start({ disconnectMode: 'read-only', conversationClear: false, autoStart: true, attachments: false })
  const { status, headers, body } = await call(publicUrl('config.json'))
  expect(status).toBe(200)
  expect(headers.get('access-control-allow-origin')).toBe('*')
  expect(body).toMatchObject({
    id: simulator.deploymentId,
    status: 'Active',
    apiEndpoint: simulator.url,
    messenger: {
      apps: {
        conversations: {
          messagingEndpoint: simulator.messagingUrl,
          autoStart: { enabled: true },
          conversationDisconnect: { enabled: true, type: 'ReadOnly' },
          conversationClear: { enabled: false },
          sessionDurationSeconds: 259_200,
        },
      },
      fileUpload: { enableAttachments: false },
    },
  })
})

test('domains.json lists the allowed domains', async () => {
  await start({ allowedDomains: ['www.example.com'] })
  const { body } = await call(publicUrl('domains.json'))
  expect(body).toEqual({ allowAllDomains: false, allowedDomains: ['www.example.com'] })
})

test('the CDN responds with 403 for an unknown deployment', async () => {
  await start()
  for (const file of ['config.json', 'domains.json']) {
    const { status, headers } = await call(publicUrl(file, randomUUID()))
    expect(status).toBe(403)
    expect(headers.get('access-control-allow-origin')).toBe('*')
  }
})

test('an OAuth client can look up the deployment', async () => {
  await start({ allowedDomains: ['www.example.com'], deploymentStatus: 'Inactive' })
  const headers = await authorized(simulator)
  const path = `${simulator.url}/api/v2/webdeployments/deployments`
  const deployment = {
    id: simulator.deploymentId,
    status: 'Inactive',
    allowAllDomains: false,
    allowedDomains: ['www.example.com'],
  }
  expect(await call(`${path}/${simulator.deploymentId}`, { headers })).toMatchObject({ body: deployment })
  expect(await call(path, { headers })).toMatchObject({ body: { entities: [deployment] } })
  const configurations = await call(`${path}/${simulator.deploymentId}/configurations`, { headers })
  expect(configurations.body).toMatchObject({ configurationVersion: { version: '3' }, deployment })
  expect(await call(`${path}/${randomUUID()}`, { headers })).toMatchObject({ status: 404 })
})

test('a refusal names the missing permission', async () => {
  await start({ permissions: [] })
  const url = `${simulator.url}/api/v2/webdeployments/deployments/${simulator.deploymentId}`
  const { status, body } = await call(url, { headers: await authorized(simulator) })
  expect(status).toBe(403)
  expect(body).toMatchObject({
    code: 'missing.any.permissions',
    message:
      'Unable to perform the requested action. You must have at least one of the following permissions assigned: [webDeployments:deployment:view]',
  })
})

test('the body of an error response contains the correlation id from its header', async () => {
  await start()
  const { status, headers, body } = await call(`${simulator.url}/api/v2/nothing/here`)
  expect(status).toBe(404)
  expect(body).toEqual({
    message: expect.any(String),
    code: 'not.found',
    status: 404,
    contextId: headers.get('inin-correlation-id'),
    details: [],
    errors: [],
  })
  expect(headers.get('inin-correlation-id')).toMatch(/^[0-9a-f-]{36}$/)
})

test('requests with one OAuth token are limited per minute', async () => {
  let nowMs = Date.now()
  await start({ limits: { restPerMinute: 2 }, now: () => nowMs })
  const headers = await authorized(simulator)
  const ask = () => call(`${simulator.url}/api/v2/webdeployments/deployments`, { headers })
  const first = await ask()
  expect(first.headers.get('inin-ratelimit-count')).toBe('1')
  expect(first.headers.get('inin-ratelimit-allowed')).toBe('2')
  expect(first.headers.get('inin-ratelimit-reset')).toBe('60')
  await ask()
  nowMs += 18_000
  const refused = await ask()
  expect(refused.status).toBe(429)
  expect(refused.headers.get('retry-after')).toBe('42')
  expect(refused.body).toMatchObject({
    code: 'too.many.requests.retry.after',
    message: 'Rate limit exceeded the maximum. Retry the request in [42] seconds',
  })
  nowMs += 42_000
  expect(await ask()).toMatchObject({ status: 200 })
})

test.each([
  ['malformed JSON', 'application/json', '{"a', 400],
  ['a different content type', 'text/plain', 'a', 415],
  ['more than 512000 bytes', 'application/json', `"${'a'.repeat(512_000)}"`, 413],
])('a request with %s is refused', async (_, contentType, body, status) => {
  await start()
  const answer = await call(`${simulator.url}/api/v2/webdeployments/token/refresh`, {
    method: 'POST',
    headers: { 'content-type': contentType },
    body,
  })
  expect(answer.status).toBe(status)
  expect(answer.body).toMatchObject({ status, contextId: answer.headers.get('inin-correlation-id') })
})
