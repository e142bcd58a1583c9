import { expect, test } from '@jest/globals'
import type { RedisConnection, Send } from '../../src/service/shared-state/redis-connection.ts'
import { createSharedGenerations } from '../../src/service/shared-state/shared-generations.ts'

function setUp() {
  const asked: string[] = []
  const redis = { generation: '0', isListening: true }
  let announced: (message: string) => void = () => undefined
  let available = (): void => undefined
  const send: Send = async (command) => {
    asked.push(command)
    return redis.generation
  }
  const connection: RedisConnection = {
    isAvailable: true,
    roundTripMs: undefined,
    get isListening() {
      return redis.isListening
    },
    started: Promise.resolve(),
    run: (commands) => commands(send),
    subscribe: (_channel, listener) => void (announced = listener),
    onAvailable: (listener) => void (available = listener),
    close: () => undefined,
  }
  const generations = createSharedGenerations({ connection, prefix: 'p:', keepMs: 1000, now: () => 0 })
  const learnt: [string, number][] = []
  generations.onAnnounced((sid, generation) => learnt.push([sid, generation]))
  return {
    generations,
    redis,
    asked,
    learnt,
    announce: (generation: number) => announced(JSON.stringify(['s', generation])),
    comeBack: () => available(),
  }
}

test('Redis is queried again for a session only after a new generation is announced', async () => {
  const { generations, asked, redis, learnt, announce } = setUp()
  for (let count = 0; count < 3; count++) expect(await generations.newest('s')).toBeUndefined()
  expect(asked).toEqual(['GET'])
  redis.generation = '2'
  announce(2)
  expect(learnt).toEqual([['s', 2]])
  for (let count = 0; count < 3; count++) expect(await generations.newest('s')).toBe(2)
  expect(asked).toEqual(['GET', 'GET'])
})

test('Redis is queried again after an outage, and every time while announcements do not arrive', async () => {
  const { generations, asked, redis, comeBack } = setUp()
  await generations.newest('s')
  redis.generation = '2'
  comeBack()
  expect(await generations.newest('s')).toBe(2)
  redis.isListening = false
  await generations.newest('s')
  await generations.newest('s')
  expect(asked).toHaveLength(4)
})
