import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type Frame, type GuestClient, connect } from './guest-client.ts'
import { typeErrors } from './sdk-types.ts'

/**
 * Requests as published clients send them, and what those clients read from the responses. KT: Genesys' mobile SDK
 * (MyPureCloud/genesys-messenger-transport-mobile-sdk). MW: mcphee11/webMessagingAPI-widget. BO: Botium's connector
 * (`GenerateUrlError` and so on in its `_getAttachmentId`). TM: a bridge to Microsoft Teams, found only as source code.
 * SC: Safricloud genesys-cloud-headless-webmessage-reference, `docs/guides/sdk-source-notes.md`, on the Messenger.
 * JV: the schema of the Java SDK (MyPureCloud/web-messaging-sdk-java, `swagger.json`).
 */

let simulator: Simulator
afterEach(() => simulator.close())

async function configured(options: SimulatorOptions = {}): Promise<GuestClient> {
  simulator = await startSimulator({ agent: 'silent', ...options })
  const guest = await connect(simulator)
  await guest.configure()
  return guest
}

/** Exactly these fields, because most clients send no `tracingId`. */
function ask(guest: GuestClient, request: object): Promise<Frame> {
  guest.socket.send(JSON.stringify(request))
  return guest.next()
}

const buttonResponse = (fields: object) => ({ contentType: 'ButtonResponse', buttonResponse: fields })

test('an echo without a token gets a response on a configured connection (MW; KT SerializationTest)', async () => {
  const guest = await configured()
  const echo = { action: 'echo', message: { type: 'Text', text: 'ping' } }
  expect(await ask(guest, echo)).toMatchObject({
    type: 'response',
    class: 'StructuredMessage',
    code: 200,
    body: { text: 'ping', type: 'Text', direction: 'Inbound' },
  })
  const stranger = await connect(simulator)
  expect(await ask(stranger, echo)).toMatchObject({ class: 'string', code: 4020 })
})

test('an echo returns the metadata that it was sent with (KT RequestSerializationTest, Response.echo)', async () => {
  const guest = await configured()
  const metadata = { customMessageId: 'SGVhbHRoQ2hlY2tNZXNzYWdlSWQ=' }
  const message = { text: 'ping', metadata, type: 'Text' }
  const answer = await ask(guest, { token: guest.token, action: 'echo', message })
  expect(answer.body).toMatchObject({ text: 'ping', metadata: { ...metadata, durationSeconds: '259200' } })
})

test('a message’s attributes are returned in its channel (TM; JV CleanMessagingChannel)', async () => {
  const guest = await configured({ autoStart: true })
  const channel = { metadata: { customAttributes: { host: 'a' } } }
  const joined = { type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Join' } }], channel }
  for (const message of [joined, { type: 'Text', text: 'Hello', channel }]) {
    const { body } = await ask(guest, { action: 'onMessage', token: guest.token, message })
    expect(body).toMatchObject({ direction: 'Inbound', channel })
  }
  expect((await guest.say('no attributes')).body.channel).not.toHaveProperty('metadata')
})

test.each<[string, object]>([
  [
    'a quick reply without text (BO)',
    { type: 'Text', content: [buttonResponse({ text: 'Yes', payload: 'y', type: 'QuickReply' })] },
  ],
  [
    'a list as the mobile SDK sends it (KT MessagingClientListPickerTest)',
    {
      type: 'Structured',
      text: '',
      content: [
        buttonResponse({ text: 'One', payload: '1', type: 'ListPicker', originatingMessageId: 'm' }),
        buttonResponse({ text: 'Two', payload: '2', type: 'ListPicker', originatingMessageId: 'm' }),
      ],
    },
  ],
  [
    'a time as the mobile SDK sends it (KT MessagingClientTimeSlotTest)',
    {
      type: 'Text',
      text: '',
      content: [buttonResponse({ text: '10:00', payload: '2026-01-01T10:00:00.000Z', type: 'DatePicker' })],
    },
  ],
  [
    'a time as the Messenger sends it, without text (SC)',
    {
      type: 'Structured',
      content: [buttonResponse({ type: 'DatePicker', text: '10:00', payload: '2026-01-01T10:00:00.000Z' })],
      metadata: { id: 'uuid', parentMessageId: 'm' },
    },
  ],
])('%s is echoed as it was sent', async (_, message) => {
  const guest = await configured()
  const { code, body } = await ask(guest, { action: 'onMessage', token: guest.token, message })
  expect({ code, body }).toMatchObject({ code: 200, body: { direction: 'Inbound', ...message } })
})

test('a file can be uploaded without an id from the client and with a different content type (BO, SC)', async () => {
  const guest = await configured()
  const { token } = guest
  const file = { action: 'onAttachment', fileName: 'a.png', fileType: 'image/png', fileSize: 3, token }
  const { body: target } = await ask(guest, file)
  const headers = { ...(target.headers as Record<string, string>), 'Content-Type': 'text/plain' }
  const stored = await fetch(target.url as string, { method: 'PUT', headers, body: 'abc' })
  expect(stored.status).toBe(200)
  const { body: uploaded } = await guest.next(({ class: name }) => name === 'UploadSuccessEvent')
  expect(uploaded).toMatchObject({ attachmentId: target.attachmentId })
  const content = [{ contentType: 'Attachment', attachment: { id: uploaded.attachmentId as string } }]
  const { body } = await ask(guest, { action: 'onMessage', token, message: { content } })
  expect(body).toMatchObject({ type: 'Text', content: [{ attachment: { filename: 'a.png', fileSize: 3 } }] })
  expect(body).not.toHaveProperty('text')
})

test('answers, events and prompts in the history match the JavaScript SDK’s types', async () => {
  const guest = await configured()
  const offer = [{ contentType: 'QuickReply', quickReply: { text: 'Yes', payload: 'y', action: 'Message' } }]
  await guest.say('Hello')
  const { id: question } = simulator.agentSays({ text: 'Sure?', content: offer })
  const presence = { type: 'Authenticate', receivedMessage: { title: 'Please sign in' } }
  simulator.agentSays({ events: [{ eventType: 'Presence', presence }] })
  const yes = buttonResponse({ type: 'QuickReply', text: 'Yes', payload: 'y' })
  const time = buttonResponse({ type: 'DatePicker', text: '10:00', payload: '2026-01-01T10:00:00.000Z' })
  guest.send('onMessage', { message: { type: 'Structured', text: 'Yes', content: [yes] } })
  guest.send('onMessage', {
    message: { type: 'Structured', content: [time], metadata: { parentMessageId: 'm' } },
  })
  guest.send('getJwt')
  const { body: jwt } = await guest.next(({ class: name }) => name === 'JwtResponse')
  const answer = await fetch(`${simulator.url}/api/v2/webmessaging/messages?pageNumber=1`, {
    headers: { Authorization: `Bearer ${jwt.jwt as string}` },
  })
  const body = (await answer.json()) as { entities: Frame[] }
  expect(body.entities.slice(0, 2)).toMatchObject([
    { content: [{ buttonResponse: { type: 'DatePicker', originatingMessageId: 'm' } }] },
    { content: [{ buttonResponse: { type: 'QuickReply', originatingMessageId: question } }] },
  ])
  expect(typeErrors({ history: { type: 'WebMessagingMessageEntityList', body } })).toEqual([])
}, 60_000)
