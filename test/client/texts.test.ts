import { describe, expect, test } from '@jest/globals'
import { safeUrl } from '../../src/browser/element/autolink.ts'
import { de } from '../../src/browser/element/texts/de.ts'
import { en } from '../../src/browser/element/texts/en.ts'
import { es } from '../../src/browser/element/texts/es.ts'
import { fr } from '../../src/browser/element/texts/fr.ts'
import { problemText, textsFor, type Texts } from '../../src/browser/element/texts/texts.ts'

const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
const flat = ({ problems, ...texts }: Texts) => Object.entries({ ...texts, ...problems })

describe.each(Object.entries({ de, fr, es }))('%s', (_language, texts) => {
  test('says all that English says, with the same blanks to fill', () => {
    const english = new Map(flat(en))
    expect(flat(texts).map(([name]) => name)).toEqual([...english.keys()])
    for (const [name, text] of flat(texts))
      expect([name, blanks(text)]).toEqual([name, blanks(english.get(name)!)])
  })
})

test('a language tag finds its language, and one without texts gets English', () => {
  expect(textsFor('de-AT').send).toBe(de.send)
  expect(textsFor('es_MX').send).toBe(es.send)
  expect(textsFor('nl').send).toBe(en.send)
})

test('a page changes single words', () => {
  const texts = textsFor('en', { title: 'Ask the lamp makers', problems: { rate_limited: 'Slow down.' } })
  expect(texts).toMatchObject({ title: 'Ask the lamp makers', send: en.send })
  expect(problemText(texts, 'rate_limited')).toBe('Slow down.')
  expect(problemText(texts, 'no_answer')).toBe(en.problems.no_answer)
})

test('a problem that has no words of its own is told in general ones', () => {
  expect(problemText(en, 'a_code_of_tomorrow')).toBe(en.problems.other)
  expect(problemText(en, 'attachment_too_large', { name: 'a.mov', max: '10 MB' })).toBe(
    'a.mov is too large. A file may have up to 10 MB.',
  )
})

test.each([
  ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
  ['http://example.com', 'http://example.com/'],
  ['javascript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['//example.com', undefined],
  [undefined, undefined],
])('the address %j may be opened as %j', (address, expected) => {
  expect(safeUrl(address)).toBe(expected)
})
