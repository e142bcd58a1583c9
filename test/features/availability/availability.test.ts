import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Availability } from '../../../src/contract/contract.ts'
import { ConfigError } from '../../../src/service/settings/config.ts'
import { readConfig } from '../../../src/service/settings/read-config.ts'
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/simulator.ts'
import { ALL_PERMISSIONS } from '../../../src/simulator/settings.ts'
import { ask, settingsFor, SITE, startTogether, type Running } from '../../start-service.ts'

const MINUTE_MS = 60_000
/** A Wednesday. */
const NOON = '2026-11-25T11:00:00.000Z'
const WORKDAYS = {
  start: '2026-01-05T09:00:00.000',
  end: '2026-01-05T17:00:00.000',
  rrule: 'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
}

let nowMs: number
let genesys: Simulator
let running: Running | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
  await genesys.close()
})

const oauth = () => ({ GENESYS_CLIENT_ID: genesys.clientId, GENESYS_CLIENT_SECRET: genesys.clientSecret })
const everything = () => ({
  ...oauth(),
  GENESYS_SCHEDULE_GROUP_ID: genesys.scheduleGroupId,
  GENESYS_EMERGENCY_GROUP_ID: genesys.emergencyGroupId,
  GENESYS_QUEUE_ID: genesys.queueId,
})

async function start(
  settings: () => Record<string, string> = everything,
  { at = NOON, ...options }: SimulatorOptions & { at?: string } = {},
): Promise<void> {
  nowMs = Date.parse(at)
  const now = () => nowMs
  genesys = await startSimulator({ agent: 'silent', now, limits: false, ...options })
  genesys.setHours({ open: [WORKDAYS] })
  running = await startTogether({ genesys, settings: settings(), options: { now } })
}

const get = (headers: Record<string, string> = {}) =>
  ask(running!.url, 'GET', '/availability', undefined, { origin: SITE, ...headers })

const availability = async (): Promise<Availability> => (await get()).body as Availability

/** The paths of the calls to the platform's API. */
const calls = () =>
  genesys.requests.map(({ path }) => path).filter((path) => /\/(architect|routing|analytics)\//.test(path))

async function readiness() {
  const { body } = await ask(running!.url, 'GET', '/readyz')
  const { status, checks } = body as { status: string; checks: { name: string; hint?: string }[] }
  return { status, hint: checks.find(({ name }) => name === 'availability')?.hint }
}

describe('the availability settings', () => {
  test('are optional; without them, GET /availability returns 501 and Genesys is not called', async () => {
    await start(oauth)
    expect(await get()).toMatchObject({ status: 501, body: { code: 'not_enabled' } })
    const page = await running!.openPage()
    expect(page.opened.body.capabilities).not.toContain('availability')
    expect(calls()).toEqual([])
  })

  test('are refused at startup without an OAuth client', async () => {
    await start(oauth)
    const settings = { ...settingsFor(genesys), GENESYS_QUEUE_ID: genesys.queueId }
    expect(() => readConfig(settings)).toThrow(ConfigError)
    expect(() => readConfig(settings)).toThrow(
      /GENESYS_CLIENT_ID and GENESYS_CLIENT_SECRET are missing.*QUEUE/,
    )
  })

  test('from the environment are not inherited by a site with a separate OAuth client', async () => {
    await start(oauth)
    const folder = mkdtempSync(join(tmpdir(), 'sites-'))
    const path = join(folder, 'sites.json')
    const site = { ALLOWED_ORIGINS: [SITE], GENESYS_DEPLOYMENT_ID: 'one' }
    const other = { ...site, ALLOWED_ORIGINS: ['https://other.example.com'], ...oauth() }
    writeFileSync(
      path,
      JSON.stringify({
        sites: {
          one: site,
          other,
          own: { ...other, ALLOWED_ORIGINS: ['https://own.example.com'], GENESYS_QUEUE_ID: 'own' },
        },
      }),
    )
    const config = readConfig({
      ...settingsFor(genesys),
      ...everything(),
      ALLOWED_ORIGINS: '',
      SITES_FILE: path,
    })
    const queues = config.sites!.read().map(({ id, config: each }) => [id, each.availability.queueId])
    rmSync(folder, { recursive: true })
    expect(queues).toEqual([
      ['one', genesys.queueId],
      ['other', undefined],
      ['own', 'own'],
    ])
  })
})

describe('the availability state', () => {
  test('is open during opening hours, and includes their end and the estimated wait', async () => {
    await start()
    expect(await availability()).toEqual({
      state: 'open',
      until: '2026-11-25T16:00:00.000Z',
      timeZone: 'Europe/Berlin',
      waitMinutes: { from: 2, to: 4 },
      asOf: NOON,
      stale: false,
    })
    const page = await running!.openPage()
    expect(page.opened.body.capabilities).toContain('availability')
    expect(await readiness()).toEqual({ status: 'ready', hint: undefined })
  })

  test('is closed outside opening hours, includes the next opening time, and causes no request for the wait', async () => {
    await start(everything, { at: '2026-11-27T20:00:00.000Z' })
    expect(await availability()).toMatchObject({
      state: 'closed',
      until: '2026-11-30T08:00:00.000Z',
      opensAt: '2026-11-30T08:00:00.000Z',
    })
    expect(calls().filter((path) => path.includes('queues'))).toEqual([])
  })

  test('is holiday on a holiday, and includes the holiday’s end and the next opening time', async () => {
    await start()
    genesys.setHours({ holiday: [{ start: '2026-11-25T00:00:00.000', end: '2026-11-26T00:00:00.000' }] })
    expect(await availability()).toMatchObject({
      state: 'holiday',
      until: '2026-11-25T23:00:00.000Z',
      opensAt: '2026-11-26T08:00:00.000Z',
    })
  })

  test('is emergency during an emergency, regardless of the schedules, and has no known end', async () => {
    await start()
    genesys.setEmergency(true)
    expect(await availability()).toEqual({
      state: 'emergency',
      timeZone: 'Europe/Berlin',
      asOf: NOON,
      stale: false,
    })
  })

  test('is unstaffed during opening hours if no agent is on queue', async () => {
    await start()
    genesys.setQueue({ usersOnQueue: 0 })
    const found = await availability()
    expect(found).toEqual({ state: 'unstaffed', timeZone: 'Europe/Berlin', asOf: NOON, stale: false })
  })

  test.each([
    [
      'a queue',
      () => ({ GENESYS_QUEUE_ID: genesys.queueId }),
      { state: 'open', waitMinutes: { from: 2, to: 4 } },
    ],
    [
      'an emergency group',
      () => ({ GENESYS_EMERGENCY_GROUP_ID: genesys.emergencyGroupId }),
      { state: 'open' },
    ],
    [
      'a schedule group',
      () => ({ GENESYS_SCHEDULE_GROUP_ID: genesys.scheduleGroupId }),
      { state: 'open', until: '2026-11-25T16:00:00.000Z', timeZone: 'Europe/Berlin' },
    ],
  ])('can be determined from %s alone', async (_name, settings, expected) => {
    await start(() => ({ ...oauth(), ...settings() }))
    expect(await availability()).toEqual({ ...expected, asOf: NOON, stale: false })
  })

  test('changes at the closing time, to the second', async () => {
    await start(everything, { at: '2026-11-25T15:59:58.000Z' })
    expect((await availability()).state).toBe('open')
    nowMs += 2000
    expect(await availability()).toMatchObject({ state: 'closed', opensAt: '2026-11-26T08:00:00.000Z' })
  })

  test('is reported without the wait if the estimate is implausible', async () => {
    await start()
    genesys.setQueue({ estimatedWaitSeconds: 9_000_000 })
    expect(await availability()).not.toHaveProperty('waitMinutes')
  })
})

describe('the availability state is unknown, and readiness and one log line name the reason, if', () => {
  const named = async (hint: RegExp) => {
    expect((await availability()).state).toBe('unknown')
    const report = await readiness()
    expect(report.status).toBe('degraded')
    expect(report.hint).toMatch(hint)
    expect(
      running!.logLines.filter((line) => hint.test(line) && line.includes('not fully known')),
    ).toHaveLength(1)
  }

  test('a recurrence rule is not supported', async () => {
    await start()
    genesys.setHours({ closed: [{ ...WORKDAYS, rrule: 'FREQ=YEARLY;BYWEEKNO=20' }] })
    await named(/The schedule [\w-]{36} cannot be evaluated: it has BYWEEKNO\./)
  })

  test('schedules were deleted', async () => {
    await start()
    genesys.deleteSchedules()
    await named(/Genesys does not know the schedule [\w-]{36}\./)
  })

  test('the time zone does not exist', async () => {
    await start()
    genesys.setHours({ timeZone: 'Mars/Olympus' })
    await named(/GENESYS_SCHEDULE_GROUP_ID has no time zone/)
  })

  test('the schedule group is not active', async () => {
    await start()
    genesys.setHours({ state: 'deleted' })
    await named(/schedule group GENESYS_SCHEDULE_GROUP_ID is not active/)
  })

  test('Genesys does not know the queue', async () => {
    await start(() => ({ ...oauth(), GENESYS_QUEUE_ID: '00000000-0000-4000-8000-000000000000' }))
    await named(/check GENESYS_QUEUE_ID/)
  })

  test.each([
    'routing:scheduleGroup:view',
    'routing:schedule:view',
    'routing:emergencyGroup:view',
    'analytics:queueObservation:view',
  ])('the permission %s is missing', async (missing) => {
    await start(everything, { permissions: ALL_PERMISSIONS.filter((permission) => permission !== missing) })
    await named(new RegExp(`needs a role with ${missing}`))
  })
})

test('without the permission to read the wait, the state has no wait and readiness names the permission', async () => {
  await start(everything, { permissions: ALL_PERMISSIONS.filter((each) => each !== 'routing:queue:view') })
  const found = await availability()
  expect([found.state, found.waitMinutes]).toEqual(['open', undefined])
  expect((await readiness()).hint).toContain('routing:queue:view')
})

test('the state is unknown for a group with more than 500 schedules, and no schedule is read', async () => {
  await start()
  genesys.setHours({ open: Array.from({ length: 501 }, () => WORKDAYS) })
  expect((await availability()).state).toBe('unknown')
  expect((await readiness()).hint).toMatch(/GENESYS_SCHEDULE_GROUP_ID has 501 schedules/)
  expect(calls().filter((path) => path.includes('/schedules/'))).toEqual([])
})

test('one log line has the number of schedules that cannot be evaluated and some of the reasons', async () => {
  await start()
  const wrong = { ...WORKDAYS, rrule: 'FREQ=YEARLY;BYWEEKNO=20' }
  genesys.setHours({ closed: Array.from({ length: 8 }, () => wrong) })
  await availability()
  nowMs += 2000
  await availability()
  const lines = running!.logLines.filter((line) => line.includes('not fully known'))
  expect(lines).toHaveLength(1)
  const { count, hint } = JSON.parse(lines[0]!) as { count: number; hint: string }
  expect([count, hint.match(/BYWEEKNO/g)?.length]).toEqual([8, 5])
  expect(hint).toMatch(/And 3 more\.$/)
})

test('a schedule whose COUNT began too long ago does not hide the other schedules', async () => {
  await start()
  const endless = {
    start: '1000-01-01T08:00:00',
    end: '1000-01-01T09:00:00',
    rrule: 'FREQ=DAILY;COUNT=900000',
  }
  genesys.setHours({ open: [endless, WORKDAYS] })
  expect((await availability()).state).toBe('open')
  expect((await readiness()).hint).toMatch(
    /The schedule [\w-]{36} cannot be evaluated: it has a COUNT that began/,
  )
})

test('an inactive schedule is ignored', async () => {
  await start()
  genesys.setHours({ closed: [{ ...WORKDAYS, state: 'inactive', rrule: 'FREQ=SECONDLY' }] })
  expect((await availability()).state).toBe('open')
})

test('after a failure, the last availability is served as stale for ten minutes, then as unknown', async () => {
  await start()
  expect((await availability()).stale).toBe(false)
  genesys.injectFault('* /api/v2/*', { status: 503, times: Infinity })
  nowMs += 5 * MINUTE_MS + 11_000
  expect(await availability()).toMatchObject({ state: 'open', stale: true, asOf: NOON })
  nowMs += 5 * MINUTE_MS
  expect((await availability()).state).toBe('unknown')
  expect((await readiness()).status).toBe('degraded')
})

test('a revoked permission makes the availability state unknown even if it was known before', async () => {
  await start()
  expect((await availability()).state).toBe('open')
  genesys.injectFault('GET /api/v2/architect/schedulegroups/*', { status: 403, times: Infinity })
  nowMs += 5 * MINUTE_MS + 1000
  expect((await availability()).state).toBe('unknown')
})

test('pages and caches may keep the availability for ten seconds and can revalidate it with its ETag', async () => {
  await start()
  const first = await get()
  expect(first.headers.get('cache-control')).toBe('public, max-age=10')
  const etag = first.headers.get('etag')!
  nowMs += 30_000
  const second = await get({ 'if-none-match': etag })
  expect([second.status, second.body]).toEqual([304, ''])
  genesys.setQueue({ usersOnQueue: 0 })
  nowMs += 30_000
  expect(await get({ 'if-none-match': etag })).toMatchObject({ status: 200, body: { state: 'unstaffed' } })
})

test('only pages on allowed websites can check availability, and only with GET', async () => {
  await start()
  const foreign = await ask(running!.url, 'GET', '/availability', undefined, {
    origin: 'https://evil.example',
  })
  const withoutOrigin = await ask(running!.url, 'GET', '/availability')
  expect([foreign.status, withoutOrigin.status]).toEqual([403, 403])
  const post = await ask(running!.url, 'POST', '/availability', {}, { origin: SITE })
  expect(post).toMatchObject({ status: 405 })
  expect(calls()).toEqual([])
})

test('concurrent requests for the availability cause one set of calls to Genesys', async () => {
  await start()
  await Promise.all(Array.from({ length: 50 }, availability))
  expect(calls()).toHaveLength(5)
  nowMs += 9000
  await availability()
  expect(calls()).toHaveLength(5)
})
