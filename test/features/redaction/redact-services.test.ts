import { randomUUID } from 'node:crypto'
import { afterEach, expect, test } from '@jest/globals'
import { readConfig } from '../../../src/service/settings/read-config.ts'
import { ask, startTogether, type Answer, type Page, type Running } from '../../start-service.ts'

const CARD = '4111 1111 1111 1111'
const MASKED = '**** **** **** ****'

let running: Running | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

/** Everything that the simulated platform has received: paths, headers, bodies and frames. */
function atGenesys(): string {
  const { requests, frames, transcript } = running!.genesys
  return JSON.stringify([requests, frames, transcript()])
}

/** Its last digit has two code units. */
const IBAN = 'DE8937040044053201300𝟎'

/** The card number without spaces, in groups, or in the digits of another script. */
const NUMBER = /4\W?1\W?1\W?1\W?(1\W?){12}|٤/

const fieldsOf = (answer: { redacted: { field: string }[] }) => answer.redacted.map(({ field }) => field)

async function start(settings: Record<string, string> = {}): Promise<Page> {
  running = await startTogether({ settings: { REDACT: 'card,iban,email,phone', ...settings } })
  return running.openPage()
}

async function upload(page: Page, fileName: string): Promise<Answer> {
  const response = await fetch(`${running!.url}/attachments?fileName=${encodeURIComponent(fileName)}`, {
    method: 'POST',
    headers: { ...page.headers, 'content-type': 'image/png' },
    body: 'a picture',
  })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

test('a card number in any part of a message is masked for Genesys and reported in the response', async () => {
  const page = await start()
  for (const [body, fields] of [
    [{ text: 'mine: ٤١١١ ١١١١ ١١١١ ١١١١' }, ['text']],
    [{ quickReply: { text: 'Pay', payload: CARD } }, ['quickReply.payload']],
    [{ quickReply: { text: CARD, payload: 'pay' } }, ['quickReply.text']],
    [{ button: { text: CARD, payload: `pay ${CARD}` } }, ['button.text', 'button.payload']],
  ] as const) {
    const { status, body: sent } = await page.ask('POST', '/messages', body)
    expect(status).toBe(201)
    expect(fieldsOf(sent)).toEqual(fields)
  }
  const { body: sent } = await page.say(`it is ${CARD}.`)
  expect(sent).toMatchObject({
    text: `it is ${MASKED}.`,
    redacted: [{ kind: 'card', field: 'text', start: 6, end: 25 }],
  })
  expect(atGenesys()).not.toMatch(NUMBER)
  expect(running!.logLines.join('')).not.toMatch(NUMBER)
})

test('card numbers in answers to a form or a list are masked', async () => {
  const page = await start()
  const form = {
    cannedResponseId: randomUUID(),
    inReplyTo: 'the-form',
    text: `Paid with ${CARD}`,
    answers: [
      { id: 'a', text: 'fine', payload: 'fine' },
      { id: 'b', text: CARD, payload: CARD },
    ],
  }
  await page.ask('POST', '/messages', { form })
  await page.ask('POST', '/messages', {
    list: { inReplyTo: 'the-list', text: CARD, items: [{ text: CARD, payload: CARD }] },
  })
  expect(atGenesys()).toContain(MASKED)
  expect(atGenesys()).not.toMatch(NUMBER)
})

test('sensitive details, attributes and journey data are masked when a session is opened or resumed', async () => {
  const page = await start({ ATTRIBUTES_OPEN: 'custom.*' })
  const body = {
    name: `Jane ${CARD}`,
    email: 'jane@example.com',
    phone: '+49 30 1234567',
    attributes: { 'custom.card': CARD, 'custom.number': 4111111111111111, 'custom.mail': 'joe@example.com' },
    journeyContext: { customer: { id: CARD, idType: 'cookie' } },
  }
  for (const headers of [undefined, page.headers]) {
    const { body: answer } = await ask(
      running!.url,
      'POST',
      '/guest-session',
      body,
      headers ?? { origin: page.headers['origin']! },
    )
    expect(fieldsOf(answer).sort()).toEqual([
      'attributes.custom.card',
      'attributes.custom.mail',
      'attributes.custom.number',
      'journeyContext.customer.id',
      'name',
    ])
    if (headers) page.session = answer.session
  }
  await page.say('hello')
  expect(atGenesys()).not.toMatch(NUMBER)
  expect(atGenesys()).not.toContain('joe@example.com')
  // The page sent these in the fields for an e-mail address and a phone number, where they are not masked.
  expect(running!.genesys.transcript().at(-1)?.attributes).toMatchObject({
    'custom.email': 'jane@example.com',
    'custom.phone': '+49 30 1234567',
  })
})

test('an action map version that is a card number does not reach Genesys', async () => {
  const page = await start()
  const opened = await page.ask('POST', '/guest-session', {
    journeyContext: {
      customer: { id: 'a', idType: 'cookie' },
      triggeringAction: { id: 'b', actionMap: { id: 'c', version: 4111111111111111 } },
    },
  })
  expect(opened.status).toBe(200)
  expect(fieldsOf(opened.body)).toEqual(['journeyContext.triggeringAction.actionMap.version'])
  await page.say('hello')
  expect(atGenesys()).not.toMatch(NUMBER)
})

test('attributes are masked when they are changed, and a key that contains a card number is refused', async () => {
  const page = await start()
  const changed = await page.ask('PUT', '/guest-attributes', {
    attributes: { 'custom.card': CARD, 'custom.n': 5 },
  })
  expect(changed.body.attributes).toMatchObject({ 'custom.card': MASKED, 'custom.n': '5' })
  const refused = await page.ask('PUT', '/guest-attributes', {
    attributes: { 'custom.4111111111111111': 'x' },
  })
  expect(refused).toMatchObject({ status: 422, body: { code: 'attribute_not_allowed' } })
  expect(JSON.stringify(refused.body)).not.toMatch(NUMBER)
})

test('file names are masked, but keep their extensions', async () => {
  const page = await start()
  const { status, body } = await upload(page, 'card 4111-1111-1111-1111.png')
  expect(status).toBe(201)
  expect(body).toMatchObject({
    fileName: 'card xxxxxxxxxxxxxxxxxxx.png',
    redacted: [{ kind: 'card', field: 'fileName', start: 5, end: 24 }],
  })
  expect((await upload(page, 'jane@example.png')).body.fileName).toBe('xxxxxxxxxxxx.png')
  expect(atGenesys()).not.toMatch(NUMBER)
  expect(running!.logLines.join('')).not.toMatch(NUMBER)
})

test('an IBAN whose last digit has two code units is fully masked in a message and a file name', async () => {
  const page = await start()
  expect((await page.say(`to ${IBAN}`)).body.text).toBe(`to ${'*'.repeat(23)}`)
  const { status, body } = await upload(page, `${IBAN}.png`)
  expect(status).toBe(201)
  expect(body.fileName).toBe(`${'x'.repeat(23)}.png`)
})

test('a card number split across two messages never reaches Genesys in full, even if the guest retries', async () => {
  const page = await start()
  await page.say('4111 1111')
  const headers = { 'idempotency-key': randomUUID() }
  const first = await page.say('1111 1111', headers)
  expect(first.body).toMatchObject({
    text: '**** ****',
    redacted: [{ kind: 'card', field: 'text', start: 0, end: 9 }],
  })
  const repeated = await page.say('1111 1111', { ...headers, 'idempotency-retry': '1' })
  expect(repeated.body).toMatchObject({ id: first.body.id, redacted: first.body.redacted })
  expect(running!.genesys.transcript().map(({ text }) => text)).toEqual(['4111 1111', '**** ****'])
})

test('text that matches one of the operator’s patterns is masked and reported under the pattern’s name', async () => {
  const page = await start({ REDACT: '', REDACT_PATTERNS: '{"customer":"KD-\\\\d{6}"}' })
  expect((await page.say(`KD-123456 has ${CARD}`)).body).toMatchObject({
    text: `********* has ${CARD}`,
    redacted: [{ kind: 'customer', field: 'text', start: 0, end: 9 }],
  })
})

test('without redaction settings, text is sent unchanged', async () => {
  const page = await start({ REDACT: '' })
  const { body } = await page.say(CARD)
  expect(body.text).toBe(CARD)
  expect(body).not.toHaveProperty('redacted')
})

test.each([
  ['["a"]', 'must be an object with a pattern for each name'],
  ['{', 'must be JSON'],
  ['{"a":"("}', 'has a pattern that RE2 does not support'],
  ['{"a":"(x)\\\\1"}', 'has a pattern that RE2 does not support'],
  ['{"a":"(?=x)"}', 'has a pattern that RE2 does not support'],
  ['{"a":"((a{1,30}){1,30}){1,30}"}', 'REDACT_PATTERNS[0] has a pattern that RE2 does not support'],
  ['{"a":"(a{1,30}){1,30}"}', 'has a pattern that is too large, such as one with large repetition counts'],
  ['{"a":"x*"}', 'has a pattern that matches the empty string'],
  [
    '{"card":"x"}',
    'must have a name of lower-case letters, digits and dashes that is not one of the kinds in REDACT',
  ],
])('REDACT_PATTERNS=%s is refused at startup', (value, problem) => {
  expect(() =>
    readConfig({
      ALLOWED_ORIGINS: 'https://www.example.com',
      GENESYS_REGION: 'eu-west-1',
      GENESYS_DEPLOYMENT_ID: 'd',
      REDACT_PATTERNS: value,
    }),
  ).toThrow(problem)
})
