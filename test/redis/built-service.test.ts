import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { startProcess } from '../processes/start-process.ts'
import { openPage, pageOf } from '../start-service.ts'
import { startRedis } from './redis-server.ts'

test('two processes of the built service share the answer to a key, also when the first was killed', async () => {
  const redis = await startRedis()
  const genesys = await startSimulator({ agent: 'silent' })
  const settings = { SESSION_KEYS: randomBytes(32).toString('base64'), REDIS_URL: redis.url }
  const [a, b] = [await startProcess(genesys, settings), await startProcess(genesys, settings)]
  try {
    for (const replica of [a, b]) expect(await replica.metric('guest_bff_redis_available')).toBe(1)
    const page = await openPage(a.url)
    const headers = { 'idempotency-key': randomUUID() }
    const first = await page.say('only once', headers)
    expect(first.status).toBe(201)
    await a.end('SIGKILL')
    const elsewhere = pageOf(b.url, page.opened)
    elsewhere.session = page.session
    expect(await elsewhere.say('only once', headers)).toMatchObject({
      status: 201,
      body: { id: first.body.id },
    })
    expect(genesys.transcript()).toHaveLength(1)
  } finally {
    for (const replica of [a, b]) await replica.end('SIGKILL')
    await genesys.close()
    await redis.kill()
  }
}, 30_000)
