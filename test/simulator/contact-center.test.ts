import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { authorized, call } from './rest-client.ts'

let simulator: Simulator
let headers: Record<string, string>
const start = async (options: SimulatorOptions = {}) => {
  simulator = await startSimulator({ agent: 'silent', ...options })
  headers = await authorized(simulator)
}
afterEach(() => simulator.close())

const api = (path: string, json?: unknown) =>
  call(`${simulator.url}/api/v2${path}`, { headers, ...(json !== undefined && { method: 'POST', json }) })

const observationsOf = (queueId: string) => ({
  filter: {
    type: 'or',
    predicates: [{ type: 'dimension', dimension: 'queueId', operator: 'matches', value: queueId }],
  },
  metrics: ['oOnQueueUsers', 'oWaiting'],
})

test('a schedule group refers to its schedules, which have local times', async () => {
  await start()
  simulator.setHours({
    timeZone: 'Asia/Tokyo',
    open: [
      { name: 'Days', start: '2026-01-05T09:00:00.000', end: '2026-01-05T17:00:00.000', rrule: 'FREQ=DAILY' },
    ],
    holiday: [{ start: '2026-12-25T00:00:00.000', end: '2026-12-26T00:00:00.000' }],
  })
  const { body } = await api(`/architect/schedulegroups/${simulator.scheduleGroupId}`)
  expect(body).toMatchObject({ timeZone: 'Asia/Tokyo', state: 'active', closedSchedules: [] })
  const [reference] = body.openSchedules as { id: string; name: string; selfUri: string }[]
  expect(reference).toMatchObject({ name: 'Days', selfUri: `/api/v2/architect/schedules/${reference!.id}` })
  expect((await api(`/architect/schedules/${reference!.id}`)).body).toMatchObject({
    state: 'active',
    start: '2026-01-05T09:00:00.000',
    rrule: 'FREQ=DAILY',
  })
  simulator.deleteSchedules()
  expect(await api(`/architect/schedules/${reference!.id}`)).toMatchObject({ status: 404 })
})

test('an emergency is off at first and can be switched on', async () => {
  await start()
  const enabled = async () =>
    ((await api(`/architect/emergencygroups/${simulator.emergencyGroupId}`)).body as { enabled: boolean })
      .enabled
  expect(await enabled()).toBe(false)
  simulator.setEmergency(true)
  expect(await enabled()).toBe(true)
})

test('queue observations count users by routing status, and are empty for an unknown queue', async () => {
  await start()
  simulator.setQueue({ usersOnQueue: 3, waiting: 4 })
  const { body } = await api('/analytics/queues/observations/query', observationsOf(simulator.queueId))
  expect(body.results).toEqual([
    {
      group: { queueId: simulator.queueId },
      data: [
        { metric: 'oOnQueueUsers', qualifier: 'IDLE', stats: { count: 2 } },
        { metric: 'oOnQueueUsers', qualifier: 'INTERACTING', stats: { count: 1 } },
      ],
    },
    {
      group: { queueId: simulator.queueId, mediaType: 'message' },
      data: [{ metric: 'oWaiting', stats: { count: 4 } }],
    },
  ])
  expect((await api('/analytics/queues/observations/query', observationsOf('another'))).body).toEqual({
    results: [],
  })
  expect(await api('/analytics/queues/observations/query', { filter: {} })).toMatchObject({ status: 400 })
})

test.each(['estimatedwaittime', 'mediatypes/message/estimatedwaittime'])(
  'a queue’s estimated wait time is served at %s',
  async (path) => {
    await start()
    simulator.setQueue({ estimatedWaitSeconds: 90 })
    expect((await api(`/routing/queues/${simulator.queueId}/${path}`)).body).toEqual({
      results: [{ intent: 'ALL', formula: 'BEST', estimatedWaitTimeSeconds: 90 }],
    })
    expect(await api(`/routing/queues/another/${path}`)).toMatchObject({ status: 404 })
  },
)

test('a callback is stored with its number and time, and the time must be in the future', async () => {
  const nowMs = Date.parse('2026-11-25T12:00:00Z')
  await start({ now: () => nowMs })
  const callback = {
    queueId: simulator.queueId,
    callbackNumbers: ['+4930123456'],
    callbackUserName: 'Jane',
    callbackScheduledTime: '2026-11-26T09:00:00.000Z',
  }
  const { status, body } = await api('/conversations/callbacks', callback)
  expect(status).toBe(200)
  expect(body.callbackIdentifiers).toHaveLength(1)
  expect(simulator.callbacks).toEqual([
    {
      conversationId: body.conversation.id,
      queueId: simulator.queueId,
      numbers: ['+4930123456'],
      userName: 'Jane',
      scheduledTime: '2026-11-26T09:00:00.000Z',
      data: {},
    },
  ])
  const wrong = [
    { ...callback, callbackNumbers: [] },
    { ...callback, queueId: 'another' },
    { ...callback, callbackScheduledTime: '2026-11-25T11:00:00.000Z' },
  ]
  for (const json of wrong) expect(await api('/conversations/callbacks', json)).toMatchObject({ status: 400 })
})

test.each([
  ['routing:scheduleGroup:view', (s: Simulator) => `/architect/schedulegroups/${s.scheduleGroupId}`],
  ['routing:schedule:view', () => '/architect/schedules/any'],
  ['routing:emergencyGroup:view', (s: Simulator) => `/architect/emergencygroups/${s.emergencyGroupId}`],
  ['routing:queue:view', (s: Simulator) => `/routing/queues/${s.queueId}/estimatedwaittime`],
])('an operation that requires the permission %s is forbidden without it', async (permission, path) => {
  await start({ permissions: [] })
  const { status, body } = await api(path(simulator))
  expect([status, body.code]).toEqual([403, 'missing.any.permissions'])
  expect(body.message).toContain(permission)
})

test.each(['closed', 'holiday', 'emergency', 'unstaffed'] as const)(
  'the initial state of the contact center can be %s',
  async (hours) => {
    await start({ hours, now: () => Date.parse('2026-11-25T12:00:00Z') })
    const group = (await api(`/architect/schedulegroups/${simulator.scheduleGroupId}`)).body
    const emergency = (await api(`/architect/emergencygroups/${simulator.emergencyGroupId}`)).body
    const queue = (await api('/analytics/queues/observations/query', observationsOf(simulator.queueId))).body
    const { start: opens } = (await api(`/architect/schedules/${group.openSchedules[0].id as string}`)).body
    const found = {
      opensLater: opens > '2026-11-25T12',
      holidays: group.holidaySchedules.length,
      emergency: emergency.enabled,
      users: queue.results[0].data[0].stats.count,
    }
    expect(found).toEqual(
      {
        closed: { opensLater: true, holidays: 0, emergency: false, users: 1 },
        holiday: { opensLater: true, holidays: 1, emergency: false, users: 1 },
        emergency: { opensLater: false, holidays: 0, emergency: true, users: 1 },
        unstaffed: { opensLater: false, holidays: 0, emergency: false, users: 0 },
      }[hours],
    )
  },
)
