import { expect, test } from '@jest/globals'
import type { Content, Message } from '../../../src/contract/contract.ts'
import { htmlFile } from '../../../src/service/features/transcript/html-file.ts'
import { createLocale } from '../../../src/service/features/transcript/locale.ts'
import { textFile } from '../../../src/service/features/transcript/text-file.ts'
import { TRANSCRIPT_TEXTS } from '../../../src/service/features/transcript/transcript-texts.ts'

const utc = createLocale(['en'], 'UTC')
const at = (time: string, more: Partial<Message>): Message => ({
  id: time,
  time,
  direction: 'outbound',
  type: 'text',
  sender: 'agent',
  ...more,
})
const withContent = (...content: Content[]) => at('2026-11-25T10:00:00.000Z', { type: 'structured', content })
const text = (messages: Message[], isComplete = true, locale = utc) =>
  textFile({ messages, isComplete }, locale)
const linesOf = (...content: Content[]) =>
  text([withContent(...content)])
    .split('\n')
    .slice(6, -1)

test('messages in a transcript are grouped by day, in the transcript’s time zone', () => {
  const messages = [
    at('2026-11-25T22:30:00.000Z', { text: 'a' }),
    at('2026-11-25T23:30:00.000Z', { text: 'b' }),
  ]
  expect(text(messages, true, createLocale(['de-AT'], 'Europe/Berlin'))).toBe(
    'Unterhaltung\nZeitzone: Europe/Berlin\n\nMittwoch, 25. November 2026\n\n23:30  Mitarbeiter\n    a\n\nDonnerstag, 26. November 2026\n\n0:30  Mitarbeiter\n    b\n',
  )
})

test('an empty, incomplete transcript states that it has no messages and that earlier messages are missing', () => {
  expect(text([], false)).toBe(
    'Conversation\nTime zone: UTC\n\nEarlier messages of this conversation are not in this file.\n\nThere are no messages.\n',
  )
})

test('no line of a message can be mistaken for another message, and control characters are removed', () => {
  const forged = text([
    at('2026-11-25T10:00:00.000Z', {
      text: 'a\n\n10:01  You\r\n\u001b[2Jb\u202e\u2028c',
      from: { name: 'A\nB' },
    }),
  ])
  expect(forged.split('\n').slice(5, -1)).toEqual([
    '10:00 AM  A B',
    '    a',
    '    10:01  You',
    '    [2Jb',
    '    c',
  ])
})

test('content other than text is written as the guest saw it', () => {
  const card = {
    title: 'Lamp',
    description: 'Warm',
    actions: [{ type: 'postback', text: 'Order', payload: 'x' }],
  } as const
  expect(
    linesOf(
      {
        type: 'attachment',
        id: '1',
        mediaType: 'Image',
        url: 'https://files.example.com/secret',
        fileName: 'a.png',
      },
      { type: 'quick-reply', text: 'Yes', payload: 'yes' },
      { type: 'carousel', cards: [card] },
      { type: 'rich-link', text: 'Shop', url: 'https://www.example.com' },
      {
        type: 'date-picker',
        title: 'When?',
        availableTimes: [{ dateTime: '2026-12-01T09:00:00Z', durationSeconds: 60 }],
      },
      {
        type: 'list-picker',
        sections: [{ title: 'Size', multipleSelection: false, items: [{ id: '1', title: 'Small' }] }],
      },
      { type: 'form', cannedResponseId: '', prompt: { title: 'Your order' }, pages: [], showSummary: false },
      { type: 'form-response', answers: [{ id: '1', text: 'Blue', payload: 'b' }] },
      { type: 'location', text: 'Here', address: '1 Main Street' },
      { type: 'unsupported', contentType: 'X' },
    ).map((line) => line.trim()),
  ).toEqual([
    'File: a.png',
    '• Yes',
    'Lamp',
    'Warm',
    '• Order',
    'Shop',
    'https://www.example.com',
    'When?',
    '• Tuesday, December 1, 2026, 9:00 AM',
    'Size',
    '• Small',
    'Your order',
    '• Blue',
    'Here',
    '1 Main Street',
    'This message can’t be shown here.',
  ])
})

test('names are escaped in an HTML transcript', () => {
  const named = at('2026-11-25T10:00:00.000Z', { text: 'x', from: { name: '<b>Anna</b> & "Co\'' } })
  expect(htmlFile({ messages: [named], isComplete: true }, utc)).toContain(
    '<strong dir="auto">&lt;b&gt;Anna&lt;/b&gt; &amp; &quot;Co&#39;</strong>',
  )
})

test('an answer appears only once in a transcript, even if the message has it as text and as content', () => {
  const answer = at('2026-11-25T10:00:00.000Z', {
    sender: 'guest',
    text: 'Yes',
    content: [{ type: 'button-response', text: 'Yes', payload: 'yes' }],
  })
  expect(text([answer]).split('\n').slice(5, -1)).toEqual(['10:00 AM  You', '    Yes'])
})

test('the question of a list or form appears only once, even if the message has it as text and as content', () => {
  const prompt = { title: 'Your order', subtitle: 'Which\nsize?' }
  const list = { type: 'list-picker', prompt, sections: [] } as const
  const form = { type: 'form', cannedResponseId: '', prompt, pages: [], showSummary: false } as const
  for (const part of [list, form]) {
    const question = at('2026-11-25T10:00:00.000Z', { text: 'Your order\nWhich\nsize?', content: [part] })
    expect(text([question]).split('\n').slice(6, -1)).toEqual(['    Your order', '    Which', '    size?'])
  }
})

test('a form without a question is written with its introduction', () => {
  const introduction = { title: 'Your order', subtitle: 'Two questions' }
  const form = { type: 'form', cannedResponseId: '', introduction, pages: [], showSummary: false } as const
  expect(linesOf(form)).toEqual(['    Your order', '    Two questions'])
})

test('a place without a name, and the place of an appointment, are written once', () => {
  const place = { text: '1 Main Street', address: '1 Main Street' }
  expect(linesOf({ type: 'location', ...place })).toEqual(['    1 Main Street'])
  expect(linesOf({ type: 'date-picker', title: 'When?', location: place, availableTimes: [] })).toEqual([
    '    When?',
    '    1 Main Street',
  ])
})

test.each(Object.keys(TRANSCRIPT_TEXTS))(
  'an HTML transcript in %s uses that language’s wording',
  (language) => {
    const html = htmlFile(
      { messages: [withContent({ type: 'unsupported', contentType: 'X' })], isComplete: false },
      createLocale([language], 'Asia/Tokyo'),
    )
    for (const word of [
      TRANSCRIPT_TEXTS[language]!.title,
      TRANSCRIPT_TEXTS[language]!.incomplete,
      TRANSCRIPT_TEXTS[language]!.agent,
    ])
      expect(html).toContain(word)
    expect(html).toContain(`<html lang="${language}"`)
  },
)

test('a transcript falls back to English if its language is invalid or unavailable', () => {
  for (const language of ['*', 'tlh', 'en-a', '__proto__', 'constructor', ''])
    expect(createLocale([language], 'UTC').language).toBe('en')
  expect(createLocale(['de_at'], 'UTC').language).toBe('de-AT')
})
