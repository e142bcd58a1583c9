import type { Config } from '../../src/service/settings/config.ts'
import { ALL_PERMISSIONS } from '../../src/simulator/settings.ts'
import { OPERATIONS, type Operations, type RestDriver } from './operations.ts'
import {
  externalGuestRefusals,
  externalUserScenarios,
  giveGuestId,
  guestIdentityScenarios,
} from './own-scenarios.ts'
import {
  everything,
  onlyOpen,
  openAndSay,
  openAndSetAttributes,
  rateLimited,
  tokenExpired,
  type Scenario,
} from './scenario.ts'

const DEPLOYMENT = 'GET /api/v2/messagecenter/deployments/*'
const ATTRIBUTES = 'PUT /api/v2/webmessaging/guests/*/attributes'

export function restScenarios(driver: RestDriver): Scenario[] {
  const operations = OPERATIONS[driver]
  return [
    ...happyPath(driver),
    ...deploymentRefusals(),
    ...openingRefusals(operations),
    ...attributeRefusals(driver),
    ...(operations.send === undefined ? [] : sendingRefusals(operations.send)),
    ...(driver === 'external-guests' ? externalGuestRefusals() : []),
    ...(driver === 'guest-identities' ? guestIdentityScenarios() : []),
    ...(driver === 'external-users' ? externalUserScenarios() : []),
  ]
}

function happyPath(driver: RestDriver): Scenario[] {
  if (driver === 'external-users') {
    const title = 'A signed-in visitor becomes an external user, and gets a token for the page'
    return [{ name: 'happy-path', title, outcome: 'ok', drive: onlyOpen }]
  }
  const title = 'A guest is created, sends a message, and gets attributes'
  return [{ name: 'happy-path', title, outcome: 'ok', drive: everything }]
}

function deploymentRefusals(): Scenario[] {
  const drive = onlyOpen
  return [
    {
      name: 'deployment-not-active',
      title: 'The deployment exists but is not active: no session is opened',
      outcome: 'deployment_not_usable',
      simulator: { deploymentStatus: 'Inactive' },
      drive,
    },
    {
      name: 'deployment-unknown',
      title: 'Genesys does not know the deployment',
      outcome: 'deployment_not_usable',
      configure: withUnknownDeployment,
      drive,
    },
    {
      name: 'deployment-missing-permission',
      title: 'The OAuth client may not read the deployment',
      outcome: 'upstream_refused',
      simulator: { permissions: without('messagecenter:deployment:read') },
      drive,
    },
    {
      name: 'deployment-rate-limited',
      title: 'The deployment is read too often; Genesys requests a wait of one minute',
      outcome: 'upstream_rate_limited',
      injectFaults: (genesys) => void genesys.injectFault(DEPLOYMENT, rateLimited()),
      drive,
    },
  ]
}

function openingRefusals({ open, permission }: Operations): Scenario[] {
  const refused = (name: string, title: string, status: number, outcome: string, times = 1): Scenario => ({
    name,
    title,
    outcome,
    injectFaults: (genesys) =>
      void genesys.injectFault(open, { ...(status === 429 ? rateLimited() : { status }), times }),
    drive: onlyOpen,
  })
  return [
    {
      name: 'access-token-expired',
      title: 'The OAuth token has expired early: a fresh one is requested, and the call is repeated',
      outcome: 'ok',
      injectFaults: (genesys) => void genesys.injectFault(open, tokenExpired()),
      drive: onlyOpen,
    },
    refused(
      'open-unauthorized',
      'Neither the OAuth token nor a fresh one is accepted',
      401,
      'upstream_auth_failed',
      2,
    ),
    refused('open-bad-request', "The guest's details are not accepted", 400, 'upstream_refused'),
    refused('open-unknown-operation', 'There is no such operation at this address', 404, 'upstream_refused'),
    refused('open-rate-limited', 'Guests are created too often', 429, 'upstream_rate_limited'),
    refused(
      'open-unavailable',
      'Genesys is unable to create a guest at the moment',
      503,
      'upstream_unavailable',
    ),
    ...(permission === undefined
      ? [
          refused(
            'open-forbidden',
            'The OAuth client belongs to another organization, or may not create users',
            403,
            'upstream_refused',
          ),
        ]
      : [missingPermission(permission)]),
  ]
}

function missingPermission(permission: string): Scenario {
  return {
    name: 'open-forbidden',
    title: `The OAuth client has no role with ${permission}`,
    outcome: 'upstream_refused',
    simulator: { permissions: without(permission) },
    drive: onlyOpen,
  }
}

function attributeRefusals(driver: RestDriver): Scenario[] {
  const scenarios: Scenario[] = [
    {
      name: 'attributes-forbidden',
      title: 'The OAuth client has no role with webmessaging:guest:write',
      outcome: 'upstream_refused',
      simulator: { permissions: without('webmessaging:guest:write') },
      drive: openAndSetAttributes,
    },
    {
      name: 'attributes-unknown-guest',
      title: 'Genesys does not know the guest whose attributes are written',
      outcome: 'upstream_refused',
      injectFaults: (genesys) => void genesys.injectFault(ATTRIBUTES, { status: 404 }),
      drive: openAndSetAttributes,
    },
    {
      name: 'attributes-rate-limited',
      title: 'Attributes are written too often',
      outcome: 'upstream_rate_limited',
      injectFaults: (genesys) => void genesys.injectFault(ATTRIBUTES, rateLimited()),
      drive: openAndSetAttributes,
    },
  ]
  if (driver !== 'external-users') return scenarios
  return scenarios.map(({ injectFaults, ...scenario }) => ({
    ...scenario,
    async injectFaults(genesys) {
      await giveGuestId(genesys)
      await injectFaults?.(genesys)
    },
  }))
}

function sendingRefusals(send: string): Scenario[] {
  return [
    {
      name: 'send-rate-limited',
      title: 'The guest sends too many messages in too short a time',
      outcome: 'upstream_rate_limited',
      injectFaults: (genesys) => void genesys.injectFault(send, rateLimited()),
      drive: openAndSay,
    },
    {
      name: 'send-unauthorized',
      title: "The guest's own token is no longer accepted",
      outcome: 'session_ended',
      injectFaults: (genesys) => void genesys.injectFault(send, tokenExpired()),
      drive: openAndSay,
    },
    {
      name: 'send-wrong-scheme',
      title: 'A 403 without a body: the Authorization header arrived with a different scheme, or without one',
      outcome: 'upstream_refused',
      injectFaults: (genesys) => void genesys.injectFault(send, { status: 403, body: '' }),
      drive: openAndSay,
    },
  ]
}

function without(permission: string): string[] {
  return ALL_PERMISSIONS.filter((one) => one !== permission)
}

const withUnknownDeployment = (config: Config): Config => ({
  ...config,
  genesys: { ...config.genesys, deploymentId: 'no-such-deployment' },
})
