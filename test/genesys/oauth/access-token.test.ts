import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import nock from 'nock'
import { createAccessToken, type AccessToken } from '../../../src/service/genesys/oauth/access-token.ts'
import { tokenLifetime } from '../../../src/service/genesys/oauth/token-lifetime.ts'
import {
  createUpstreamClient,
  type UpstreamClient,
} from '../../../src/service/outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../src/service/errors/upstream-error.ts'
import { failure } from '../../outgoing-http/failure.ts'

const LOGIN = 'https://login.mypurecloud.ie'
const SECRET = 'wZ9-very-secret'

let nowMs: number
let client: UpstreamClient
let accessToken: AccessToken
const monotonicNow = (): number => nowMs
const soon = (): number => nowMs + 5000

beforeEach(() => {
  nowMs = Date.UTC(2026, 10, 24)
  client = createUpstreamClient({ name: 'login', timeoutMs: 2000, monotonicNow, random: () => 0 })
  accessToken = make()
})
afterEach(() => client.close())

function make(more: Partial<Parameters<typeof createAccessToken>[0]> = {}): AccessToken {
  const credentials = { loginUrl: LOGIN, clientId: 'id', clientSecret: SECRET }
  return createAccessToken({ client, ...credentials, monotonicNow, random: () => 0, ...more })
}

/** Polls, without a timer, until the condition holds. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 5000; i++) {
    if (await holds()) return
    await new Promise((resolve) => setImmediate(resolve))
  }
  throw new Error('The condition was never met.')
}

function givesToken(token: string, more: object = { expires_in: 86399 }): nock.Scope {
  return nock(LOGIN)
    .post('/oauth/token')
    .reply(200, { access_token: token, token_type: 'bearer', ...more })
}

function refuses(status: number, body: object): nock.Scope {
  return nock(LOGIN).post('/oauth/token').reply(status, body)
}

const unauthorized = (): UpstreamError => new UpstreamError('upstream_auth_failed', 'no', { status: 401 })

describe('a token request', () => {
  test('uses HTTP Basic and a form, and is sent only when a token is needed', async () => {
    const scope = nock(LOGIN)
      .post('/oauth/token', 'grant_type=client_credentials')
      .basicAuth({ user: 'id', pass: SECRET })
      .reply(200, { access_token: 'one', token_type: 'bearer', expires_in: 86399 })
    expect(accessToken.state()).toEqual({ status: 'unused' })
    expect(scope.isDone()).toBe(false)
    await expect(accessToken.get(soon())).resolves.toBe('one')
    expect(accessToken.state()).toEqual({ status: 'valid' })
  })

  test('can contain the credentials in its form instead of a header', async () => {
    const form = `grant_type=client_credentials&client_id=id&client_secret=${SECRET}`
    nock(LOGIN, { badheaders: ['authorization'] })
      .post('/oauth/token', form)
      .reply(200, { access_token: 'one' })
    await expect(make({ style: 'form' }).get(soon())).resolves.toBe('one')
  })

  test('contains the configured scope', async () => {
    nock(LOGIN)
      .post('/oauth/token', 'grant_type=client_credentials&scope=messaging+admin')
      .reply(200, { access_token: 'one' })
    await expect(make({ scope: 'messaging admin' }).get(soon())).resolves.toBe('one')
  })

  test('uses the current secret', async () => {
    let clientSecret = 'first'
    const changing = make({ clientSecret: () => clientSecret })
    for (const pass of ['first', 'second']) {
      clientSecret = pass
      nock(LOGIN).post('/oauth/token').basicAuth({ user: 'id', pass }).reply(200, { access_token: pass })
      await expect(changing.get(soon())).resolves.toBe(pass)
      changing.invalidate(pass)
    }
  })

  test('is sent once for two hundred concurrent callers', async () => {
    givesToken('one')
    const tokens = await Promise.all(Array.from({ length: 200 }, () => accessToken.get(soon())))
    expect(new Set(tokens)).toEqual(new Set(['one']))
  })

  test('times out only for a caller whose deadline has passed, and continues for the others', async () => {
    nock(LOGIN).post('/oauth/token').delay(200).reply(200, { access_token: 'one' })
    const patient = accessToken.get(nowMs + 5000)
    const hasty = await failure(accessToken.get(nowMs + 20))
    expect(hasty.code).toBe('upstream_timeout')
    await expect(patient).resolves.toBe('one')
  })

  test('is sent again for the next caller after a transient failure', async () => {
    nock(LOGIN).post('/oauth/token').times(3).reply(503)
    expect((await failure(accessToken.get(soon()))).code).toBe('upstream_unavailable')
    expect(accessToken.state().status).toBe('failing')
    givesToken('one')
    await expect(accessToken.get(soon())).resolves.toBe('one')
  })

  test.each([
    [{}],
    [{ access_token: 7 }],
    [{ access_token: '' }],
    [{ access_token: 'a\r\nx: y' }],
    ['<html>'],
  ])('fails if its response is %j', async (body) => {
    nock(LOGIN).post('/oauth/token').reply(200, body)
    expect((await failure(accessToken.get(soon()))).code).toBe('upstream_bad_response')
  })
})

describe('a token renewal', () => {
  test('starts a minute before expiry, and the current token stays in use until a new one arrives', async () => {
    givesToken('one', { expires_in: 1800 })
    await accessToken.get(soon())
    let asked = 0
    nock(LOGIN)
      .post('/oauth/token')
      .reply(() => {
        asked++
        return [200, { access_token: 'two', expires_in: 1800 }]
      })
    nowMs += 1739_000
    await expect(accessToken.get(soon())).resolves.toBe('one')
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve))
    expect(asked).toBe(0)
    nowMs += 2000
    await expect(accessToken.get(soon())).resolves.toBe('one')
    await until(async () => (await accessToken.get(soon())) === 'two')
    expect(asked).toBe(1)
  })

  test('that fails leaves the current token in use and is retried after a pause', async () => {
    givesToken('one', { expires_in: 1800 })
    await accessToken.get(soon())
    nowMs += 1750_000
    nock(LOGIN).post('/oauth/token').reply(400, 'garbage')
    await expect(accessToken.get(soon())).resolves.toBe('one')
    await until(() => accessToken.state().status === 'refused')
    const second = givesToken('two')
    await expect(accessToken.get(soon())).resolves.toBe('one')
    expect(second.isDone()).toBe(false)
    nowMs += 60_001
    await expect(accessToken.get(soon())).resolves.toBe('two')
  })

  test.each([
    ['missing', {}, 60],
    ['zero', { expires_in: 0 }, 60],
    ['negative', { expires_in: -5 }, 60],
    ['a word', { expires_in: 'soon' }, 60],
    ['null', { expires_in: null }, 60],
    ['a number in a string', { expires_in: '1800' }, 1800],
    ['huge', { expires_in: 1e15 }, 172_800],
    ['short', { expires_in: 20 }, 20],
    ['a fraction', { expires_in: 0.5 }, 0.5],
  ])(
    'happens at the end of the token’s lifetime, and not halfway through, if expires_in is %s',
    async (_, more, seconds) => {
      givesToken('one', more)
      await accessToken.get(soon())
      nowMs += seconds * 490
      await expect(accessToken.get(soon())).resolves.toBe('one')
      nowMs += seconds * 510 + 1
      givesToken('two', more)
      await expect(accessToken.get(soon())).resolves.toBe('two')
    },
  )

  test('is due within two days and no later than the token’s expiry, whatever expires_in is', () => {
    const anything = fc.oneof(fc.anything(), fc.double(), fc.integer(), fc.integer().map(String))
    fc.assert(
      fc.property(anything, fc.double({ min: 0, max: 0.999, noNaN: true }), (expiresIn, random) => {
        const { renewAfterMs, expiresAfterMs } = tokenLifetime(expiresIn, () => random)
        expect(expiresAfterMs).toBeLessThanOrEqual(172_800_000)
        expect(renewAfterMs).toBeLessThan(expiresAfterMs + Number.MIN_VALUE)
        expect(renewAfterMs).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})

describe('when the API refuses a call,', () => {
  test('a 401 invalidates the token, and the call is repeated once with a fresh token', async () => {
    givesToken('one')
    givesToken('two')
    const seen: string[] = []
    const result = await accessToken.authorize((authorization) => {
      seen.push(authorization)
      return authorization === 'Bearer one' ? Promise.reject(unauthorized()) : Promise.resolve('done')
    }, soon())
    expect(result).toBe('done')
    expect(seen).toEqual(['Bearer one', 'Bearer two'])
  })

  test('a 401 that persists with a fresh token reaches the caller, and not every call requests a token', async () => {
    givesToken('one')
    givesToken('two')
    const call = (): Promise<never> => Promise.reject(unauthorized())
    for (let i = 0; i < 5; i++)
      expect((await failure(accessToken.authorize(call, soon()))).facts.status).toBe(401)
    nowMs += 10_001
    const third = givesToken('three')
    await failure(accessToken.authorize(call, soon()))
    expect(third.isDone()).toBe(true)
  })

  test('a 403 does not invalidate the token', async () => {
    givesToken('one')
    const call = (): Promise<never> =>
      Promise.reject(new UpstreamError('upstream_refused', 'no', { status: 403 }))
    await failure(accessToken.authorize(call, soon()))
    await expect(accessToken.get(soon())).resolves.toBe('one')
  })

  test('a 401 for an older token does not invalidate the current token', async () => {
    givesToken('one')
    await accessToken.get(soon())
    accessToken.invalidate('older')
    await expect(accessToken.get(soon())).resolves.toBe('one')
  })
})

describe('wrong credentials', () => {
  test.each([
    [400, { error: 'invalid_client', error_description: 'client not found: id' }, /client id is not known/],
    [401, { error: 'invalid_client', error_description: 'authentication failed' }, /secret is wrong/],
    [400, { error: 'unauthorized_client' }, /grant type/],
    [404, {}, /GENESYS_LOGIN_URL/],
    [403, '', /GENESYS_LOGIN_URL/],
  ])(
    'that are refused with HTTP %i and %j cause upstream_auth_failed, and the hint names the reason',
    async (status, body, hint) => {
      refuses(status, body as object)
      const error = await failure(accessToken.get(soon()))
      expect(error.code).toBe('upstream_auth_failed')
      expect(error.facts.hint).toMatch(hint)
      expect(accessToken.state()).toEqual({ status: 'refused', hint: error.facts.hint })
    },
  )

  test('are retried soon after the first refusal, then once a minute, and not for every call', async () => {
    for (const forMs of [2_001, 60_001]) {
      refuses(401, { error: 'invalid_client' })
      for (let i = 0; i < 10; i++)
        expect((await failure(accessToken.get(soon()))).code).toBe('upstream_auth_failed')
      nowMs += forMs
    }
    givesToken('one')
    await expect(accessToken.get(soon())).resolves.toBe('one')
    expect(accessToken.state()).toEqual({ status: 'valid' })
  })

  test('are no longer refused without a request once the secret has been replaced', async () => {
    let clientSecret = 'rotated away'
    const changing = make({ clientSecret: () => clientSecret })
    for (let count = 0; count < 2; count++) {
      refuses(401, { error: 'invalid_client' })
      await failure(changing.get(soon()))
      nowMs += 2_001
    }
    expect((await failure(changing.get(soon()))).code).toBe('upstream_auth_failed')
    clientSecret = 'current'
    nock(LOGIN)
      .post('/oauth/token')
      .basicAuth({ user: 'id', pass: 'current' })
      .reply(200, { access_token: 'one' })
    await expect(changing.get(soon())).resolves.toBe('one')
  })

  test.each([400, 401])(
    'are retried soon after one HTTP %i, and other replicas are informed only after two in a row',
    async (status) => {
      const remembered: number[] = []
      const refused = {
        recall: () => Promise.resolve(undefined),
        remember: (_credentials: string, { forMs }: { readonly forMs: number }) =>
          Promise.resolve(void remembered.push(forMs)),
      }
      const sharing = make({ refused })
      refuses(status, { error: 'invalid_client' })
      await failure(sharing.get(soon()))
      expect(remembered).toEqual([])
      nowMs += 2_001
      givesToken('one')
      await expect(sharing.get(soon())).resolves.toBe('one')

      sharing.invalidate('one')
      refuses(status, { error: 'invalid_client' })
      await failure(sharing.get(soon()))
      expect(remembered).toEqual([])
      nowMs += 2_001
      refuses(status, { error: 'invalid_client' })
      await failure(sharing.get(soon()))
      expect(remembered).toEqual([60_000])
    },
  )

  test('never appear in the error, even when the upstream echoes them', async () => {
    const echo = Buffer.from(`id:${SECRET}`).toString('base64')
    refuses(401, { error: SECRET, code: SECRET, error_description: `bad ${echo} ${SECRET}`, message: SECRET })
    const error = await failure(accessToken.get(soon()))
    const said = [
      error.message,
      error.stack,
      JSON.stringify(error.facts),
      JSON.stringify(accessToken.state()),
    ].join()
    expect(said).not.toContain(SECRET)
    expect(said).not.toContain(echo)
    expect(error.cause).toBeUndefined()
  })
})
