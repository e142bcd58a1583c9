import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { solveAltcha } from '../../src/browser/element/challenge/solve-altcha.ts'
import type { AltchaChallenge } from '../../src/contract/contract.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { ask, SITE, startTogether, type Running } from '../start-service.ts'
import { startRedis, type RedisServer } from './redis-server.ts'

let redis: RedisServer
let genesys: Simulator
const replicas: Running[] = []

beforeAll(async () => {
  redis = await startRedis()
  genesys = await startSimulator({ agent: 'silent' })
  const settings = {
    SESSION_KEYS: randomBytes(32).toString('base64'),
    REDIS_URL: redis.url,
    CHALLENGE: 'altcha',
    CHALLENGE_DIFFICULTY: '1000',
  }
  for (let i = 0; i < 2; i++) replicas.push(await startTogether({ genesys, settings }))
})
afterAll(async () => {
  for (const replica of replicas) await replica.stop()
  await genesys.close()
  await redis.kill()
})

test('a challenge solution opens only one session, whichever replicas it is sent to', async () => {
  const openAt = (replica: Running | undefined, challenge?: string) =>
    ask(String(replica?.url), 'POST', '/guest-session', challenge ? { challenge } : {}, { origin: SITE })
  const { body } = await openAt(replicas[0])
  const solution = await solveAltcha(body.challenge as AltchaChallenge)
  const answers = await Promise.all([0, 1, 0, 1].map((replica) => openAt(replicas[replica], solution)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403])
  expect(genesys.sessions).toHaveLength(1)
})
