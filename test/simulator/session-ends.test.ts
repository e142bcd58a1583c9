import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'

let simulator: Simulator
let nowMs: number
afterEach(() => simulator.close())

async function talking(options: SimulatorOptions = {}): Promise<GuestClient> {
  nowMs = Date.now()
  simulator = await startSimulator({ agent: 'silent', now: () => nowMs, ...options })
  const guest = await connect(simulator)
  await guest.configure()
  await guest.say('Hello')
  return guest
}

const presence = (type: string) => ({
  message: { type: 'Event', events: [{ eventType: 'Presence', presence: { type } }] },
})

const readOnlyRefusal = {
  type: 'response',
  class: 'string',
  code: 409,
  body: 'Session is read-only, no new messages allowed',
}

test('in off mode, the guest is not notified when the agent leaves', async () => {
  const guest = await talking({ disconnectMode: 'off' })
  const [first] = simulator.sessions
  simulator.agentLeaves()
  expect(await guest.say('Still there?')).toMatchObject({ body: { text: 'Still there?' } })
  expect(simulator.sessions[0]?.conversationId).not.toBe(first?.conversationId)
})

test('in send mode, the guest is notified when the agent leaves, and can continue in a new conversation', async () => {
  const guest = await talking({ disconnectMode: 'send' })
  simulator.agentLeaves()
  const notice = await guest.next()
  expect(notice).toMatchObject({
    type: 'message',
    class: 'StructuredMessage',
    body: {
      type: 'Event',
      direction: 'Outbound',
      events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }],
    },
  })
  expect(notice.body.metadata).not.toHaveProperty('readOnly')
  expect(await guest.say('Hello again')).toMatchObject({ code: 200 })
  const conversations = simulator.transcript().map(({ conversationId }) => conversationId)
  expect(new Set(conversations).size).toBe(2)
})

test('in read-only mode, the guest must start a new session to write after the agent has left', async () => {
  const guest = await talking({ disconnectMode: 'read-only' })
  simulator.agentLeaves()
  expect(await guest.next()).toMatchObject({ body: { metadata: { readOnly: 'true' } } })
  expect(await guest.say('Hello?')).toEqual(readOnlyRefusal)
  expect(await guest.ask('onMessage', presence('Join'))).toEqual(readOnlyRefusal)

  const tab = await connect(simulator, { token: guest.token })
  expect(await tab.configure()).toMatchObject({ body: { newSession: false, readOnly: true } })

  expect(await guest.ask('closeSession', { closeAllConnections: true })).toMatchObject({
    class: 'SessionResponse',
    body: { connected: false, readOnly: true },
  })
  expect(await tab.next()).toMatchObject({ class: 'ConnectionClosedEvent' })
  await tab.closed
  expect(await guest.configure({ startNew: true })).toMatchObject({
    body: { connected: true, newSession: true, readOnly: false },
  })
  expect(await guest.say('Hello')).toMatchObject({ code: 200 })
})

test('a guest who clears the conversation gets two frames, and can then start a new session', async () => {
  const guest = await talking()
  const tab = await connect(simulator, { token: guest.token })
  await tab.configure()
  guest.send('onMessage', presence('Clear'))
  for (const connection of [guest, tab]) {
    await connection.next(({ class: name }) => name === 'SessionClearedEvent')
    expect(await connection.next()).toMatchObject({ class: 'ConnectionClosedEvent' })
    expect(await connection.closed).toBe(1000)
  }
  const again = await connect(simulator, { token: guest.token })
  expect(await again.configure()).toMatchObject({ body: { newSession: true } })
  expect(simulator.transcript(guest.token)).toEqual([])
})

/** Source: mobile SDK, `core/MessagingClientImpl.kt` with its test, which allows Clear also in the read-only state. */
test('the guest can clear a read-only conversation', async () => {
  const guest = await talking({ disconnectMode: 'read-only' })
  simulator.agentLeaves()
  await guest.next()
  guest.send('onMessage', presence('Clear'))
  expect(await guest.next(({ class: name }) => name !== 'StructuredMessage')).toMatchObject({
    class: 'SessionClearedEvent',
  })
  expect(await guest.closed).toBe(1000)
})

/** Source: the schema of the Java SDK (`swagger.json`, EventCoBrowse and EventVideo). */
test.each([
  { eventType: 'CoBrowse', coBrowse: { type: 'OfferingAccepted', sessionId: 's1', sessionJoinToken: 't1' } },
  { eventType: 'Video', video: { type: 'OfferingRejected', offeringId: 'o1' } },
])('the guest’s response to an offer of type $eventType is echoed', async (event) => {
  const guest = await talking()
  expect(await guest.ask('onMessage', { message: { type: 'Event', events: [event] } })).toMatchObject({
    class: 'StructuredMessage',
    code: 200,
    body: { type: 'Event', direction: 'Inbound', events: [event] },
  })
  const wrong = { ...event, coBrowse: { type: 'Sure' }, video: { type: 'Sure' } }
  expect(await guest.ask('onMessage', { message: { type: 'Event', events: [wrong] } })).toMatchObject({
    class: 'string',
    code: 400,
  })
})

test('clearing a conversation is refused if clearing is switched off', async () => {
  const guest = await talking({ conversationClear: false })
  expect(await guest.ask('onMessage', presence('Clear'))).toEqual({
    type: 'response',
    class: 'string',
    code: 403,
    body: 'Presence events Conversation Clear are not supported',
  })
})

test('a session expires after its duration, counted from the last message', async () => {
  const guest = await talking({ sessionDurationSeconds: 900 })
  nowMs += 899_000
  expect(await guest.say('still here')).toMatchObject({ code: 200 })
  const { body } = await guest.configure()
  expect(body).toMatchObject({ durationSeconds: 900, expirationDate: Math.floor(nowMs / 1000) + 900 })
  nowMs += 900_000
  guest.send('onMessage', { message: { type: 'Text', text: 'too late' } })
  expect(await guest.next()).toEqual({ type: 'response', class: 'SessionExpiredEvent', code: 200, body: {} })
  expect(await guest.next()).toMatchObject({ class: 'string', code: 4006 })
  const later = await connect(simulator, { token: guest.token })
  expect(await later.configure()).toMatchObject({ class: 'string', code: 4006 })
})

test('a test can expire a session', async () => {
  const guest = await talking()
  simulator.expireSession(guest.token)
  expect(await guest.next()).toMatchObject({ class: 'SessionExpiredEvent' })
  expect(await guest.say('Hello?')).toMatchObject({ code: 4006 })
})

test('closing the socket does not end the session', async () => {
  const guest = await talking()
  guest.socket.close()
  await guest.closed
  const again = await connect(simulator, { token: guest.token })
  expect(await again.configure()).toMatchObject({ body: { newSession: false } })
  simulator.agentSays('You are back')
  expect(await again.next()).toMatchObject({ body: { text: 'You are back' } })
})

test('startNew abandons the session and drops its other connections', async () => {
  const guest = await talking()
  const tab = await connect(simulator, { token: guest.token })
  expect(await tab.configure({ startNew: true })).toMatchObject({ body: { newSession: true } })
  expect(await guest.next()).toMatchObject({ class: 'ConnectionClosedEvent' })
  expect(simulator.transcript(guest.token)).toEqual([])
})
