import { describe, expect, test } from '@jest/globals'
import type { Message } from '../../../../../src/service/genesys/guest-api.ts'
import { OfferedChoices } from '../../../../../src/service/genesys/drivers/web-messaging/connection/offered-choices.ts'
import { readContent } from '../../../../../src/service/genesys/drivers/web-messaging/wire/content.ts'
import { toUpstreamError } from '../../../../../src/service/genesys/drivers/web-messaging/wire/frame-errors.ts'
import {
  readFrame,
  StructuredMessage,
} from '../../../../../src/service/genesys/drivers/web-messaging/wire/frames.ts'
import {
  readEvent,
  readMessage,
} from '../../../../../src/service/genesys/drivers/web-messaging/wire/read-message.ts'
import {
  configureSession,
  onMessage,
} from '../../../../../src/service/genesys/drivers/web-messaging/wire/requests.ts'

/**
 * Payloads that others have published. JV: the schema of the Java SDK (MyPureCloud/web-messaging-sdk-java 18.1.0,
 * `swagger.json`). KT: the mobile SDK (MyPureCloud/genesys-messenger-transport-mobile-sdk, 2.14.0 and 2.15.0-rc1). SC: the
 * third-party reference (Safricloud genesys-cloud-headless-webmessage-reference, `docs/guides`), which quotes Genesys' pages.
 */

const NOW_MS = Date.UTC(2026, 0, 1)
const message = (body: object) => readMessage(StructuredMessage.parse(body), NOW_MS)
const event = (body: object) => readEvent(StructuredMessage.parse({ type: 'Event', ...body }), NOW_MS)
const parts = (...content: object[]) => readContent(content).parts
const action = (fields: object) => parts({ contentType: 'Card', card: { title: 'C', actions: [fields] } })
const card = (...actions: object[]) => [{ type: 'card', title: 'C', actions }]

describe('a refusal', () => {
  /** JV `ErrorMessage`; according to SC, the Messenger reads the body's `errorCode` before the envelope's `code`. */
  test.each([
    [4006, 'session_ended'],
    [4011, 'text_too_long'],
    [4013, 'attributes_too_large'],
  ])('of class ErrorMessage with code 400 has the meaning of its errorCode %i', (errorCode, code) => {
    const body = { name: 'Error', message: 'refused', errorCode, errorMessage: 'refused' }
    const frame = readFrame(JSON.stringify({ type: 'response', class: 'ErrorMessage', code: 400, body }))
    if (frame.class !== 'error') throw new Error(frame.class)
    expect(frame.code).toBe(errorCode)
    expect(toUpstreamError(frame, 'message').code).toBe(code)
  })

  /** KT issue 347: a real log has 429 in both places, the fixtures 4029 in the body. */
  test('because of the rate limit is recognized by the envelope’s code', () => {
    const body = { retryAfter: 3, errorCode: 4029, errorMessage: 'Message rate too high for this session' }
    const frame = { type: 'response', class: 'TooManyRequestsErrorMessage', code: 429, body }
    expect(readFrame(JSON.stringify(frame))).toMatchObject({
      class: 'error',
      code: 429,
      retryAfterSeconds: 3,
    })
  })
})

describe('the text of a message', () => {
  test('is the title and subtitle of its list picker (JV ContentListPicker)', () => {
    const listPicker = {
      receivedMessage: {
        title: 'Choose a size',
        subtitle: 'One is enough',
        imageUrl: 'https://x.example/a.png',
      },
      replyMessage: { title: 'Thanks', subtitle: 'Your size' },
      sections: [{ title: 'Sizes', multipleSelection: false, items: [{ id: 's', title: 'Small' }] }],
    }
    const content = [{ contentType: 'ListPicker', listPicker }]
    expect(message({ id: 'a', type: 'Structured', direction: 'Outbound', content })).toMatchObject({
      text: 'Choose a size\nOne is enough',
      content: [{ type: 'list-picker', prompt: listPicker.receivedMessage, reply: listPicker.replyMessage }],
    })
  })

  test('is the title of its quick replies in version 2 (JV ContentQuickReplyV2)', () => {
    const quickReplyV2 = { title: 'Go on?', actions: [{ text: 'Yes', payload: 'y', summaryText: 'goes on' }] }
    const content = [{ contentType: 'QuickReplyV2', quickReplyV2 }]
    expect(message({ id: 'a', type: 'Structured', direction: 'Outbound', content })).toMatchObject({
      text: 'Go on?',
      content: [{ type: 'quick-reply', text: 'Yes', payload: 'y', summaryText: 'goes on' }],
    })
  })

  test('is kept even if its quick replies have a title', () => {
    const content = [{ contentType: 'QuickReplyV2', quickReplyV2: { title: 'Go on?', actions: [] } }]
    expect(message({ id: 'a', type: 'Structured', text: 'Well?', content })?.text).toBe('Well?')
  })
})

describe('a card', () => {
  /** KT `MessageExtensionTest`: `bUtToN`, `lInK`; a missing payload is allowed. */
  test.each([
    [
      { type: 'bUtToN', text: 'Buy', payload: 'buy' },
      card({ type: 'postback', text: 'Buy', payload: 'buy' }),
    ],
    [
      { type: 'lInK', text: 'Read', url: 'https://x.example/' },
      card({ type: 'link', text: 'Read', url: 'https://x.example/' }),
    ],
    [{ type: 'Button', text: 'Buy' }, card({ type: 'postback', text: 'Buy', payload: 'Buy' })],
    [{ type: 'Postback', text: 'Buy' }, card({ type: 'postback', text: 'Buy', payload: 'Buy' })],
    [
      { type: 'Link', text: 'Pasted', url: ' https://x.example/\n' },
      card({ type: 'link', text: 'Pasted', url: 'https://x.example/' }),
    ],
    [{ type: 'Link', text: 'Bad', url: 'javascript:alert(1)' }, card()],
    [{ type: 'Link', text: 'Bad', url: ' javascript:alert(1)' }, card()],
  ])('is read with its action %j converted or omitted', (fields, expected) => {
    expect(action(fields)).toEqual(expected)
  })

  /** developer.genesys.cloud, websocketapi#outbound-messages, quoted by SC: a default action without text. */
  test('can have a default action without text, and a video', () => {
    const documented = {
      title: '50% off Flights to Norway',
      description: 'Valid September to November only',
      image: 'https://www.samplesite.com/photo/1234.jpg',
      video: 'https://www.samplesite.com/video/1234.mp4',
      defaultAction: { type: 'Link', url: 'http://www.samplesite.com/flights/norway' },
      actions: [
        { type: 'Link', text: 'View Details', url: 'http://www.samplesite.com/flights/norway' },
        { type: 'Postback', text: 'Book Now', payload: 'I want it' },
      ],
    }
    expect(parts({ contentType: 'Card', card: documented })).toEqual([
      {
        type: 'card',
        title: '50% off Flights to Norway',
        description: 'Valid September to November only',
        imageUrl: 'https://www.samplesite.com/photo/1234.jpg',
        videoUrl: 'https://www.samplesite.com/video/1234.mp4',
        defaultAction: { type: 'link', url: 'http://www.samplesite.com/flights/norway' },
        actions: [
          { type: 'link', text: 'View Details', url: 'http://www.samplesite.com/flights/norway' },
          { type: 'postback', text: 'Book Now', payload: 'I want it' },
        ],
      },
    ])
  })

  test('is made from a generic template (JV ContentGeneric)', () => {
    const generic = { title: 'Old', components: [{ title: 'Go', actions: { textback: 'go' } }] }
    expect(parts({ contentType: 'GenericTemplate', generic })).toEqual([
      { type: 'card', title: 'Old', actions: [{ type: 'postback', text: 'Go', payload: 'go' }] },
    ])
  })
})

test('an attachment keeps its caption (JV ContentAttachment)', () => {
  const attachment = { id: 'f', mediaType: 'Image', url: 'https://x.example/a.png', text: 'A boat' }
  expect(parts({ contentType: 'Attachment', attachment })).toMatchObject([
    { type: 'attachment', text: 'A boat' },
  ])
})

test('rich links, locations and texts keep their type (JV)', () => {
  const richLink = {
    header: { type: 'Image', value: 'https://x.example/a.png' },
    text: 'Read on',
    url: 'https://x.example/',
    urlLabel: 'Here',
    footer: 'x.example',
  }
  const location = { text: 'Shop', address: 'Main St', url: 'https://x.example/', latitude: 1, longitude: 2 }
  expect(
    parts(
      { contentType: 'RichLink', richLink },
      { contentType: 'Location', location },
      { contentType: 'Text', text: { type: 'Text', body: 'Beside' } },
    ),
  ).toEqual([
    { type: 'rich-link', ...richLink, header: { type: 'image', value: 'https://x.example/a.png' } },
    { type: 'location', ...location },
    { type: 'text', text: 'Beside' },
  ])
})

describe('a form (JV ContentForm; its use in SC structured-messages.md)', () => {
  const form = {
    cannedResponseId: 'canned',
    receivedMessage: { title: 'Your details' },
    replyMessage: { title: 'Thank you' },
    introduction: { title: 'Intro', buttonText: 'Begin' },
    showSummary: true,
    formPages: [
      {
        title: 'You',
        subtitle: 'About you',
        pageComponents: [
          {
            formComponentType: 'Input',
            input: {
              id: 'mail',
              title: 'Mail',
              isRequired: true,
              isMultipleLine: false,
              keyboardType: 'Email',
              autoCompleteType: 'Email',
            },
          },
          { formComponentType: 'DatePicker', datePicker: { id: 'day', dateDisplayFormat: 'dayMonthYear' } },
          {
            formComponentType: 'WheelPicker',
            wheelPicker: { id: 'w', items: [{ id: '1', title: 'One', value: 'I' }] },
          },
          {
            formComponentType: 'ListPicker',
            listPicker: {
              id: 'l',
              sections: [{ title: 'S', multipleSelection: true, items: [{ id: 'a', title: 'A' }] }],
            },
          },
        ],
      },
    ],
  }

  test('is converted with its pages and fields', () => {
    const content = [{ contentType: 'Form', form }]
    expect(message({ id: 'f', type: 'Structured', direction: 'Outbound', content })).toMatchObject({
      text: 'Your details',
      content: [
        {
          type: 'form',
          cannedResponseId: 'canned',
          introduction: { title: 'Intro', buttonText: 'Begin' },
          showSummary: true,
          pages: [
            {
              title: 'You',
              subtitle: 'About you',
              fields: [
                {
                  type: 'input',
                  id: 'mail',
                  required: true,
                  multiline: false,
                  maxChars: 30,
                  inputMode: 'email',
                  autocomplete: 'email',
                },
                { type: 'date', id: 'day', dateFormat: 'day-month-year', availableTimes: [] },
                { type: 'wheel', id: 'w', items: [{ id: '1', title: 'One', value: 'I' }] },
                { type: 'list', id: 'l', sections: [{ items: [{ id: 'a', title: 'A' }] }] },
              ],
            },
          ],
        },
      ],
    })
  })

  test('is answered the way the Messenger answers it', () => {
    const answers = [{ id: 'mail', text: 'a@x.example', payload: 'a@x.example' }]
    const answer = { cannedResponseId: 'canned', answers, inReplyTo: 'f', text: 'Thank you' }
    const sent = onMessage({ form: answer, tracingId: 't' })
    expect(sent['message']).toEqual({
      type: 'Structured',
      text: 'Thank you',
      content: [
        {
          contentType: 'Form',
          form: {
            originatingMessageId: 'f',
            cannedResponseId: 'canned',
            response: [
              {
                id: 'mail',
                component: {
                  contentType: 'ButtonResponse',
                  buttonResponse: { type: 'Form', text: 'a@x.example', payload: 'a@x.example' },
                },
              },
            ],
          },
        },
      ],
      metadata: { tracingId: 't' },
    })
    expect(message({ id: 'r', direction: 'Inbound', ...(sent['message'] as object) })).toMatchObject({
      inReplyTo: 'f',
      content: [{ type: 'form-response', cannedResponseId: 'canned', answers }],
    })
  })
})

test('an answer to a list picker contains the picker’s reply text (SC: as the transport builds it)', () => {
  const list = { items: [{ text: 'Small', payload: 's' }], inReplyTo: 'l', text: 'Your size' }
  expect(onMessage({ list, tracingId: 't' })['message']).toEqual({
    type: 'Structured',
    text: 'Your size',
    content: [
      {
        contentType: 'ButtonResponse',
        buttonResponse: { type: 'ListPicker', text: 'Small', payload: 's', originatingMessageId: 'l' },
      },
    ],
    metadata: { parentMessageId: 'l', tracingId: 't' },
  })
})

test('an answer to a quick reply or a card refers to the id in the message’s body (KT)', () => {
  const content = [{ contentType: 'QuickReply', quickReply: { text: 'Yes', payload: 'y' } }]
  const body = {
    id: 'body',
    type: 'Structured',
    direction: 'Outbound',
    channel: { messageId: 'channel' },
    content,
  }
  const offered = new OfferedChoices()
  offered.note(message(body) as Message, StructuredMessage.parse(body))
  const quickReply = { text: 'Yes', payload: 'y', inReplyTo: 'channel' }
  const buttonResponse = { type: 'QuickReply', text: 'Yes', payload: 'y', originatingMessageId: 'body' }
  expect(onMessage(offered.complete({ quickReply, tracingId: 't' }))['message']).toMatchObject({
    content: [{ contentType: 'ButtonResponse', buttonResponse }],
  })
  expect(onMessage(offered.complete({ button: quickReply, tracingId: 't' }))['message']).toMatchObject({
    content: [{ buttonResponse: { ...buttonResponse, type: 'Button' } }],
  })
  const alone = { text: 'Yes', payload: 'y' }
  expect(JSON.stringify(onMessage({ quickReply: alone, tracingId: 't' }))).not.toContain('originating')
})

test('a picker’s replyTo is the id in the message’s body, not a different id in the channel (KT)', () => {
  const content = [{ contentType: 'DatePicker', datePicker: { title: 'When?', availableTimes: [] } }]
  const body = {
    id: 'body',
    type: 'Structured',
    direction: 'Outbound',
    channel: { messageId: 'channel' },
    content,
  }
  expect(message(body)).toMatchObject({ id: 'channel', content: [{ type: 'date-picker', replyTo: 'body' }] })
})

describe('when an event is read,', () => {
  /** KT 2.15.0-rc1, `core/MessagingClientImpl.kt`: inbound, with the names in `channel.from`. */
  test('a SignIn event names the person who has signed in', () => {
    const events = [{ eventType: 'Presence', presence: { type: 'SignIn' } }]
    const from = { firstName: 'Jane', lastName: 'Doe' }
    expect(event({ direction: 'Inbound', events, channel: { from } })).toEqual({
      type: 'sign-in',
      status: 'signed-in',
      firstName: 'Jane',
      lastName: 'Doe',
    })
  })

  /** JV EventPresence and EventPresenceType. */
  test.each([
    ['Authenticate', 'requested'],
    ['AuthenticateCancel', 'cancelled'],
    ['AuthenticateFailure', 'failed'],
  ])('a bot’s presence %s is read as the sign-in status %s', (type, status) => {
    const presence = { type, receivedMessage: { title: 'Please sign in' } }
    expect(event({ direction: 'Outbound', events: [{ eventType: 'Presence', presence }] })).toEqual({
      type: 'sign-in',
      status,
      prompt: { title: 'Please sign in' },
    })
  })

  /** JV EventCoBrowse and EventVideo. */
  test.each([
    [
      { eventType: 'CoBrowse', coBrowse: { type: 'Offering', sessionId: 's', sessionJoinToken: 't' } },
      { kind: 'co-browse', status: 'offered', sessionId: 's', sessionJoinToken: 't' },
    ],
    [
      { eventType: 'Video', video: { type: 'OfferingExpired', offeringId: 'o', jwt: 'j' } },
      { kind: 'video', status: 'expired', offeringId: 'o', jwt: 'j' },
    ],
  ])('%j is read as an offer', (wire, expected) => {
    expect(event({ direction: 'Outbound', events: [wire] })).toEqual({ type: 'offer', ...expected })
  })

  /** KT `ConnectionClosedEvent.reason`, JV `reasonCode`. */
  test.each(['reason', 'reasonCode'])('the reason for a ConnectionClosedEvent is read from %s', (field) => {
    const frame = {
      type: 'message',
      class: 'ConnectionClosedEvent',
      code: 200,
      body: { [field]: 'signedIn' },
    }
    expect(readFrame(JSON.stringify(frame))).toMatchObject({ body: { reason: 'signedIn' } })
  })
})

/** KT `shyrka/send/JourneyContext.kt`, 2.15.0-rc1: not for a signed-in guest. */
test('the journey is sent with an anonymous guest’s configuration, but not with a signed-in guest’s', () => {
  const journeyContext = { customer: { id: 'c', idType: 'cookie' } }
  expect(configureSession({ deploymentId: 'd', journeyContext })).toMatchObject({ journeyContext })
  expect(configureSession({ deploymentId: 'd', journeyContext, jwt: 'j' })).not.toHaveProperty(
    'journeyContext',
  )
})
