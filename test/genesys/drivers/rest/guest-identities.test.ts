import { describe, expect, test } from '@jest/globals'
import {
  createGuestIdentities,
  type GuestIdentitiesOptions,
} from '../../../../src/service/genesys/drivers/rest/guest-identities.ts'
import { failure } from '../../../outgoing-http/failure.ts'
import { describeGuestApiContract } from '../../guest-api.contract.ts'
import { ORGANIZATION_ID, RestGenesys, type RestDialect } from './rest-genesys.ts'
import { ALL_BENDS, startRestHarness } from './rest-harness.ts'

const dialect: RestDialect = {
  opened: (count) => ({
    guestId: `guest-${count}`,
    identityToken: `guest-token-${count}`,
    conversationId: `conversation-${count}`,
  }),
  messageAuthorization: (count) => `Bearer guest-token-${count}`,
}

describeGuestApiContract('guest-identities', {
  start: () => startRestHarness(dialect, createGuestIdentities),
  bends: ALL_BENDS,
  capabilities: ['messages', 'attributes'],
})

const soon = (): number => Date.now() + 5000
const anonymousGuest = { origin: undefined, attributes: {} }

function start(more: Partial<GuestIdentitiesOptions> = {}, opened = dialect.opened) {
  const genesys = new RestGenesys({ ...dialect, opened })
  return { genesys, guestApi: createGuestIdentities({ ...genesys.options(), ...more }) }
}

describe('a driver for guest-identities', () => {
  test('requests an identity with the purpose "chat" and the guest’s name, email address and attributes', async () => {
    const { genesys, guestApi } = start()
    const attributes = { 'custom.page': '/pricing' }
    const guest = { ...anonymousGuest, name: 'Jane', email: 'jane@example.com', attributes }
    const { attributesDelivered } = await guestApi.open(guest, soon())
    expect(attributesDelivered).toBe(true)
    const [call] = genesys.of('open')
    expect(call?.path).toBe('/api/v2/guests/identities')
    expect(call?.headers['authorization']).toBe('Bearer oauth-token-1')
    expect(call?.body).toEqual({ purpose: 'chat', name: 'Jane', email: 'jane@example.com', attributes })
  })

  test('sends a message with its conversation id and the guest’s bearer token', async () => {
    const { genesys, guestApi } = start({ organizationId: undefined })
    const { ref } = await guestApi.open(anonymousGuest, soon())
    await guestApi.send!({ ref, origin: undefined }, { text: 'Hi', tracingId: 't-1' }, soon())
    const [call] = genesys.of('send')
    expect(call?.path).toBe('/api/v2/guests/messages')
    expect(call?.headers['authorization']).toBe('Bearer guest-token-1')
    expect(call?.headers['x-genesys-cloud-id']).toBeUndefined()
    expect(call?.body).toEqual({ conversationId: 'conversation-1', text: 'Hi', type: 'text' })
  })

  test('sends the language, division, flow and organization if they are configured', async () => {
    const { genesys, guestApi } = start({ language: 'en-US', divisionId: 'div-1', flowId: 'flow-1' })
    const { ref } = await guestApi.open(anonymousGuest, soon())
    await guestApi.send!({ ref, origin: undefined }, { text: 'Hi', tracingId: 't-1' }, soon())
    const [call] = genesys.of('send')
    expect(call?.headers['x-genesys-cloud-id']).toBe(ORGANIZATION_ID)
    expect(call?.body).toEqual({
      conversationId: 'conversation-1',
      text: 'Hi',
      type: 'text',
      language: 'en-US',
      divisionId: 'div-1',
      to: { id: 'flow-1' },
    })
  })

  test("prefers the guest's own language to the configured one", async () => {
    const { genesys, guestApi } = start({ language: 'en-US' })
    const { ref } = await guestApi.open({ ...anonymousGuest, language: 'de-de' }, soon())
    await guestApi.send!({ ref, origin: undefined }, { text: 'Hi', tracingId: 't-1' }, soon())
    expect(genesys.of('send')[0]?.body['language']).toBe('de-de')
  })
})

describe('a driver for guest-identities', () => {
  test.each(['identityToken', 'guest_token', 'guestToken'])(
    'accepts a token in the field %s',
    async (name) => {
      const { guestApi } = start({}, () => ({ guestId: 'g-1', [name]: 'tok' }))
      expect((await guestApi.open(anonymousGuest, soon())).ref).toEqual({ guestId: 'g-1', token: 'tok' })
    },
  )

  test.each([
    [{ identityToken: 'tok' }],
    [{ guestId: 'g-1' }],
    [{ guestId: 'g-1', accessToken: 'tok' }],
    [{ guestId: 'g-1', identityToken: 'tok\n' }],
    [{ guestId: 'g-1', identityToken: 'tok', conversationId: 'a b' }],
    [{ guestId: 'g-1', identityToken: 'tok', conversationId: 7 }],
  ])('rejects the identity %j', async (answer) => {
    const { guestApi } = start({}, () => answer)
    expect((await failure(guestApi.open(anonymousGuest, soon()))).code).toBe('upstream_bad_response')
  })

  test.each([
    [400, {}, /conversation id/],
    [401, {}, /open a new guest session/],
    [
      403,
      { code: 'not.authorized' },
      /guest:chat.*purpose.*stale.*guest id.*GENESYS_FLOW_ID.*GENESYS_DIVISION_ID/s,
    ],
    [403, undefined, /proxy or gateway/],
    [404, {}, /GENESYS_API_URL/],
  ])('reports the correlation id and a hint for HTTP %i with the body %j', async (status, body, hint) => {
    const { genesys, guestApi } = start()
    genesys.bendNext('send', { status, body, headers: { 'x-request-id': 'req-1' } })
    const guest = { ref: { guestId: 'g-1', token: 'tok' }, origin: undefined }
    const error = await failure(guestApi.send!(guest, { text: 'Hi', tracingId: 't-1' }, soon()))
    expect(error.facts).toMatchObject({ status, correlationId: 'req-1', hint: expect.stringMatching(hint) })
  })

  test('reports a session that another driver opened as ended', async () => {
    const { guestApi } = start()
    const guest = { ref: { guestId: 'g-1', accessToken: 'tok' }, origin: undefined }
    const error = await failure(guestApi.send!(guest, { text: 'Hi', tracingId: 't-1' }, soon()))
    expect(error.code).toBe('session_ended')
  })
})
