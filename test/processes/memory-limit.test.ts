import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { openPage } from '../start-service.ts'
import { startProcess } from './start-process.ts'

let genesys: Simulator
beforeAll(async () => {
  genesys = await startSimulator({ agent: 'silent' })
})
afterAll(() => genesys.close())

test('a process near its memory limit refuses new streams, but opens sessions and accepts messages', async () => {
  // Less than Node.js itself uses.
  const service = await startProcess(genesys, { MEMORY_LIMIT_MIB: '40' })
  const page = await openPage(service.url)
  expect(await page.ask('GET', '/events')).toMatchObject({ status: 503, body: { code: 'overloaded' } })
  expect((await page.say('still served')).status).toBe(201)
  await service.end('SIGTERM')
}, 30_000)

test('a process far from its memory limit accepts streams', async () => {
  const service = await startProcess(genesys, { MEMORY_LIMIT_MIB: '4096' })
  const page = await openPage(service.url)
  const stream = await page.events()
  expect(stream.status).toBe(200)
  stream.close()
  await service.end('SIGTERM')
}, 30_000)
