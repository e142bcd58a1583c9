import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'
import { authorized, call } from './rest-client.ts'
import { enumerationErrors } from './sdk-enumerations.ts'

let simulator: Simulator
let guest: GuestClient
let messageId: string
let headers: Record<string, string>
afterEach(() => simulator.close())

async function talking(options: SimulatorOptions = {}): Promise<void> {
  simulator = await startSimulator({ agent: 'silent', ...options })
  guest = await connect(simulator)
  await guest.configure()
  const { body } = await guest.say('Hello', { channel: { metadata: { customAttributes: { plan: 'gold' } } } })
  messageId = body.id as string
  headers = await authorized(simulator)
}

const api = (path: string, init: RequestInit & { json?: unknown } = {}) =>
  call(`${simulator.url}/api/v2/conversations${path}`, { headers, ...init })

async function found() {
  const { body } = await api(`/messages/${messageId}/details`)
  const conversation = await api(`/messages/${body.conversationId as string}`)
  return conversation.body as {
    id: string
    participants: { id: string; purpose: string; attributes: object }[]
  }
}

test('a message id can be used to find the conversation and the guest’s participant', async () => {
  await talking()
  const { body } = await api(`/messages/${messageId}/details`)
  expect(body).toMatchObject({
    id: messageId,
    direction: 'inbound',
    messengerType: 'webmessaging',
    normalizedMessage: { text: 'Hello' },
    conversationId: expect.any(String),
  })
  // Only the history and the socket have the metadata; the SDK's `ConversationMessagingChannel` does not.
  expect((body.normalizedMessage as { channel: object }).channel).not.toHaveProperty('metadata')
  const { participants } = await found()
  expect(participants.map(({ purpose }) => purpose)).toEqual(['customer', 'agent'])
  expect(participants[0]).toMatchObject({ state: 'connected', attributes: { plan: 'gold' } })
})

test('a guest transferred by a flow waits in the queue until the agent answers', async () => {
  await talking()
  const states = async () =>
    ((await found()).participants as unknown as { purpose: string; state: string }[]).map(
      ({ purpose, state }) => `${purpose} ${state}`,
    )
  simulator.transferToQueue()
  expect(await states()).toEqual(['customer connected', 'acd connected'])
  simulator.agentSays('Hello')
  expect(await states()).toEqual(['customer connected', 'acd disconnected', 'agent connected'])
})

/** Source, for what agents see: `send-email-notification-when-outbound-message-fails-blueprint` and the Python SDK. */
test('a message that an agent sends while the guest has no connection is marked as undelivered', async () => {
  await talking()
  const statuses = async () => {
    const { participants } = (await found()) as unknown as {
      participants: { messages: { messageStatus: string }[] }[]
    }
    return participants[1]!.messages.map(({ messageStatus }) => messageStatus)
  }
  simulator.agentSays('Are you there?')
  await guest.next()
  guest.socket.close()
  while (simulator.connections(guest.token) > 0) await new Promise((resolve) => setImmediate(resolve))
  const { id } = simulator.agentSays('Hello?', guest.token)
  expect(await statuses()).toEqual(['delivery-success', 'delivery-failed'])
  expect((await api(`/messages/${id}/details`)).body).toMatchObject({ status: 'delivery-failed' })
  const lines = simulator.transcript(guest.token)
  expect(lines.map(({ isUndelivered }) => isUndelivered)).toEqual([undefined, undefined, true])
})

/** Source: API 254.0.0, `toAddressMessengerType` webmessaging, from the deployment to an external contact. */
test('an agentless message reaches an external contact through web messaging, and SMS is refused', async () => {
  await talking({ permissions: ['conversation:message:create'] })
  const send = (json: object) => api('/messages/agentless', { method: 'POST', json })
  const [session] = simulator.sessions
  const request = {
    fromAddress: simulator.deploymentId,
    toAddressMessengerType: 'webmessaging',
    externalContactId: session!.externalContactId,
    textBody: 'Your parcel is here',
    useExistingActiveConversation: true,
  }
  const { status, body } = await send(request)
  expect(status).toBe(202)
  expect(body).toMatchObject({ messengerType: 'webmessaging', conversationId: session!.conversationId })
  expect(enumerationErrors('SendAgentlessOutboundMessageResponse', body)).toEqual([])
  expect(await guest.next()).toMatchObject({ body: { direction: 'Outbound', text: 'Your parcel is here' } })
  expect(await send({ ...request, externalContactId: 'nobody' })).toMatchObject({ status: 404 })
  expect(await send({ ...request, fromAddress: 'another' })).toMatchObject({ status: 400 })
  expect(await send({ ...request, toAddressMessengerType: 'sms' })).toMatchObject({ status: 400 })
  await simulator.close()
  await talking({ permissions: [] })
  expect(await send(request)).toMatchObject({ status: 403 })
})

test('a request for an unknown message id gets 404 with the permission and 403 without it', async () => {
  await talking()
  expect(await api('/messages/nothing/details')).toMatchObject({ status: 404, body: { code: 'not.found' } })
  await simulator.close()
  await talking({ permissions: [] })
  expect(await api('/messages/nothing/details')).toMatchObject({
    status: 403,
    body: { code: 'missing.any.permissions' },
  })
})

test("the channel's message id is not accepted as a message id", async () => {
  await talking()
  const { body } = await guest.say('again')
  expect(await api(`/messages/${body.channel.messageId as string}/details`)).toMatchObject({ status: 404 })
})

test.each(['/messages', ''])('participant data is written under %s/{conversationId}', async (prefix) => {
  await talking()
  const { id, participants } = await found()
  const path = `${prefix}/${id}/participants/${participants[0]!.id}/attributes`
  const json = { attributes: { cart: '3' } }
  expect(await api(path, { method: 'PATCH', json })).toMatchObject({ status: 200 })
  expect(simulator.sawAttributes(guest.token).now).toEqual({ plan: 'gold', cart: '3' })
  const wrong = { attributes: { cart: 3 } }
  expect(await api(path, { method: 'PATCH', json: wrong })).toMatchObject({ status: 400 })
  const unknownParticipant = `${prefix}/${id}/participants/nobody/attributes`
  expect(await api(unknownParticipant, { method: 'PATCH', json })).toMatchObject({ status: 404 })
})

test('an OAuth client can end the conversation by setting its state to disconnected', async () => {
  await talking({ disconnectMode: 'read-only' })
  const { id } = await found()
  expect(await api(`/messages/${id}`, { method: 'PATCH', json: { state: 'held' } })).toMatchObject({
    status: 400,
  })
  const json = { state: 'disconnected' }
  expect(await api(`/messages/${id}`, { method: 'PATCH', json })).toMatchObject({ status: 200 })
  expect(await guest.next()).toMatchObject({ body: { metadata: { readOnly: 'true' } } })
})

test('the disconnect operation ends the conversation, and is refused without its permission', async () => {
  await talking()
  const { id } = await found()
  expect(await api(`/${id}/disconnect`, { method: 'POST' })).toMatchObject({ status: 204 })
  expect(await guest.next()).toMatchObject({ body: { events: [{ presence: { type: 'Disconnect' } }] } })
  await simulator.close()
  await talking({ permissions: ['conversation:message:view'] })
  const other = await found()
  expect(await api(`/${other.id}/disconnect`, { method: 'POST' })).toMatchObject({ status: 403 })
})
