import { randomBytes, randomUUID } from 'node:crypto'
import { expect, test } from '@jest/globals'
import { startSimulator } from '../../src/simulator/simulator.ts'
import { makeCertificate } from '../certificate.ts'
import { startProcess } from '../processes/start-process.ts'
import { openPage, pageOf } from '../start-service.ts'
import { startRedis } from './redis-server.ts'

test.each([
  ['redis://', false],
  ['rediss://, with a certificate that the settings trust', true],
])(
  'through %s, a process returns a killed process’s response for the same idempotency key',
  async (_scheme, isEncrypted) => {
    const certificate = isEncrypted ? makeCertificate() : undefined
    const redis = await startRedis(certificate)
    const genesys = await startSimulator({ agent: 'silent' })
    const settings = {
      SESSION_KEYS: randomBytes(32).toString('base64'),
      REDIS_URL: redis.url,
      REDIS_TIMEOUT_MS: '5000',
      ...(certificate && { NODE_EXTRA_CA_CERTS: certificate.certPath }),
    }
    const [a, b] = [await startProcess(genesys, settings), await startProcess(genesys, settings)]
    try {
      for (const replica of [a, b]) expect(await replica.metric('guest_bff_redis_available')).toBe(1)
      const page = await openPage(a.url)
      const headers = { 'idempotency-key': randomUUID() }
      const first = await page.say('only once', headers)
      expect(first.status).toBe(201)
      // The response is stored after it is sent; the commands of the next request follow on the same connection.
      await page.ask('GET', '/guest-session')
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
      certificate?.remove()
    }
  },
  30_000,
)

test('a Redis without a trusted certificate is not used, and the service works without it', async () => {
  const certificate = makeCertificate()
  const redis = await startRedis(certificate)
  const genesys = await startSimulator({ agent: 'silent' })
  const alone = await startProcess(genesys, { REDIS_URL: redis.url })
  try {
    expect(await alone.metric('guest_bff_redis_available')).toBe(0)
    expect((await (await openPage(alone.url)).say('alone')).status).toBe(201)
    expect(alone.logLines.join('')).not.toContain(redis.password)
  } finally {
    await alone.end('SIGKILL')
    await genesys.close()
    await redis.kill()
    certificate.remove()
  }
}, 30_000)
