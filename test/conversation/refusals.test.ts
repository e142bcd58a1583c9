import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { FaultMatch, FaultSpec } from '../../src/simulator/simulator.ts'
import { ask, startTogether, type Answer, type Page, type Running } from '../start-service.ts'

/** The response to the page for each known refusal on Genesys' guest socket, by code. */

let running: Running
let page: Page
beforeEach(async () => {
  running = await startTogether({
    settings: { UPSTREAM_TIMEOUT_MS: '900', PROBLEM_HINTS: 'on' },
    simulator: { limits: false },
  })
  page = await running.openPage()
})
afterEach(() => running.stop())

const textFrame = (code: number, text: string): FaultSpec => ({
  frame: { type: 'response', class: 'string', code, body: text },
})
const fileFrame = (errorCode: number, frameClass = 'GenerateUrlError'): FaultSpec => ({
  frame: { type: 'message', class: frameClass, code: 200, body: { errorCode, errorMessage: 'Refused' } },
})
const rateFrame = (errorCode: number): FaultSpec => ({
  frame: {
    type: 'response',
    class: 'TooManyRequestsErrorMessage',
    code: 429,
    body: { retryAfter: 3, errorCode, errorMessage: 'Message rate too high for this session' },
  },
})

const GUEST_ACTIONS = {
  writes: () => page.say('hello'),
  'opens a session': async () => (await running.openPage()).opened,
  'ends the conversation': () => page.ask('DELETE', '/guest-session'),
  'uploads a file': () => upload('photo.png'),
  'requests a file': () => page.ask('GET', '/attachments/some-id'),
  'deletes a file': () => page.ask('DELETE', '/attachments/some-id'),
} satisfies Record<string, () => Promise<Answer>>

function upload(fileName: string, bytes = 'bytes'): Promise<Answer> {
  const path = `/attachments?fileName=${encodeURIComponent(fileName)}`
  return ask(running.url, 'POST', path, bytes, { ...page.headers, 'content-type': 'image/png' })
}

const MESSAGE: FaultMatch = { received: 'onMessage' }
const CONFIGURE: FaultMatch = { received: 'configureSession' }
const FILE: FaultMatch = { received: 'onAttachment' }
const ADDRESS: FaultMatch = { received: 'getAttachment' }

test.each<[string, keyof typeof GUEST_ACTIONS, FaultMatch, FaultSpec, number, string]>([
  ['400 request failed', 'writes', MESSAGE, textFrame(400, 'Request failed.'), 502, 'upstream_refused'],
  [
    '400 deployment not found',
    'opens a session',
    CONFIGURE,
    textFrame(400, 'Deployment not found'),
    502,
    'deployment_not_usable',
  ],
  ['401 unauthorized', 'writes', MESSAGE, textFrame(401, 'User is unauthorized'), 410, 'session_ended'],
  [
    '403 not authorized',
    'writes',
    MESSAGE,
    textFrame(403, 'HTTP authorization error'),
    502,
    'upstream_refused',
  ],
  [
    '403 clear not supported',
    'ends the conversation',
    MESSAGE,
    textFrame(403, 'Presence events Conversation Clear are not supported'),
    409,
    'end_not_enabled',
  ],
  ['404 not found', 'writes', MESSAGE, textFrame(404, 'Not found'), 502, 'upstream_refused'],
  ['408 timed out', 'writes', MESSAGE, textFrame(408, 'Request timeout'), 504, 'delivery_unknown'],
  [
    '409 read-only',
    'writes',
    MESSAGE,
    textFrame(409, 'Session is read-only, no new messages allowed'),
    409,
    'session_read_only',
  ],
  ['429 rate limit', 'writes', MESSAGE, rateFrame(429), 429, 'upstream_rate_limited'],
  ['4000 feature unavailable', 'uploads a file', FILE, fileFrame(4000), 422, 'attachment_refused'],
  ['4001 file type', 'uploads a file', FILE, fileFrame(4001), 422, 'attachment_refused'],
  ['4002 file size', 'uploads a file', FILE, fileFrame(4002), 413, 'attachment_too_large'],
  [
    '4003 file content',
    'uploads a file',
    'UploadSuccessEvent',
    fileFrame(4003, 'UploadFailureEvent'),
    422,
    'attachment_refused',
  ],
  ['4004 file name', 'uploads a file', FILE, fileFrame(4004), 422, 'attachment_refused'],
  ['4005 file name too long', 'uploads a file', FILE, fileFrame(4005), 422, 'attachment_refused'],
  ['4006 session expired', 'writes', MESSAGE, textFrame(4006, 'Session has expired'), 410, 'session_ended'],
  ['4007 session not found', 'writes', MESSAGE, textFrame(4007, 'Session not found'), 410, 'session_ended'],
  [
    '4008 attachment expired',
    'requests a file',
    ADDRESS,
    textFrame(4008, 'Attachment has expired'),
    422,
    'attachment_refused',
  ],
  [
    '4009 attachment not found',
    'deletes a file',
    { received: 'deleteAttachment' },
    textFrame(4009, 'Attachment not found'),
    422,
    'attachment_refused',
  ],
  [
    '4010 not uploaded',
    'requests a file',
    ADDRESS,
    textFrame(4010, 'Attachment not uploaded'),
    422,
    'attachment_refused',
  ],
  [
    '4011 text too long',
    'writes',
    MESSAGE,
    textFrame(4011, 'Message length 5000 is larger than 4096'),
    413,
    'text_too_long',
  ],
  [
    '4013 attributes too large',
    'writes',
    MESSAGE,
    textFrame(4013, 'Custom Attributes in channel metadata is larger than 2048 bytes'),
    413,
    'attributes_too_large',
  ],
  [
    '4017 cannot downgrade',
    'writes',
    MESSAGE,
    textFrame(4017, 'Cannot downgrade to unauthenticated'),
    410,
    'session_ended',
  ],
  [
    '4020 missing parameter',
    'writes',
    MESSAGE,
    textFrame(4020, 'Missing parameter'),
    502,
    'upstream_refused',
  ],
  ['4029 request rate', 'writes', MESSAGE, rateFrame(4029), 429, 'upstream_rate_limited'],
  ['4102 empty file', 'uploads a file', FILE, fileFrame(4102), 422, 'attachment_refused'],
  ['5000 unexpected', 'writes', MESSAGE, textFrame(5000, 'Unexpected error'), 504, 'delivery_unknown'],
])(
  'the refusal “%s” (the guest %s) becomes the documented problem',
  async (_row, action, match, how, status, code) => {
    const fault = running.genesys.injectFault(match, how)
    const answer = await GUEST_ACTIONS[action]()
    expect(answer).toMatchObject({ status, body: { status, code } })
    expect(answer.headers.get('retry-after')).toBe(status === 429 ? '3' : null)
    expect(JSON.stringify(answer.body)).not.toMatch(/larger than \d|Unexpected error|Refused/)
    await fault.happened
  },
)

test.each(['', '  \n', '\u200b\u2060', '\ufeff \u200d', '\u202e\u00ad', '\u3164\u2800', '\u0000'])(
  'the invisible text %j is refused like an empty text',
  async (text) => {
    expect(await page.say(text)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(running.genesys.transcript()).toEqual([])
  },
)

test.each(['.', '👍', '\u200d👩\u200d💻', '‎שלום', '\u0600'])('the visible text %j is sent', async (text) => {
  expect(await page.say(text)).toMatchObject({ status: 201, body: { text } })
})

test('after a typing event is refused (“403 feature toggle”), no more are sent, but messages still are', async () => {
  const refusal = textFrame(403, 'Turn on the Feature Toggle or fix the configuration.')
  const fault = running.genesys.injectFault(MESSAGE, refusal)
  expect((await page.ask('POST', '/typing')).status).toBe(204)
  expect(await page.say('hello')).toMatchObject({ status: 201 })
  await fault.happened
  expect((await page.ask('POST', '/typing')).status).toBe(204)
  const typed = running.genesys.frames.filter(
    ({ direction, frame }) => direction === 'from-guest' && JSON.stringify(frame).includes('"Typing"'),
  )
  expect(typed).toHaveLength(1)
})
