import { expect, test } from '@jest/globals'
import { createAvailability } from '../../src/service/features/availability/availability.ts'
import { createCallBudget } from '../../src/service/outgoing-http/call-budget.ts'
import type { Log } from '../../src/service/observability/log.ts'
import type { UpstreamClient, UpstreamRequest } from '../../src/service/outgoing-http/upstream-client.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const LOG: Log = { error: ignore, warn: ignore, info: ignore, debug: ignore, trace: ignore }
function ignore() {
  return undefined
}

test('no minute has more calls than its budget of 20, whenever the minute starts', async () => {
  let nowMs = 0
  const budget = createCallBudget({ max: 20, name: 'calls', monotonicNow: () => nowMs })
  const takenAtMs: number[] = []
  for (; nowMs < 10 * MINUTE_MS; nowMs += 700) if (await budget.take()) takenAtMs.push(nowMs)
  const inMinuteFrom = (fromMs: number) =>
    takenAtMs.filter((ms) => ms >= fromMs && ms < fromMs + MINUTE_MS).length
  expect(Math.max(...takenAtMs.map(inMinuteFrom))).toBe(20)
  expect(takenAtMs.length).toBeGreaterThanOrEqual(200)
})

test('a call is refused if the replicas’ common budget is used up, and accepted if Redis is unavailable', async () => {
  const shared: (boolean | undefined)[] = [true, false, undefined]
  const budget = createCallBudget({
    max: 20,
    name: 'calls',
    monotonicNow: () => 0,
    shared: { take: () => Promise.resolve(shared.shift()), giveBack: () => Promise.resolve() },
  })
  expect([await budget.take(), await budget.take(), await budget.take()]).toEqual([true, false, true])
})

/** A contact center with many schedules, and the times of the calls to it. */
function createSite(schedules: number) {
  let nowMs = Date.parse('2026-11-25T11:00:00Z')
  const calledAtMs: number[] = []
  const openSchedules = Array.from({ length: schedules }, (_, i) => ({ id: `schedule-${i}` }))
  const bodies: Record<string, unknown> = {
    read_schedule_group: { state: 'active', timeZone: 'Europe/Berlin', openSchedules },
    read_schedule: {
      state: 'active',
      start: '2026-01-01T00:00:00.000',
      end: '2026-01-01T20:00:00.000',
      rrule: 'FREQ=DAILY',
    },
    read_emergency_group: { state: 'active', enabled: false },
    query_queue: { results: [{ data: [{ metric: 'oOnQueueUsers', stats: { count: 2 } }] }] },
    estimate_wait: { results: [{ estimatedWaitTimeSeconds: 60 }] },
  }
  const api: UpstreamClient = {
    request<T>({ operation, schema }: UpstreamRequest<T>) {
      calledAtMs.push(nowMs)
      return Promise.resolve(schema.parse(bodies[operation]))
    },
    upload: () => Promise.reject(new Error('not used')),
    close: ignore,
  }
  const availability = createAvailability({
    scheduleGroupId: 'group',
    emergencyGroupId: 'emergency',
    queueId: 'queue',
    api,
    apiUrl: 'https://api.example.com',
    accessToken: {
      get: () => Promise.resolve('token'),
      authorize: (call) => call('Bearer token'),
      invalidate: ignore,
      state: () => ({ status: 'valid' }),
    },
    log: LOG,
    now: () => nowMs,
    monotonicNow: () => nowMs,
    timeoutMs: 1000,
  })
  /** Polls like this number of pages, each of which sends a request every ten seconds. */
  async function poll(pages: number, durationMs: number): Promise<string[]> {
    const states: string[] = []
    for (const endMs = nowMs + durationMs; nowMs < endMs; nowMs += SECOND_MS) {
      const asked = Array.from({ length: pages / 10 }, () => availability.current())
      states.push(...(await Promise.all(asked)).map((found) => found.availability.state))
    }
    return states
  }
  return { poll, calledAtMs }
}

test('a thousand pages that poll for a minute cause at most 20 calls', async () => {
  const { poll, calledAtMs } = createSite(3)
  const states = await poll(1000, MINUTE_MS)
  expect(states).toHaveLength(6000)
  expect(new Set(states)).toEqual(new Set(['open']))
  expect(calledAtMs.length).toBeLessThanOrEqual(20)
  expect(calledAtMs.length).toBeGreaterThanOrEqual(6)
})

test('the state of a group with 40 schedules is known within minutes, with at most 20 calls in each', async () => {
  const { poll, calledAtMs } = createSite(40)
  await poll(10, 4 * MINUTE_MS)
  expect(new Set(await poll(10, 10 * MINUTE_MS))).toEqual(new Set(['open']))
  const inMinuteFrom = (fromMs: number) =>
    calledAtMs.filter((ms) => ms >= fromMs && ms < fromMs + MINUTE_MS).length
  expect(Math.max(...calledAtMs.map(inMinuteFrom))).toBeLessThanOrEqual(20)
})
