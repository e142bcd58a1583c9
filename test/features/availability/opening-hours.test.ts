import { describe, expect, test } from '@jest/globals'
import { findZone } from '../../../src/service/features/availability/civil-time.ts'
import { openingHours, type Schedules } from '../../../src/service/features/availability/opening-hours.ts'
import {
  readSchedule,
  type PlatformSchedule,
} from '../../../src/service/features/availability/schedule-periods.ts'

const NONE: Schedules = { known: [], hasUnknown: false }
const UNKNOWN: Schedules = { known: [], hasUnknown: true }
const schedules = (...given: PlatformSchedule[]): Schedules => ({
  known: given.map(readSchedule),
  hasUnknown: false,
})
const schedule = (start: string, end: string, rrule?: string): PlatformSchedule => ({ start, end, rrule })

const WORKDAYS = schedule(
  '2026-01-05T09:00:00.000',
  '2026-01-05T17:00:00.000000',
  'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR',
)

/** The state at a time, its end and the next opening, as text. */
function hoursAt(
  time: string,
  lists: { holiday?: Schedules; closed?: Schedules; open?: Schedules },
  zone = 'Europe/Berlin',
) {
  const group = { zone: findZone(zone)!, holiday: NONE, closed: NONE, open: NONE, ...lists }
  const { state, untilMs, opensAtMs } = openingHours(group, Date.parse(time))
  return [state, text(untilMs), text(opensAtMs)]
}

const text = (ms: number | undefined) =>
  ms === undefined ? undefined : new Date(ms).toISOString().replace(':00.000Z', 'Z')

test.each([
  ['2026-11-25T07:59:59Z', 'closed', '2026-11-25T08:00Z', '2026-11-25T08:00Z'],
  ['2026-11-25T08:00:00Z', 'open', '2026-11-25T16:00Z', undefined],
  ['2026-11-25T15:59:59Z', 'open', '2026-11-25T16:00Z', undefined],
  ['2026-11-25T16:00:00Z', 'closed', '2026-11-26T08:00Z', '2026-11-26T08:00Z'],
  ['2026-11-27T20:00:00Z', 'closed', '2026-11-30T08:00Z', '2026-11-30T08:00Z'],
])('at %s the state is %s and changes at %s', (time, ...expected) => {
  expect(hoursAt(time, { open: schedules(WORKDAYS) })).toEqual(expected)
})

test('opening hours are evaluated in the schedule group’s time zone', () => {
  const open = schedules(WORKDAYS)
  expect(hoursAt('2026-11-25T00:30:00Z', { open }, 'Asia/Tokyo')).toEqual([
    'open',
    '2026-11-25T08:00Z',
    undefined,
  ])
  expect(hoursAt('2026-11-25T00:30:00Z', { open }, 'Asia/Kathmandu')[2]).toBe('2026-11-25T03:15Z')
  expect(hoursAt('2026-11-25T20:00:00Z', { open }, 'Pacific/Auckland')).toEqual([
    'open',
    '2026-11-26T04:00Z',
    undefined,
  ])
})

test('a holiday of several days takes precedence over closed and open schedules', () => {
  const lists = {
    holiday: schedules(schedule('2026-12-24T00:00:00.000', '2026-12-27T00:00:00.000')),
    closed: schedules(schedule('2026-12-26T00:00:00.000', '2026-12-28T00:00:00.000')),
    open: schedules(WORKDAYS),
  }
  expect(hoursAt('2026-12-25T12:00:00Z', lists)).toEqual([
    'holiday',
    '2026-12-26T23:00Z',
    '2026-12-28T08:00Z',
  ])
  expect(hoursAt('2026-12-27T12:00:00Z', lists)).toEqual(['closed', '2026-12-28T08:00Z', '2026-12-28T08:00Z'])
})

test('a closed schedule within an open one interrupts the opening hours', () => {
  const lists = {
    closed: schedules(schedule('2026-01-05T12:00:00.000', '2026-01-05T13:00:00.000', 'FREQ=DAILY')),
    open: schedules(WORKDAYS),
  }
  expect(hoursAt('2026-11-25T10:00:00Z', lists)).toEqual(['open', '2026-11-25T11:00Z', undefined])
  expect(hoursAt('2026-11-25T11:30:00Z', lists)).toEqual(['closed', '2026-11-25T12:00Z', '2026-11-25T12:00Z'])
})

test('adjacent schedules form one open period, however their ends are written', () => {
  const morning = schedule('2026-11-25T09:00:00.000', '2026-11-25T12:00:00.000')
  const afternoon = schedule('2026-11-25T12:00:00.000', '2026-11-25T23:59:00.000')
  const night = schedule('2026-11-26T00:00:00.000', '2026-11-26T23:59:59.999')
  const next = schedule('2026-11-27T00:00:00.000', '2026-11-27T02:00:00.000')
  const open = schedules(morning, afternoon, night, next)
  expect(hoursAt('2026-11-25T08:00:00Z', { open })).toEqual(['open', '2026-11-27T01:00Z', undefined])
  expect(hoursAt('2026-11-25T22:59:59.999Z', { open })[0]).toBe('open')
})

describe('when clocks change,', () => {
  const NIGHTS = schedule('2026-01-01T22:00:00.000', '2026-01-02T06:00:00.000', 'FREQ=DAILY')

  test.each([
    ['2026-03-28T22:00:00Z', '2026-03-29T04:00Z', 'an hour shorter than usual'],
    ['2026-10-24T22:00:00Z', '2026-10-25T05:00Z', 'an hour longer than usual'],
    ['2026-11-24T22:00:00Z', '2026-11-25T05:00Z', 'as long as usual'],
  ])('the night shift at %s ends at %s and is %s', (time, until) => {
    expect(hoursAt(time, { open: schedules(NIGHTS) })).toEqual(['open', until, undefined])
  })

  test('a start in the skipped hour is moved one hour later', () => {
    const open = schedules(schedule('2026-01-01T02:30:00.000', '2026-01-01T05:00:00.000', 'FREQ=DAILY'))
    expect(hoursAt('2026-03-29T00:00:00Z', { open })).toEqual([
      'closed',
      '2026-03-29T01:30Z',
      '2026-03-29T01:30Z',
    ])
    expect(hoursAt('2026-03-29T01:30:00Z', { open })).toEqual(['open', '2026-03-29T03:00Z', undefined])
  })

  test('a schedule ends at the first of two equal local times', () => {
    const open = schedules(schedule('2026-01-01T01:00:00.000', '2026-01-01T02:30:00.000', 'FREQ=DAILY'))
    expect(hoursAt('2026-10-25T00:29:00Z', { open })).toEqual(['open', '2026-10-25T00:30Z', undefined])
    expect(hoursAt('2026-10-25T01:00:00Z', { open })[0]).toBe('closed')
  })

  test('schedules that meet in the repeated hour leave no gap', () => {
    const early = schedule('2026-01-01T01:00:00.000', '2026-01-01T02:30:00.000', 'FREQ=DAILY')
    const late = schedule('2026-01-01T02:30:00.000', '2026-01-01T04:00:00.000', 'FREQ=DAILY')
    expect(hoursAt('2026-10-25T00:00:00Z', { open: schedules(early, late) })).toEqual([
      'open',
      '2026-10-25T03:00Z',
      undefined,
    ])
  })

  test('a schedule in a skipped day is moved one day later', () => {
    const open = schedules(schedule('2011-12-30T09:00:00.000', '2011-12-30T10:00:00.000'))
    const moved = '2011-12-30T19:00Z'
    expect(hoursAt('2011-12-30T10:00:00Z', { open }, 'Pacific/Apia')).toEqual(['closed', moved, moved])
    expect(hoursAt(moved, { open }, 'Pacific/Apia')).toEqual(['open', '2011-12-30T20:00Z', undefined])
  })
})

test('a yearly holiday on 29 February occurs only in leap years', () => {
  const lists = {
    holiday: schedules(schedule('2024-02-29T00:00:00.000', '2024-03-01T00:00:00.000', 'FREQ=YEARLY')),
    open: schedules(schedule('2026-01-01T00:00:00.000', '2026-01-02T00:00:00.000', 'FREQ=DAILY')),
  }
  expect(hoursAt('2028-02-28T12:00:00Z', lists)).toEqual(['open', '2028-02-28T23:00Z', undefined])
  expect(hoursAt('2028-02-29T12:00:00Z', lists)[0]).toBe('holiday')
  expect(hoursAt('2027-02-28T12:00:00Z', lists)).toEqual(['open', undefined, undefined])
})

test('hundreds of schedules with thousands of changes are evaluated in less than a second', () => {
  const at = (minute: number) => new Date(minute * 60_000).toISOString().slice(0, 19).replace('1970', '2026')
  const closed = Array.from({ length: 500 }, (_, i) => schedule(at(2 * i), at(2 * i + 1), 'FREQ=DAILY'))
  const startedAtMs = performance.now()
  const hours = hoursAt('2026-11-25T12:00:00Z', { closed: schedules(...closed) })
  // Comparing every change with every period would take several seconds.
  expect(performance.now() - startedAtMs).toBeLessThan(1000)
  expect(hours).toEqual(['closed', undefined, undefined])
})

test('a group without schedules is closed, without a known end', () => {
  expect(hoursAt('2026-11-25T12:00:00Z', {})).toEqual(['closed', undefined, undefined])
})

test('the next change is found only within 60 days', () => {
  const after = (days: number) => {
    const day = new Date(Date.parse('2026-06-01T00:00:00Z') + days * 86_400_000).toISOString().slice(0, 10)
    return schedules(schedule(`${day}T09:00:00.000`, `${day}T17:00:00.000`))
  }
  expect(hoursAt('2026-06-01T00:00:00Z', { open: after(59) }, 'UTC')[2]).toBe('2026-07-30T09:00Z')
  expect(hoursAt('2026-06-01T00:00:00Z', { open: after(61) }, 'UTC')).toEqual([
    'closed',
    undefined,
    undefined,
  ])
})

describe('with an invalid schedule,', () => {
  const open = schedules(WORKDAYS)
  test.each([
    [
      'open',
      'during the hours of a valid schedule',
      '2026-11-25T12:00:00Z',
      { open: { ...open, hasUnknown: true } },
    ],
    [
      'unknown',
      'outside the hours of a valid schedule',
      '2026-11-25T20:00:00Z',
      { open: { ...open, hasUnknown: true } },
    ],
    [
      'unknown',
      'during opening hours if a closed schedule is invalid',
      '2026-11-25T12:00:00Z',
      { open, closed: UNKNOWN },
    ],
    [
      'unknown',
      'outside opening hours if a holiday schedule is invalid',
      '2026-11-25T20:00:00Z',
      { open, holiday: UNKNOWN },
    ],
    [
      'holiday',
      'on a holiday even if a closed schedule is invalid',
      '2026-11-25T12:00:00Z',
      { open, closed: UNKNOWN, holiday: schedules(schedule('2026-11-25T00:00:00', '2026-11-26T00:00:00')) },
    ],
  ])('the state is %s %s', (state, _when, time, lists) => {
    expect(hoursAt(time, lists)[0]).toBe(state)
  })

  test('no opening time is reported if the day may be a holiday', () => {
    expect(hoursAt('2026-11-25T20:00:00Z', { open, holiday: UNKNOWN })).toEqual([
      'unknown',
      undefined,
      undefined,
    ])
  })
})

test.each([
  [
    'starts at a time with a UTC offset',
    schedule('2026-11-25T09:00:00.000Z', '2026-11-25T17:00:00.000Z'),
    'has a start or an end that is not a local time',
  ],
  [
    'starts on a date that does not exist',
    schedule('2026-02-30T09:00:00.000', '2026-03-01T17:00:00.000'),
    'has a start or an end that is not a local time',
  ],
  [
    'ends before it starts',
    schedule('2026-11-25T22:00:00.000', '2026-11-25T06:00:00.000'),
    'ends before it starts',
  ],
  [
    'recurs and lasts for more than a year',
    schedule('2026-11-25T09:00:00.000', '2028-11-25T09:00:00.000', 'FREQ=YEARLY'),
    'recurs and lasts for more than a year',
  ],
])('a schedule is refused if it %s', (_reason, given, message) => {
  expect(() => readSchedule(given)).toThrow(message)
})

test('no time zone is found for an unknown name', () => {
  expect(findZone('Europe/Atlantis')).toBeUndefined()
})
