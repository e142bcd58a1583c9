import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'

let simulator: Simulator
let nowMs: number
afterEach(() => simulator.close())

async function configured(limits: SimulatorOptions['limits'] = {}): Promise<GuestClient> {
  nowMs = Date.now()
  simulator = await startSimulator({ agent: 'silent', limits, now: () => nowMs })
  const guest = await connect(simulator)
  await guest.configure()
  return guest
}

async function times(count: number, work: (number: number) => unknown): Promise<void> {
  for (let number = 1; number <= count; number += 1) await work(number)
}

async function openTab(token: string): Promise<void> {
  await (await connect(simulator, { token })).configure()
}

test('a session accepts at most 5 messages a second', async () => {
  const guest = await configured()
  await times(5, async (number) => {
    expect(await guest.say(`${number}`)).toMatchObject({ code: 200 })
  })
  expect(await guest.say('6')).toEqual({
    type: 'response',
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter: 1, errorCode: 4029, errorMessage: 'Message rate too high for this session' },
  })
  nowMs += 1000
  expect(await guest.say('6')).toMatchObject({ code: 200 })
})

test('messages per second are counted per session, not per connection', async () => {
  const guest = await configured()
  const tab = await connect(simulator, { token: guest.token })
  await tab.configure()
  await times(5, (number) => guest.say(`${number}`))
  tab.send('onMessage', { message: { type: 'Text', text: '6' } })
  expect(await tab.next(({ code }) => code === 429)).toBeTruthy()
})

test('a connection accepts at most 60 requests a minute', async () => {
  const guest = await configured()
  await times(59, () => guest.ask('getJwt'))
  nowMs += 20_000
  expect(await guest.ask('getJwt')).toMatchObject({ code: 429, body: { retryAfter: 40 } })
  nowMs += 40_000
  expect(await guest.ask('getJwt')).toMatchObject({ code: 200 })
})

test('a session can be configured at most 60 times a minute', async () => {
  const guest = await configured({ requestsPerMinute: Infinity })
  await times(59, async () => {
    expect(await guest.configure()).toMatchObject({ code: 200 })
  })
  expect(await guest.configure()).toMatchObject({
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter: 60, errorMessage: 'ConfigureSession rate too high for this session' },
  })
})

test('a connection accepts at most 2 echoes a minute', async () => {
  const guest = await configured()
  const echo = () => guest.ask('echo', { message: { type: 'Text', text: 'ping' } })
  expect(await echo()).toMatchObject({ code: 200 })
  expect(await echo()).toMatchObject({ code: 200 })
  expect(await echo()).toMatchObject({ code: 429 })
})

test('a session’s fourth connection closes the oldest connection', async () => {
  const guest = await configured()
  await times(2, () => openTab(guest.token))
  expect(simulator.connections(guest.token)).toBe(3)
  const fourth = await connect(simulator, { token: guest.token })
  expect(await fourth.configure()).toMatchObject({ body: { connected: true, newSession: false } })
  expect(await guest.next()).toEqual({ type: 'message', class: 'ConnectionClosedEvent', code: 200, body: {} })
  expect(await guest.closed).toBe(1000)
  expect(simulator.connections(guest.token)).toBe(3)
})

test("an agent's text may have at most 4000 characters", async () => {
  const guest = await configured()
  simulator.agentSays('a'.repeat(4000))
  expect((await guest.next()).body.text).toHaveLength(4000)
  expect(() => simulator.agentSays('a'.repeat(4001))).toThrow(RangeError)
})

test("an agent's typing is forwarded at most 12 times a minute", async () => {
  const guest = await configured()
  await times(20, () => simulator.agentTypes())
  simulator.agentSays('done')
  await guest.next(({ body }) => body.text === 'done')
  expect(guest.received.filter(({ body }) => body.events)).toHaveLength(12)
})

test('one option switches off all limits', async () => {
  const guest = await configured(false)
  await times(100, async (number) => {
    expect(await guest.say(`${number}`.repeat(3000))).toMatchObject({ code: 200 })
  })
  await times(5, async () => {
    expect(await guest.ask('echo', { message: { type: 'Text', text: 'p' } })).toMatchObject({ code: 200 })
  })
  expect(await guest.configure()).toMatchObject({ body: { maxCustomDataBytes: 2048 } })
  await times(4, () => openTab(guest.token))
  expect(simulator.connections(guest.token)).toBe(5)
})
