import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createRedactor } from '../../../src/service/features/redaction/redactor.ts'

const all = createRedactor({ kinds: ['card', 'iban', 'email', 'phone'], patterns: [] })
const found = (text: string, redact = all) =>
  redact(text).found.map(({ kind, start, end }) => [kind, text.slice(start, end)])

describe('card numbers', () => {
  test.each([
    ['4111111111111111', '4111111111111111'],
    ['my card is 4111 1111 1111 1111, thanks', '4111 1111 1111 1111'],
    ['4111-1111-1111-1111', '4111-1111-1111-1111'],
    ['4111 - 1111 - 1111 - 1111', '4111 - 1111 - 1111 - 1111'],
    ['4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1', '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1'],
    ['4111 1111\n1111 1111', '4111 1111\n1111 1111'],
    ['3782 822463 10005', '3782 822463 10005'],
    ['4222222222222', '4222222222222'],
    ['6304000000000000000', '6304000000000000000'],
    ['card4111111111111111.', '4111111111111111'],
    // With a date or a security code after the card number, or an order number before it.
    ['4111 1111 1111 1111 12/27', '4111 1111 1111 1111'],
    ['4111 1111 1111 1111 123', '4111 1111 1111 1111'],
    ['12345 4111 1111 1111 1111', '4111 1111 1111 1111'],
    // Digits that are Arabic-Indic, fullwidth, Devanagari or mathematical, or that have invisible characters between them.
    ['٤١١١ ١١١١ ١١١١ ١١١١', '٤١١١ ١١١١ ١١١١ ١١١١'],
    ['４１１１１１１１１１１１１１１１', '４１１１１１１１１１１１１１１１'],
    ['४१११ ११११ ११११ ११११', '४१११ ११११ ११११ ११११'],
    ['x 𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏 y', '𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏'],
    ['4111\u200b1111\u200b1111\u200b1111', '4111\u200b1111\u200b1111\u200b1111'],
    ['4111\u00a01111\u20111111\u20131111', '4111\u00a01111\u20111111\u20131111'],
    ['4111\u28001111\u28001111\u28001111', '4111\u28001111\u28001111\u28001111'],
    // Keycaps: 4️⃣1️⃣…
    [`x 4\ufe0f\u20e3${'1\ufe0f\u20e3'.repeat(14)}1 y`, `4\ufe0f\u20e3${'1\ufe0f\u20e3'.repeat(14)}1`],
  ])('are found in %j', (text, number) => {
    expect(found(text)).toEqual([['card', number]])
  })

  test.each(['4111111111111112', '41111111111111111111', '411111111111', '1234 5678', 'v4.11.1111-1111'])(
    'are not found in %j',
    (text) => {
      expect(all(text)).toEqual({ text, found: [] })
    },
  )

  test('are each masked, and nothing else is', () => {
    expect(all('a 4111111111111111 b 5555 5555 5555 4444 c').text).toBe(
      'a **************** b **** **** **** **** c',
    )
  })
})

describe('IBANs', () => {
  test.each([
    ['DE89370400440532013000', 'DE89370400440532013000'],
    ['Konto DE89 3704 0044 0532 0130 00 bitte', 'DE89 3704 0044 0532 0130 00'],
    ['gb82 west 1234 5698 7654 32', 'gb82 west 1234 5698 7654 32'],
    ['NO93-8601-1117-947', 'NO93-8601-1117-947'],
    ['MT84MALT011000012345MTLCAST001S', 'MT84MALT011000012345MTLCAST001S'],
    ['ＤＥ89370400440532013000', 'ＤＥ89370400440532013000'],
    ['x DE8937040044053201300𝟎 y', 'DE8937040044053201300𝟎'],
  ])('are found in %j', (text, iban) => {
    expect(found(text)).toEqual([['iban', iban]])
  })

  test.each([
    'DE88370400440532013000',
    'XX89370400440532013000',
    'DE8937040044053201300',
    'XDE89370400440532013000',
  ])('are not found in %j', (text) => {
    const onlyIbans = createRedactor({ kinds: ['iban'], patterns: [] })
    expect(onlyIbans(text)).toEqual({ text, found: [] })
  })
})

describe('e-mail addresses', () => {
  test.each([
    ['write to jane.doe+shop@example.co.uk.', 'jane.doe+shop@example.co.uk'],
    ['<jane@example.com>', 'jane@example.com'],
    ['jürgen@müller.example', 'jürgen@müller.example'],
    ['jane＠example.com', 'jane＠example.com'],
    ['4111111111111111@example.com', '4111111111111111@example.com'],
    ['jane@example。co｡jp', 'jane@example。co｡jp'],
    ['宛先: jane@example.com。よろしく', 'jane@example.com'],
  ])('are found in %j', (text, address) => {
    expect(found(text)).toEqual([['email', address]])
  })

  test.each(['@jane', 'me @ home', 'jane@localhost', 'a@b', '5 @ 3.50', 'x@1.2', '@@@@'])(
    'are not found in %j',
    (text) => {
      expect(all(text)).toEqual({ text, found: [] })
    },
  )
})

describe('phone numbers', () => {
  test.each([
    ['call +49 30 1234567 please', '+49 30 1234567'],
    ['+49 (0)171 1234567', '+49 (0)171 1234567'],
    ['0049301234567', '0049301234567'],
    ['030 1234567', '030 1234567'],
    ['(030) 123-4567', '(030) 123-4567'],
    ['0171/2345678', '0171/2345678'],
    ['06 12 34 56 78', '06 12 34 56 78'],
    ['020 7946 0958', '020 7946 0958'],
    ['03012345678', '03012345678'],
    ['(212) 555-0123', '(212) 555-0123'],
    ['1-212-555-0123', '1-212-555-0123'],
    ['212.555.0123', '212.555.0123'],
    ['+٤٩ ٣٠ ١٢٣٤٥٦٧', '+٤٩ ٣٠ ١٢٣٤٥٦٧'],
    ['tel:+4930901820', '+4930901820'],
  ])('are found in %j', (text, number) => {
    expect(found(text)).toEqual([['phone', number]])
  })

  test.each([
    '2024-01-15 10:30',
    '05.06.2024 1030',
    '05.06.2024 10:30 - 12:00',
    '0.123456789',
    'order 12345678',
    '192.168.001.001',
    '+5 %',
    '1,000,000,000',
    'ID-0301234567',
    'from 08:00 to 17:30',
    'code:030 1234567',
    // With a right-to-left mark after the day and the month, as Intl.DateTimeFormat writes it.
    '٠٥\u200f/٠٦\u200f/٢٠٢٤ ١٠٣٠',
    '👩\u200d👩\u200d👧 ❤\ufe0f 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1\ufe0f\u20e3 2\ufe0f\u20e3 3\ufe0f\u20e3 10:30',
  ])('are not found in %j', (text) => {
    expect(all(text)).toEqual({ text, found: [] })
  })

  test('are found separately if one follows another', () => {
    expect(found('030 1234567 040 7654321').map(([kind]) => kind)).toEqual(['phone', 'phone'])
  })
})

test('a match for the operator’s pattern is reported under the pattern’s name, even with Arabic digits', () => {
  const redact = createRedactor({
    kinds: ['card'],
    patterns: [{ name: 'customer', pattern: '(?i)kd-\\d{6}' }],
  })
  expect(redact('my number is KD-12٣456.')).toEqual({
    text: 'my number is *********.',
    found: [{ kind: 'customer', start: 13, end: 22 }],
  })
})

test('the kind of data that a field is meant for is kept, and other kinds are masked', () => {
  expect(all('jane@example.com', 'email').found).toEqual([])
  expect(all('4111 1111 1111 1111', 'phone').text).toBe('**** **** **** ****')
})

/** Each of these is never shown. Some have two code units. */
const INVISIBLE = [
  '\u200b',
  '\u200d',
  '\u00ad',
  '\u034f',
  '\u115f',
  '\u180e',
  '\u2060',
  '\u202c',
  '\u3164',
  '\ufe0f',
  '\ufeff',
  '\u{e0061}',
  '\u{e0100}',
  '\u0000',
  '\u001b',
  '\u0080',
]

test.each([
  ['card', '4111111111111111'],
  ['card', '4111 - 1111 - 1111 - 1111'],
  ['iban', 'DE89 3704 0044 0532 0130 00'],
  ['iban', 'DE89370400440532013000'],
  ['email', 'jane.doe@example.com'],
  ['email', 'jane@example。com'],
  ['phone', '+49 (0)30 901820'],
  ['phone', '(212) 555-0123'],
  ['customer', 'KD-123456'],
])('%s data is found in %j, no matter which invisible characters are inserted', (kind, data) => {
  const redact = createRedactor({
    kinds: ['card', 'iban', 'email', 'phone'],
    patterns: [{ name: 'customer', pattern: 'KD-\\d{6}' }],
  })
  const [first = '', ...others] = data
  const invisible = fc.array(fc.constantFrom(...INVISIBLE), { maxLength: 3 }).map((chars) => chars.join(''))
  const gaps = fc.array(invisible, { minLength: others.length, maxLength: others.length })
  fc.assert(
    fc.property(gaps, invisible, (between, around) => {
      const hidden = first + others.map((char, i) => `${between[i]}${char}`).join('')
      expect(found(`to ${around}${hidden}${around} ok`, redact)).toEqual([[kind, hidden]])
    }),
  )
})

test('masking keeps the length of a text, and replaces only whole characters with asterisks', () => {
  const pieces = fc.constantFrom(
    '4111 1111 1111 1111',
    'DE89370400440532013000',
    'DE8937040044053201300',
    'a@example.com',
    '+49 30 1234567',
    '+49 30 123456',
    ' ',
    '1',
    '-',
    '@',
    '+',
    '𝟎',
    '𝟒',
    '𝐚',
    'é',
    '\u200b',
    '\u{e0061}',
    '\ud800',
    '\udfce',
  )
  const redactors = [
    all,
    ...(['card', 'iban', 'email', 'phone'] as const).map((kind) =>
      createRedactor({ kinds: [kind], patterns: [] }),
    ),
    createRedactor({ kinds: [], patterns: [{ name: 'two', pattern: '[^a ][^a]' }] }),
  ]
  const texts = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 20 })
  fc.assert(
    fc.property(texts, fc.constantFrom(...redactors), (parts, redact) => {
      const text = parts.join('')
      const { text: masked, found: spans } = redact(text)
      expect(masked.length).toBe(text.length)
      for (const { start, end } of spans) {
        expect(masked.slice(start, end)).toMatch(/^[*\s]+$/)
        for (const place of [start, end]) expect(isInsideCharacter(text, place)).toBe(false)
      }
    }),
    { numRuns: 1000 },
  )
})

/** Whether the place is between the two code units of one character. */
function isInsideCharacter(text: string, place: number): boolean {
  return place > 0 && (text.codePointAt(place - 1) ?? 0) > 0xffff
}

test.each([
  ['digits', '1'],
  ['spaced digits', '1 '],
  ['spaced zeros', '0 '],
  ['open brackets', '+1('],
  ['at signs', 'a@'],
  ['dots', '@a.'],
  ['countries', 'DE89 '],
  ['spaces', ' '],
  ['math digits', '𝟏'],
  ['invisible characters', '4\u200b'],
  ['ideographic full stops', '@。'],
])('a long text of %s is searched in less than half a second', (_what, piece) => {
  const text = piece.repeat(4096 / piece.length)
  const startedAt = performance.now()
  for (let i = 0; i < 10; i++) all(text)
  // Far more than the search takes on a busy machine, and far less than a quadratic search would take.
  expect((performance.now() - startedAt) / 10).toBeLessThan(500)
})

test('a pattern that backtracks exponentially in other engines takes less than two seconds', () => {
  const redact = createRedactor({ kinds: [], patterns: [{ name: 'evil', pattern: '(a+)+$' }] })
  const startedAt = performance.now()
  redact(`${'a'.repeat(4000)}b`)
  expect(performance.now() - startedAt).toBeLessThan(2000)
})
