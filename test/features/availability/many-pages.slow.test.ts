import { expect, test } from '@jest/globals'
import { startSimulator } from '../../../src/simulator/simulator.ts'
import { ask, SITE, startTogether } from '../../start-service.ts'

test('a thousand pages that poll for a minute cause at most 20 calls to Genesys', async () => {
  let nowMs = Date.parse('2026-11-25T11:00:00.000Z')
  const now = () => nowMs
  const genesys = await startSimulator({ agent: 'silent', now, limits: false })
  const settings = {
    GENESYS_CLIENT_ID: genesys.clientId,
    GENESYS_CLIENT_SECRET: genesys.clientSecret,
    GENESYS_SCHEDULE_GROUP_ID: genesys.scheduleGroupId,
    GENESYS_EMERGENCY_GROUP_ID: genesys.emergencyGroupId,
    GENESYS_QUEUE_ID: genesys.queueId,
    RATE_ADDRESS_PER_MINUTE: '100000',
  }
  const running = await startTogether({ genesys, settings, options: { now } })
  const states = new Set<unknown>()
  const poll = () => ask(running.url, 'GET', '/availability', undefined, { origin: SITE })
  // Each page polls once every ten seconds, as its cache allows.
  for (let second = 0; second < 60; second += 10) {
    const answers = await Promise.all(Array.from({ length: 1000 }, poll))
    for (const { body } of answers) states.add(body.state)
    nowMs += 10_000
  }
  const calls = genesys.requests.filter(({ path }) => /\/(architect|routing|analytics)\//.test(path))
  expect([...states]).toEqual(['open'])
  expect(calls.length).toBeLessThanOrEqual(20)
  await running.stop()
  await genesys.close()
})
