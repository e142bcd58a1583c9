import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { askToken, authorized, call } from './rest-client.ts'

let simulator: Simulator
let nowMs: number
beforeEach(async () => {
  nowMs = Date.now()
  simulator = await startSimulator({ now: () => nowMs })
})
afterEach(() => simulator.close())

const lookUp = (headers: Record<string, string> = {}) =>
  call(`${simulator.url}/api/v2/webdeployments/deployments/${simulator.deploymentId}`, { headers })

const basic = (id: string, secret: string) => ({ authorization: `Basic ${btoa(`${id}:${secret}`)}` })

test('a token is issued for a request with a form body and HTTP Basic authentication', async () => {
  const { status, body } = await askToken(simulator)
  expect(status).toBe(200)
  expect(body).toEqual({ access_token: expect.any(String), token_type: 'bearer', expires_in: 86_399 })
  expect(simulator.tokenRequests).toBe(1)
})

test('client credentials are also accepted in the form body', async () => {
  const { clientId, clientSecret } = simulator
  const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }
  const body = new URLSearchParams(form)
  expect(await call(`${simulator.url}/oauth/token`, { method: 'POST', body })).toMatchObject({ status: 200 })
})

test.each([
  ['an unknown client', 400, 'invalid_client', () => basic('nobody', simulator.clientSecret), {}],
  ['a wrong secret', 401, 'invalid_client', () => basic(simulator.clientId, 'wrong'), {}],
  [
    'a different grant type',
    400,
    'unauthorized_client',
    () => basic(simulator.clientId, simulator.clientSecret),
    { grant_type: 'password' },
  ],
] as const)('a token request with %s is refused with HTTP %i', async (_, status, error, headers, form) => {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form })
  const answer = await call(`${simulator.url}/oauth/token`, { method: 'POST', headers: headers(), body })
  expect(answer.status).toBe(status)
  expect(answer.body).toEqual({
    error,
    description: expect.any(String),
    error_description: answer.body.description,
  })
})

test('a token request with a JSON body is refused', async () => {
  const { clientId: client_id, clientSecret: client_secret } = simulator
  const json = { grant_type: 'client_credentials', client_id, client_secret }
  const answer = await call(`${simulator.url}/oauth/token`, { method: 'POST', json })
  expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } })
})

test('an OAuth token is valid until it expires', async () => {
  const headers = await authorized(simulator)
  expect(await lookUp(headers)).toMatchObject({ status: 200 })
  nowMs += 86_399_000
  expect(await lookUp(headers)).toMatchObject({ status: 401, body: { code: 'credentials.expired' } })
})

test('a test can expire the OAuth tokens', async () => {
  const headers = await authorized(simulator)
  simulator.expireOAuthTokens()
  expect(await lookUp(headers)).toMatchObject({ status: 401 })
  expect(await lookUp(await authorized(simulator))).toMatchObject({ status: 200 })
})

test.each([
  ['no token', {}, 'authentication.required'],
  ['an invalid token', { authorization: 'Bearer nonsense' }, 'bad.credentials'],
  ['a different authorization scheme', { authorization: 'Guest nonsense' }, 'authentication.required'],
])('a request with %s gets 401', async (_, headers, code) => {
  expect(await lookUp(headers as Record<string, string>)).toMatchObject({
    status: 401,
    body: { code, status: 401 },
  })
})

test('the letter case of the authorization scheme does not matter', async () => {
  const { authorization = '' } = await authorized(simulator)
  expect(await lookUp({ authorization: authorization.replace('Bearer', 'bearer') })).toMatchObject({
    status: 200,
  })
})
