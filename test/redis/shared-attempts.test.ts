import { randomUUID } from 'node:crypto'
import { createClient } from '@redis/client'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import {
  createRedisConnection,
  type RedisConnection,
} from '../../src/service/shared-state/redis-connection.ts'
import { createSeals } from '../../src/service/shared-state/sealed-text.ts'
import { createSharedAttempts } from '../../src/service/shared-state/shared-attempts.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

const KEEP_MS = 60_000
const seals = createSeals([new Uint8Array(32).fill(1)])
let redis: RedisServer
let connections: RedisConnection[]

beforeEach(async () => {
  redis = await startRedis()
  connections = []
})
afterEach(async () => {
  for (const connection of connections) connection.close()
  await redis.kill()
})

async function replica() {
  const connection = createRedisConnection({
    createClient: async () => createClient({ url: redis.url }),
    keyPrefix: 'test:',
    timeoutMs: 5000,
    onChange: () => undefined,
    onFailure: () => undefined,
  })
  connections.push(connection)
  await connection.started
  return createSharedAttempts({ connection, seals, prefix: 'test:' })
}

async function claim(attempts: Awaited<ReturnType<typeof replica>>, id: string, isRepeat = false) {
  const attempt = await attempts.claim(id, 'body', { keepMs: KEEP_MS, isRepeat })
  if (attempt === undefined) throw new Error('Redis did not answer.')
  return attempt
}

test('an attempt whose replica has ended is taken over within four seconds, and its outcome is unknown', async () => {
  const [killed, other] = [await replica(), await replica()]
  const id = randomUUID()
  expect(await claim(killed, id)).toMatchObject({ state: 'started', earlier: undefined })
  connections[0]!.close()
  const startedAtMs = performance.now()
  let attempt = await claim(other, id)
  expect(attempt.state).toBe('in-progress')
  while (attempt.state === 'in-progress') attempt = await claim(other, id)
  expect(attempt).toMatchObject({ state: 'started', earlier: { msAgo: expect.any(Number) } })
  expect(performance.now() - startedAtMs).toBeLessThan(4_000)
  if (attempt.state === 'started') await attempt.settle('refused')
}, 15_000)

test('a long attempt stays in progress beyond its first lease', async () => {
  const [slow, other] = [await replica(), await replica()]
  const id = randomUUID()
  const attempt = await claim(slow, id)
  const untilMs = performance.now() + 3_500
  while (performance.now() < untilMs) expect((await claim(other, id)).state).toBe('in-progress')
  if (attempt.state === 'started') await attempt.settle('answered', 'the answer')
  expect(await claim(other, id)).toEqual({ state: 'answered', answer: 'the answer' })
}, 15_000)

test('after an attempt with an unknown outcome, the next attempt learns when the first one was made', async () => {
  const [one, other] = [await replica(), await replica()]
  const id = randomUUID()
  const first = await claim(one, id)
  if (first.state === 'started') await first.settle('unknown')
  const second = await claim(other, id)
  expect(second).toMatchObject({ state: 'started', earlier: { msAgo: expect.any(Number) } })
  if (second.state === 'started') await second.settle('unknown')
})

test('if Redis knows of no attempt before a retry, the time of the first attempt stays unknown', async () => {
  const [one, other] = [await replica(), await replica()]
  const id = randomUUID()
  const first = await claim(one, id, true)
  expect(first).toMatchObject({ state: 'started', earlier: { msAgo: undefined } })
  if (first.state === 'started') await first.settle('unknown')
  const second = await claim(other, id, true)
  expect(second).toMatchObject({ state: 'started', earlier: { msAgo: undefined } })
  if (second.state === 'started') await second.settle('refused')
})
