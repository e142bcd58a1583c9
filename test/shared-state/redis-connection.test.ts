import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import {
  createRedisConnection,
  type RedisClient,
  type RedisConnection,
} from '../../src/service/shared-state/redis-connection.ts'

/** A client whose server answers, hangs or is gone. */
function fakeClient() {
  const listeners = new Map<string, (reason?: unknown) => void>()
  const sent: string[][] = []
  const subscribed: string[] = []
  const ended = { count: 0 }
  const server = { does: 'answer' as 'answer' | 'hang' | 'refuse' | 'be full' }
  const client = {
    isOpen: true,
    isReady: true,
    connect: async () => listeners.get('ready')?.(),
    async sendCommand(command: string[]) {
      sent.push(command)
      if (server.does === 'hang') await new Promise(() => undefined)
      if (server.does === 'refuse') throw new Error("READONLY You can't write against a read only replica.")
      if (server.does === 'be full')
        throw new Error("OOM command not allowed when used memory > 'maxmemory'.")
      return 'OK'
    },
    subscribe: async (channel: string) => void subscribed.push(channel),
    on: (event: string, listener: (reason?: unknown) => void) => void listeners.set(event, listener),
    destroy: () => void (ended.count += 1),
  } satisfies RedisClient
  return {
    client,
    server,
    sent,
    subscribed,
    get destroyed() {
      return ended.count
    },
    emit: (event: string) => listeners.get(event)?.(new Error(event)),
  }
}

let fake: ReturnType<typeof fakeClient>
let connection: RedisConnection
let changes: boolean[]
let failures: number

beforeEach(async () => {
  jest.useFakeTimers()
  fake = fakeClient()
  changes = []
  failures = 0
  connection = createRedisConnection({
    createClient: async () => fake.client,
    keyPrefix: 'p:',
    timeoutMs: 100,
    onChange: (isAvailable) => void changes.push(isAvailable),
    onFailure: () => failures++,
    monotonicNow: () => Date.now(),
  })
  await connection.started
})
afterEach(() => {
  connection.close()
  jest.useRealTimers()
})

const ask = () => connection.run((send) => send('GET', 'k'))

test('a Redis command gets its response while Redis is available', async () => {
  expect(await ask()).toBe('OK')
  expect(changes).toEqual([true])
})

test('after one command without a response, no caller waits for another command', async () => {
  fake.server.does = 'hang'
  const first = ask()
  await jest.advanceTimersByTimeAsync(101)
  expect(await first).toBeUndefined()
  const before = fake.sent.length
  expect(await ask()).toBeUndefined()
  expect(fake.sent).toHaveLength(before)
  expect(failures).toBe(1)
})

test('a late response does not make Redis unavailable if the probe succeeds, and is not reported', async () => {
  fake.server.does = 'hang'
  const late = ask()
  fake.server.does = 'answer'
  await jest.advanceTimersByTimeAsync(101)
  expect(await late).toBeUndefined()
  await jest.advanceTimersByTimeAsync(1)
  expect(await ask()).toBe('OK')
  expect(changes).toEqual([true])
})

test('a Redis that hangs is reported once, and its recovery is reported when a probe gets a response', async () => {
  const reported: string[] = []
  connection.onAvailable(() => void reported.push('available'))
  fake.server.does = 'hang'
  void ask()
  await jest.advanceTimersByTimeAsync(5000)
  expect(connection.isAvailable).toBe(false)
  expect(changes).toEqual([true, false])
  fake.server.does = 'answer'
  await jest.advanceTimersByTimeAsync(2000)
  expect(connection.isAvailable).toBe(true)
  expect(changes).toEqual([true, false, true])
  expect(reported).toEqual(['available'])
  expect(await ask()).toBe('OK')
})

test('a Redis that refuses writes counts as unavailable, because the probe is a write', async () => {
  fake.server.does = 'refuse'
  expect(await ask()).toBeUndefined()
  await jest.advanceTimersByTimeAsync(1000)
  expect(connection.isAvailable).toBe(false)
})

test('after a failover, a connection to the former primary is replaced, at most once a second', async () => {
  connection.subscribe('c', () => undefined)
  await jest.advanceTimersByTimeAsync(2000)
  const former = fake
  former.server.does = 'refuse'
  fake = fakeClient()
  fake.server.does = 'refuse'
  await ask()
  await jest.advanceTimersByTimeAsync(500)
  expect(former.destroyed).toBe(1)
  expect(fake.destroyed).toBe(0)
  expect(connection.isAvailable).toBe(false)
  fake.server.does = 'answer'
  await jest.advanceTimersByTimeAsync(250)
  expect(connection.isAvailable).toBe(true)
  expect(fake.subscribed).toEqual(['c'])
  expect(connection.isListening).toBe(true)
})

test('a Redis without free memory keeps its connection, because a new one would be refused too', async () => {
  await jest.advanceTimersByTimeAsync(2000)
  fake.server.does = 'be full'
  await ask()
  await jest.advanceTimersByTimeAsync(5000)
  expect(connection.isAvailable).toBe(false)
  expect(fake.destroyed).toBe(0)
})

test('a lost connection to Redis is noticed without a command', () => {
  fake.emit('error')
  expect(connection.isAvailable).toBe(false)
  expect(changes).toEqual([true, false])
})

test('a channel is subscribed to only once even if Redis was unavailable in the meantime', async () => {
  connection.subscribe('c', () => undefined)
  fake.emit('error')
  await jest.advanceTimersByTimeAsync(1000)
  expect(connection.isAvailable).toBe(true)
  expect(fake.subscribed).toEqual(['c'])
})

test('startup waits at most a second for a response from Redis', async () => {
  const never = createRedisConnection({
    createClient: () => new Promise(() => undefined),
    keyPrefix: 'p:',
    timeoutMs: 100,
    onChange: (isAvailable) => void changes.push(isAvailable),
    onFailure: () => undefined,
  })
  await jest.advanceTimersByTimeAsync(1000)
  await never.started
  expect(changes).toEqual([true, false])
  never.close()
})

test('a Redis connection is not listening before a subscription is confirmed or after Redis is lost', async () => {
  expect(connection.isListening).toBe(true)
  connection.subscribe('c', () => undefined)
  expect(connection.isListening).toBe(false)
  await jest.advanceTimersByTimeAsync(0)
  expect(connection.isListening).toBe(true)
  fake.emit('error')
  expect(connection.isListening).toBe(false)
})

test('the round-trip time becomes known only after ten commands', async () => {
  fake.client.sendCommand = () => new Promise((resolve) => setTimeout(() => resolve('OK'), 80))
  for (let count = 0; count < 9; count++) void ask()
  await jest.advanceTimersByTimeAsync(80)
  expect(connection.roundTripMs).toBeUndefined()
  void ask()
  await jest.advanceTimersByTimeAsync(80)
  expect(connection.roundTripMs).toBe(80)
})
