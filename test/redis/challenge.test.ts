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

const openAt = (replica: Running | undefined, body: object = {}, token?: string) =>
  ask(String(replica?.url), 'POST', '/guest-session', body, {
    origin: SITE,
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  })

async function solvedAt(replica: Running | undefined): Promise<{ readonly challenge: string }> {
  const { body } = await openAt(replica)
  return { challenge: await solveAltcha(body.challenge as AltchaChallenge) }
}

test('a challenge solution opens only one session, whichever replicas it is sent to', async () => {
  const solved = await solvedAt(replicas[0])
  const answers = await Promise.all([0, 1, 0, 1].map((replica) => openAt(replicas[replica], solved)))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403, 403])
  expect(genesys.sessions).toHaveLength(1)
})

test('the token of a session that has ended opens no session on any replica', async () => {
  const { body } = await openAt(replicas[0], await solvedAt(replicas[0]))
  const token = String(body.session)
  const headers = { origin: SITE, authorization: `Bearer ${token}` }
  const ended = await ask(String(replicas[0]?.url), 'DELETE', '/guest-session', undefined, headers)
  expect(ended.status).toBe(204)
  for (const replica of replicas) {
    const answer = await openAt(replica, {}, token)
    expect(answer).toMatchObject({ status: 403, body: { code: 'challenge_required' } })
  }
})
