import { describe, expect, test } from '@jest/globals'
import { parseCivil } from '../../../src/service/features/availability/civil-time.ts'
import { occurrenceStarts } from '../../../src/service/features/availability/occurrences.ts'
import { parseRule, RuleError } from '../../../src/service/features/availability/recurrence-rule.ts'

/** The days on which a rule occurs. By default, it begins on Friday, 1 January 2027 at 8:00, and two years are searched. */
function daysOf(rule: string, start = '2027-01-01T08:00:00.000', to = '2029-01-01T00:00'): string[] {
  const civil = parseCivil(start)!
  return occurrenceStarts(parseRule(rule), civil, { from: civil, to: parseCivil(to)! }).map((ms) =>
    new Date(ms).toISOString().slice(0, 10),
  )
}

test('29 February recurs in leap years only', () => {
  expect(daysOf('FREQ=YEARLY', '2024-02-29T00:00:00.000', '2034-01-01T00:00')).toEqual([
    '2024-02-29',
    '2028-02-29',
    '2032-02-29',
  ])
})

test('a month that lacks the rule’s day is skipped', () => {
  expect(daysOf('FREQ=MONTHLY;BYMONTHDAY=31;COUNT=3')).toEqual(['2027-01-31', '2027-03-31', '2027-05-31'])
})

test('a start that does not match the rule is not an occurrence', () => {
  expect(daysOf('FREQ=WEEKLY;BYDAY=MO,TU;COUNT=3')).toEqual(['2027-01-04', '2027-01-05', '2027-01-11'])
})

test('a rule can combine plain and numbered weekdays', () => {
  expect(daysOf('FREQ=MONTHLY;BYDAY=1MO,-1FR;COUNT=4')).toEqual([
    '2027-01-04',
    '2027-01-29',
    '2027-02-01',
    '2027-02-26',
  ])
  expect(daysOf('FREQ=MONTHLY;BYDAY=FR,1MO;UNTIL=20270115')).toEqual([
    '2027-01-01',
    '2027-01-04',
    '2027-01-08',
    '2027-01-15',
  ])
})

test('a day that several positions select occurs only once', () => {
  expect(daysOf('FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1,21;COUNT=4')).toEqual([
    '2027-01-01',
    '2027-01-29',
    '2027-02-01',
    '2027-02-26',
  ])
  expect(daysOf('FREQ=MONTHLY;BYMONTHDAY=10;BYSETPOS=-2')).toEqual([])
})

test('in a weekly rule, positions are counted within the whole week', () => {
  expect(daysOf('FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1;COUNT=2')).toEqual(['2027-01-04', '2027-01-11'])
})

test.each([
  ['UNTIL=20270103T080000', 3],
  ['UNTIL=20270103T080000Z', 3],
  ['UNTIL=20270103T075959', 2],
  ['UNTIL=20270103', 3],
  ['COUNT=5', 5],
])('a daily rule with %s has %i occurrences', (end, days) => {
  expect(daysOf(`FREQ=DAILY;${end}`)).toHaveLength(days)
})

test('a rule may have the prefix RRULE, lower-case letters and a trailing separator', () => {
  expect(daysOf('RRULE:freq=daily;count=2;')).toEqual(['2027-01-01', '2027-01-02'])
})

describe('an invalid rule', () => {
  test.each([
    ['FREQ=HOURLY', 'has a FREQ that is not DAILY, WEEKLY, MONTHLY or YEARLY'],
    ['', 'has a FREQ that is not DAILY, WEEKLY, MONTHLY or YEARLY'],
    ['FREQ=YEARLY;BYWEEKNO=20', 'has BYWEEKNO'],
    ['FREQ=YEARLY;BYYEARDAY=100', 'has BYYEARDAY'],
    ['FREQ=DAILY;BYHOUR=9', 'has BYHOUR'],
    ['FREQ=DAILY;<b>=1', 'has an unknown part'],
    ['FREQ=WEEKLY;BYMONTHDAY=3', 'has BYMONTHDAY with FREQ=WEEKLY'],
    ['FREQ=WEEKLY;BYDAY=1MO', 'has a numbered BYDAY with FREQ=WEEKLY'],
    ['FREQ=MONTHLY;BYDAY=6MO', 'has a numbered BYDAY with FREQ=MONTHLY'],
    ['FREQ=DAILY;BYDAY=XX', 'has a weekday that does not exist'],
    ['FREQ=DAILY;INTERVAL=0', 'has an invalid INTERVAL'],
    ['FREQ=DAILY;INTERVAL=1.5', 'has an invalid INTERVAL'],
    ['FREQ=MONTHLY;BYMONTHDAY=0', 'has an invalid BYMONTHDAY'],
    ['FREQ=MONTHLY;BYMONTHDAY=32', 'has an invalid BYMONTHDAY'],
    ['FREQ=DAILY;UNTIL=20270231', 'has an invalid UNTIL'],
    ['FREQ=DAILY;UNTIL=tomorrow', 'has an invalid UNTIL'],
    ['FREQ=DAILY;UNTIL=20270101;COUNT=1', 'has both UNTIL and COUNT'],
    ['FREQ=DAILY;FREQ=DAILY', 'has a part twice'],
    ['FREQ', 'is not a list of NAME=VALUE'],
    ['FREQ=DAILY\nEXDATE:20270101', 'has a FREQ that is not DAILY, WEEKLY, MONTHLY or YEARLY'],
    [`FREQ=DAILY;BYDAY=${'MO,'.repeat(1000)}MO`, 'is too long'],
    [`FREQ=DAILY;BYDAY=${'MO,'.repeat(100)}MO`, 'has a list that is too long'],
  ])('such as %j is refused: it %s', (rule, message) => {
    expect(() => parseRule(rule)).toThrow(new RuleError(message))
  })
})

test('a COUNT is evaluated over decades, up to a limit on the number of days', () => {
  expect(daysOf('FREQ=DAILY;COUNT=36890', '1926-01-01T08:00:00.000')).toHaveLength(36_890)
  expect(() => daysOf('FREQ=DAILY;COUNT=200000', '1600-01-01T08:00:00.000')).toThrow(RuleError)
})

test.each(['WEEKLY', 'MONTHLY', 'YEARLY'])(
  'a COUNT in a %s rule also has a limit on the number of days',
  (frequency) => {
    const rule = `FREQ=${frequency};COUNT=1000000;BYDAY=MO`
    expect(daysOf(rule, '1900-01-01T08:00:00.000')).toHaveLength(6731)
    expect(() => daysOf(rule, '1000-01-01T08:00:00.000')).toThrow(RuleError)
  },
)

test('a rule that began a thousand years ago is evaluated if its COUNT is reached within decades', () => {
  expect(daysOf('FREQ=YEARLY;COUNT=2', '1000-01-01T08:00:00.000')).toEqual(['1000-01-01', '1001-01-01'])
})
