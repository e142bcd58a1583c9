import { afterEach, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../../src/service/settings/read-config.ts'
import { ask, SITE, startTogether, type Running } from '../../start-service.ts'

const FORM = {
  title: { en: 'Before we start', de: 'Bevor es losgeht' },
  fields: [
    { key: 'name', label: 'Your name', required: true },
    {
      key: 'custom.topic',
      label: { en: 'Topic' },
      choices: [
        { value: 'order', label: 'An order' },
        { value: 'other', label: 'Something else' },
      ],
    },
  ],
}

let running: Running | undefined
afterEach(async () => {
  await running?.stop()
  running = undefined
})

const preChat = async () => {
  const { body } = await ask(running!.url, 'GET', '/deployment', undefined, { origin: SITE })
  return (body as { preChat?: unknown }).preChat
}

test('GET /deployment contains preChat only if PRE_CHAT_FORM is set', async () => {
  running = await startTogether()
  expect(await preChat()).toBeUndefined()
  await running.stop()
  running = await startTogether({ settings: { PRE_CHAT_FORM: JSON.stringify(FORM) } })
  expect(await preChat()).toEqual(FORM)
})

describe('PRE_CHAT_FORM', () => {
  const BASE = { ALLOWED_ORIGINS: SITE, GENESYS_DEPLOYMENT_ID: 'one', GENESYS_REGION: 'mypurecloud.ie' }
  const read = (form: unknown, more: Record<string, string> = {}) =>
    readConfig({ ...BASE, ...more, PRE_CHAT_FORM: JSON.stringify(form) })
  const field = (more: object) => ({ fields: [{ key: 'name', label: 'Name', ...more }] })

  test.each([
    ['an empty object', {}, /must be an object with 1 to 10 fields/],
    ['a string', 'name', /must be an object with 1 to 10 fields, each with a key and a label$/m],
    ['no fields', { fields: [] }, /must be an object with 1 to 10 fields.*; see fields$/m],
    ['an unknown property', field({ color: 'red' }), /see fields\.0$/m],
    ['a label that is not a string', field({ label: 1 }), /see fields\.0\.label$/m],
    [
      'a key that pages cannot set',
      field({ key: 'level' }),
      /field 1 has a key that is not name, email, phone or one of ATTRIBUTES_OPEN/,
    ],
    [
      'the same key twice',
      { fields: [...FORM.fields, FORM.fields[0]] },
      /field 3 has the same key as another field/,
    ],
    [
      'required choices',
      { fields: [{ ...FORM.fields[1], required: true }] },
      /field 1 has choices, so it can be neither required/,
    ],
  ])('is refused with %s', (_what, form, says) => {
    expect(() => read(form)).toThrow(says)
  })

  test('is refused with a trusted key, and accepted with a key that ATTRIBUTES_OPEN lists exactly', () => {
    const form = field({ key: 'custom.level' })
    expect(() => read(form, { ATTRIBUTES_TRUSTED: 'custom.level=level', ...JWT })).toThrow(
      /field 1 has a key/,
    )
    expect(read(field({ key: 'topic' }), { ATTRIBUTES_OPEN: 'topic' }).preChatForm).toEqual(
      field({ key: 'topic' }),
    )
  })
})

const JWT = {
  USER_TOKEN_JWKS_URL: 'https://www.example.com/keys',
  USER_TOKEN_ISSUER: 'https://www.example.com',
  USER_TOKEN_AUDIENCE: 'chat',
}
