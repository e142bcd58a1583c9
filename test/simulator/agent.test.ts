import { afterEach, expect, test } from '@jest/globals'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentScriptSchema, readAgentScript } from '../../src/simulator/agent/agent-script.ts'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type Frame, type GuestClient, connect } from './guest-client.ts'

let simulator: Simulator
afterEach(() => simulator.close())

async function configured(options: SimulatorOptions = {}): Promise<GuestClient> {
  simulator = await startSimulator(options)
  const guest = await connect(simulator)
  await guest.configure()
  return guest
}

/** The next message from the agent's side, except typing. */
const answer = (guest: GuestClient) =>
  guest
    .next(({ body }) => body.direction === 'Outbound' && body.type !== 'Event')
    .then(({ body }) => body as Frame)

test('a bot greets the guest, and then an agent types and answers', async () => {
  const guest = await configured()
  await guest.say('Hello')
  expect(await answer(guest)).toMatchObject({
    originatingEntity: 'Bot',
    channel: { from: { nickname: 'Robot Friend' } },
  })
  expect((await guest.next()).body).toMatchObject({
    type: 'Event',
    originatingEntity: 'Human',
    events: [{ eventType: 'Typing', typing: { type: 'On', duration: 5000 } }],
  })
  expect(await answer(guest)).toMatchObject({
    text: 'Hello! I am Ada. How can I help you?',
    originatingEntity: 'Human',
    channel: { from: { nickname: 'Ada' } },
  })
})

test('the bot greets a guest only once', async () => {
  const guest = await configured()
  await guest.say('Hello')
  await answer(guest)
  await answer(guest)
  await guest.say('Hello')
  expect(await answer(guest)).toMatchObject({ originatingEntity: 'Human' })
})

test('agents have no name if humanize is off', async () => {
  const guest = await configured({ humanize: false })
  await guest.say('Hello')
  expect((await answer(guest)).channel.from).toEqual({})
})

test('the agent sends quick replies, a card and a file on request, and leaves after a goodbye', async () => {
  const guest = await configured({ limits: false })
  await guest.say('Show me a reply')
  await answer(guest)
  const { content } = await answer(guest)
  expect(content[0]).toEqual({
    contentType: 'QuickReply',
    quickReply: { text: 'A card', payload: 'card', action: 'Message' },
  })
  const { text, payload } = content[0].quickReply as { text: string; payload: string }
  const response = { contentType: 'ButtonResponse', buttonResponse: { type: 'QuickReply', text, payload } }
  await guest.say('', { content: [response] })
  expect(await answer(guest)).toMatchObject({
    type: 'Structured',
    content: [
      { contentType: 'Card', card: { title: 'A card', actions: [{ type: 'Postback' }, { type: 'Link' }] } },
    ],
  })
  await guest.say('a file, please')
  expect(await answer(guest)).toMatchObject({ content: [{ attachment: { filename: 'hello.txt' } }] })
  await guest.say('Bye!')
  expect((await answer(guest)).text).toMatch(/Goodbye/)
  expect((await guest.next()).body).toMatchObject({ events: [{ presence: { type: 'Disconnect' } }] })
})

test('an answer with {text} repeats the guest’s text without interpreting $ patterns in it', async () => {
  const guest = await configured({ agent: AgentScriptSchema.parse({ otherwise: ['You said: {text}'] }) })
  await guest.say("$& and $1 and {file}'s")
  expect((await answer(guest)).text).toBe("You said: $& and $1 and 's")
})

test('the agent acknowledges a file from the guest', async () => {
  const guest = await configured()
  const { body } = await guest.ask('onAttachment', { fileName: 'a.png', fileType: 'image/png' })
  await fetch(body.url as string, {
    method: 'PUT',
    headers: body.headers as Record<string, string>,
    body: 'a',
  })
  await guest.next()
  const content = [{ contentType: 'Attachment', attachment: { id: body.attachmentId } }]
  await guest.ask('onMessage', { message: { content } })
  await answer(guest)
  expect((await answer(guest)).text).toBe('Thank you, I have received a.png.')
})

test('the agent types for a while before answering', async () => {
  const guest = await configured({ agentDelayMs: 60_000 })
  await guest.say('Hello')
  const typing = await simulator.seenFrame({ direction: 'to-guest', event: 'Typing' })
  expect(typing.token).toBe(guest.token)
  expect(simulator.transcript().map(({ sender }) => sender)).toEqual(['guest', 'bot'])
})

function scriptFile(text: string): { path: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'script-'))
  const path = join(folder, 'script.json')
  writeFileSync(path, text)
  return { path, remove: () => rmSync(folder, { recursive: true }) }
}

test('an agent script can be loaded from a file', async () => {
  const script = {
    agent: { nickname: 'Grace' },
    answers: [
      { when: ['price'], do: [{ ask: 'Which?', choices: [{ text: 'A', payload: 'a' }] }, { leave: true }] },
    ],
  }
  const { path, remove } = scriptFile(JSON.stringify(script))
  const guest = await configured({ agent: readAgentScript(path) })
  remove()
  await guest.say('What is the price?')
  expect(await answer(guest)).toMatchObject({ text: 'Which?', channel: { from: { nickname: 'Grace' } } })
  expect((await guest.next()).body.events).toMatchObject([{ presence: { type: 'Disconnect' } }])
})

test.each([
  ['{"a', /cannot be read/],
  ['{"greetings": []}', /not usable[\s\S]*greetings/],
  ['{"answers": [{"when": [], "do": ["x"]}]}', /not usable[\s\S]*answers/],
])('the agent script %s is refused', async (text, message) => {
  await configured()
  const { path, remove } = scriptFile(text)
  expect(() => readAgentScript(path)).toThrow(message)
  remove()
})
