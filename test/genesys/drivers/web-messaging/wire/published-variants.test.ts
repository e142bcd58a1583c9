import { describe, expect, test } from '@jest/globals'
import { readContent } from '../../../../../src/service/genesys/drivers/web-messaging/wire/content.ts'
import {
  readFrame,
  StructuredMessage,
} from '../../../../../src/service/genesys/drivers/web-messaging/wire/frames.ts'
import {
  readEvent,
  readMessage,
} from '../../../../../src/service/genesys/drivers/web-messaging/wire/read-message.ts'

/**
 * Variants of the usual payloads in published schemas, fixtures and clients: missing fields, different names and
 * different places. JV, KT and SC are explained in published-payloads.test.ts; JS: the types of npm
 * `purecloud-platform-client-v2` 262.0.0.
 */

const NOW_MS = Date.UTC(2026, 0, 1)
const message = (body: object) => readMessage(StructuredMessage.parse({ id: 'm', ...body }), NOW_MS)
const event = (body: object) => readEvent(StructuredMessage.parse({ type: 'Event', ...body }), NOW_MS)
const parts = (...content: object[]) => readContent(content).parts
const attachment = (fields: object) => parts({ contentType: 'Attachment', attachment: fields })
const buttonResponse = (fields: object) => ({ contentType: 'ButtonResponse', buttonResponse: fields })
const frame = (fields: object) => readFrame(JSON.stringify({ type: 'response', code: 200, ...fields }))

describe('an attachment', () => {
  /** JV ContentAttachment, JS WebMessagingAttachment: only `mediaType` is required. */
  test('without an id is kept if it has an address', () => {
    expect(attachment({ mediaType: 'Image', url: 'https://x.example/sticker.png' })).toEqual([
      { type: 'attachment', id: '', mediaType: 'Image', url: 'https://x.example/sticker.png' },
    ])
  })

  test('without an id or an address is marked as unsupported', () => {
    expect(attachment({ mediaType: 'Image' })).toEqual([{ type: 'unsupported', contentType: 'Attachment' }])
  })

  /** JV ContentAttachment `contentSizeBytes`; the Messenger also reads `fileName` (SC sdk-source-notes.md). */
  test.each([
    [{ filename: 'a.pdf', fileSize: 12 }],
    [{ fileName: 'a.pdf', contentSizeBytes: 12 }],
    [{ filename: null, fileName: 'a.pdf', fileSize: null, contentSizeBytes: 12 }],
  ])('gets its name and size from %j', (fields) => {
    expect(attachment({ id: 'f', mediaType: 'File', ...fields })).toMatchObject([
      { fileName: 'a.pdf', fileSizeBytes: 12 },
    ])
  })
})

describe('quick replies that come as button responses', () => {
  const yes = buttonResponse({ type: 'QuickReply', text: 'Yes', payload: 'y' })
  const ask = { type: 'Structured', text: 'Sure?' }

  /** developer.genesys.cloud, websocketapi#outbound-messages, quoted by SC; KT `MessageExtension.toQuickReplies`. */
  test('are offered to the guest', () => {
    expect(message({ ...ask, direction: 'Outbound', content: [yes] })?.content).toEqual([
      { type: 'quick-reply', text: 'Yes', payload: 'y' },
    ])
  })

  /** KT `MessageExtensionTest`: if the same message has quick replies, only those count. */
  test('are not offered twice if the message has the same quick replies', () => {
    const quickReply = {
      contentType: 'QuickReply',
      quickReply: { text: 'Yes', payload: 'y', action: 'Message' },
    }
    expect(message({ ...ask, direction: 'Outbound', content: [quickReply, yes] })?.content).toEqual([
      { type: 'quick-reply', text: 'Yes', payload: 'y' },
    ])
  })

  test('are read as an answer if the guest sends them', () => {
    expect(message({ ...ask, direction: 'Inbound', content: [yes] })?.content).toEqual([
      { type: 'button-response', text: 'Yes', payload: 'y', source: 'quick-reply' },
    ])
  })
})

/** JV ContentQuickReply and ContentCardAction require no field; a card action may be of type `Unknown`. */
describe('when content has no text or no known type,', () => {
  test('a quick reply shows its payload', () => {
    expect(parts({ contentType: 'QuickReply', quickReply: { payload: 'yes', action: 'Message' } })).toEqual([
      { type: 'quick-reply', text: 'yes', payload: 'yes' },
    ])
    expect(parts({ contentType: 'QuickReply', quickReply: { text: '', payload: 'yes' } })).toEqual([
      { type: 'quick-reply', text: 'yes', payload: 'yes' },
    ])
  })

  test('a quick reply that also has no payload is shown as unsupported content', () => {
    expect(parts({ contentType: 'QuickReply', quickReply: { action: 'Message' } })).toEqual([
      { type: 'unsupported', contentType: 'QuickReply' },
    ])
  })

  test.each([
    [
      { text: 'Buy', payload: 'buy' },
      { type: 'postback', text: 'Buy', payload: 'buy' },
    ],
    [
      { text: 'Read', url: 'https://x.example/' },
      { type: 'link', text: 'Read', url: 'https://x.example/' },
    ],
  ])('a card action of type Unknown is read as a postback or a link: %j', (fields, expected) => {
    const action = { type: 'Unknown', ...fields }
    expect(
      parts({ contentType: 'Card', card: { title: 'C', actions: [action], defaultAction: action } }),
    ).toEqual([{ type: 'card', title: 'C', actions: [expected], defaultAction: expected }])
  })
})

describe('a card', () => {
  /** JV ContentCardAction requires no field. */
  test.each([
    [
      { type: 'Link', url: 'https://x.example/' },
      { type: 'link', text: 'https://x.example/', url: 'https://x.example/' },
    ],
    [
      { type: 'Postback', payload: 'buy' },
      { type: 'postback', text: 'buy', payload: 'buy' },
    ],
    // KT `CardTestValues`: a link that also has a payload.
    [
      { type: 'link', text: 'Open', url: 'https://x.example/', payload: '{"key":"value"}' },
      { type: 'link', text: 'Open', url: 'https://x.example/' },
    ],
  ])('is converted with the action %j', (wire, expected) => {
    expect(parts({ contentType: 'Card', card: { title: 'C', actions: [wire] } })).toEqual([
      { type: 'card', title: 'C', actions: [expected] },
    ])
  })

  /** KT `createStructuredMessageWithCarouselDefaultActionLinks`: `"text": ""`. */
  test('in a carousel can have a default action with empty text', () => {
    const defaultAction = { type: 'Link', text: '', url: 'https://x.example/' }
    expect(
      parts({ contentType: 'Carousel', carousel: { cards: [{ title: 'C', defaultAction, actions: [] }] } }),
    ).toEqual([
      {
        type: 'carousel',
        cards: [{ title: 'C', defaultAction: { type: 'link', url: 'https://x.example/' }, actions: [] }],
      },
    ])
  })

  /** JV ContentGeneric `actions`, JS WebMessagingGeneric: what a click on the template itself does. */
  test.each([
    [
      { url: 'https://x.example/', urlTarget: '_blank' },
      { type: 'link', url: 'https://x.example/' },
    ],
    [{ textback: 'more' }, { type: 'postback', text: 'more', payload: 'more' }],
  ])('from a generic template has the default action %j', (actions, defaultAction) => {
    expect(parts({ contentType: 'GenericTemplate', generic: { title: 'G', actions } })).toMatchObject([
      { type: 'card', title: 'G', defaultAction },
    ])
  })
})

/** JV ContentReceivedReplyMessage: `header` and `buttonLabel` in addition to title, subtitle and picture. */
describe('a prompt', () => {
  const receivedMessage = {
    header: 'Account',
    title: '',
    subtitle: 'Sign in to continue',
    buttonLabel: 'Sign in',
  }

  test('from a bot that requests a sign-in contains the button’s label', () => {
    const events = [{ eventType: 'Presence', presence: { type: 'Authenticate', receivedMessage } }]
    expect(event({ direction: 'Outbound', events })).toMatchObject({
      status: 'requested',
      prompt: { header: 'Account', buttonLabel: 'Sign in' },
    })
  })

  test('without a title is shown with its header and subtitle', () => {
    const content = [{ contentType: 'ListPicker', listPicker: { receivedMessage, sections: [] } }]
    expect(message({ type: 'Structured', direction: 'Outbound', content })?.text).toBe(
      'Account\nSign in to continue',
    )
  })
})

describe('a message', () => {
  /** JV NormalizedType has `Message`; a message with only files is sent without a type (SC), so it may come back without one. */
  test.each([[{ type: 'Message' }], [{}]])('with %j as its type is read as a text message', (type) => {
    expect(message({ ...type, direction: 'Outbound', text: 'Hello' })).toMatchObject({
      type: 'text',
      text: 'Hello',
      sender: 'agent',
    })
  })

  /** UKHomeOffice/hof-genesys-chat-component, `test/data/structured-messages.json`; JV StructuredMessage requires `type` alone. */
  test('without an id is identified by its time, as in the Messenger', () => {
    const quickReply = { action: 'Message', payload: 'Yes', text: 'Yes' }
    const body = {
      text: 'Did this answer your question?',
      channel: { time: '2025-07-31T09:39:30Z', type: 'Private' },
      content: [{ contentType: 'QuickReply', quickReply }],
      metadata: { correlationId: '00000000-0000-0000-0000-000000000000' },
      originatingEntity: 'Bot',
      type: 'Structured',
      direction: 'Outbound',
    }
    expect(readMessage(StructuredMessage.parse(body), NOW_MS)).toEqual({
      id: '2025-07-31T09:39:30.000Z',
      time: '2025-07-31T09:39:30.000Z',
      direction: 'outbound',
      type: 'structured',
      text: 'Did this answer your question?',
      content: [{ type: 'quick-reply', text: 'Yes', payload: 'Yes' }],
      sender: 'bot',
    })
  })

  test.each([[{ type: 'Receipt', text: 'x' }], [{ events: [{ eventType: 'Typing' }] }], [{}]])(
    'is not read from %j (JV NormalizedType)',
    (body) => {
      expect(message(body)).toBeUndefined()
    },
  )

  /** KT `SerializationTest`: content of an unknown type before an attachment, no `channel`. */
  test('keeps known content next to unknown content', () => {
    const content = [
      { fakeContent: { foo: 'bar' }, contentType: 'FakeContent' },
      {
        contentType: 'Attachment',
        attachment: { id: 'a', filename: 'image.png', mediaType: 'Image', url: 'https://x.example/' },
      },
    ]
    const body = { type: 'Text', text: 'Hi', direction: 'Outbound', originatingEntity: 'Human', content }
    expect(message(body)).toMatchObject({
      text: 'Hi',
      content: [
        { type: 'unsupported', contentType: 'FakeContent' },
        { type: 'attachment', fileName: 'image.png' },
      ],
    })
  })
})

describe('a place', () => {
  const location = (fields: object) => parts({ contentType: 'DatePicker', datePicker: { location: fields } })

  /** JS ConversationContentLocation: no field is required, unlike JV ContentLocation. */
  test.each([
    [{ address: '1 Main St', latitude: 1 }, '1 Main St'],
    [{ url: 'https://x.example/' }, 'https://x.example/'],
    [{ latitude: 53.34, longitude: -6.26 }, '53.34, -6.26'],
  ])('without a name is named after its other fields: %j', (fields, text) => {
    expect(location(fields)).toMatchObject([{ location: { text, ...fields } }])
  })

  test('without any known field is omitted', () => {
    expect(location({})).toEqual([{ type: 'date-picker', availableTimes: [] }])
  })
})

describe('a frame', () => {
  /** KT `Response.kt`: those of its frames that no other test covers, copied verbatim. */
  test.each([
    [
      { class: 'SessionResponse', body: { connected: true, allowedMedia: {} } },
      '{"type":"response","class":"SessionResponse","code":200,"body":{"connected":true,"newSession":true,"readOnly":false,"maxCustomDataBytes":100,"allowedMedia":{},"clearedExistingSession":false}}',
    ],
    [
      { class: 'error', code: 4007 },
      '{"type": "response","class": "string","code": 4007,"body": "session not found error message"}',
    ],
    [
      { class: 'error', code: 5000 },
      '{"type":"response","class":"string","code":5000,"body":"Request failed."}',
    ],
    [
      { class: 'SessionExpiredEvent' },
      '{"type": "response","class": "SessionExpiredEvent","code": 200,"body": {}}',
    ],
    [
      { class: 'AttachmentDeletedResponse', body: { attachmentId: 'attachment_id' } },
      '{"type":"message","class":"AttachmentDeletedResponse","code":200,"body":{"attachmentId":"attachment_id"}}',
    ],
    [
      { class: 'PresignedUrlResponse', body: { headers: { 'x-amz-tagging': 'abc' } } },
      '{"type":"response","class":"PresignedUrlResponse","code":200,"body":{"attachmentId":"a","headers":{"x-amz-tagging":"abc"},"url":"https://downloadurl.png"}}',
    ],
    [
      { class: 'UploadSuccessEvent', body: { downloadUrl: 'https://downloadurl.png' } },
      '{"type":"message","class":"UploadSuccessEvent","code":200,"body":{"attachmentId":"a","downloadUrl":"https://downloadurl.png","timestamp":"2022-08-22T19:24:26.704Z"}}',
    ],
    [
      { class: 'UploadFailureEvent', body: { errorCode: 4001 } },
      '{"type":"message","class":"UploadFailureEvent","code":200,"body":{"attachmentId":"a","errorCode":4001,"errorMessage":"m","timestamp":"2022-08-22T19:24:26.704Z"}}',
    ],
    [
      { class: 'StructuredMessage', pushed: false, body: { text: 'ping' } },
      '{"type":"response","class":"StructuredMessage","code":200,"body":{"text":"ping","type":"Text","direction":"Inbound","id":"echo_id","metadata":{"customMessageId":"SGVhbHRoQ2hlY2tNZXNzYWdlSWQ="}}}',
    ],
    [
      { class: 'JwtResponse', body: { jwt: 'some_jwt', exp: 333 } },
      '{"type":"response","class":"JwtResponse","code":200,"body":{"jwt":"some_jwt","exp":333}}',
    ],
  ])('that KT publishes is read as %j', (expected, text) => {
    expect(readFrame(text)).toMatchObject(expected)
  })

  /** SC sdk-source-notes.md: seconds on the wire in 2026-10; SC messaging-service.md: milliseconds in Genesys' own pages. */
  test.each([1791139139, 1791139139000])(
    'with the expirationDate %i is read with its expiry in seconds',
    (expirationDate) => {
      expect(frame({ class: 'SessionResponse', body: { connected: true, expirationDate } })).toMatchObject({
        body: { expirationDate: 1791139139 },
      })
      const metadata = { expirationDate: String(expirationDate) }
      expect(frame({ class: 'StructuredMessage', body: { metadata } })).toMatchObject({
        body: { metadata: { expirationDate: 1791139139 } },
      })
    },
  )

  test.each([9e18, 1e300, '9e18', -1, 0])(
    'with the implausible expirationDate %j is read without an expiry',
    (expirationDate) => {
      const read = frame({ class: 'SessionResponse', body: { connected: true, expirationDate } })
      expect(read).toMatchObject({ class: 'SessionResponse', body: { expirationDate: undefined } })
      const message = frame({ class: 'StructuredMessage', body: { metadata: { expirationDate } } })
      expect(message).toMatchObject({ body: { metadata: { expirationDate: undefined } } })
    },
  )

  /** JV: every body has an optional `tracingId`, and so has the envelope. */
  test.each([
    [{ class: 'SessionResponse', body: { connected: true, tracingId: 't' } }],
    [{ class: 'StructuredMessage', body: { type: 'Text', tracingId: 't' } }],
    [{ class: 'ErrorMessage', code: 400, body: { message: 'no', errorCode: 4011, tracingId: 't' } }],
    [{ class: 'JwtResponse', body: { jwt: 'j', exp: 1, tracingId: 'other' }, tracingId: 't' }],
  ])('may carry its tracing id in the body: %j', (fields) => {
    expect(frame(fields)).toMatchObject({ class: expect.not.stringMatching('unrecognized'), tracingId: 't' })
  })

  /** JV MessageDataType has `Error`; the rest of its form is that of ErrorMessage. */
  test.each(['Error', 'ErrorMessage', 'TooManyRequestsErrorMessage'])(
    'of the class %s is read as an error',
    (name) => {
      const body = { name: 'Error', message: 'm', errorCode: 4006, errorMessage: 'Session has expired' }
      expect(frame({ class: name, body })).toMatchObject({
        class: 'error',
        code: 4006,
        text: 'Session has expired',
      })
    },
  )

  /** JV FileUploadMode: one entry that cannot be read does not switch attachments off. */
  test('is read with its allowed media types, but without invalid entries', () => {
    const inbound = { fileTypes: [{ type: 'image/png' }, 'video/mpg', null], maxFileSizeKB: 10_240 }
    const body = { connected: true, allowedMedia: { inbound }, blockedExtensions: ['.ade', null] }
    expect(frame({ class: 'SessionResponse', body })).toMatchObject({
      body: {
        allowedMedia: { inbound: { fileTypes: [{ type: 'image/png' }], maxFileSizeKB: 10_240 } },
        blockedExtensions: ['.ade'],
      },
    })
  })

  test('is read with only the first 1,000 entries of a list', () => {
    const body = { connected: true, blockedExtensions: Array(1001).fill('.ade') }
    const read = frame({ class: 'SessionResponse', body })
    expect(read).toMatchObject({ body: { blockedExtensions: { length: 1000 } } })
  })
})
