import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'

let simulator: Simulator
afterEach(() => simulator.close())

async function configured(options: SimulatorOptions = {}): Promise<GuestClient> {
  simulator = await startSimulator({ agent: 'silent', ...options })
  const guest = await connect(simulator)
  await guest.configure()
  return guest
}

const attributesIn = (customAttributes: Record<string, unknown>) => ({
  channel: { metadata: { customAttributes } },
})

test('attributes in a message reach the agent with that message and apply to later ones', async () => {
  const guest = await configured()
  await guest.say('one', attributesIn({ plan: 'gold' }))
  await guest.say('two')
  await guest.say('three', attributesIn({ plan: 'silver', cart: '3' }))
  expect(simulator.sawAttributes(guest.token)).toEqual({
    now: { plan: 'silver', cart: '3' },
    atMessages: [
      { text: 'one', attributes: { plan: 'gold' } },
      { text: 'two', attributes: { plan: 'gold' } },
      { text: 'three', attributes: { plan: 'silver', cart: '3' } },
    ],
  })
})

test.each([
  [false, {}],
  [true, { plan: 'gold' }],
])(
  'attributes next to the message are silently ignored unless legacyAttributesPlace is on (here: %s)',
  async (on, saw) => {
    const guest = await configured({ legacyAttributesPlace: on })
    const message = { type: 'Text', text: 'Hello' }
    expect(await guest.ask('onMessage', { message, ...attributesIn({ plan: 'gold' }) })).toMatchObject({
      code: 200,
    })
    expect(simulator.sawAttributes().now).toEqual(saw)
  },
)

test('attribute keys and values may total at most 2048 bytes of UTF-8', async () => {
  const guest = await configured()
  const key = 'é'.repeat(24)
  expect(await guest.say('fits', attributesIn({ [key]: 'a'.repeat(2000) }))).toMatchObject({ code: 200 })
  expect(await guest.say('too large', attributesIn({ [key]: 'a'.repeat(2001) }))).toEqual({
    type: 'response',
    class: 'string',
    code: 4013,
    body: 'Custom Attributes in channel metadata is larger than 2048 bytes',
  })
  expect(simulator.transcript()).toHaveLength(1)
})

test('attributes that are not strings are refused', async () => {
  const guest = await configured()
  expect(await guest.say('Hello', attributesIn({ premium: true }))).toMatchObject({ code: 400 })
})

test('a message’s text may have at most 4096 bytes of UTF-8', async () => {
  const guest = await configured()
  expect(await guest.say('é'.repeat(2048))).toMatchObject({ code: 200 })
  expect(await guest.say('a'.repeat(5000))).toEqual({
    type: 'response',
    class: 'string',
    code: 4011,
    body: 'Message length 5000 is larger than 4096',
  })
})

test('error frames have a tracingId if tracingIdOnErrors is on', async () => {
  const guest = await configured({ tracingIdOnErrors: true })
  const tracingId = guest.send('onMessage', { message: { type: 'Text', text: '' } })
  expect(await guest.next()).toMatchObject({ code: 400, tracingId })
})

test.each([
  ['no message', {}, 4020],
  ['an unknown type', { message: { type: 'Receipt' } }, 400],
  ['neither text nor content', { message: { type: 'Text' } }, 400],
  ['an event without events', { message: { type: 'Event' } }, 4020],
  ['an unknown event', { message: { type: 'Event', events: [{ eventType: 'Dance' }] } }, 400],
])('onMessage with %s is refused', async (_, fields, code) => {
  const guest = await configured()
  expect(await guest.ask('onMessage', fields)).toMatchObject({ type: 'response', class: 'string', code })
})

test.each([
  ['invalid JSON', '{"a', 400],
  ['an unknown action', '{"action":"dance","token":"t"}', 400],
  ['the name of an inherited property as its action', '{"action":"constructor","token":"t"}', 400],
  ['no token', '{"action":"getJwt"}', 4020],
])('a frame with %s is refused', async (_, text, code) => {
  const guest = await configured()
  guest.socket.send(text)
  expect(await guest.next()).toMatchObject({ class: 'string', code })
})

test("another guest's token is refused on a configured connection", async () => {
  const guest = await configured()
  const other = await connect(simulator)
  await other.configure()
  expect(await guest.ask('getJwt', { token: other.token })).toMatchObject({ code: 4007 })
})

test('a quick reply is echoed in the form in which the mobile SDK or the Messenger sent it', async () => {
  const guest = await configured()
  const content = [
    { contentType: 'ButtonResponse', buttonResponse: { type: 'QuickReply', text: 'Yes', payload: 'yes' } },
  ]
  const byMobile = await guest.say('', { content })
  expect(byMobile.body).toMatchObject({ type: 'Text', text: '', content })
  const metadata = { parentMessageId: 'p1' }
  const byMessenger = await guest.ask('onMessage', { message: { type: 'Structured', content, metadata } })
  expect(byMessenger.body).toMatchObject({ type: 'Structured', content, metadata })
})

test('message echoes and agents’ messages reach all of a guest’s connections', async () => {
  const guest = await configured()
  const tab = await connect(simulator, { token: guest.token })
  await tab.configure()
  const echo = await guest.say('Hello')
  expect(await tab.next()).toEqual(echo)
  simulator.agentSays('Hi')
  expect(await tab.next()).toEqual(await guest.next())
})

test('typing events get no echo, and are refused if typing is switched off', async () => {
  const typing = { message: { type: 'Event', events: [{ eventType: 'Typing', typing: { type: 'On' } }] } }
  const guest = await configured()
  guest.send('onMessage', typing)
  await simulator.seenFrame({ direction: 'from-guest', event: 'Typing' })
  expect(await guest.say('Hello')).toMatchObject({ body: { text: 'Hello' } })
  await simulator.close()
  const other = await configured({ showUserTypingIndicator: false })
  expect(await other.ask('onMessage', typing)).toMatchObject({
    code: 403,
    body: 'Turn on the Feature Toggle or fix the configuration.',
  })
})

test('an echo response contains the session’s expiry and reaches only the connection that sent the echo', async () => {
  const guest = await configured()
  const tab = await connect(simulator, { token: guest.token })
  await tab.configure()
  const tracingId = guest.send('echo', { message: { type: 'Text', text: 'ping' } })
  const answer = await guest.next()
  expect(answer).toMatchObject({
    type: 'response',
    class: 'StructuredMessage',
    tracingId,
    body: { text: 'ping' },
  })
  expect(answer.body.metadata).toMatchObject({
    durationSeconds: '259200',
    expirationDate: expect.stringMatching(/^\d{10}$/),
  })
  await guest.say('Hello')
  expect((await tab.next()).body.text).toBe('Hello')
  expect(simulator.transcript()).toHaveLength(1)
})

test('getConfiguration returns the limits', async () => {
  const guest = await configured()
  const { deploymentId } = simulator
  expect(await guest.ask('getConfiguration', { deploymentId })).toMatchObject({
    class: 'GetConfigurationResponse',
    body: {
      maxCustomDataBytes: 2048,
      messageRoutingEnabled: true,
      allowedMedia: { inbound: { maxFileSizeKB: 10_240 } },
    },
  })
  expect(await guest.ask('getConfiguration', { deploymentId: 'x' })).toMatchObject({ code: 400 })
})

test('a Join event starts the conversation only if autostart is on', async () => {
  const join = { message: { type: 'Event', events: [{ eventType: 'Presence', presence: { type: 'Join' } }] } }
  const message = { ...join.message, ...attributesIn({ page: '/pricing' }) }
  const guest = await configured({ autoStart: true })
  const tracingId = guest.send('onMessage', { message })
  expect(await guest.next()).toMatchObject({ tracingId, body: { type: 'Event', direction: 'Inbound' } })
  expect(simulator.sawAttributes().now).toEqual({ page: '/pricing' })
  expect(simulator.sessions).toMatchObject([{ conversationId: expect.any(String) }])
  await simulator.close()
  const other = await configured({ autoStart: false })
  await other.ask('onMessage', { message })
  expect(simulator.sessions[0]).not.toHaveProperty('conversationId')
})
