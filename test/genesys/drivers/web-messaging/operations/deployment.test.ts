import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Simulator } from '../../../../../src/simulator/simulator.ts'
import { VERSION } from '../../../../../src/version.ts'
import { startTogether } from '../../../../start-service.ts'
import { isState, listen, soon, startDriver, ORIGIN } from '../start-driver.ts'

const isConfig = ({ path }: { path: string }) => path.endsWith('/config.json')
const JANE = { origin: ORIGIN, attributes: {} }

test('each feature of the deployment is reported as switched on or off', async () => {
  const { api, genesys } = await startDriver({ conversationClear: false, showUserTypingIndicator: false })
  expect(await api.deployment(soon())).toMatchObject({
    id: genesys.deploymentId,
    status: 'active',
    features: {
      agentTyping: true,
      guestTyping: false,
      end: false,
      attachments: true,
      autoStart: false,
      signIn: true,
    },
  })
})

/** Shortened from the `config.json` that a website published for its deployment in 2024. */
test('empty fields of the public configuration are omitted, and the labels are read', async () => {
  const localizedLabels = [
    { key: 'MessengerHomeHeaderTitle', value: 'Hola' },
    { key: 'MessengerHomeHeaderSubTitle' },
  ]
  const look = {
    version: '6',
    headlessMode: { enabled: true },
    messenger: {
      enabled: true,
      apps: {
        conversations: {
          conversationClear: { enabled: false },
          humanize: { enabled: true, bot: { name: '', avatarUrl: '' } },
        },
      },
      styles: { primaryColor: '#0D6EFD' },
      launcherButton: { visibility: 'On' },
      fileUpload: { modes: [{ fileTypes: [], maxFileSizeKB: 0 }] },
      homeScreen: { enabled: false, logoUrl: '' },
    },
    position: { alignment: 'Auto', sideSpace: 20, bottomSpace: 12 },
    customI18NLabels: [{ language: 'es', localizedLabels }, null],
    auth: { enabled: false },
  }
  const { api } = await startDriver({ look })
  const deployment = await api.deployment(soon())
  expect(deployment.bot).toEqual({})
  expect(deployment).toMatchObject({
    status: 'active',
    features: { attachments: false, end: false, signIn: false },
    homeScreen: { enabled: false },
    labels: { es: { headerTitle: 'Hola' } },
  })
})

test.each([
  ['AcrossSubdomains', 'across-subdomains'],
  ['DomainOrSubdomainOnly', 'one-domain'],
  ['SomethingNew', undefined],
  [undefined, undefined],
])('a deployment’s session persistence %s is reported as %s', async (sessionPersistenceType, expected) => {
  const { api } = await startDriver({ look: { messenger: { enabled: true, sessionPersistenceType } } })
  expect((await api.deployment(soon())).sessionPersistence).toBe(expected)
})

test('with OAuth, the deployment is reported with its name', async () => {
  const { api } = await startDriver({}, { withOAuth: true })
  expect((await api.deployment(soon())).name).toEqual(expect.any(String))
})

test('the deployment is reported as active even without permission to view it', async () => {
  const { api } = await startDriver({ permissions: [] }, { withOAuth: true })
  expect(await api.deployment(soon())).toMatchObject({ status: 'active' })
})

test('concurrent callers share one request for the configuration, and it is sent again after five minutes', async () => {
  let nowMs = Date.now()
  const { api, genesys } = await startDriver({}, { monotonicNow: () => nowMs })
  await Promise.all([api.deployment(soon()), api.deployment(soon()), api.open(JANE, soon())])
  expect(genesys.requests.filter(isConfig)).toHaveLength(1)
  nowMs += 5 * 60_000
  await api.deployment(nowMs + 5_000)
  expect(genesys.requests.filter(isConfig)).toHaveLength(2)
})

test('a deployment that Genesys does not know is not usable, and the hint names the setting', async () => {
  const { api } = await startDriver({}, { deploymentId: '00000000-0000-4000-8000-000000000000' })
  const expected = {
    code: 'deployment_not_usable',
    facts: { hint: expect.stringContaining('GENESYS_DEPLOYMENT_ID') },
  }
  await expect(api.deployment(soon())).rejects.toMatchObject(expected)
  await expect(api.open(JANE, soon())).rejects.toMatchObject(expected)
})

describe('opening a guest session', () => {
  test('is refused while the deployment is inactive', async () => {
    const { api, genesys } = await startDriver({ deploymentStatus: 'Inactive' })
    expect(await api.deployment(soon())).toMatchObject({ status: 'inactive' })
    await expect(api.open(JANE, soon())).rejects.toMatchObject({ code: 'deployment_not_usable' })
    expect(genesys.connections()).toBe(0)
  })

  test('succeeds even if the public configuration is unavailable', async () => {
    const { api, genesys } = await startDriver()
    genesys.injectFault('GET /webdeployments/*', { drop: true, times: 10 })
    expect(await api.open(JANE, soon())).toMatchObject({ state: 'new' })
  })

  test('for a caller without an origin sends the socket’s host as the origin, as Genesys’ mobile SDK does', async () => {
    const { api, genesys } = await startDriver()
    await api.open({ ...JANE, origin: undefined }, soon())
    expect(genesys.requests.find(({ path }) => path === '/v1')?.headers.origin).toBe('127.0.0.1')
  })

  test('is refused for an origin that the deployment does not allow, and the hint names the origin', async () => {
    const { api } = await startDriver({ allowedDomains: ['www.example.com'] })
    await expect(api.open(JANE, soon())).rejects.toMatchObject({
      code: 'deployment_not_usable',
      facts: { status: 403, hint: expect.stringMatching(/^Add shop\.example to the allowed domains/) },
    })
  })

  test('is refused with the general hint if the allowed domains do not explain the refusal', async () => {
    const { api, genesys } = await startDriver({ allowedDomains: ['shop.example'] })
    genesys.injectFault('GET /v1', { status: 403 })
    await expect(api.open(JANE, soon())).rejects.toMatchObject({
      facts: { hint: expect.stringContaining(genesys.deploymentId) },
    })
  })

  test('is reported as refused, not as the end of a session, if Genesys responds with 401', async () => {
    const { api, genesys } = await startDriver()
    genesys.injectFault('configureSession', {
      frame: { class: 'string', code: 401, body: 'User is unauthorized' },
    })
    await expect(api.open(JANE, soon())).rejects.toMatchObject({
      code: 'upstream_refused',
      facts: { status: 401 },
    })
  })

  test('joins a conversation that the deployment starts, and sends the attributes', async () => {
    const { api, genesys } = await startDriver({ autoStart: true })
    const opened = await api.open({ ...JANE, attributes: { 'custom.plan': 'gold' } }, soon())
    expect(opened).toMatchObject({ state: 'new', attributesDelivered: true })
    expect(genesys.sawAttributes().now).toEqual({ 'custom.plan': 'gold' })
  })

  test('succeeds even if joining the conversation fails', async () => {
    const { api, genesys } = await startDriver({ autoStart: true })
    genesys.injectFault('onMessage', { frame: { class: 'string', code: 403, body: 'no' } })
    expect(await api.open(JANE, soon())).toMatchObject({ state: 'new', attributesDelivered: false })
  })
})

describe('a conversation that the deployment starts', () => {
  const joins = ({ frames }: Simulator) =>
    frames.filter(
      ({ direction, frame }) => direction === 'from-guest' && JSON.stringify(frame).includes('"Join"'),
    )

  test('is joined by a guest whom Genesys has forgotten', async () => {
    const { api, genesys } = await startDriver({ autoStart: true })
    const jane = { ref: { token: 'token-1' }, origin: ORIGIN }
    expect(await api.resume(jane, soon())).toMatchObject({ state: 'new' })
    expect(joins(genesys)).toHaveLength(1)
    expect(await api.resume(jane, soon())).toMatchObject({ state: 'resumed' })
    expect(joins(genesys)).toHaveLength(1)
  })

  test('is joined when a lost connection is reopened with a new session', async () => {
    const { api, guest, genesys } = await startDriver({ autoStart: true })
    const jane = await guest()
    const page = listen(api, jane)
    await page.until(isState('connected'))
    genesys.forgetSession(jane.ref['token'])
    genesys.dropSockets()
    await genesys.nextFrame({ event: 'Join', direction: 'to-guest' })
    expect(joins(genesys)).toHaveLength(2)
  })

  test('is joined before a queued message is sent', async () => {
    const { api, genesys } = await startDriver({ autoStart: true })
    await api.deployment(soon())
    const jane = { ref: { token: 'token-1' }, origin: ORIGIN }
    await api.send(jane, { text: 'Hello', tracingId: randomUUID() }, soon())
    expect(genesys.transcript('token-1').map(({ type }) => type)).toEqual(['Event', 'Text'])
  })

  test('is joined after a sign-in, with the signed-in guest’s token', async () => {
    const { api, guest, genesys } = await startDriver({ autoStart: true })
    const code = genesys.authorizationCode('jane')
    const { ref } = await api.signIn(await guest(), { redirectUri: ORIGIN, code }, soon())
    expect(joins(genesys)).toHaveLength(2)
    expect(joins(genesys)[1]?.token).toBe(ref['token'])
  })

  test('is not joined if the caller opens a session without a conversation', async () => {
    const { api, genesys } = await startDriver({ autoStart: true })
    await api.open({ ...JANE, withoutConversation: true }, soon())
    expect(joins(genesys)).toEqual([])
  })
})

describe('typing', () => {
  test('is sent to the agent', async () => {
    const { api, guest, genesys } = await startDriver()
    await api.typing(await guest(), soon())
    await genesys.seenFrame({ event: 'Typing', direction: 'from-guest' })
  })

  test('is not sent if the deployment does not show typing to agents', async () => {
    const { api, guest, genesys } = await startDriver({ showUserTypingIndicator: false })
    const jane = await guest()
    await api.typing(jane, soon())
    await api.history(jane, { pageSize: 25, pageNumber: 1 }, soon())
    expect(genesys.frames.filter(({ frame }) => frame.action === 'onMessage')).toEqual([])
  })
})

test('a page that listens from a forbidden origin is connected once Genesys allows the origin', async () => {
  const { api, genesys } = await startDriver()
  const fault = genesys.injectFault('GET /v1', { status: 403, times: 1000 })
  const page = listen(api, { ref: { token: 'token-1' }, origin: ORIGIN })
  await page.until(isState('reconnecting'))
  fault.cancel()
  await page.until(isState('connected'))
})

/** Every official client's `application` is its name and version. */
test('Genesys gets the name and version of this service, on the socket and over REST', async () => {
  const together = await startTogether({})
  const page = await together.openPage()
  await page.ask('GET', '/messages')
  const client = `genesys-guest-bff-${VERSION}`
  const [handshake] = together.genesys.requests.filter(({ path }) => path === '/v1')
  expect(handshake).toMatchObject({ query: { application: client }, headers: { 'user-agent': client } })
  const agents = together.genesys.requests.map(({ headers }) => headers['user-agent'])
  await together.stop()
  expect(new Set(agents)).toEqual(new Set([client]))
})

test('if sign-in is switched off, the driver has every other capability', async () => {
  const { api } = await startDriver({}, { signIn: false })
  expect([...api.capabilities]).toEqual([
    'messages',
    'live-events',
    'history',
    'typing',
    'attachments',
    'attributes',
    'end',
  ])
  expect(api).not.toHaveProperty('signIn')
})

test('if the login host hangs, guests get a session within seconds; only the deployment’s name is missing', async () => {
  const { api, guest, genesys } = await startDriver({}, { withOAuth: true })
  genesys.injectFault('POST /oauth/token', { swallow: true, times: 10 })
  const startedAtMs = performance.now()
  await guest()
  const deployment = await api.deployment(soon())
  expect(performance.now() - startedAtMs).toBeLessThan(4_000)
  expect(deployment).toMatchObject({ id: genesys.deploymentId, status: 'active' })
  expect(deployment).not.toHaveProperty('name')
})
