import { expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import type { Guest } from '../../../../../src/service/genesys/guest-api.ts'
import { isState, listen, soon, startDriver, ORIGIN } from '../start-driver.ts'

const REDIRECT = 'https://shop.example/signed-in'
const text = (words: string) => ({ text: words, tracingId: randomUUID() })

async function signedInGuest(simulator = {}) {
  const driver = await startDriver(simulator)
  const jane = await driver.guest()
  const code = driver.genesys.authorizationCode('jane')
  const opened = await driver.api.signIn(jane, { redirectUri: REDIRECT, code }, soon())
  const signedIn: Guest = { ref: opened.ref, origin: ORIGIN }
  return { ...driver, jane, signedIn, opened }
}

const UPGRADE = { allowSessionUpgrade: true }

test('a guest who signs in gets tokens from Genesys, and Genesys knows who the guest is', async () => {
  const { opened, signedIn, api, genesys } = await signedInGuest()
  expect(opened.ref).toMatchObject({ jwt: expect.any(String), refreshToken: expect.any(String) })
  await api.send(signedIn, text('It is me'), soon())
  expect(genesys.sessions.map((session) => session.signedInAs)).toContain('jane')
})

test('a guest who signs in keeps the conversation if the deployment allows an upgrade', async () => {
  const { opened, jane } = await signedInGuest(UPGRADE)
  expect(opened.state).toBe('resumed')
  expect(opened.ref['token']).toBe(jane.ref['token'])
})

/** Mobile SDK since 2.8.0: `authorize` creates a new token before it signs in. */
test('a guest who signs in gets a separate token if the deployment does not allow an upgrade', async () => {
  const { opened, jane, signedIn, api, genesys } = await signedInGuest()
  expect(opened.state).toBe('new')
  expect(opened.ref['token']).not.toBe(jane.ref['token'])
  const configured = genesys.frames.filter(({ frame }) => frame.action === 'configureAuthenticatedSession')
  expect(configured.map(({ frame }) => frame['token'])).toEqual([opened.ref['token']])
  await api.send(jane, text('as a guest'), soon())
  await api.send(signedIn, text('as jane'), soon())
  expect(genesys.transcript(opened.ref['token'])).toMatchObject([{ text: 'as jane' }])
})

test('a second sign-in takes over the session that the person has elsewhere', async () => {
  const { api, guest, genesys, signedIn } = await signedInGuest()
  await api.send(signedIn, text('from here'), soon())
  const code = genesys.authorizationCode('jane')
  const { ref, state } = await api.signIn(await guest(), { redirectUri: REDIRECT, code }, soon())
  // This is not the conversation that the guest had before the sign-in.
  expect(state).toBe('new')
  const elsewhere = { ref, origin: ORIGIN }
  const { messages } = await api.history(elsewhere, { pageSize: 25, pageNumber: 1 }, soon())
  expect(messages.map((message) => message.text)).toEqual(['from here'])
})

/** The mobile SDK's `Authorize.kt` (in its test engine) shows the tokens that an id token is exchanged for. */
test('a guest who signs in with an id token gets no refresh token', async () => {
  const { api, guest, genesys } = await startDriver()
  const idToken = genesys.authorizationCode('jane')
  const exchange = 'POST /api/v2/webdeployments/token/oauthcodegrantjwtexchange'
  const { jwt } = (await (
    await fetch(`${genesys.url}${exchange.slice(5)}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        deploymentId: genesys.deploymentId,
        oauth: { idToken, redirectUri: REDIRECT },
      }),
    })
  ).json()) as { jwt: string }
  genesys.injectFault(exchange, { status: 200, body: { jwt, refreshToken: null } })
  const { ref } = await api.signIn(await guest(), { redirectUri: REDIRECT, idToken }, soon())
  expect(ref).toMatchObject({ jwt })
  expect(ref).not.toHaveProperty('refreshToken')
})

/** The mobile SDK's `authorizeImplicit`. */
test('an id token is sent to Genesys without the redirect address, which belongs only to a code', async () => {
  const { api, guest, genesys } = await startDriver()
  const idToken = genesys.authorizationCode('jane')
  await api.signIn(await guest(), { idToken, nonce: 'n-1', redirectUri: REDIRECT }, soon())
  const { body } = await genesys.seenRequest('POST */oauthcodegrantjwtexchange')
  expect(body).toMatchObject({ oauth: { idToken, nonce: 'n-1' } })
  expect((body as { oauth: object }).oauth).not.toHaveProperty('redirectUri')
})

test('another replica configures a signed-in guest’s session with the guest’s JWT', async () => {
  const { signedIn, genesys } = await signedInGuest()
  const { deploymentId, messagingUrl, url } = genesys
  const other = await startDriver({}, { deploymentId, messagingUrl, apiUrl: url, cdnUrl: url })
  expect(await other.api.resume(signedIn, soon())).toMatchObject({ state: 'resumed' })
  expect(genesys.frames.at(-2)?.frame.action).toBe('configureAuthenticatedSession')
})

test('an invalid code is refused with a hint for the operator', async () => {
  const { api, guest } = await startDriver()
  await expect(
    api.signIn(await guest(), { redirectUri: REDIRECT, code: 'bad' }, soon()),
  ).rejects.toMatchObject({
    code: 'user_token_invalid',
    facts: { hint: expect.stringContaining('OpenID provider') },
  })
})

test('a signed-in guest’s token cannot be used without the guest’s JWT', async () => {
  const { jane, genesys } = await signedInGuest(UPGRADE)
  const { deploymentId, messagingUrl, url } = genesys
  const other = await startDriver({}, { deploymentId, messagingUrl, apiUrl: url, cdnUrl: url })
  await expect(other.api.resume(jane, soon())).rejects.toMatchObject({
    code: 'session_ended',
    facts: { status: 4017 },
  })
})

test('signing out ends the session at Genesys, and a listening page is notified', async () => {
  const { api, signedIn, genesys } = await signedInGuest()
  const page = listen(api, signedIn)
  await api.signOut(signedIn, soon())
  await page.until(isState('expired'))
  expect(genesys.requests.find(({ method }) => method === 'DELETE')?.headers.authorization).toBe(
    `bearer ${signedIn.ref['jwt']}`,
  )
})

test('if Genesys refuses the JWT when the guest signs out, the JWT is renewed', async () => {
  const { api, signedIn, genesys } = await signedInGuest()
  genesys.injectFault('DELETE /api/v2/webdeployments/token/revoke', { status: 401 })
  await api.signOut(signedIn, soon())
  expect(genesys.requests.map(({ path }) => path)).toContain('/api/v2/webdeployments/token/refresh')
})

test('a guest who is not signed in cannot sign out', async () => {
  const { api, guest } = await startDriver()
  await expect(api.signOut(await guest(), soon())).rejects.toMatchObject({ code: 'session_ended' })
})
