import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import nock from 'nock'
import { createExternalGuests } from '../../../../src/service/genesys/drivers/rest/external-guests.ts'
import type { UpstreamError } from '../../../../src/service/errors/upstream-error.ts'
import { describeGuestApiContract } from '../../guest-api.contract.ts'
import { API, RestGenesys, type RestDialect } from './rest-genesys.ts'
import { ALL_BENDS, startRestHarness } from './rest-harness.ts'
import { failure } from '../../../outgoing-http/failure.ts'

const dialect: RestDialect = {
  opened: (count) => ({ guestId: `guest-${count}`, accessToken: `guest-token-${count}` }),
  messageAuthorization: (count) => `Guest guest-token-${count}`,
}

describeGuestApiContract('external-guests', {
  start: () => startRestHarness(dialect, createExternalGuests),
  bends: ALL_BENDS,
  capabilities: ['messages', 'attributes'],
})

const soon = (): number => Date.now() + 5000
const anonymousGuest = { origin: undefined, attributes: {} }

describe('a driver for external-guests', () => {
  test('creates a guest with only a name and an email address', async () => {
    const genesys = new RestGenesys(dialect)
    const guestApi = createExternalGuests(genesys.options())
    await guestApi.open(
      { ...anonymousGuest, name: 'Jane', email: 'jane@example.com', attributes: { a: 'b' } },
      soon(),
    )
    const [call] = genesys.of('open')
    expect(call?.path).toBe('/api/v2/conversations/messaging/external/guests')
    expect(call?.headers['authorization']).toBe('Bearer oauth-token-1')
    expect(call?.body).toEqual({ name: 'Jane', email: 'jane@example.com' })
  })

  test("sends a quick reply as text to the guest's own path, with the authorization scheme Guest", async () => {
    const genesys = new RestGenesys(dialect)
    const guestApi = createExternalGuests(genesys.options())
    const { ref } = await guestApi.open(anonymousGuest, soon())
    const message = { quickReply: { text: 'Yes', payload: 'yes' }, tracingId: 't-1' }
    await guestApi.send!({ ref, origin: undefined }, message, soon())
    const [call] = genesys.of('send')
    expect(call?.path).toBe('/api/v2/conversations/messaging/external/guests/guest-1/messages')
    expect(call?.headers['authorization']).toBe('Guest guest-token-1')
    expect(call?.body).toEqual({ text: 'Yes', type: 'text' })
  })

  test('sends attributes in a PUT with the OAuth token, before the message that they belong to', async () => {
    const genesys = new RestGenesys(dialect)
    const guestApi = createExternalGuests(genesys.options())
    const { ref } = await guestApi.open(anonymousGuest, soon())
    const message = { text: 'Hi', tracingId: 't-1', attributes: { 'custom.plan': 'gold' } }
    await guestApi.send!({ ref, origin: undefined }, message, soon())
    expect(genesys.calls.map(({ operation }) => operation)).toEqual([
      'deployment',
      'open',
      'attributes',
      'send',
    ])
    const [call] = genesys.of('attributes')
    expect(call?.path).toBe('/api/v2/webmessaging/guests/guest-1/attributes')
    expect(call?.headers['authorization']).toBe('Bearer oauth-token-1')
    expect(call?.body).toEqual({ attributes: { 'custom.plan': 'gold' } })
  })

  test('sends a message even if its attributes are refused, and reports the refusal', async () => {
    const genesys = new RestGenesys(dialect)
    const refusals: UpstreamError[] = []
    const guestApi = createExternalGuests({
      ...genesys.options(),
      onAttributesRefused: (error) => refusals.push(error),
    })
    const { ref } = await guestApi.open(anonymousGuest, soon())
    genesys.bendNext('attributes', { status: 403, body: { code: 'missing.permissions' } })
    const message = { text: 'Hi', tracingId: 't-1', attributes: { 'custom.plan': 'gold' } }
    await guestApi.send!({ ref, origin: undefined }, message, soon())
    expect(genesys.of('send')).toHaveLength(1)
    expect(refusals[0]?.facts.hint).toMatch(/webmessaging:guest:write/)
  })

  test('refuses a file without sending a request', async () => {
    const genesys = new RestGenesys(dialect)
    const guestApi = createExternalGuests(genesys.options())
    const guest = { ref: { guestId: 'g', accessToken: 't' }, origin: undefined }
    const error = await failure(guestApi.send!(guest, { attachmentIds: ['a'], tracingId: 't' }, soon()))
    expect(error.code).toBe('attachment_refused')
    expect(genesys.calls).toEqual([])
  })
})

describe('a driver for external-guests', () => {
  const guest = { ref: { guestId: 'g-1', accessToken: 'guest-token' }, origin: undefined }

  test.each(['accessToken', 'guestToken', 'GuestToken'])(
    'accepts a guest whose token is in the field %s',
    async (name) => {
      const genesys = new RestGenesys({ ...dialect, opened: () => ({ guestId: 'g-1', [name]: 'tok' }) })
      const { ref } = await createExternalGuests(genesys.options()).open(anonymousGuest, soon())
      expect(ref).toEqual({ guestId: 'g-1', accessToken: 'tok' })
    },
  )

  test.each([
    [{ guestId: 'g-1' }],
    [{ guestId: 'g-1', identityToken: 'tok' }],
    [{ guestId: 'g-1', accessToken: 'a\r\nx: y' }],
    [{ guestId: 'g-1', accessToken: '' }],
    [{ guestId: '..', accessToken: 'tok' }],
    [{ guestId: '', accessToken: 'tok' }],
    [{ guestId: 7, accessToken: 'tok' }],
    [{ guestId: 'a\nb', accessToken: 'tok' }],
  ])('rejects the guest %j', async (answer) => {
    const genesys = new RestGenesys({ ...dialect, opened: () => answer })
    const error = await failure(createExternalGuests(genesys.options()).open(anonymousGuest, soon()))
    expect(error.code).toBe('upstream_bad_response')
  })

  test.each([
    [
      { id: 'm-1', time: '2026-11-24T10:00:00+01:00' },
      { id: 'm-1', time: '2026-11-24T09:00:00.000Z' },
    ],
    [
      { id: 7, time: 'yesterday' },
      { id: 't-1', time: '2026-01-01T00:00:00.000Z' },
    ],
    [undefined, { id: 't-1', time: '2026-01-01T00:00:00.000Z' }],
  ])('treats a message with the response %j as accepted', async (body, expected) => {
    const genesys = new RestGenesys(dialect)
    const now = (): number => Date.UTC(2026, 0, 1)
    const { client } = genesys.options()
    const guestApi = createExternalGuests({ ...genesys.options(), client, now })
    genesys.bendNext('send', { status: 202, body })
    expect(await guestApi.send!(guest, { text: 'Hi', tracingId: 't-1' }, soon())).toMatchObject(expected)
  })

  test.each(['<!doctype html><title>Sign in</title>', 'OK', [], 'null', 7])(
    'treats the delivery of a message with the response %j as unknown',
    async (body) => {
      const genesys = new RestGenesys(dialect)
      const guestApi = createExternalGuests(genesys.options())
      genesys.bendNext('send', { status: 200, body })
      const error = await failure(guestApi.send!(guest, { text: 'Hi', tracingId: 't-1' }, soon()))
      expect(error.code).toBe('delivery_unknown')
      expect(genesys.of('send')).toHaveLength(0)
    },
  )

  test.each([
    [400, { code: 'bad.request' }, /text/],
    [401, {}, /open a new guest session/],
    [403, { code: 'not.authorized' }, /stale/],
    [403, undefined, /Authorization: Guest/],
    [404, {}, /guest id/],
  ])('reports HTTP %i and %j as a refusal or ended session, and adds a hint', async (status, body, hint) => {
    const genesys = new RestGenesys(dialect)
    const guestApi = createExternalGuests(genesys.options())
    genesys.bendNext('send', { status, body, headers: { 'ININ-Correlation-Id': 'corr-1' } })
    const error = await failure(guestApi.send!(guest, { text: 'Hi', tracingId: 't-1' }, soon()))
    expect(error.code).toBe(status === 401 ? 'session_ended' : 'upstream_refused')
    expect(error.facts).toMatchObject({ status, correlationId: 'corr-1', hint: expect.stringMatching(hint) })
  })
})

test('a message is sent to the guest’s path on the API’s host or not at all, whatever the guest id is', async () => {
  const paths: string[] = []
  nock(API)
    .persist()
    .post(/.*/)
    .reply((path) => {
      paths.push(path)
      return [201, {}]
    })
  const genesys = new RestGenesys(dialect)
  const guestApi = createExternalGuests(genesys.options())
  const awkward = fc.constantFrom(
    '../..',
    '..',
    '.',
    '%2e%2e',
    '%2F',
    '@evil.example',
    'a\r\nb: c',
    '?',
    '#',
    '\\',
    '//x',
  )
  const anyId = fc.oneof(
    fc.string({ unit: 'binary' }),
    awkward,
    fc.tuple(awkward, fc.string()).map((parts) => parts.join('')),
  )
  await fc.assert(
    fc.asyncProperty(anyId, async (guestId) => {
      paths.length = 0
      const guest = { ref: { guestId, accessToken: 'tok' }, origin: undefined }
      try {
        await guestApi.send!(guest, { text: 'Hi', tracingId: 't' }, soon())
      } catch (error) {
        expect((error as UpstreamError).code).toBe('upstream_bad_response')
        expect(paths).toEqual([])
        return
      }
      const { pathname, search, hash, host } = new URL(paths[0]!, API)
      expect(host).toBe('api.mypurecloud.ie')
      expect(search + hash).toBe('')
      const segments = pathname.split('/')
      expect(segments).toHaveLength(9)
      expect(decodeURIComponent(segments[7]!)).toBe(guestId)
    }),
    { numRuns: 150 },
  )
}, 30_000)
