import { expect, test } from '@jest/globals'
import fc from 'fast-check'
import { createRedactor } from '../../../src/service/features/redaction/redactor.ts'

const all = createRedactor({ kinds: ['card', 'iban', 'email', 'phone'], patterns: [] })

test('10,000 texts without sensitive data are not changed', () => {
  const word = fc.stringMatching(/^[\p{L}\p{M}.,:;!?'"()/#&%+*_-]{1,14}$/u)
  const amount = fc.integer({ min: 0, max: 99_999 }).map(String)
  const price = fc
    .tuple(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 10, max: 99 }))
    .map((p) => p.join('.'))
  const date = fc
    .date({ min: new Date(0), max: new Date('2099-12-31'), noInvalidDate: true })
    .map((d) => d.toISOString().slice(0, 10))
  const order = fc.integer({ min: 1, max: 99_999_999 }).map((n) => `no. ${n}`)
  const token = fc.oneof({ weight: 8, arbitrary: word }, amount, price, date, order)
  const text = fc.array(token, { minLength: 1, maxLength: 30 }).map((tokens) =>
    tokens
      // Without a word in between, consecutive numbers might form a card number by chance.
      .flatMap((each, i) => (/\d$/.test(tokens[i - 1] ?? '') && /^\d/.test(each) ? ['and', each] : [each]))
      .join(' '),
  )
  fc.assert(
    fc.property(text, (each) => {
      expect(all(each)).toEqual({ text: each, found: [] })
    }),
    { numRuns: 10_000, seed: 20260101 },
  )
})
