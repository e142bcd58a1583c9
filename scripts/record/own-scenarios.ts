import type { Simulator } from '../../src/simulator/simulator.ts'
import { OPERATIONS } from './operations.ts'
import { onlyOpen, openAndSay, openAndSetAttributes, refusal, type Scenario } from './scenario.ts'

/** Scenarios that only one of the REST drivers has. */

export function externalGuestRefusals(): Scenario[] {
  const { send = '' } = OPERATIONS['external-guests']
  return [
    {
      name: 'send-unknown-guest',
      title: 'Genesys does not know the guest id in the path',
      outcome: 'upstream_refused',
      injectFaults: (genesys) => void genesys.injectFault(send, { status: 404 }),
      drive: openAndSay,
    },
  ]
}

export function guestIdentityScenarios(): Scenario[] {
  const { open, send = '' } = OPERATIONS['guest-identities']
  const said = (name: string, title: string, answer: ReturnType<typeof refusal>): Scenario => ({
    name,
    title,
    outcome: 'upstream_refused',
    injectFaults: (genesys) => void genesys.injectFault(send, answer),
    drive: openAndSay,
  })
  const named = (identityTokenName: 'guest_token' | 'guestToken'): Scenario => ({
    name: identityTokenName === 'guest_token' ? 'token-in-snake-case' : 'token-in-camel-case',
    title: `The identity's token is called ${identityTokenName} in the response`,
    outcome: 'ok',
    simulator: { restGuestApis: { identityTokenName } },
    drive: openAndSay,
  })
  return [
    named('guest_token'),
    named('guestToken'),
    said(
      'send-not-authenticated',
      "The guest's token is stale, or was issued for another purpose: User not authenticated",
      refusal(403, 'not.authorized', 'User not authenticated'),
    ),
    said(
      'send-access-denied',
      'The identity may not send here (purpose, guest id, flow, division): Access denied for guest identity',
      refusal(403, 'not.authorized', 'Access denied for guest identity'),
    ),
    said(
      'send-conversation-unknown',
      'The conversation id is missing or not valid',
      refusal(400, 'bad.request', 'The request could not be understood by the server.'),
    ),
    {
      name: 'open-without-token',
      title: 'The response that opens the session has no token under any of its names',
      outcome: 'upstream_bad_response',
      injectFaults: (genesys) =>
        void genesys.injectFault(open, { status: 201, body: { guestId: genesys.organizationId } }),
      drive: onlyOpen,
    },
  ]
}

export function externalUserScenarios(): Scenario[] {
  return [
    {
      name: 'with-attributes',
      title: 'The response also contains a guest id, with which attributes are written',
      outcome: 'ok',
      injectFaults: giveGuestId,
      drive: openAndSetAttributes,
    },
  ]
}

/** Adds a guest id to the response, which is documented without one. With a guest id, attributes can be written. */
export async function giveGuestId(genesys: Simulator): Promise<void> {
  const form = new URLSearchParams({ grant_type: 'client_credentials' })
  const basic = Buffer.from(`${genesys.clientId}:${genesys.clientSecret}`).toString('base64')
  const answer = await fetch(`${genesys.url}/oauth/token`, {
    method: 'POST',
    body: form,
    headers: { authorization: `Basic ${basic}` },
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  await fetch(`${genesys.url}/api/v2/external/users/messaging`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ orgId: genesys.organizationId, userId: 'placeholder' }),
  })
  const { guestId, token: externalUserToken } = genesys.restGuests[0]!
  genesys.injectFault(OPERATIONS['external-users'].open, {
    status: 200,
    body: { externalUserToken, guestId },
  })
}
