import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { hiddenAddress, linked, linkUrl, safeUrl, withoutTail } from '../../src/browser/element/autolink.ts'
import { h, plainName, withoutOverrides } from '../../src/browser/element/dom.ts'
import { localeOf } from '../../src/browser/element/element-options.ts'
import { richText } from '../../src/browser/element/rich-text.ts'
import { en } from '../../src/browser/element/texts/en.ts'
import {
  isRightToLeft,
  loadTexts,
  problemText,
  withPageTexts,
  type Texts,
} from '../../src/browser/element/texts/texts.ts'

const blanks = (text: string) => (text.match(/\{\w+\}/g) ?? []).sort()
const flat = ({ problems, ...texts }: Texts) => Object.entries({ ...texts, ...problems })

describe.each(['de', 'fr', 'es', 'it', 'pt', 'nl', 'pl', 'ja', 'ar'])('the language %s', (language) => {
  test('has a translation of every English text, with the same placeholders', async () => {
    const texts = flat(await loadTexts(language))
    const english = new Map(flat(en))
    expect(texts.map(([name]) => name)).toEqual([...english.keys()])
    for (const [name, text] of texts) expect([name, blanks(text)]).toEqual([name, blanks(english.get(name)!)])
    const same = texts.filter(([name, text]) => text === english.get(name))
    expect(same.length).toBeLessThan(6)
  })
})

test('a regional tag selects its language, and a language without texts falls back to English immediately', async () => {
  expect((await loadTexts('de-AT')).send).toBe('Nachricht senden')
  expect((await loadTexts('es_MX')).send).toBe('Enviar mensaje')
  expect(loadTexts('sv')).toBe(en)
})

test('Arabic and Hebrew are written from right to left, but Polish is not', () => {
  expect([isRightToLeft('ar-EG'), isRightToLeft('he'), isRightToLeft('pl')]).toEqual([true, true, false])
})

test("dates follow the browser's region if the browser and the chat have the same language", () => {
  expect(localeOf('en', ['de-DE', 'en-GB'])).toBe('en-GB')
  expect(localeOf('en-US', ['en-GB', 'en'])).toBe('en-GB')
  expect(localeOf('fr', ['de-DE', 'en-GB'])).toBe('fr')
})

test('a page can replace individual texts', () => {
  const texts = withPageTexts(en, { title: 'Ask the lamp makers', problems: { rate_limited: 'Slow down.' } })
  expect(texts).toMatchObject({ title: 'Ask the lamp makers', send: en.send })
  expect(problemText(texts, 'rate_limited')).toBe('Slow down.')
  expect(problemText(texts, 'no_answer')).toBe(en.problems.no_answer)
})

test('a problem without its own text gets a general text', () => {
  expect(problemText(en, 'a_code_of_tomorrow')).toBe(en.problems.other)
  expect(problemText(en, 'attachment_too_large', { name: 'a.mov', max: '10 MB' })).toBe(
    'a.mov is too large. Files can be up to 10 MB.',
  )
})

test.each([
  ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
  ['http://example.com', 'http://example.com/'],
  ['javascript:alert(1)', undefined],
  ['data:text/html,x', undefined],
  ['//example.com', undefined],
  [undefined, undefined],
])('the address that is opened for %j is %j', (address, expected) => {
  expect(safeUrl(address)).toBe(expected)
})

test.each([
  ['tel:+15550100', 'tel:+15550100'],
  ['mailto:jane@example.com', 'mailto:jane@example.com'],
  ['javascript:alert(1)', undefined],
  ['vbscript:x', undefined],
  ['https://bank.example@evil.example/', undefined],
])('the target of the link %j is %j', (address, expected) => {
  expect(linkUrl(address)).toBe(expected)
})

test.each([
  ['https://example.com/a).', 'https://example.com/a'],
  ['https://example.com/a_(b)', 'https://example.com/a_(b)'],
  ['https://example.com/a_(b)).', 'https://example.com/a_(b)'],
])('the address found in %j is %j', (address, expected) => {
  expect(withoutTail(address)).toBe(expected)
})

test('closing parentheses after an address are removed, even 8,000 of them', () => {
  expect(withoutTail(`https://example.com/${')'.repeat(8000)}`)).toBe('https://example.com/')
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('(', ')', '.', 'a'), maxLength: 200 }), (tail) => {
      const address = withoutTail(`https://example.com/${tail}`)
      expect(`https://example.com/${tail}`.startsWith(address)).toBe(true)
    }),
  )
})

test.each([
  ['your bank', 'https://evil.example/', undefined],
  ['docs.example.com', 'https://docs.example.com/a', undefined],
  ['www.example.com', 'https://shop.example.com/', undefined],
  ['https://müller.example/x', 'https://xn--mller-kva.example/', undefined],
  ['https://bank.example', 'https://evil.example:8443/x', 'evil.example:8443'],
  ['example.com', 'https://evilexample.com/', 'evilexample.com'],
  ['ba\u200bnk.exam\u200dple', 'https://evil.example/', 'evil.example'],
  ['bank\u200b.example', 'https://evil.example/', 'evil.example'],
  ['bank\uff0eexample', 'https://evil.example/', 'evil.example'],
  ['b\u0430nk.example', 'https://bank.example/', 'bank.example'],
  ['bank.e\u034fxample', 'https://evil.example/', 'evil.example'],
  ['bank.e\ufe0fxample', 'https://evil.example/', 'evil.example'],
  ['bank\u3002example', 'https://evil.example/', 'evil.example'],
  ['bank\uff61example', 'https://evil.example/', 'evil.example'],
  ['bank.e\u0332xample', 'https://evil.example/', 'evil.example'],
  ['https://bank.xn--p1ai/login', 'https://evil.example/', 'evil.example'],
  ['bank.xn--p1ai', 'https://evil.example/', 'evil.example'],
  ['192.0.2.1', 'https://evil.example/', 'evil.example'],
  ['http://localhost/', 'https://evil.example/', 'evil.example'],
  ['http://[::1]/', 'https://evil.example/', 'evil.example'],
  ['https://bank.example@evil.example/', 'https://evil.example/', 'evil.example'],
  ['http://localhost:8080/a', 'http://localhost:8080/a', undefined],
  ['http://[::1]:8080/a', 'http://[::1]:8080/a', undefined],
  ['https://example.com:8443/a.', 'https://example.com:8443/a', undefined],
  ['http://192.0.2.1/a', 'http://192.0.2.1/a', undefined],
  ['xn--mller-kva.example', 'https://müller.example/', undefined],
  ['उदाहरण.भारत', 'https://उदाहरण.भारत/', undefined],
  ['release 1.2.3, 10 a.m.', 'https://example.com/', undefined],
  ['jane@example.com', 'mailto:jane@example.com', undefined],
  ['help@bank.example', 'mailto:jane@evil.example', 'jane@evil.example'],
])('for the link text %j and the target %j, the address shown after the link is %j', (words, url, hidden) => {
  expect(hiddenAddress(words, url)).toBe(hidden)
})

test('characters that change the direction of text are not shown', () => {
  expect(withoutOverrides('invoice\u202excod.exe')).toBe('invoicexcod.exe')
  expect(withoutOverrides('\u202aa\u202bb\u202cc\u202dd')).toBe('abcd')
  expect(withoutOverrides('مرحبا \u2067a\u2069')).toBe('مرحبا \u2067a\u2069')
})

test.each([
  ['photo-\u2067png\u200f.exe', 'photo-png.exe'],
  ['\u2066a\u2068b\u2069c\u200ed\u061ce\u202ef.txt', 'abcdef.txt'],
  ['می\u200cخواهم 👨\u200d👩\u200d👧.pdf', 'می\u200cخواهم 👨\u200d👩\u200d👧.pdf'],
])('the file name %j is shown as %j', (name, shown) => {
  expect(plainName(name)).toBe(shown)
})

describe('in an element,', () => {
  /** Takes the place of `document.createElement`, with the few members that these tests need. */
  function createElement(tag: string) {
    const children: unknown[] = []
    const append = (...added: unknown[]) => void children.push(...added)
    return { tag, children, append, setAttribute: () => undefined, removeAttribute: () => undefined }
  }
  const inPage = globalThis as { document?: unknown }
  beforeEach(() => void (inPage.document = { createElement }))
  afterEach(() => {
    delete inPage.document
  })

  test('the text has no characters that change its direction', () => {
    expect(h('p', {}, 'invoice\u202excod.exe')).toMatchObject({ children: ['invoicexcod.exe'] })
  })

  test('a link ends at a character that changes the direction of text', () => {
    expect(linked('https://evil.example/\u200fpaypal.example')).toMatchObject([
      { tag: 'a', children: ['https://evil.example/'] },
      '\u200fpaypal.example',
    ])
  })

  test('a link whose text shows another address is followed by its real address', () => {
    expect(richText('[bank.example](https://evil.example/)')).toMatchObject([
      { tag: 'p', children: [{ tag: 'a', children: ['bank.example'] }, ' (evil.example)'] },
    ])
  })
})
