import { afterEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts'
import { ALL_PERMISSIONS } from '../../../src/simulator/settings.ts'
import { startTogether, type Page, type Running } from '../../start-service.ts'

let genesys: Simulator
let running: Running
afterEach(async () => {
  await running.stop()
  await genesys.close()
})

async function start(options: SimulatorOptions = {}): Promise<Page> {
  genesys = await startSimulator({ agent: 'silent', limits: false, ...options })
  running = await startTogether({
    genesys,
    settings: {
      GENESYS_CLIENT_ID: genesys.clientId,
      GENESYS_CLIENT_SECRET: genesys.clientSecret,
      GENESYS_QUEUE_ID: genesys.queueId,
      RATE_ADDRESS_PER_MINUTE: '10000',
    },
  })
  return running.openPage()
}

const waits = ({ event }: { event: string }) => event === 'waiting'
const ownEstimates = () =>
  genesys.requests.filter(({ path }) =>
    path.startsWith(`/api/v2/routing/queues/${genesys.queueId}/estimated`),
  )

test('a waiting guest gets the estimated wait for their own conversation until the agent answers', async () => {
  const page = await start()
  const stream = await page.events()
  await stream.next(({ event }) => event === 'session')
  await page.say('Is anybody there?')
  expect((await stream.next(waits)).data).toEqual({ fromMinutes: 2, toMinutes: 4 })
  expect(ownEstimates()).toHaveLength(1)
  genesys.agentSays('Yes.')
  expect((await stream.next(waits)).data).toEqual({})
})

test('a guest whom a bot has transferred to a queue gets the estimated wait until the agent answers', async () => {
  const page = await start()
  await page.say('Hello')
  genesys.botSays('Welcome! Somebody will be with you soon.')
  genesys.transferToQueue()
  genesys.botSays('Please wait.')
  const stream = await page.events()
  expect((await stream.next(waits)).data).toEqual({ fromMinutes: 2, toMinutes: 4 })
  expect(ownEstimates()).toHaveLength(1)
  genesys.agentSays('Here I am.')
  expect((await stream.next(waits)).data).toEqual({})
})

test('a waiting guest’s other tab gets the current wait immediately', async () => {
  const page = await start()
  await page.say('Is anybody there?')
  const one = await page.events()
  expect((await one.next(waits)).data).toEqual({ fromMinutes: 2, toMinutes: 4 })
  const two = await page.events()
  expect((await two.next(waits)).data).toEqual({ fromMinutes: 2, toMinutes: 4 })
})

test('without the permission to view conversations, the guest gets the queue’s estimated wait', async () => {
  const isView = (permission: string) => /^conversation:(message|webmessaging):view$/.test(permission)
  const page = await start({ permissions: ALL_PERMISSIONS.filter((permission) => !isView(permission)) })
  const stream = await page.events()
  await page.say('Is anybody there?')
  expect((await stream.next(waits)).data).toEqual({ fromMinutes: 2, toMinutes: 4 })
  expect(ownEstimates()).toEqual([])
})

test('twenty-five guests who start waiting at the same time cause at most 20 calls to Genesys', async () => {
  await start()
  const pages = await Promise.all(Array.from({ length: 25 }, () => running.openPage()))
  const streams = await Promise.all(pages.map((page) => page.events()))
  await Promise.all(pages.map((page) => page.say('Is anybody there?')))
  await Promise.all(streams.map((stream) => stream.next(waits)))
  const calls = genesys.requests.filter(({ path }) => /\/(routing|analytics|details)/.test(path))
  expect(calls.length).toBeLessThanOrEqual(20)
})
