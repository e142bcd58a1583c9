import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createRequire } from 'node:module'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'
import { enumerationErrors } from './sdk-enumerations.ts'
import { typeErrors } from './sdk-types.ts'
import { SHOWCASE } from '../../src/simulator/agent/showcase.ts'

/** The part of Genesys' own client that is used here; it is CommonJS. */
interface OfficialClient {
  ApiClient: {
    instance: {
      setGateway(gateway: { host: string; protocol: string; port: number }): void
      setReturnExtendedResponses(on: boolean): void
      loginClientCredentialsGrant(id: string, secret: string): Promise<{ accessToken: string }>
      setAccessToken(token: string): void
    }
  }
  WebDeploymentsApi: new () => Operations
  WebMessagingApi: new () => Operations
  ConversationsApi: new () => Operations
}

type Operations = Record<string, (...args: unknown[]) => Promise<Extended>>

interface Extended {
  status: number
  headers: Record<string, string>
  body: Record<string, unknown> | undefined
}

let simulator: Simulator
let guest: GuestClient
let genesys: OfficialClient
let accessToken: string

beforeAll(async () => {
  simulator = await startSimulator({ agent: 'silent' })
  guest = await connect(simulator)
  genesys = createRequire(import.meta.url)('purecloud-platform-client-v2') as OfficialClient
  const client = genesys.ApiClient.instance
  client.setGateway({ host: '127.0.0.1', protocol: 'http', port: simulator.port })
  client.setReturnExtendedResponses(true)
  accessToken = (await client.loginClientCredentialsGrant(simulator.clientId, simulator.clientSecret))
    .accessToken
})
afterAll(() => simulator.close())

/** The response that Genesys' client gets from an operation, as the OAuth client or with a guest's JWT. */
async function call(
  api: 'WebDeploymentsApi' | 'WebMessagingApi' | 'ConversationsApi',
  operation: string,
  args: unknown[],
  token = accessToken,
): Promise<Extended> {
  genesys.ApiClient.instance.setAccessToken(token)
  const operations = new genesys[api]()
  return operations[operation]!.bind(operations)(...args)
}

test("Genesys' own client gets a token and reads the rate limit", async () => {
  expect(accessToken).toMatch(/^[\w-]{20,}$/)
  const { status, headers } = await call('WebDeploymentsApi', 'getWebdeploymentsDeployment', [
    simulator.deploymentId,
  ])
  expect(status).toBe(200)
  expect(headers['inin-ratelimit-allowed']).toBe('300')
})

test("Genesys' own client reads an error with status and correlation id", async () => {
  const refusal = await call('WebDeploymentsApi', 'getWebdeploymentsDeployment', ['nothing']).then(
    () => undefined,
    (err: unknown) => err as Extended,
  )
  expect(refusal).toMatchObject({ status: 404, body: { code: 'not.found' } })
  expect(refusal?.headers['inin-correlation-id']).toBe(refusal?.body?.contextId)
  expect(typeErrors({ error: { type: 'ErrorBody', body: refusal?.body } })).toEqual([])
}, 60_000)

test("the bodies that REST operations send to Genesys' own client match its types", async () => {
  await guest.configure()
  const { body: message } = await guest.say('Hello')
  simulator.agentSays({
    text: 'A card',
    card: { title: 'Card', actions: [{ type: 'Postback', text: 'Go' }] },
  })
  simulator.agentSays({ text: 'A file', file: { name: 'a.txt', mediaType: 'text/plain', bytes: 'a' } })
  simulator.agentSays({ text: 'Which?', quickReplies: ['One', 'Two'] })
  // The others contain content from other channels, which the history's enumeration does not list.
  const showcase = SHOWCASE.filter(({ when }) => !['link', 'place', 'text'].includes(when[0]!)).flatMap(
    ({ do: [step] }) => (step ? [step.send] : []),
  )
  for (const send of showcase) simulator.botSays(send)
  guest.send('getJwt')
  const { body: jwtBody } = await guest.next(isJwt)
  const deployments = (operation: string, ...args: unknown[]) => call('WebDeploymentsApi', operation, args)
  const conversations = (operation: string, ...args: unknown[]) => call('ConversationsApi', operation, args)

  const { body: details } = await conversations('getConversationsMessageDetails', message.id)
  const conversationId = details?.conversationId as string
  const { body: conversation } = await conversations('getConversationsMessage', conversationId)
  const [customer] = conversation?.participants as { id: string }[]
  const attributes = { attributes: { plan: 'gold' } }
  const exchange = {
    deploymentId: simulator.deploymentId,
    journeyContext: { customer: { id: 'c1', idType: 'cookie' } },
    oauth: { code: simulator.authorizationCode('ada'), redirectUri: 'https://www.example.com' },
  }
  const { body: tokens } = await deployments('postWebdeploymentsTokenOauthcodegrantjwtexchange', exchange)
  const { body: configurations } = await deployments('getWebdeploymentsConfigurations')
  const [configuration] = configurations?.entities as { id: string; version: string }[]

  const bodies = {
    exchange: { type: 'WebDeploymentsOAuthExchangeRequest', body: exchange },
    tokens: { type: 'WebDeploymentsAuthorizationResponse', body: tokens },
    refreshed: {
      type: 'SignedData',
      body: (
        await deployments('postWebdeploymentsTokenRefresh', { body: { refreshToken: tokens?.refreshToken } })
      ).body,
    },
    deployments: {
      type: 'ExpandableWebDeploymentEntityListing',
      body: (await deployments('getWebdeploymentsDeployments')).body,
    },
    deployment: {
      type: 'WebDeployment',
      body: (await deployments('getWebdeploymentsDeployment', simulator.deploymentId)).body,
    },
    active: {
      type: 'WebDeploymentActiveConfigurationOnDeployment',
      body: (await deployments('getWebdeploymentsDeploymentConfigurations', simulator.deploymentId)).body,
    },
    configurations: { type: 'WebDeploymentConfigurationVersionEntityListing', body: configurations },
    versions: {
      type: 'WebDeploymentConfigurationVersionEntityListing',
      body: (await deployments('getWebdeploymentsConfigurationVersions', configuration!.id)).body,
    },
    version: {
      type: 'WebDeploymentConfigurationVersion',
      body: (
        await deployments('getWebdeploymentsConfigurationVersion', configuration!.id, configuration!.version)
      ).body,
    },
    draft: {
      type: 'WebDeploymentConfigurationVersion',
      body: (await deployments('getWebdeploymentsConfigurationVersionsDraft', configuration!.id)).body,
    },
    history: {
      type: 'WebMessagingMessageEntityList',
      body: (
        await call(
          'WebMessagingApi',
          'getWebmessagingMessages',
          [{ pageSize: 25, pageNumber: 1 }],
          jwtBody.jwt as string,
        )
      ).body,
    },
    details: { type: 'MessageData', body: details },
    messageConversation: { type: 'MessageConversation', body: conversation },
    conversation: {
      type: 'Conversation',
      body: (await conversations('getConversation', conversationId)).body,
    },
    attributes: {
      type: 'ParticipantAttributes',
      body: (
        await conversations('patchConversationsMessageParticipantAttributes', conversationId, customer!.id, {
          body: attributes,
        })
      ).body,
    },
    disconnected: {
      type: 'Conversation',
      body: (await conversations('patchConversationsMessage', conversationId, { state: 'disconnected' }))
        .body,
    },
  }
  // All messages except the request to sign in.
  expect(bodies.history.body).toMatchObject({ total: 4 + showcase.length - 1 })
  expect(typeErrors(bodies)).toEqual([])
  expect(Object.values(bodies).flatMap(({ type, body }) => enumerationErrors(type, body))).toEqual([])

  const nothing = await conversations(
    'patchConversationParticipantAttributes',
    conversationId,
    customer!.id,
    attributes,
  )
  expect(nothing).toMatchObject({ status: 200 })
  expect(nothing.body ?? '').toEqual('')
  expect(await conversations('postConversationDisconnect', conversationId)).toMatchObject({ status: 204 })
  const revoked = await call(
    'WebDeploymentsApi',
    'deleteWebdeploymentsTokenRevoke',
    [],
    tokens?.jwt as string,
  )
  expect(revoked).toMatchObject({ status: 204 })
}, 60_000)

test('a value that an SDK enumeration does not list is reported as an error', () => {
  const event = { eventType: 'Presence', presence: { type: 'Authenticate' } }
  const page = { entities: [{ type: 'Event', events: [event] }] }
  expect(enumerationErrors('WebMessagingMessageEntityList', page)).toEqual([
    expect.stringContaining('presence.type: "Authenticate" is none of Join'),
  ])
})

const isJwt = (frame: { class?: string }) => frame.class === 'JwtResponse'
