// The data that the attacker and the hostile platform send, all derived from the seed.
import fc from 'fast-check'

const CHUNK = 500

/** An endless sequence of values from an arbitrary, generated in batches. */
function* endless(arbitrary, seed) {
  for (let chunk = 0; ; chunk++) yield* fc.sample(arbitrary, { numRuns: CHUNK, seed: seed + chunk })
}

/** An endless sequence that repeats `numRuns` values, which are generated in advance. */
function* repeated(arbitrary, numRuns, seed) {
  const all = fc.sample(arbitrary, { numRuns, seed })
  for (;;) yield* all
}

const loneSurrogate = fc.constantFrom('\ud800', '\udfff', 'a\udc00b', '\ud83d')
const anyText = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 50 }) },
  loneSurrogate,
  fc.constantFrom(
    '',
    '__proto__',
    'constructor',
    'toString',
    '\u0000',
    '\r\n\r\n',
    ')'.repeat(8000),
    '['.repeat(5000),
    'x'.repeat(70_000),
  ),
)
const anyValue = fc.oneof(
  anyText,
  fc.constantFrom(null, true, false, 0, -0, -1, 1e308, 4_294_967_296, {}, [], [[]], { __proto__: null }),
  fc.double(),
  fc.jsonValue({ maxDepth: 3 }),
  fc.constant(JSON.parse('['.repeat(200) + ']'.repeat(200))),
)
/** One of these values in most cases, otherwise an arbitrary value. */
const spoilt = (...values) => fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...values) }, anyValue)

const structuredMessage = fc.record(
  {
    id: spoilt('message-1', 'message-2'),
    type: spoilt('Text', 'Structured', 'Event', 'Receipt'),
    direction: spoilt('Inbound', 'Outbound'),
    text: anyValue,
    channel: fc.oneof(
      anyValue,
      fc.record(
        {
          time: spoilt('2026-11-22T10:00:00.000Z', '+275760-09-13T00:00:00.001Z', '0000'),
          type: spoilt('Private'),
          messageId: anyValue,
          from: fc.oneof(
            anyValue,
            fc.record({ nickname: anyValue, image: anyValue, id: anyValue }, { requiredKeys: [] }),
          ),
        },
        { requiredKeys: [] },
      ),
    ),
    originatingEntity: spoilt('Human', 'Bot'),
    content: fc.oneof(
      anyValue,
      fc.array(
        fc.record(
          {
            contentType: spoilt(
              'Attachment',
              'QuickReply',
              'Card',
              'Carousel',
              'ButtonResponse',
              'Story',
              'ListPicker',
              'DatePicker',
            ),
            attachment: fc.oneof(
              anyValue,
              fc.record({
                id: anyValue,
                url: anyValue,
                mime: anyValue,
                filename: anyValue,
                fileSize: anyValue,
              }),
            ),
            quickReply: fc.oneof(
              anyValue,
              fc.record({ text: anyValue, payload: anyValue, image: anyValue, action: anyValue }),
            ),
            card: fc.oneof(
              anyValue,
              fc.record({
                title: anyValue,
                actions: fc.array(anyValue),
                image: anyValue,
                defaultAction: anyValue,
              }),
            ),
            carousel: fc.oneof(anyValue, fc.record({ cards: fc.array(anyValue) })),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 8 },
      ),
    ),
    events: fc.oneof(
      anyValue,
      fc.array(
        fc.record(
          { eventType: spoilt('Typing', 'Presence', 'Join'), typing: anyValue, presence: anyValue },
          { requiredKeys: [] },
        ),
      ),
    ),
    metadata: anyValue,
  },
  { requiredKeys: [] },
)

const frame = fc.record(
  {
    type: spoilt('message', 'response'),
    class: spoilt(
      'StructuredMessage',
      'SessionResponse',
      'SessionExpiredEvent',
      'SessionClearedEvent',
      'LogoutEvent',
      'JwtResponse',
      'PresignedUrlResponse',
      'UploadSuccessEvent',
      'UploadFailureEvent',
      'ConnectionClosedEvent',
      'TooManyRequestsErrorMessage',
      'GenerateUrlError',
      'string',
    ),
    code: spoilt(200, 400, 401, 403, 404, 413, 429, 500, 4000, 4001, 4006),
    body: fc.oneof({ weight: 4, arbitrary: structuredMessage }, anyValue),
    tracingId: anyValue,
  },
  { requiredKeys: [] },
)

const hostileFrame = fc.oneof(
  { weight: 900, arbitrary: frame.map((value) => ({ text: JSON.stringify(value) })) },
  { weight: 60, arbitrary: anyText.map((text) => ({ text })) },
  { weight: 30, arbitrary: frame.map((value) => ({ text: JSON.stringify(value).slice(0, -1) })) },
  { weight: 5, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => ({ binary: bytes })) },
  { weight: 2, arbitrary: fc.uint8Array({ minLength: 2, maxLength: 40 }).map((bytes) => ({ raw: bytes })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(1000, 1001, 1008, 1011, 4001, 4006, 4999).map((close) => ({ close })),
  },
)

const hostileAnswer = fc.record({
  status: fc.constantFrom(
    200,
    200,
    200,
    201,
    202,
    204,
    301,
    302,
    400,
    401,
    403,
    404,
    409,
    413,
    429,
    500,
    502,
    503,
    599,
  ),
  headers: fc.constantFrom(
    { 'content-type': 'application/json' },
    { 'content-type': 'text/html' },
    { 'content-type': 'application/json', location: 'http://127.0.0.1:9/' },
    { 'content-type': 'application/json', 'retry-after': '99999999999' },
    { 'content-type': 'application/json', 'retry-after': 'never' },
    { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    { 'content-type': 'application/json', 'x-many': 'y'.repeat(12_000) },
  ),
  bytes: fc.oneof(
    fc
      .record(
        {
          entities: fc.oneof(anyValue, fc.array(structuredMessage, { maxLength: 30 })),
          total: anyValue,
          pageNumber: anyValue,
          pageCount: anyValue,
        },
        { requiredKeys: [] },
      )
      .map(JSON.stringify),
    fc
      .record(
        {
          id: anyValue,
          time: anyValue,
          status: anyValue,
          conversationId: anyValue,
          message: anyValue,
          code: anyValue,
        },
        { requiredKeys: [] },
      )
      .map(JSON.stringify),
    anyValue.map((value) => JSON.stringify(value)),
    anyText,
  ),
  isCut: fc.boolean().chain((cut) => (cut ? fc.boolean() : fc.constant(false))),
})

/** These are generated in advance, because the process that generates them also serves honest guests. */
export const hostileFrames = (count, seed) => repeated(hostileFrame, count, seed)
export const hostileAnswers = (count, seed) => repeated(hostileAnswer, count, seed)

const METHODS = [
  'GET',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'HEAD',
  'TRACE',
  'PROPFIND',
  'get',
  'X'.repeat(300),
]
const headerText = fc.oneof(
  fc.string({
    unit: fc.integer({ min: 32, max: 255 }).map((code) => String.fromCharCode(code)),
    maxLength: 60,
  }),
  fc.constantFrom('', '0', '-1', '00', '1e9', 'true', 'a'.repeat(9000), '../../etc/passwd', '%00', "'; --"),
)
const choose = (...values) => fc.oneof({ weight: 2, arbitrary: fc.constantFrom(...values) }, headerText)

const HEADERS = {
  origin: choose(
    'https://www.example.com',
    'https://evil.example',
    'null',
    'https://www.example.com.evil.example',
  ),
  authorization: choose('TOKEN', 'TOKENx', 'Bearer ', 'Basic YTpi', 'Guest x'),
  'content-type': choose(
    'application/json',
    'application/json; charset=utf-16',
    'text/plain',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
  ),
  'transfer-encoding': fc.constantFrom('chunked', 'gzip, chunked', 'chunked, chunked', 'identity'),
  'content-encoding': choose('gzip', 'br', 'deflate'),
  expect: choose('100-continue', 'x'),
  upgrade: choose('websocket', 'h2c'),
  connection: choose('keep-alive', 'close', 'upgrade', 'authorization'),
  range: choose('bytes=0-1', 'bytes=9999999-', 'bytes=-0', 'bytes=1-0'),
  'if-none-match': choose('*', '"x"'),
  'if-modified-since': choose('Thu, 01 Jan 1970 00:00:00 GMT'),
  cookie: choose('__Host-guest-session=x', '__Host-guest-session=TOKEN; __Host-guest-session=TOKEN'),
  'last-event-id': choose('x', '0', '9'.repeat(400)),
  'idempotency-key': choose('key', 'k'.repeat(300)),
  'idempotency-after': choose('x', '2026-11-22T10:00:00.000Z'),
  'x-forwarded-for': choose('127.0.0.20', '1.2.3.4, 5.6.7.8', '[::1]:80'),
  'x-forwarded-host': choose('evil.example'),
  'x-request-id': choose('x', 'r'.repeat(500)),
  accept: choose('text/event-stream', 'application/json', '*/*'),
  'accept-encoding': choose('gzip', '*'),
  'x-http-method-override': choose('DELETE'),
  'access-control-request-method': choose('POST'),
  'sec-fetch-site': choose('cross-site', 'same-origin'),
  'content-length': choose('0', '00', '5', '99999999'),
}

const bodyValue = fc.oneof(
  fc.record(
    {
      text: anyValue,
      attributes: fc.oneof(
        anyValue,
        fc.dictionary(
          fc.oneof(anyText, fc.constantFrom('custom.plan', '__proto__', 'constructor')),
          anyValue,
          { maxKeys: 8 },
        ),
      ),
      name: anyValue,
      session: anyValue,
      replies: anyValue,
      content: anyValue,
      code: anyValue,
      redirectUri: anyValue,
      userToken: anyValue,
      attachmentIds: anyValue,
      __proto__: anyValue,
    },
    { requiredKeys: [] },
  ),
  anyValue,
)
const body = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 6, arbitrary: bodyValue.map((value) => Buffer.from(JSON.stringify(value) ?? '')) },
  {
    weight: 1,
    arbitrary: fc.constant(
      Buffer.from('{"__proto__":{"text":"x"},"constructor":{"prototype":1},"text":"y"}'),
    ),
  },
  { weight: 1, arbitrary: bodyValue.map((value) => Buffer.from((JSON.stringify(value) ?? '').slice(1))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('['.repeat(8000), '{"a":'.repeat(3000), `"${'x'.repeat(20_000)}"`, '\ufeff{}')
      .map((text) => Buffer.from(text)),
  },
)

const pathPart = fc.oneof(
  { weight: 8, arbitrary: fc.constant('') },
  headerText.map((text) => `/${encodeURIComponent(text.toWellFormed())}`),
  fc.constantFrom(
    '?',
    '?limit=-1',
    '?limit=1e9&before=x',
    '?fileName=a.png',
    '?fileName=%00',
    '?a[b][c]=d',
    '/../..',
    '//',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/%',
    '/%zz',
    '#x',
    '?%ff=%ff',
    ';x=y',
    '\\x',
  ),
)

/** A request to one of the routes, as raw bytes. `TOKEN` is replaced with a session's token. */
const hostileRequest = (routes) =>
  fc
    .record({
      route: fc.constantFrom(...routes),
      method: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, fc.constantFrom(...METHODS)),
      suffix: pathPart,
      hasSession: fc.integer({ min: 0, max: 9 }),
      headers: fc
        .record(HEADERS, { requiredKeys: [] })
        .chain((all) => fc.subarray(Object.entries(all), { maxLength: 5 })),
      body,
      declaredLength: fc.oneof({ weight: 12, arbitrary: fc.constant(0) }, fc.integer({ min: -3, max: 3 })),
      version: fc.oneof(
        { weight: 30, arbitrary: fc.constant('HTTP/1.1') },
        fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', ''),
      ),
      garble: fc.oneof(
        { weight: 15, arbitrary: fc.constant(undefined) },
        fc.uint8Array({ minLength: 1, maxLength: 12 }),
      ),
      garbleAt: fc.nat(400),
    })
    .map((it) => ({ method: it.method ?? it.route.method, bytes: (token) => requestBytes(it, token) }))

function requestBytes(
  { route, method, suffix, hasSession, headers, body, declaredLength, version, garble, garbleAt },
  token,
) {
  const all = [['host', '127.0.0.1']]
  if (hasSession > 0) all.push(['origin', 'https://www.example.com'], ['authorization', `Bearer ${token}`])
  if (body)
    all.push(
      ['content-type', 'application/json'],
      ['content-length', String(Math.max(0, body.length + declaredLength))],
    )
  const lines = [...all, ...headers]
    .map(([name, value]) => `${name}: ${value.replaceAll('TOKEN', () => token)}\r\n`)
    .join('')
  const head = Buffer.from(
    `${method ?? route.method} ${route.path}${suffix} ${version}\r\n${lines}\r\n`,
    'latin1',
  )
  const bytes = body ? Buffer.concat([head, body]) : head
  if (garble)
    bytes.set(garble.slice(0, Math.max(0, bytes.length - (garbleAt % bytes.length))), garbleAt % bytes.length)
  return bytes
}

export const hostileRequests = (routes, seed) => endless(hostileRequest(routes), seed)
