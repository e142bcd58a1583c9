import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  attributeSettingsProblems,
  createAttributePolicy,
  type AttributeSettings,
} from '../../src/service/sessions/attribute-policy.ts'
import { SessionError } from '../../src/service/errors/session-error.ts'

const settings: AttributeSettings = {
  open: ['custom.*', 'topic'],
  openAll: false,
  trusted: { 'custom.userId': 'sub', 'custom.membershipLevel': 'membership_level' },
  prefill: { name: 'custom.name', email: 'custom.email' },
}
const policy = createAttributePolicy(settings, ['custom.plan'])

const codeOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof SessionError) return error.code
    throw error
  }
  return 'none'
}

describe('a page', () => {
  test('may write open keys; numbers and booleans become strings, and null removes a key', () => {
    const before = { 'custom.a': '1', 'custom.b': '2' }
    expect(policy.change(before, { 'custom.a': null, 'custom.c': 3, 'custom.d': false, topic: 'x' })).toEqual(
      {
        'custom.b': '2',
        'custom.c': '3',
        'custom.d': 'false',
        topic: 'x',
      },
    )
  })

  test.each(['custom.userId', 'custom.membershipLevel', 'custom.isAuthenticated', 'custom.plan'])(
    'may not write %s, which is trusted even if an open pattern covers it',
    (key) => expect(codeOf(() => policy.change({}, { [key]: 'forged' }))).toBe('attribute_not_allowed'),
  )

  test.each([
    'vip',
    'Custom.x',
    'topic2',
    '__proto__',
    'constructor',
    'custom.\u0000',
    'custom. x',
    'custom.é',
  ])('may not write %j, which is not listed', (key) =>
    expect(codeOf(() => policy.change({}, Object.fromEntries([[key, 'x']])))).toBe('attribute_not_allowed'),
  )

  test('gets an error that lists every key that it may not set', () => {
    try {
      policy.change({}, { vip: '1', 'custom.userId': '2', 'custom.ok': '3' })
      throw new Error('was allowed')
    } catch (error) {
      expect((error as SessionError).facts.errors?.map(({ path }) => path)).toEqual([
        'attributes.vip',
        'attributes.custom.userId',
      ])
    }
  })

  test('never causes a trusted or unlisted key to change, whatever it sends', () => {
    const before = { 'custom.userId': 'u-1', vip: 'no' }
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null))
    const key = fc.oneof(
      fc.constantFrom('custom.userId', 'custom.isAuthenticated', 'vip', 'custom.x', 'topic', '__proto__'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.dictionary(key, value, { noNullPrototype: true }), (changes) => {
        let after: Readonly<Record<string, string>> = before
        try {
          after = policy.change(before, changes)
        } catch (error) {
          expect(error).toBeInstanceOf(SessionError)
        }
        expect(after['custom.userId']).toBe('u-1')
        expect(after['vip']).toBe('no')
        expect(after['custom.isAuthenticated']).toBeUndefined()
        for (const changed of Object.keys(after)) {
          if (!Object.hasOwn(before, changed)) expect(changed).toMatch(/^(custom\.|topic$)/)
        }
      }),
    )
  })
})

describe('all attributes together', () => {
  const key = 'custom.k'
  test.each([
    [2047, 'none'],
    [2048, 'none'],
    [2049, 'attributes_too_large'],
  ])('may total at most 2048 bytes: %i bytes gives the error %s', (bytes, code) => {
    expect(codeOf(() => policy.change({}, { [key]: 'x'.repeat(bytes - key.length) }))).toBe(code)
  })

  test('are counted in bytes of UTF-8, not in characters', () => {
    const euros = Math.floor((2048 - key.length) / 3)
    const rest = (2048 - key.length) % 3
    const exactly = '€'.repeat(euros) + 'x'.repeat(rest)
    expect(Buffer.byteLength(key + exactly)).toBe(2048)
    expect(codeOf(() => policy.change({}, { [key]: exactly }))).toBe('none')
    expect(codeOf(() => policy.change({}, { [key]: `${exactly}é`.slice(1) }))).toBe('none')
    expect(codeOf(() => policy.change({}, { [key]: `${exactly}é` }))).toBe('attributes_too_large')
    expect(codeOf(() => policy.change({ 'custom.other': '😀' }, { [key]: exactly }))).toBe(
      'attributes_too_large',
    )
  })
})

describe('the attribute policy', () => {
  test('replaces all trusted attributes with verified ones, and keeps the open attributes', () => {
    const before = { 'custom.userId': 'old', 'custom.plan': 'gold', 'custom.cart': '3' }
    expect(policy.trust(before, { 'custom.userId': 'new', 'custom.cart': 'not trusted' }, true)).toEqual({
      'custom.cart': '3',
      'custom.userId': 'new',
      'custom.isAuthenticated': 'true',
    })
    expect(policy.trust(before, {}, false)).toEqual({ 'custom.cart': '3', 'custom.isAuthenticated': 'false' })
  })

  test('writes a visitor’s details under their configured keys, and ignores details without a key', () => {
    expect(policy.prefill({}, { name: 'Jane', email: undefined, phone: '+1' })).toEqual({
      'custom.name': 'Jane',
    })
  })
})

describe('attribute settings', () => {
  test('are accepted if valid', () => expect(attributeSettingsProblems(settings)).toEqual([]))

  test.each([
    ['open everything without openAll', { ...settings, open: ['*'] }],
    ['have a * in the middle', { ...settings, open: ['cus*tom'] }],
    ['set isAuthenticated from a claim', { ...settings, trusted: { 'custom.isAuthenticated': 'x' } }],
    ['prefill a trusted key', { ...settings, prefill: { name: 'custom.userId' } }],
    ['prefill a detail that does not exist', { ...settings, prefill: { iban: 'custom.iban' } }],
  ])('are refused if they %s', (_what, wrong) => expect(attributeSettingsProblems(wrong)).toHaveLength(1))

  test('may open everything with openAll', () => {
    expect(attributeSettingsProblems({ ...settings, open: ['*'], openAll: true })).toEqual([])
  })
})
