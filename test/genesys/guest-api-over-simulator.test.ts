import { createAccessToken } from '../../src/service/genesys/oauth/access-token.ts'
import { createExternalGuests } from '../../src/service/genesys/drivers/rest/external-guests.ts'
import type { GuestApi } from '../../src/service/genesys/guest-api.ts'
import { createGuestIdentities } from '../../src/service/genesys/drivers/rest/guest-identities.ts'
import type { RestGuestOptions } from '../../src/service/genesys/drivers/rest/rest-driver-parts.ts'
import { createWebMessaging } from '../../src/service/genesys/drivers/web-messaging/web-messaging.ts'
import { createUpstreamClient } from '../../src/service/outgoing-http/upstream-client.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { describeGuestApiContract, type Harness } from './guest-api.contract.ts'

/** The drivers and the simulator were written independently; these tests run them against each other. */

const client = (name: string) => createUpstreamClient({ name, timeoutMs: 3000, random: () => 0 })

async function startWebMessaging(): Promise<Harness> {
  const genesys = await startSimulator({ agent: 'silent' })
  const [api, cdn, files] = [client('api'), client('cdn'), client('files')]
  const { deploymentId, messagingUrl, url } = genesys
  const common = { deploymentId, messagingUrl, apiUrl: url, cdnUrl: url }
  return {
    guestApi: createWebMessaging({ ...common, api, cdn, files, accessToken: undefined }),
    texts: () =>
      genesys.sessions.flatMap(({ token }) =>
        genesys.sawAttributes(token).atMessages.map(({ text }) => text),
      ),
    attributes: () => genesys.sawAttributes().now,
    get secrets() {
      return genesys.sessions.map(({ token }) => token)
    },
    stallNext: (operation) =>
      void genesys.injectFault(
        { received: operation === 'open' ? 'configureSession' : 'onMessage' },
        { swallow: true },
      ),
    async stop() {
      for (const made of [api, cdn, files]) made.close()
      await genesys.close()
    },
  }
}

describeGuestApiContract('web-messaging over the simulator', {
  start: startWebMessaging,
  bends: ['stallNext'],
  capabilities: ['messages', 'live-events', 'history', 'typing', 'attachments', 'attributes', 'end'],
})

const PATHS = {
  'external-guests': {
    open: '/conversations/messaging/external/guests',
    send: '/conversations/messaging/external/guests/*/messages',
  },
  'guest-identities': { open: '/guests/identities', send: '/guests/messages' },
}

async function startRest(
  name: keyof typeof PATHS,
  createDriver: (options: RestGuestOptions) => GuestApi,
): Promise<Harness> {
  const genesys: Simulator = await startSimulator({ agent: 'silent', restGuestApis: true })
  const [api, login] = [client('api'), client('login')]
  const { clientId, clientSecret, deploymentId, url } = genesys
  const accessToken = createAccessToken({ client: login, loginUrl: url, clientId, clientSecret })
  const pathOf = (operation: 'open' | 'send'): string => `POST /api/v2${PATHS[name][operation]}`
  const matchOf = (operation: 'open' | 'send' | 'attributes'): string =>
    operation === 'attributes' ? 'PUT /api/v2/webmessaging/guests/*/attributes' : pathOf(operation)
  return {
    guestApi: createDriver({ apiUrl: url, deploymentId, client: api, accessToken }),
    texts: () => genesys.restGuests.flatMap(({ messages }) => messages.map(({ text }) => text)),
    attributes: () => genesys.restGuests.at(-1)?.attributes ?? {},
    get secrets() {
      return [clientSecret, ...genesys.restGuests.map(({ token }) => token)]
    },
    refuseNext: (operation, status, retryAfter) => {
      const headers: Record<string, string> = retryAfter === undefined ? {} : { 'retry-after': retryAfter }
      genesys.injectFault(matchOf(operation), { status, headers, body: { code: 'not.authorized' } })
    },
    stallNext: (operation) => void genesys.injectFault(pathOf(operation), { swallow: true }),
    garbleNext: (operation) => void genesys.injectFault(pathOf(operation), { garbage: true }),
    expireAccessToken: () => genesys.expireOAuthTokens(),
    async stop() {
      for (const made of [api, login]) made.close()
      await genesys.close()
    },
  }
}

describeGuestApiContract('external-guests over the simulator', {
  start: () => startRest('external-guests', createExternalGuests),
  bends: ['refuseNext', 'stallNext', 'garbleNext', 'expireAccessToken'],
  capabilities: ['messages', 'attributes'],
})

describeGuestApiContract('guest-identities over the simulator', {
  start: () => startRest('guest-identities', createGuestIdentities),
  bends: ['refuseNext', 'stallNext', 'garbleNext', 'expireAccessToken'],
  capabilities: ['messages', 'attributes'],
})
