import { afterEach, expect, test } from '@jest/globals'
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'
import { askToken, call } from './rest-client.ts'

let simulator: Simulator
let nowMs: number
afterEach(() => simulator.close())

async function start(options: SimulatorOptions = {}): Promise<void> {
  nowMs = Date.now()
  simulator = await startSimulator({ agent: 'silent', now: () => nowMs, ...options })
}

const api = (path: string, init: RequestInit & { json?: unknown }) =>
  call(`${simulator.url}/api/v2/webdeployments/token/${path}`, init)

async function exchange(code: string) {
  const json = {
    deploymentId: simulator.deploymentId,
    oauth: { redirectUri: 'https://www.example.com', code },
  }
  return api('oauthcodegrantjwtexchange', { method: 'POST', json })
}

async function jwtOf(userId: string): Promise<string> {
  return (await exchange(simulator.authorizationCode(userId))).body.jwt as string
}

const configure = (guest: GuestClient, code: string) =>
  guest.ask('configureAuthenticatedSession', { deploymentId: simulator.deploymentId, data: { code } })

test('an authorization code can be exchanged only once', async () => {
  await start()
  const code = simulator.authorizationCode('ada')
  expect(await exchange(code)).toMatchObject({
    status: 200,
    body: { jwt: expect.any(String), refreshToken: expect.any(String) },
  })
  expect(await exchange(code)).toMatchObject({ status: 401 })
})

/** Source: the mobile SDK's `authorizeImplicit`, which sends `idToken` and `nonce`, but no `redirectUri`. */
test('an id token can be exchanged without a redirect address, but a code cannot', async () => {
  await start()
  const ask = (oauth: object) =>
    api('oauthcodegrantjwtexchange', {
      method: 'POST',
      json: { deploymentId: simulator.deploymentId, oauth },
    })
  const code = simulator.authorizationCode('ada')
  expect(await ask({ code })).toMatchObject({ status: 400 })
  expect(await ask({ idToken: code, nonce: 'n' })).toMatchObject({ status: 200 })
})

test('an expired JWT is refused, and a refreshed one configures an authenticated session', async () => {
  await start()
  const { body } = await exchange(simulator.authorizationCode('ada'))
  nowMs += 900_000
  const guest = await connect(simulator)
  expect(await configure(guest, body.jwt as string)).toMatchObject({
    code: 401,
    body: 'User is unauthorized',
  })
  const refreshed = await api('refresh', { method: 'POST', json: { refreshToken: body.refreshToken } })
  expect(await configure(guest, refreshed.body.jwt as string)).toMatchObject({
    class: 'SessionResponse',
    body: { connected: true, newSession: true },
  })
  expect(simulator.sessions).toMatchObject([{ signedInAs: 'ada' }])
  nowMs += 86_400_000
  expect(await api('refresh', { method: 'POST', json: { refreshToken: body.refreshToken } })).toMatchObject({
    status: 401,
  })
})

test('a JWT that the exchange did not issue is refused', async () => {
  await start()
  const guest = await connect(simulator)
  const refusal = { code: 403, body: expect.stringMatching(/^Session authentication failed/) }
  expect(await configure(guest, 'nonsense')).toMatchObject(refusal)
  await guest.configure()
  const { body } = await guest.ask('getJwt')
  expect(await configure(guest, body.jwt as string)).toMatchObject(refusal)
})

test('the token of a signed-in session is refused without a JWT', async () => {
  await start()
  const guest = await connect(simulator)
  await configure(guest, await jwtOf('ada'))
  const later = await connect(simulator, { token: guest.token })
  expect(await later.configure()).toMatchObject({ class: 'string', code: 4017 })
})

test("signing in drops the guest's other connections", async () => {
  await start()
  const guest = await connect(simulator)
  await guest.configure()
  const signedIn = await connect(simulator, { token: guest.token })
  expect(await configure(signedIn, await jwtOf('ada'))).toMatchObject({
    body: { newSession: true, clearedExistingSession: false },
  })
  expect(await guest.next()).toMatchObject({ class: 'ConnectionClosedEvent', body: { reason: 'signedIn' } })
})

test('a sign-in keeps the conversation if the deployment allows the upgrade', async () => {
  await start({ allowSessionUpgrade: true })
  const guest = await connect(simulator)
  await guest.configure()
  await guest.say('Hello')
  expect(await configure(guest, await jwtOf('ada'))).toMatchObject({
    body: { newSession: false, clearedExistingSession: false },
  })
  expect(simulator.transcript(guest.token)).toMatchObject([
    { text: 'Hello' },
    { events: [{ presence: { type: 'SignIn' } }] },
  ])
})

/** Source: mobile SDK 2.15.0-rc1, `core/MessagingClientImpl.kt` and its tests, on step-up. */
test('a guest who steps up keeps the conversation, and the person’s other connections are closed', async () => {
  await start({ allowSessionUpgrade: true })
  const phone = await connect(simulator)
  await configure(phone, await jwtOf('ada'))
  const guest = await connect(simulator)
  await guest.configure()
  await guest.say('Hello')
  const { jwt } = (await exchange(simulator.authorizationCode('ada', { firstName: 'Ada', lastName: 'L' })))
    .body
  expect(await configure(guest, jwt as string)).toMatchObject({
    body: { connected: true, newSession: false, clearedExistingSession: true },
  })
  expect(await guest.next()).toMatchObject({
    class: 'StructuredMessage',
    body: {
      type: 'Event',
      direction: 'Inbound',
      events: [{ eventType: 'Presence', presence: { type: 'SignIn' } }],
      channel: { from: { firstName: 'Ada', lastName: 'L' } },
    },
  })
  expect(await phone.next()).toEqual({
    type: 'message',
    class: 'ConnectionClosedEvent',
    code: 200,
    body: { reason: 'signedIn' },
  })
  expect(await phone.closed).toBe(1000)
  expect((await guest.say('Still here')).body.metadata).toMatchObject({ authenticated: 'true' })
  expect(simulator.transcript(guest.token).map(({ text }) => text)).toEqual([
    'Hello',
    undefined,
    'Still here',
  ])
})

test('responses that contain tokens have Cache-Control: no-store', async () => {
  await start()
  const exchanged = await exchange(simulator.authorizationCode('ada'))
  expect(exchanged.headers.get('cache-control')).toBe('no-store')
  const json = { refreshToken: exchanged.body.refreshToken }
  expect((await api('refresh', { method: 'POST', json })).headers.get('cache-control')).toBe('no-store')
  expect((await askToken(simulator)).headers.get('cache-control')).toBe('no-store')
})

test('one person’s two devices share one session', async () => {
  await start()
  const phone = await connect(simulator)
  const desk = await connect(simulator)
  await configure(phone, await jwtOf('ada'))
  expect(await configure(desk, await jwtOf('ada'))).toMatchObject({ body: { newSession: false } })
  const echo = await phone.say('Hello')
  expect(await desk.next()).toEqual(echo)
})

test('signing out ends the session and invalidates the JWT', async () => {
  await start()
  const guest = await connect(simulator)
  const jwt = await jwtOf('ada')
  await configure(guest, jwt)
  const headers = { authorization: `bearer ${jwt}` }
  expect(await api('revoke', { method: 'DELETE', headers })).toMatchObject({ status: 204, text: '' })
  expect(await guest.next()).toEqual({ type: 'message', class: 'LogoutEvent', code: 200, body: {} })
  expect(await guest.say('Hello?')).toMatchObject({ code: 401 })
  expect(await configure(guest, jwt)).toMatchObject({ code: 403 })
})

test('signing in is refused if sign-in is disabled', async () => {
  await start({ signIn: false })
  expect(await exchange(simulator.authorizationCode('ada'))).toMatchObject({ status: 400 })
  expect(await configure(await connect(simulator), 'x')).toMatchObject({ code: 403 })
})
