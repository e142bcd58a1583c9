import { randomBytes } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CompactEncrypt } from 'jose'
import { createSessionTokens, type SessionClaims } from '../../src/service/sessions/session-token.ts'

const NOW_MS = Date.parse('2026-11-21T10:00:00Z')
const key = randomBytes(32)
const settings = {
  deploymentId: 'd-1',
  guestApi: 'web-messaging' as const,
  remembered: 10,
  now: () => NOW_MS,
}
const tokens = createSessionTokens({ ...settings, keys: [key] })
const SITE = 'https://www.example.com'

const claims: SessionClaims = {
  sid: 'sid-1',
  purpose: 'guest-session',
  guestApi: 'web-messaging',
  deploymentId: 'd-1',
  origin: SITE,
  guest: { token: 'a-guest-token' },
  attributes: { values: { 'custom.page': '/' }, version: 1, removedKeys: [], delivered: false },
  generation: 0,
  issuedAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 60_000,
}

const refusal = async (token: string, origin: string | undefined = SITE, by = tokens) => {
  try {
    await by.open(token, origin)
  } catch (error) {
    const { name, code, message, facts } = error as {
      name: string
      code: string
      message: string
      facts: unknown
    }
    return JSON.stringify({ name, code, message, facts })
  }
  throw new Error('The token was taken.')
}
/** A token that is sealed with the key, with arbitrary claims. */
const sealed = (content: object, header: object = { sid: 'sid-1' }) =>
  new CompactEncrypt(new TextEncoder().encode(JSON.stringify(content)))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', ...header })
    .encrypt(key)

describe('a session token', () => {
  test('is opened with the claims that were sealed, and does not reveal them', async () => {
    const token = await tokens.seal(claims)
    expect(await tokens.open(token, SITE)).toEqual(claims)
    expect(await tokens.open(token, undefined)).toEqual(claims)
    for (const part of token.split('.')) {
      expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain('guest-token')
    }
  })

  test('keeps its first part when it is renewed, so that load balancers can hash that part', async () => {
    const first = await tokens.seal(claims)
    const renewed = await tokens.seal({ ...claims, expiresAtMs: NOW_MS + 90_000 })
    expect(renewed.split('.')[0]).toBe(first.split('.')[0])
    expect(renewed).not.toBe(first)
  })

  test('is opened even with an old key, but is sealed only with the newest one', async () => {
    const newKey = randomBytes(32)
    const rotated = createSessionTokens({ ...settings, keys: [newKey, key] })
    expect(await rotated.open(await tokens.seal(claims), SITE)).toEqual(claims)
    const renewed = await rotated.seal(claims)
    await refusal(renewed)
    expect(await createSessionTokens({ ...settings, keys: [newKey] }).open(renewed, SITE)).toEqual(claims)
  })

  test('is refused when it has expired, even if it was opened before', async () => {
    let nowMs = NOW_MS
    const aging = createSessionTokens({ ...settings, keys: [key], now: () => nowMs })
    const token = await aging.seal(claims)
    await aging.open(token, SITE)
    nowMs = claims.expiresAtMs
    await refusal(token, SITE, aging)
  })

  test('is refused with the same error, whatever is wrong with it', async () => {
    const good = await tokens.seal(claims)
    const stranger = createSessionTokens({ ...settings, keys: [randomBytes(32)] })
    const expected = await refusal('garbage')
    const wrong = [
      ['foreign', await stranger.seal(claims)],
      ['expired', await sealed({ ...claims, expiresAtMs: NOW_MS })],
      ['of another purpose', await sealed({ ...claims, purpose: 'something-else' })],
      ['of another deployment', await sealed({ ...claims, deploymentId: 'd-2' })],
      ['of another guest API', await sealed({ ...claims, guestApi: 'external-guests' })],
      ['with another sid in its header', await sealed(claims, { sid: 'sid-2' })],
      ['of the wrong shape', await sealed({ sid: 'sid-1' })],
      ['empty', ''],
      ['endless', good.padEnd(20_000, 'A')],
    ] as const
    for (const [what, token] of wrong) expect([what, await refusal(token)]).toEqual([what, expected])
    expect(await refusal(good, 'https://evil.example')).toBe(expected)
    const originless = await sealed({ ...claims, origin: undefined })
    expect(await refusal(originless)).toBe(expected)
  })

  test('is refused after any change to it', async () => {
    const good = await tokens.seal(claims)
    const expected = await refusal('garbage')
    const changed = fc.oneof(
      fc
        .tuple(fc.nat(good.length - 1), fc.integer({ min: 1, max: 63 }))
        .map(([at, by]) => flipped(good, at, by)),
      fc.nat(good.length - 1).map((length) => good.slice(0, length)),
      fc.string().map((tail) => `${good}.${tail}`),
      fc.string(),
    )
    await fc.assert(
      fc.asyncProperty(changed, async (token) => {
        fc.pre(!sameBytes(token, good))
        expect(await refusal(token)).toBe(expected)
      }),
      { numRuns: 300 },
    )
  })
})

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

function flipped(token: string, at: number, by: number): string {
  const place = ALPHABET.indexOf(token[at] ?? '')
  const other = place === -1 ? 'A' : (ALPHABET[(place + by) % 64] ?? 'A')
  return token.slice(0, at) + other + token.slice(at + 1)
}

/** The last character of a part may contain bits that belong to no byte: flipping only those changes nothing. */
function sameBytes(a: string, b: string): boolean {
  const decode = (token: string) =>
    token.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'))
  return (
    a.split('.').length === b.split('.').length && JSON.stringify(decode(a)) === JSON.stringify(decode(b))
  )
}
