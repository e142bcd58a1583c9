import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { askToken, authorized, call } from './rest-client.ts'

let simulator: Simulator
let nowMs: number
let client: Record<string, string>
afterEach(() => simulator.close())

async function start(options: SimulatorOptions = {}): Promise<void> {
  nowMs = Date.now()
  simulator = await startSimulator({ restGuestApis: true, now: () => nowMs, ...options })
  client = await authorized(simulator)
}

const api = (path: string, json: unknown, headers: Record<string, string> = client, method = 'POST') =>
  call(`${simulator.url}/api/v2/${path}`, { method, headers, json })

const lookUp = (id: string, headers = client) =>
  call(`${simulator.url}/api/v2/messagecenter/deployments/${id}`, { headers })

const OPERATIONS = [
  ['POST', 'external/users/messaging'],
  ['POST', 'guests/identities'],
  ['POST', 'guests/messages'],
  ['POST', 'conversations/messaging/external/guests'],
  ['POST', 'conversations/messaging/external/guests/g1/messages'],
  ['PUT', 'webmessaging/guests/g1/attributes'],
] as const

test('REST guest operations that are not switched on return 404, as on the platform', async () => {
  await start({ restGuestApis: false })
  for (const [method, path] of OPERATIONS) {
    expect(await api(path, {}, client, method)).toMatchObject({ status: 404, body: { code: 'not.found' } })
  }
  expect(await lookUp(simulator.deploymentId)).toMatchObject({ status: 404, body: { code: 'not.found' } })
})

test('an external user gets a token', async () => {
  await start()
  const orgId = simulator.organizationId
  const user = { orgId, userId: 'u1', attributes: { name: 'Jane' } }
  const { status, headers, body } = await api('external/users/messaging', user)
  expect(status).toBe(200)
  expect(body).toEqual({ externalUserToken: expect.any(String) })
  expect(headers.get('access-control-allow-origin')).toBeNull()
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
  expect(await api('external/users/messaging', { orgId })).toMatchObject({ status: 400 })
  expect(await api('external/users/messaging', { ...user, orgId: 'other' })).toMatchObject({ status: 403 })
  expect(await api('external/users/messaging', user, {})).toMatchObject({ status: 401 })
})

async function identity(fields: object = { purpose: 'chat' }) {
  const { body } = await api('guests/identities', {
    name: 'John',
    attributes: { language: 'en-us' },
    ...fields,
  })
  const guest = body as { guestId: string; identityToken: string; conversationId: string }
  return { ...guest, headers: { authorization: `Bearer ${guest.identityToken}` } }
}

test('a guest identity with the purpose “chat” can send messages', async () => {
  await start()
  const { guestId, conversationId, headers } = await identity()
  const message = { conversationId, text: 'Hello', type: 'text' }
  const organization = { ...headers, 'x-genesys-cloud-id': simulator.organizationId }
  expect(await api('guests/messages', message, organization)).toMatchObject({
    status: 200,
    body: { conversationId },
  })
  expect(simulator.restGuests).toMatchObject([
    { guestId, attributes: { language: 'en-us' }, messages: [{ text: 'Hello' }] },
  ])
})

test.each(['guest_token', 'guestToken'] as const)(
  'the field with an identity’s token can be called %s',
  async (name) => {
    await start({ restGuestApis: { identityTokenName: name } })
    const { body } = await api('guests/identities', { purpose: 'chat' })
    expect(Object.keys(body as object)).toEqual(['guestId', 'conversationId', name])
  },
)

test.each([
  ['without a conversation id', { conversationId: undefined }, 400],
  ['with an unknown conversation id', { conversationId: 'nothing' }, 400],
  ['without text', { text: '' }, 400],
  ['to a flow that does not allow guests', { to: { id: 'other' } }, 403],
  ['for a division that is not the flow’s', { divisionId: 'other' }, 403],
])("an identity's message %s is refused", async (_, fields, status) => {
  await start({ restGuestApis: { flowId: 'flow', divisionId: 'division' } })
  const { conversationId, headers } = await identity()
  const message = {
    conversationId,
    text: 'Hello',
    type: 'text',
    to: { id: 'flow' },
    divisionId: 'division',
    ...fields,
  }
  expect(await api('guests/messages', message, headers)).toMatchObject({ status })
})

test("an identity's message is refused if the token is another guest's, not for chat, or expired", async () => {
  await start()
  const john = await identity()
  const jane = await identity()
  const other = await identity({ purpose: 'survey' })
  const send = (headers: Record<string, string>, conversationId = john.conversationId) =>
    api('guests/messages', { conversationId, text: 'Hello' }, headers)
  const denied = { status: 403, body: { message: 'Access denied for guest identity' } }
  const unknown = { status: 403, body: { message: 'User not authenticated' } }
  expect(await send(jane.headers)).toMatchObject(denied)
  expect(await send(other.headers, other.conversationId)).toMatchObject(denied)
  expect(await send({ ...john.headers, 'x-genesys-cloud-id': 'other' })).toMatchObject(denied)
  expect(await send({})).toMatchObject(unknown)
  expect(await send({ authorization: `Guest ${john.identityToken}` })).toMatchObject(unknown)
  expect(await send(client)).toMatchObject(unknown)
  nowMs += 900_000
  expect(await send(john.headers)).toMatchObject(unknown)
})

test('an external guest can send messages only with the authorization scheme Guest', async () => {
  await start()
  const made = await api('conversations/messaging/external/guests', {
    name: 'Jane',
    email: 'jane@example.com',
  })
  expect(made).toMatchObject({
    status: 201,
    body: { guestId: expect.any(String), accessToken: expect.any(String) },
  })
  const { guestId, accessToken } = made.body as { guestId: string; accessToken: string }
  const send = (authorization: string, id = guestId, json: unknown = { text: 'Hello', type: 'text' }) =>
    api(`conversations/messaging/external/guests/${id}/messages`, json, { authorization })
  expect(await send(`Guest ${accessToken}`)).toMatchObject({ status: 200, body: { id: expect.any(String) } })
  expect(await send(`Bearer ${accessToken}`)).toMatchObject({ status: 403, text: '' })
  expect(await send(client.authorization!)).toMatchObject({ status: 403, text: '' })
  expect(await send(`Guest ${accessToken}`, 'other')).toMatchObject({ status: 404 })
  expect(await send(`Guest ${accessToken}`, guestId, { type: 'text' })).toMatchObject({ status: 400 })
  expect(simulator.restGuests[0]?.messages).toMatchObject([{ text: 'Hello' }])
})

test("only an OAuth client can write a guest's attributes", async () => {
  await start()
  const { guestId, headers } = await identity()
  const attributes = { 'custom.userId': 'user-12345', 'custom.isAuthenticated': true }
  const path = `webmessaging/guests/${guestId}/attributes`
  expect(await api(path, { attributes }, client, 'PUT')).toMatchObject({ status: 200, body: { attributes } })
  expect(simulator.restGuests[0]?.attributes).toEqual({ language: 'en-us', ...attributes })
  expect(await api(path, attributes, client, 'PUT')).toMatchObject({ status: 400 })
  expect(await api(path, { attributes }, headers, 'PUT')).toMatchObject({ status: 401 })
  expect(await api(path, { attributes }, client, 'POST')).toMatchObject({ status: 404 })
  expect(await api('webmessaging/guests/nobody/attributes', { attributes }, client, 'PUT')).toMatchObject({
    status: 404,
  })
})

test('an OAuth client can read the status of the message center deployment', async () => {
  await start({ deploymentStatus: 'Inactive' })
  expect((await lookUp(simulator.deploymentId)).body).toEqual({
    id: simulator.deploymentId,
    name: expect.any(String),
    organizationId: simulator.organizationId,
    status: 'inactive',
  })
  expect(await lookUp('other')).toMatchObject({ status: 404 })
  expect(await lookUp(simulator.deploymentId, {})).toMatchObject({ status: 401 })
})

test('REST guest operations are refused without their permissions', async () => {
  await start({ permissions: [] })
  expect(await api('guests/identities', {})).toMatchObject({ status: 403 })
  expect(await api('conversations/messaging/external/guests', {})).toMatchObject({ status: 403 })
  expect(await api('webmessaging/guests/g1/attributes', {}, client, 'PUT')).toMatchObject({ status: 403 })
  expect(await lookUp(simulator.deploymentId)).toMatchObject({ status: 403 })
})

test('a token request with a scope, as in the forum threads, is accepted', async () => {
  await start()
  expect(await askToken(simulator, { scope: 'messagecenter:deployment:read' })).toMatchObject({ status: 200 })
})
