import { describe, expect, test } from '@jest/globals'
import { AVAILABILITY_TEXTS } from '../../src/browser/element/availability/availability-texts.ts'
import { closedWords } from '../../src/browser/element/availability/closed-words.ts'

const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()

describe.each(Object.keys(AVAILABILITY_TEXTS))('the language %s', (language) => {
  const texts = AVAILABILITY_TEXTS[language]!

  test('has every text, with the same placeholders as in English', () => {
    const { en } = AVAILABILITY_TEXTS
    expect(Object.keys(texts)).toEqual(Object.keys(en))
    for (const [name, text] of Object.entries(en)) {
      const own = texts[name as keyof typeof texts]
      expect([name, blanks(own)]).toEqual([name, blanks(text)])
      if (language !== 'en') expect(own).not.toBe(text)
    }
  })

  test('has no unfilled placeholder in its announcement of the opening time', () => {
    for (const opensAt of ['2026-11-25T18:00:00Z', '2026-11-26T08:00:00Z', '2026-11-30T08:00:00Z']) {
      const words = closedWords({ state: 'closed', opensAt }, { ...AT_NOON, texts, locale: language })
      expect(words?.reopens).toMatch(/^[^{}]+$/)
    }
  })
})

/** The day is a Wednesday. */
const AT_NOON = { nowMs: Date.parse('2026-11-25T11:00:00Z'), timeZone: 'Europe/Berlin' }
const inEnglish = { texts: AVAILABILITY_TEXTS.en, locale: 'en-GB' }
const reopens = (opensAt: string, options: object = {}) =>
  closedWords({ state: 'closed', opensAt }, { ...inEnglish, ...AT_NOON, ...options })
    ?.reopens // Only some versions of Node.js write a leading zero.
    ?.replace(/\b0(\d:)/, '$1')

test.each([
  ['2026-11-25T13:00:00Z', 'Back today at 14:00.'],
  ['2026-11-26T08:00:00Z', 'Back tomorrow at 9:00.'],
  ['2026-11-27T08:00:00Z', 'Back on Friday at 9:00.'],
  ['2026-12-01T08:00:00Z', 'Back on Tuesday at 9:00.'],
  ['2026-12-02T08:00:00Z', 'Back on Wednesday 2 December at 9:00.'],
  ['2027-01-04T08:00:00Z', 'Back on Monday 4 January at 9:00.'],
])('an opening at %s is announced as: %s', (opensAt, expected) => {
  expect(reopens(opensAt)).toBe(expected)
})

test.each([
  ['2026-11-25T10:59:00Z', 'is in the past'],
  ['tomorrow', 'is not a time'],
])('the opening time %s is not announced, because it %s', (opensAt) => {
  expect(reopens(opensAt)).toBeUndefined()
})

test.each([
  ['closed', 'We are closed.'],
  ['holiday', 'We are closed for a holiday.'],
  ['emergency', 'We had to close unexpectedly. Please come back later.'],
  ['unstaffed', 'Nobody can answer you right now. Please come back later.'],
  ['open', undefined],
  ['unknown', undefined],
] as const)('the explanation of the state %s is: %s', (state, expected) => {
  expect(closedWords({ state }, { ...inEnglish, ...AT_NOON })?.reason).toBe(expected)
})

// In Berlin, the clocks go forward from 02:00 to 03:00 on Sunday, 29 March 2026, and back from 03:00 to 02:00 on 25 October.
test.each([
  // Saturday evening in Berlin is Sunday morning in Tokyo; 09:00 in Berlin is 16:00 in Tokyo from that night on.
  ['2026-03-28T22:00:00Z', '2026-03-29T07:00:00Z', 'Asia/Tokyo', 'Back today at 16:00.'],
  ['2026-03-28T22:00:00Z', '2026-03-29T07:00:00Z', 'Europe/Berlin', 'Back tomorrow at 9:00.'],
  ['2026-10-24T22:30:00Z', '2026-10-25T08:00:00Z', 'Asia/Tokyo', 'Back today at 17:00.'],
  ['2026-10-24T22:30:00Z', '2026-10-25T08:00:00Z', 'Europe/Berlin', 'Back today at 9:00.'],
  // This day has 25 hours, so the midnights before and after it are not 24 hours apart.
  ['2026-10-24T22:30:00Z', '2026-10-25T23:30:00Z', 'Europe/Berlin', 'Back tomorrow at 0:30.'],
  ['2026-03-28T23:30:00Z', '2026-03-29T22:30:00Z', 'Europe/Berlin', 'Back tomorrow at 0:30.'],
])(
  'on the night of a clock change (%s), an opening at %s is announced in %s as: %s',
  (now, opensAt, timeZone, expected) => {
    expect(reopens(opensAt, { nowMs: Date.parse(now), timeZone })).toBe(expected)
  },
)

test('a guest in Tokyo reads local times in Japanese, German and Arabic', () => {
  const at = { nowMs: Date.parse('2026-03-28T22:00:00Z'), timeZone: 'Asia/Tokyo' }
  expect(reopens('2026-03-29T07:00:00Z', { ...at, locale: 'ja', texts: AVAILABILITY_TEXTS.ja })).toBe(
    '本日16:00に再開します。',
  )
  expect(reopens('2026-03-29T07:00:00Z', { ...at, locale: 'de', texts: AVAILABILITY_TEXTS.de })).toBe(
    'Heute ab 16:00 Uhr sind wir wieder da.',
  )
  expect(reopens('2026-03-29T07:00:00Z', { ...at, locale: 'ar-EG', texts: AVAILABILITY_TEXTS.ar })).toBe(
    'نعود اليوم الساعة ٤:٠٠ م.',
  )
})
