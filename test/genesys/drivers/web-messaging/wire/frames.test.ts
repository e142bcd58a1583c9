import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { readFrame } from '../../../../../src/service/genesys/drivers/web-messaging/wire/frames.ts'

const frame = (fields: object) => readFrame(JSON.stringify({ type: 'response', code: 200, ...fields }))

describe('when a frame is read,', () => {
  test('the shortest session response that Genesys publishes is accepted', () => {
    expect(frame({ class: 'SessionResponse', body: { connected: true, newSession: true } })).toMatchObject({
      class: 'SessionResponse',
      body: { connected: true, newSession: true },
    })
  })

  test('a rate limit is read with the frame’s code, not the errorCode, and with the seconds to wait', () => {
    const body = { retryAfter: 3, errorCode: 4029, errorMessage: 'Message rate too high for this session' }
    expect(frame({ class: 'TooManyRequestsErrorMessage', code: 429, body })).toEqual({
      class: 'error',
      code: 429,
      tracingId: undefined,
      text: 'Message rate too high for this session',
      retryAfterSeconds: 3,
    })
  })

  test('a frame whose body is text is recognized as an error by its code', () => {
    expect(frame({ class: 'string', code: 400, body: 'Deployment not found', tracingId: 't' })).toMatchObject(
      {
        class: 'error',
        code: 400,
        text: 'Deployment not found',
        tracingId: 't',
      },
    )
  })

  test.each([200, 400])(
    'a frame of class GenerateUrlError with code %i is recognized as a refused upload',
    (code) => {
      const body = { attachmentId: 'a', errorCode: 4001, errorMessage: 'File type' }
      expect(frame({ class: 'GenerateUrlError', code, body })).toMatchObject({
        class: 'GenerateUrlError',
        body: { errorCode: 4001 },
      })
    },
  )

  test.each(['ConnectionClosedEvent', 'LogoutEvent', 'SessionClearedEvent', 'SessionExpiredEvent'])(
    'a frame of class %s is accepted with an empty body or without a body',
    (name) => {
      expect(frame({ class: name, body: {} })).toMatchObject({ class: name })
      expect(frame({ class: name })).toMatchObject({ class: name })
    },
  )

  test('unknown fields, and optional fields that are null, are ignored', () => {
    const body = { connected: true, readOnly: null, allowedMedia: null, blockedExtensions: null, novelty: 1 }
    expect(frame({ class: 'SessionResponse', body, novelty: true })).toMatchObject({
      body: { connected: true },
    })
  })

  test('only frames of type "response" are responses; all others are pushed', () => {
    const message = { class: 'StructuredMessage', body: { id: 'm' } }
    expect(frame({ ...message, type: 'message' })).toMatchObject({ pushed: true })
    expect(frame({ ...message, type: 'response' })).toMatchObject({ pushed: false })
    expect(frame({ ...message, type: undefined })).toMatchObject({ pushed: true })
  })
})

describe('an unusable frame', () => {
  test.each([
    ['one that is not JSON', '{"class":', 'not a frame'],
    ['an empty one', '', 'not a frame'],
    ['an array', '[1]', 'not a frame'],
    ['one without a class', '{"type":"message"}', 'not a frame'],
    ['one of an unknown class', '{"class":"Novelty"}', 'unknown class'],
    ['one with the name of an inherited property as its class', '{"class":"constructor"}', 'unknown class'],
    ['one with an invalid body', '{"class":"JwtResponse","body":[]}', 'unreadable JwtResponse'],
  ])('such as %s is reported as unrecognized, with a reason', (_, text, reason) => {
    expect(readFrame(text)).toMatchObject({ class: 'unrecognized', reason })
  })
})

test('no input from Genesys makes the parser throw', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.json(),
        hostileFrame().map((json) => JSON.stringify(json)),
      ),
      (text) => {
        expect(typeof readFrame(text).class).toBe('string')
      },
    ),
    { numRuns: 500 },
  )
})

function hostileFrame() {
  return fc.record(
    {
      type: fc.constantFrom('message', 'response', 7),
      class: fc.constantFrom(
        'SessionResponse',
        'StructuredMessage',
        'PresignedUrlResponse',
        'string',
        '__proto__',
      ),
      code: fc.oneof(fc.integer(), fc.string()),
      tracingId: fc.anything(),
      body: fc.anything(),
    },
    { requiredKeys: [] },
  )
}
