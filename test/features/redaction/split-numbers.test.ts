import { expect, test } from '@jest/globals'
import { findSplitNumbers } from '../../../src/service/features/redaction/split-numbers.ts'

function guest() {
  let nowMs = 0
  const find = findSplitNumbers(() => nowMs)
  return {
    later: (ms: number) => void (nowMs += ms),
    says(text: string, { key, sid = 'a' }: { key?: string; sid?: string } = {}) {
      const span = find({ sid, key, text })
      return span && text.slice(span.start, span.end)
    },
  }
}

test.each([
  [['4111 1111', '1111 1111']],
  [['my card is 4111-1111-', '1111-1111, ok?']],
  [['41111111', 'wait', '11111111']],
  [['4111', '1111', '1111', '1111']],
  [['order 12345 4111 1111', '1111 1111 12/27']],
  [['٤١١١ ١١١١', '１１１１ １１１１']],
  [['4111 \u200b1111\u200b', '\u034f1111\u200b - \u200b1111']],
  [['the first half: 3782 8224', 'and the second: 6310005.']],
])('in the messages %j, a card number is found in the last message, and not before', (texts) => {
  const { says } = guest()
  const found = texts.map((text) => says(text))
  expect(found.slice(0, -1)).toEqual(texts.slice(1).map(() => undefined))
  expect(found.at(-1)).toMatch(/^\S.*\S$/)
})

test('only the digits of a card number are masked, not a date after it', () => {
  const { says } = guest()
  says('4111 1111')
  expect(says('1111 1111 12/27')).toBe('1111 1111')
})

test('digits from another guest, or from more than a minute ago, do not complete a card number', () => {
  const { says, later } = guest()
  says('4111 1111')
  expect(says('1111 1111', { sid: 'b' })).toBeUndefined()
  later(60_001)
  expect(says('1111 1111')).toBeUndefined()
})

test('a retry is masked like the first attempt, even minutes later', () => {
  const { says, later } = guest()
  says('4111 1111', { key: '1' })
  expect(says('4111 1111', { key: '1' })).toBeUndefined()
  expect(says('1111 1111', { key: '2' })).toBe('1111 1111')
  later(300_000)
  expect(says('1111 1111', { key: '2' })).toBe('1111 1111')
})

test('a split number with a wrong check digit or too many digits is not found', () => {
  const { says } = guest()
  says('4111 1111')
  expect(says('1111 1112')).toBeUndefined()
  expect(guest().says('1111111111111111111')).toBeUndefined()
})
