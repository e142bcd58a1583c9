import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { createRequire } from 'node:module'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'

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
  WebDeploymentsApi: new () => { getWebdeploymentsDeployment(id: string): Promise<Extended> }
  WebMessagingApi: new () => { getWebmessagingMessages(page: object): Promise<Extended> }
}

interface Extended {
  status: number
  headers: Record<string, string>
  body: Record<string, unknown>
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

test("Genesys' own client gets a token and looks the deployment up", async () => {
  expect(accessToken).toMatch(/^[\w-]{20,}$/)
  const { status, headers, body } = await new genesys.WebDeploymentsApi().getWebdeploymentsDeployment(
    simulator.deploymentId,
  )
  expect(status).toBe(200)
  expect(headers['inin-ratelimit-allowed']).toBe('300')
  expect(body).toMatchObject({ id: simulator.deploymentId, status: 'Active' })
})

test("Genesys' own client reads an error with status and correlation id", async () => {
  const asking = new genesys.WebDeploymentsApi().getWebdeploymentsDeployment('nothing')
  const refusal = await asking.then(
    () => undefined,
    (err: unknown) => err as Extended,
  )
  expect(refusal).toMatchObject({ status: 404, body: { code: 'not.found' } })
  expect(refusal?.headers['inin-correlation-id']).toBe(refusal?.body.contextId)
})

test("Genesys' own client reads the guest's history", async () => {
  await guest.configure()
  await guest.say('Hello')
  const { body } = await guest.ask('getJwt')
  genesys.ApiClient.instance.setAccessToken(body.jwt as string)
  const history = await new genesys.WebMessagingApi().getWebmessagingMessages({ pageSize: 25, pageNumber: 1 })
  genesys.ApiClient.instance.setAccessToken(accessToken)
  expect(history.body).toMatchObject({ total: 1, entities: [{ text: 'Hello', direction: 'Inbound' }] })
})
