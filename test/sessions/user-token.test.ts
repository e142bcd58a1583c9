import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import { beforeEach, describe, expect, test } from '@jest/globals'
import { CompactSign, exportJWK, SignJWT, UnsecuredJWT } from 'jose'
import nock from 'nock'
import { attributesFromClaims, createUserTokenVerifier } from '../../src/service/sessions/user-token.ts'

const NOW_S = Math.floor(Date.now() / 1000)
const ISSUER = 'https://login.example.com'
const AUDIENCE = 'chat'
const JWKS_URL = 'https://login.example.com/jwks.json'

const rsa = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const ours = rsa()
const newer = rsa()
const strangers = rsa()

const jwk = async (key: KeyObject, kid: string) => ({
  ...(await exportJWK(key)),
  kid,
  alg: 'RS256',
  use: 'sig',
})
const settings = {
  jwksUrl: JWKS_URL,
  publicKeyPem: undefined,
  issuer: ISSUER,
  audience: AUDIENCE,
  algorithms: ['RS256'],
}

interface Making {
  key?: KeyObject | Uint8Array
  kid?: string
  alg?: string
  typ?: string
  claims?: Record<string, unknown>
}

const make = ({ key = ours.privateKey, kid = 'k1', alg = 'RS256', typ, claims = {} }: Making = {}) =>
  new SignJWT({ sub: 'user-1', iss: ISSUER, aud: AUDIENCE, iat: NOW_S, exp: NOW_S + 600, ...claims })
    .setProtectedHeader({ alg, kid, ...(typ !== undefined && { typ }) })
    .sign(key)

const jwks = () => nock('https://login.example.com').get('/jwks.json')

describe('a visitor’s token', () => {
  beforeEach(async () => {
    jwks().reply(200, { keys: [await jwk(ours.publicKey, 'k1')] })
  })

  test('identifies the visitor if it is valid', async () => {
    const verify = createUserTokenVerifier(settings)
    const visitor = await verify(await make({ claims: { membership_level: 'Gold' } }))
    expect(visitor).toMatchObject({ subject: 'user-1', claims: { membership_level: 'Gold' } })
  })

  const publicPem = ours.publicKey.export({ type: 'spki', format: 'pem' }).toString()
  test.each<[string, () => Promise<string> | string]>([
    [
      'alg none',
      () => new UnsecuredJWT({ sub: 'user-1', iss: ISSUER, aud: AUDIENCE, exp: NOW_S + 600 }).encode(),
    ],
    ['HS256 with the public key', () => make({ alg: 'HS256', key: Buffer.from(publicPem) })],
    ['an algorithm other than the pinned ones', () => make({ alg: 'RS512' })],
    ['a wrong issuer', () => make({ claims: { iss: 'https://evil.example' } })],
    ['a wrong audience', () => make({ claims: { aud: 'shop' } })],
    ['a validity that starts in the future', () => make({ claims: { nbf: NOW_S + 600 } })],
    ['an expiry in the past', () => make({ claims: { exp: NOW_S - 60 } })],
    ['no expiry', () => make({ claims: { exp: undefined } })],
    ['no subject', () => make({ claims: { sub: undefined } })],
    ['an empty subject', () => make({ claims: { sub: '' } })],
    ['the signature of another key', () => make({ key: strangers.privateKey })],
    ['an unknown key', () => make({ key: strangers.privateKey, kid: 'k9' })],
    ['more than 8 KB', () => make({ claims: { padding: randomBytes(8192).toString('hex') } })],
    ['the type of a logout token', () => make({ typ: 'logout+jwt' })],
    ['the type of an access token', () => make({ typ: 'at+jwt' })],
    ['the type of a proof of possession', () => make({ typ: 'dpop+jwt' })],
    ['an empty type', () => make({ typ: '' })],
    ['padding at its end', async () => `${await make()}==`],
    ['a line break at its end', async () => `${await make()}\n`],
    ['a space before its signature', async () => (await make()).replace(/\.(?=[^.]+$)/, '. ')],
    ['an invalid format', () => 'not.a.token'],
  ])('with %s is refused', async (_what, token) => {
    const verify = createUserTokenVerifier(settings)
    await expect(verify(await token())).rejects.toMatchObject({ code: 'user_token_invalid' })
  })

  test.each(['JWT', 'jwt', 'application/jwt'])('may have the type %s', async (typ) => {
    const verify = createUserTokenVerifier(settings)
    expect(await verify(await make({ typ }))).toMatchObject({ subject: 'user-1' })
  })

  test('can be verified with a key in the settings, without a request', async () => {
    nock.cleanAll()
    const verify = createUserTokenVerifier({ ...settings, jwksUrl: undefined, publicKeyPem: publicPem })
    expect(await verify(await make())).toMatchObject({ subject: 'user-1' })
    await expect(verify(await make({ key: strangers.privateKey }))).rejects.toMatchObject({
      code: 'user_token_invalid',
    })
  })

  test('with an expiry too large to represent as a number is refused', async () => {
    const payload = `{"sub":"user-1","iss":"${ISSUER}","aud":"${AUDIENCE}","iat":${NOW_S},"exp":1e999}`
    const token = await new CompactSign(new TextEncoder().encode(payload))
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(ours.privateKey)
    await expect(createUserTokenVerifier(settings)(token)).rejects.toMatchObject({
      code: 'user_token_invalid',
    })
  })
})

describe('a key set', () => {
  test('is requested once for any number of concurrent visitors', async () => {
    const keys = [await jwk(ours.publicKey, 'k1')]
    const scope = jwks().once().reply(200, { keys })
    const verify = createUserTokenVerifier(settings)
    const token = await make()
    await Promise.all(Array.from({ length: 20 }, () => verify(token)))
    expect(scope.isDone()).toBe(true)
  })

  test('is requested again, after a pause, when a key has been rotated', async () => {
    jwks().reply(200, { keys: [await jwk(ours.publicKey, 'k1')] })
    const both = [await jwk(ours.publicKey, 'k1'), await jwk(newer.publicKey, 'k2')]
    const verify = createUserTokenVerifier(settings)
    await verify(await make())
    jwks().reply(200, { keys: both })
    const rotated = await make({ key: newer.privateKey, kid: 'k2' })
    // During the pause, invalid tokens cause no further requests for the keys.
    await expect(verify(rotated)).rejects.toMatchObject({ code: 'user_token_invalid' })
    const realNow = Date.now
    try {
      Date.now = () => realNow() + 31_000
      expect(await verify(rotated)).toMatchObject({ subject: 'user-1' })
    } finally {
      Date.now = realNow
    }
  })

  test.each<[string, () => nock.Scope]>([
    ['unreachable', () => jwks().replyWithError({ code: 'ECONNREFUSED' })],
    ['served with HTTP 500', () => jwks().reply(500, 'oops')],
    ['too large', () => jwks().reply(200, { keys: [], padding: 'x'.repeat(300_000) })],
    ['not JSON', () => jwks().reply(200, '<html>')],
    ['without keys', () => jwks().reply(200, { keys: 'none' })],
    ['a redirect', () => jwks().reply(302, undefined, { location: 'https://evil.example/jwks.json' })],
  ])('that is %s verifies no visitor, and the error does not blame the token', async (_what, answer) => {
    answer()
    const verify = createUserTokenVerifier(settings)
    await expect(verify(await make())).rejects.toMatchObject({ code: 'trusted_attributes_unavailable' })
  })
})

describe('claims', () => {
  const claims = {
    sub: 'u',
    level: 3,
    vip: true,
    address: { country: 'IE' },
    'a.b': 'whole',
    list: [1],
    none: null,
  }

  test('that are strings, numbers or booleans become attributes, nested claims by their path', () => {
    const trusted = { id: 'sub', level: 'level', vip: 'vip', country: 'address.country', dotted: 'a.b' }
    expect(attributesFromClaims(claims, trusted)).toEqual({
      id: 'u',
      level: '3',
      vip: 'true',
      country: 'IE',
      dotted: 'whole',
    })
  })

  test('of other types, missing claims and inherited names do not become attributes', () => {
    const trusted = { a: 'list', b: 'none', c: 'address', d: 'missing', e: 'toString', f: 'constructor.name' }
    expect(attributesFromClaims(claims, trusted)).toEqual({})
  })
})
