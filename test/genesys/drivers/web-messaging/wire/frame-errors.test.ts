import { describe, expect, test } from '@jest/globals'
import {
  isAboutTyping,
  isEnd,
  toUpstreamError,
  type Purpose,
} from '../../../../../src/service/genesys/drivers/web-messaging/wire/frame-errors.ts'

/** Every code that is known on the socket, and the problem that it causes for a message. */
const CODES: [number, string, string][] = [
  [400, 'Request failed.', 'upstream_refused'],
  [401, 'User is unauthorized', 'session_ended'],
  [403, 'HTTP authorization error', 'upstream_refused'],
  [404, 'Not found', 'upstream_refused'],
  [408, 'Request timeout', 'delivery_unknown'],
  [409, 'Session is read-only, no new messages allowed', 'session_read_only'],
  [429, 'Message rate too high for this session', 'upstream_rate_limited'],
  [500, 'Internal server error', 'delivery_unknown'],
  [4000, 'Feature unavailable', 'attachment_refused'],
  [4001, 'File type invalid', 'attachment_refused'],
  [4002, 'File size invalid', 'attachment_too_large'],
  [4003, 'File content invalid', 'attachment_refused'],
  [4004, 'File name invalid', 'attachment_refused'],
  [4005, 'File name too long', 'attachment_refused'],
  [4006, 'Session has expired', 'session_ended'],
  [4007, 'Session not found', 'session_ended'],
  [4008, 'Attachment has expired', 'attachment_refused'],
  [4009, 'Attachment not found', 'attachment_refused'],
  [4010, 'Attachment not successfully uploaded', 'attachment_refused'],
  [4011, 'Message length 5000 is larger than 4096', 'text_too_long'],
  [4013, 'Custom Attributes in channel metadata is larger than 2048 bytes', 'attributes_too_large'],
  [4017, 'Cannot downgrade to unauthenticated', 'session_ended'],
  [4020, 'Missing parameter', 'upstream_refused'],
  [4029, 'Request rate too high', 'upstream_rate_limited'],
  [4102, 'File of size zero', 'attachment_refused'],
  [5000, 'Unexpected error', 'delivery_unknown'],
  [4999, 'Something new', 'upstream_refused'],
]

test.each(CODES)('code %i (%s) for a message is reported as %s', (code, text, expected) => {
  const error = toUpstreamError({ code, text }, 'message')
  expect(error.code).toBe(expected)
  expect(error.facts.status).toBe(code)
})

test.each(CODES)('the error for code %i (%s) contains no text from the platform', (code, text) => {
  const { message, facts } = toUpstreamError({ code, text: `${text} secret-words` }, 'message')
  expect(JSON.stringify({ message, facts })).not.toContain('secret-words')
})

describe('an error code whose meaning depends on the operation:', () => {
  test.each<[number, string, Purpose, string]>([
    [400, 'Deployment not found', 'configure', 'deployment_not_usable'],
    [400, 'Request failed.', 'configure', 'upstream_refused'],
    [403, 'Presence events Conversation Clear are not supported', 'end', 'end_not_enabled'],
    [403, 'Presence events Conversation Clear are not supported', 'message', 'end_not_enabled'],
    [403, 'Session authentication failed', 'configure', 'session_ended'],
    [403, 'Try to authenticate again', 'configure', 'session_ended'],
    [408, 'Request timeout', 'read', 'upstream_unavailable'],
    [503, 'Service unavailable', 'configure', 'upstream_unavailable'],
    [5000, 'Unexpected error', 'attachment', 'upstream_unavailable'],
  ])('code %i (%s) for the operation "%s" is reported as %s', (code, text, purpose, expected) => {
    expect(toUpstreamError({ code, text }, purpose).code).toBe(expected)
  })
})

test('the error for a rate limit states how long to wait, in whole seconds', () => {
  const error = toUpstreamError({ code: 429, retryAfterSeconds: 2.1 }, 'message')
  expect(error.facts.retryAfterSeconds).toBe(3)
})

test('the error for a rate limit states a wait of at most a day', () => {
  const error = toUpstreamError({ code: 429, retryAfterSeconds: 1e300 }, 'message')
  expect(error.facts.retryAfterSeconds).toBe(86_400)
})

test.each([403, 4000, 4001, 409])('code %i has a hint for operators', (code) => {
  expect(toUpstreamError({ code }, 'message').facts.hint).toMatch(/\w{5}/)
})

test('the hint for a refused session names the deployment only if Genesys does', () => {
  const blamed = (text: string) => toUpstreamError({ code: 400, text }, 'configure').facts.hint ?? ''
  expect(blamed('Deployment not found')).toContain('GENESYS_DEPLOYMENT_ID')
  expect(blamed('Request failed.')).not.toContain('DEPLOYMENT')
})

test('only the codes 401, 4006, 4007 and 4017 end a session', () => {
  expect(CODES.map(([code]) => code).filter(isEnd)).toEqual([401, 4006, 4007, 4017])
})

test('a refusal of typing is recognized by its text', () => {
  expect(isAboutTyping('Turn on the Feature Toggle or fix the configuration.')).toBe(true)
  expect(isAboutTyping('HTTP authorization error')).toBe(false)
})
