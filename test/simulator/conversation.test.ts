import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { connect } from './guest-client.ts'

let simulator: Simulator
beforeEach(async () => (simulator = await startSimulator({ agent: 'silent' })))
afterEach(() => simulator.close())

test('a message that is sent before the session is configured gets an error', async () => {
  const guest = await connect(simulator)
  const answer = await guest.say('too early')
  expect(answer).toMatchObject({ type: 'response', class: 'string', code: 400 })
  expect(guest.received).toHaveLength(1)
})

test('an unknown token creates a session, and the same token later resumes that session', async () => {
  const guest = await connect(simulator)
  const first = await guest.configure()
  expect(first).toMatchObject({
    type: 'response',
    class: 'SessionResponse',
    code: 200,
    body: { connected: true, newSession: true, readOnly: false, maxCustomDataBytes: 2048 },
  })
  const again = await connect(simulator, { token: guest.token })
  expect(await again.configure()).toMatchObject({ body: { connected: true, newSession: false } })
})

test("the guest's message is echoed with the tracingId of its frame", async () => {
  const guest = await connect(simulator)
  await guest.configure()
  const tracingId = guest.send('onMessage', { message: { type: 'Text', text: 'Hello' } })
  const echo = await guest.next()
  expect(echo).toMatchObject({ type: 'message', class: 'StructuredMessage', code: 200, tracingId })
  expect(echo.body).toMatchObject({ type: 'Text', direction: 'Inbound', text: 'Hello' })
  expect(echo.body.channel.messageId).toMatch(/^[0-9a-f-]{36}$/)
  expect(new Date(echo.body.channel.time).toISOString()).toBe(echo.body.channel.time)
})

test('a message from the agent reaches the guest with the agent’s name', async () => {
  const guest = await connect(simulator)
  await guest.configure()
  await guest.say('Hello')
  simulator.agentSays('How can I help?')
  const said = await guest.next()
  expect(said).not.toHaveProperty('tracingId')
  expect(said.body).toMatchObject({
    direction: 'Outbound',
    text: 'How can I help?',
    originatingEntity: 'Human',
    channel: { from: { nickname: 'Ada' } },
  })
})
