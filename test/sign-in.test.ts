import { afterEach, describe, expect, test } from '@jest/globals'
import { isMessage, isSession } from './event-reader.ts'
import { ask, SITE, startTogether, type Running, type StartOptions } from './start-service.ts'

const running: Running[] = []
const start = async (options: StartOptions = { settings: { GENESYS_SIGN_IN: 'on' } }) => {
  const together = await startTogether(options)
  running.push(together)
  return together
}
afterEach(async () => {
  for (const together of running.splice(0)) await together.stop()
})

const grant = (code: string) => ({ code, redirectUri: `${SITE}/callback` })

describe('Genesys’ own sign-in', () => {
  test('signs the guest in, and the response to the page contains neither the code nor the JWT', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage()
    expect(page.opened.body.capabilities).toContain('sign-in')
    const code = genesys.authorizationCode('user-1')
    const answer = await page.ask('POST', '/sign-in', grant(code))
    expect(answer.status).toBe(200)
    expect(genesys.sessions.map(({ signedInAs }) => signedInAs)).toContain('user-1')
    const body = JSON.stringify(answer.body)
    expect(body).not.toContain(code)
    expect(answer.body).not.toHaveProperty('jwt')
    expect((await page.say('signed in')).status).toBe(201)
  })

  test('requires a redirect address with a code, but not with an id token', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage()
    const idToken = genesys.authorizationCode('user-1')
    expect(await page.ask('POST', '/sign-in', { code: idToken })).toMatchObject({ status: 400 })
    expect(await page.ask('POST', '/sign-in', { idToken, nonce: 'n-1' })).toMatchObject({ status: 200 })
  })

  test('lets the guest continue after the socket is lost', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage()
    await page.ask('POST', '/sign-in', grant(genesys.authorizationCode('user-1')))
    const stream = await page.events()
    await stream.next(isSession('connected'))
    genesys.dropSockets()
    await stream.next(isSession('connected'))
    await page.say('still signed in')
    await stream.next(isMessage('still signed in'))
    stream.close()
  })

  test('shows the history of the signed-in person, without messages written as a guest', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage()
    const texts = async () => {
      const { messages } = (await page.ask('GET', '/messages')).body as {
        messages: { text: string; sender: string }[]
      }
      return messages.filter(({ sender }) => sender === 'guest').map(({ text }) => text)
    }
    await page.say('said as a guest')
    expect(await texts()).toEqual(['said as a guest'])
    await page.ask('POST', '/sign-in', grant(genesys.authorizationCode('user-1')))
    await page.say('said as user-1')
    expect(await texts()).toEqual(['said as user-1'])
  })

  test('with a wrong code is refused, and the guest can still send messages', async () => {
    const { openPage } = await start()
    const page = await openPage()
    const answer = await page.ask('POST', '/sign-in', grant('not-a-code'))
    expect(answer).toMatchObject({ status: 401, body: { code: 'user_token_invalid' } })
    expect((await page.say('still a guest')).status).toBe(201)
  })

  test('is undone by signing out, which ends the session', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage()
    await page.ask('POST', '/sign-in', grant(genesys.authorizationCode('user-1')))
    expect((await page.ask('DELETE', '/sign-in')).status).toBe(204)
    expect(await page.say('anybody there?')).toMatchObject({ status: 410, body: { code: 'session_ended' } })
  })

  test('is not available unless it is switched on', async () => {
    const { openPage } = await start({})
    const page = await openPage()
    expect(page.opened.body.capabilities).not.toContain('sign-in')
    expect(await page.ask('POST', '/sign-in', grant('x'))).toMatchObject({
      status: 501,
      body: { code: 'not_supported_by_guest_api' },
    })
  })
})

describe('an offer to share the screen or to talk by video', () => {
  test.each([
    ['Please browse with me', 'co-browse', 'sessionJoinToken', 'simulated-join-token'],
    ['Can we talk by video?', 'video', 'jwt', 'simulated.video.jwt'],
  ])(
    'reaches the page with its join token, which appears in neither log nor metrics: "%s"',
    async (words, kind, name, token) => {
      const together = await start({ simulator: { agent: 'scripted' } })
      const page = await together.openPage()
      const stream = await page.events()
      await stream.next(isSession('connected'))
      await page.say(words)
      const { data } = await stream.next(({ event }) => event === 'offer')
      stream.close()
      expect(data).toMatchObject({ kind, [name]: token })
      expect(JSON.stringify(together.genesys.frames)).toContain(token)
      expect(together.logLines.length).toBeGreaterThan(3)
      expect(together.logLines.join('')).not.toContain(token)
      expect((await ask(together.url, 'GET', '/metrics')).body).not.toContain(token)
    },
  )
})

describe('the configuration for Genesys’ own widget', () => {
  test('contains the deployment, the region and the guest’s identity, without a login prompt', async () => {
    const { openPage, genesys } = await start({
      settings: {
        GENESYS_REGION: 'eu-west-1',
        GENESYS_ORGANIZATION_ID: '00000000-0000-4000-8000-00000000000a',
      },
    })
    const page = await openPage({ name: 'Jane Doe', email: 'jane@example.com', phone: '+14155550100' })
    const expected = {
      deploymentId: genesys.deploymentId,
      organizationId: '00000000-0000-4000-8000-00000000000a',
      environment: 'eu-west-1',
      features: { login: false },
      uiConfig: { showLoginPrompt: false },
    }
    expect((await page.ask('GET', '/widget-config')).body).toMatchObject({
      ...expected,
      guestDetails: { name: 'Jane Doe', email: 'jane@example.com', phone: '+14155550100' },
    })
  })

  test('is refused for a deployment that is not active', async () => {
    const { openPage, url } = await start({ simulator: { deploymentStatus: 'Inactive' } })

    expect(await ask(url, 'GET', '/widget-config', undefined, { origin: SITE })).toMatchObject({
      status: 502,
      body: { code: 'deployment_not_usable' },
    })
    expect((await openPage()).opened).toMatchObject({ status: 502, body: { code: 'deployment_not_usable' } })
  })
})
