import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readContent } from '../../../../../src/service/genesys/drivers/web-messaging/wire/content.ts'
import {
  readEvent,
  readMessage,
} from '../../../../../src/service/genesys/drivers/web-messaging/wire/read-message.ts'
import { StructuredMessage } from '../../../../../src/service/genesys/drivers/web-messaging/wire/frames.ts'

const NOW = '2026-02-02T00:00:00.000Z'
const NOW_MS = Date.parse(NOW)
const wire = (fields: object) => {
  const message = StructuredMessage.safeParse({
    id: 'wire-id',
    type: 'Text',
    direction: 'Outbound',
    text: 'Hello',
    channel: { time: '2026-01-01T10:00:00.000Z', messageId: 'channel-id' },
    ...fields,
  }).data
  if (!message) throw new Error('The message cannot be read.')
  return message
}

describe('a message', () => {
  test('is identified by the channel’s message id, or else by its own id', () => {
    expect(readMessage(wire({}), NOW_MS)?.id).toBe('channel-id')
    expect(readMessage(wire({ channel: {} }), NOW_MS)?.id).toBe('wire-id')
    expect(readMessage(wire({ id: undefined, channel: {}, messageId: 'history-id' }), NOW_MS)?.id).toBe(
      'history-id',
    )
    expect(readMessage(wire({ id: undefined, channel: {} }), NOW_MS)).toBeUndefined()
  })

  test('has its time in UTC, or the current time if Genesys sends no valid time', () => {
    expect(readMessage(wire({ channel: { time: '2026-01-01T12:00:00+02:00' } }), NOW_MS)?.time).toBe(
      '2026-01-01T10:00:00.000Z',
    )
    expect(readMessage(wire({ channel: { time: null } }), NOW_MS)?.time).toBe(NOW)
    expect(readMessage(wire({ channel: { time: 'soon' } }), NOW_MS)?.time).toBe(NOW)
  })

  test.each([
    [{ originatingEntity: 'Bot' }, 'bot'],
    [{ originatingEntity: 'Human' }, 'agent'],
    [{}, 'agent'],
    [{ direction: 'Inbound', originatingEntity: 'Human' }, 'guest'],
  ])('with %j is from the %s', (fields, sender) => {
    expect(readMessage(wire(fields), NOW_MS)?.sender).toBe(sender)
  })

  test.each([
    [
      { nickname: 'Robot Friend', image: 'https://x/i.png' },
      { name: 'Robot Friend', image: 'https://x/i.png' },
    ],
    [{ nickname: '', firstName: 'Ada', lastName: 'Lovelace' }, { name: 'Ada Lovelace' }],
    [{ nickname: 'A\u2067da\u200f' }, { name: 'Ada' }],
    [{ nickname: '\u200f' }, undefined],
    [{}, undefined],
  ])('with the sender %j has the name and picture %j', (from, shown) => {
    expect(readMessage(wire({ channel: { from } }), NOW_MS)?.from).toEqual(shown)
  })

  test('with only a file has no text', () => {
    const file = { contentType: 'Attachment', attachment: { id: 'a', mediaType: 'Image' } }
    const message = readMessage(wire({ text: undefined, content: [file] }), NOW_MS)
    expect(message).toEqual({
      id: 'channel-id',
      time: '2026-01-01T10:00:00.000Z',
      direction: 'outbound',
      type: 'text',
      content: [{ type: 'attachment', id: 'a', mediaType: 'Image' }],
      sender: 'agent',
    })
  })
})

describe('when an event is read,', () => {
  const event = (fields: object) => readEvent(wire({ type: 'Event', text: undefined, ...fields }), NOW_MS)
  const typing = (entry: object) => ({ events: [{ eventType: 'Typing', typing: { type: 'On', ...entry } }] })
  const disconnect = { events: [{ eventType: 'Presence', presence: { type: 'Disconnect' } }] }

  test.each([
    [typing({ duration: 3000 }), 3000],
    [typing({ durationMs: 4000 }), 4000],
    [typing({}), 5000],
  ])('typing lasts for the stated duration, or for five seconds by default: %j', (fields, durationMs) => {
    expect(event(fields)).toEqual({ type: 'typing', sender: 'agent', durationMs })
  })

  test('typing by a bot has the sender bot', () => {
    expect(event({ ...typing({}), originatingEntity: 'Bot' })).toMatchObject({ sender: 'bot' })
  })

  test('the end of typing is ignored', () => {
    expect(event(typing({ type: 'Off' }))).toBeUndefined()
  })

  test('a disconnect makes the session read-only only if its metadata says so', () => {
    expect(event(disconnect)).toEqual({ type: 'session', state: 'disconnected' })
    expect(event({ ...disconnect, metadata: { readOnly: 'true' } })).toEqual({
      type: 'session',
      state: 'read-only',
    })
    expect(event({ ...disconnect, metadata: { readOnly: 'false' } })).toMatchObject({ state: 'disconnected' })
  })

  test('an event from the guest is ignored', () => {
    expect(event({ ...typing({}), direction: 'Inbound' })).toBeUndefined()
    expect(event({ ...disconnect, direction: 'Inbound' })).toBeUndefined()
  })

  test('an event of an unknown type is ignored', () => {
    expect(event({ events: [{ eventType: 'Reactions' }, { novelty: true }] })).toBeUndefined()
  })
})

describe('content', () => {
  const CARD = {
    title: 'A card',
    description: 'with buttons',
    image: 'https://x/card.png',
    actions: [
      { type: 'Link', text: 'Read', url: 'https://x/' },
      { type: 'Postback', text: 'Buy', payload: 'buy' },
    ],
  }
  const OUR_CARD = {
    title: 'A card',
    description: 'with buttons',
    imageUrl: 'https://x/card.png',
    actions: [
      { type: 'link', text: 'Read', url: 'https://x/' },
      { type: 'postback', text: 'Buy', payload: 'buy' },
    ],
  }

  test.each<[string, object, object[]]>([
    [
      'Attachment',
      {
        attachment: {
          id: 'a',
          mediaType: 'Image',
          url: 'https://x/a.png',
          filename: 'a.png',
          fileSize: 12,
          mime: 'image/png',
        },
      },
      [
        {
          type: 'attachment',
          id: 'a',
          mediaType: 'Image',
          url: 'https://x/a.png',
          fileName: 'a.png',
          fileSizeBytes: 12,
          mimeType: 'image/png',
        },
      ],
    ],
    [
      'QuickReply',
      { quickReply: { text: 'Yes', payload: 'yes', image: 'https://x/y.png' } },
      [{ type: 'quick-reply', text: 'Yes', payload: 'yes', imageUrl: 'https://x/y.png' }],
    ],
    [
      'QuickReplyV2',
      {
        quickReplyV2: {
          title: 'Sure?',
          actions: [
            { text: 'Yes', payload: 'y' },
            { text: 'No', payload: 'n' },
          ],
        },
      },
      [
        { type: 'quick-reply', text: 'Yes', payload: 'y' },
        { type: 'quick-reply', text: 'No', payload: 'n' },
      ],
    ],
    ['Card', { card: CARD }, [{ type: 'card', ...OUR_CARD }]],
    ['Carousel', { carousel: { cards: [CARD, CARD] } }, [{ type: 'carousel', cards: [OUR_CARD, OUR_CARD] }]],
    [
      'DatePicker',
      { datePicker: { title: 'When?', availableTimes: [{ dateTime: '2026-01-01T10:00', duration: 900 }] } },
      [
        {
          type: 'date-picker',
          title: 'When?',
          availableTimes: [{ dateTime: '2026-01-01T10:00', durationSeconds: 900 }],
        },
      ],
    ],
    [
      'ListPicker',
      {
        listPicker: {
          id: 'l',
          sections: [
            { title: 'S', multipleSelection: true, items: [{ id: '1', title: 'One', subtitle: 'first' }] },
          ],
        },
      },
      [
        {
          type: 'list-picker',
          id: 'l',
          sections: [
            { title: 'S', multipleSelection: true, items: [{ id: '1', title: 'One', subtitle: 'first' }] },
          ],
        },
      ],
    ],
    [
      'ButtonResponse',
      { buttonResponse: { type: 'QuickReply', text: 'Yes', payload: 'yes' } },
      [{ type: 'button-response', text: 'Yes', payload: 'yes', source: 'quick-reply' }],
    ],
    ['Form', { form: { cannedResponseId: 'c' } }, [{ type: 'unsupported', contentType: 'Form' }]],
    ['Novelty', {}, [{ type: 'unsupported', contentType: 'Novelty' }]],
    ['toString', {}, [{ type: 'unsupported', contentType: 'toString' }]],
  ])('of the type %s is converted, or marked as unsupported', (contentType, element, ours) => {
    expect(readContent([{ contentType, ...element }]).parts).toEqual(ours)
  })

  test('that is unreadable is marked as unsupported, and entries that are not content are omitted', () => {
    expect(readContent([{ contentType: 'Card', card: 7 }, null, 'x', {}]).parts).toEqual([
      { type: 'unsupported', contentType: 'Card' },
    ])
  })

  test('is cut off after 1,000 elements, and the next element is marked as unsupported', () => {
    const elements = Array.from({ length: 1002 }, (_, index) => ({
      contentType: 'Text',
      text: { body: String(index) },
    }))
    const { parts } = readContent(elements)
    expect(parts).toHaveLength(1001)
    expect(parts.slice(-2)).toEqual([
      { type: 'text', text: '999' },
      { type: 'unsupported', contentType: 'Text' },
    ])
  })

  test.each([
    ['a card', (entries: unknown[]) => ({ contentType: 'Card', card: { title: 't', actions: entries } })],
    [
      'a list nested in many lists',
      (entries: unknown[]) => ({
        contentType: 'ListPicker',
        listPicker: { sections: entries.map(() => ({ items: entries.slice(0, 100) })) },
      }),
    ],
  ])('with too many entries in %s is shown as unsupported', (_name, element) => {
    const [few, many] = [element(Array(9).fill({})), element(Array(2000).fill({}))]
    expect(readContent([few]).parts).not.toMatchObject([{ type: 'unsupported' }])
    expect(readContent([few, many, few]).parts).toEqual([
      ...readContent([few]).parts,
      { type: 'unsupported', contentType: many.contentType },
    ])
  })

  test('of hundreds of thousands of empty elements is read as empty', () => {
    expect(readContent(Array(300_000).fill({})).parts).toEqual([])
  })

  test('contains no address that would run a script in the page', () => {
    const bad = 'javascript:alert(1)'
    const action = { type: 'Link', text: 'x', url: bad }
    const elements = [
      { contentType: 'Card', card: { title: 't', image: bad, actions: [action] } },
      { contentType: 'Attachment', attachment: { id: 'a', mediaType: 'Link', url: bad } },
    ]
    expect(JSON.stringify(readContent(elements))).not.toContain('javascript')
  })

  test('of any kind never makes the reader throw', () => {
    const kinds = [
      'Attachment',
      'QuickReplyV2',
      'Card',
      'Carousel',
      'DatePicker',
      'ListPicker',
      'ButtonResponse',
    ]
    const element = fc.record({
      contentType: fc.constantFrom(...kinds),
      attachment: fc.anything(),
      quickReplyV2: fc.record({ actions: fc.anything() }),
      card: fc.record({ title: fc.anything(), actions: fc.array(fc.anything()) }),
      carousel: fc.record({ cards: fc.array(fc.anything()) }),
      listPicker: fc.record({ sections: fc.array(fc.record({ items: fc.array(fc.anything()) })) }),
      datePicker: fc.record({ availableTimes: fc.anything() }),
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(element, fc.anything())), (elements) => {
        for (const part of readContent(elements).parts) expect(typeof part.type).toBe('string')
      }),
    )
  })
})
