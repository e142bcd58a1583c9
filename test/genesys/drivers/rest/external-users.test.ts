import { describe, expect, test } from '@jest/globals'
import { createExternalUsers } from '../../../../src/service/genesys/drivers/rest/external-users.ts'
import { failure } from '../../../outgoing-http/failure.ts'
import { describeGuestApiContract } from '../../guest-api.contract.ts'
import { ORGANIZATION_ID, RestGenesys, type RestDialect } from './rest-genesys.ts'
import { ALL_BENDS, startRestHarness } from './rest-harness.ts'

const dialect: RestDialect = {
  opened: (count) => ({ externalUserToken: `guest-token-${count}`, guestId: `guest-${count}` }),
  messageAuthorization: () => 'there are no messages',
}

describeGuestApiContract('external-users', {
  start: () =>
    startRestHarness(dialect, (options) =>
      createExternalUsers({ ...options, organizationId: ORGANIZATION_ID }),
    ),
  bends: ALL_BENDS,
  capabilities: ['attributes'],
  openWith: { userId: 'user-12345' },
})

const soon = (): number => Date.now() + 5000
const jane = { origin: undefined, attributes: { 'custom.plan': 'gold' }, userId: 'user-12345', name: 'Jane' }

function start(opened = dialect.opened) {
  const genesys = new RestGenesys({ ...dialect, opened })
  return { genesys, guestApi: createExternalUsers({ ...genesys.options(), organizationId: ORGANIZATION_ID }) }
}

describe('a driver for external-users', () => {
  test('requests a token for a verified user of the organization', async () => {
    const { genesys, guestApi } = start()
    const { externalUserToken, attributesDelivered } = await guestApi.open(jane, soon())
    expect({ externalUserToken, attributesDelivered }).toEqual({
      externalUserToken: 'guest-token-1',
      attributesDelivered: true,
    })
    const [call] = genesys.of('open')
    expect(call?.path).toBe('/api/v2/external/users/messaging')
    expect(call?.headers).toMatchObject({ authorization: 'Bearer oauth-token-1', accept: 'application/json' })
    expect(call?.body).toEqual({
      orgId: ORGANIZATION_ID,
      userId: 'user-12345',
      attributes: { name: 'Jane', 'custom.plan': 'gold' },
    })
  })

  test('gives a returning page the same token as before', async () => {
    const { guestApi } = start()
    const { ref } = await guestApi.open(jane, soon())
    const again = await guestApi.resume({ ref, origin: undefined }, soon())
    expect(again).toMatchObject({ state: 'resumed', externalUserToken: 'guest-token-1' })
  })

  test('requires a verified user id, and the hint names the setting that provides one', async () => {
    const { genesys, guestApi } = start()
    const error = await failure(guestApi.open({ origin: undefined, attributes: {} }, soon()))
    expect(error.code).toBe('user_token_invalid')
    expect(error.facts.hint).toMatch(/USER_TOKEN_JWKS_URL/)
    expect(genesys.calls).toEqual([])
  })

  test('cannot change a user’s attributes if Genesys has returned no id for the user', async () => {
    const { guestApi } = start(() => ({ externalUserToken: 'tok' }))
    const { ref } = await guestApi.open(jane, soon())
    expect(ref).toEqual({ externalUserToken: 'tok' })
    const error = await failure(guestApi.setAttributes!({ ref, origin: undefined }, { a: 'b' }, soon()))
    expect(error.facts.hint).toMatch(/guestId/)
  })

  test.each([
    [{}],
    [{ externalUserToken: '' }],
    [{ externalUserToken: 7 }],
    [{ externalUserToken: 't', guestId: '..' }],
  ])('rejects the response %j', async (answer) => {
    const { guestApi } = start(() => answer)
    expect((await failure(guestApi.open(jane, soon()))).code).toBe('upstream_bad_response')
  })
})
