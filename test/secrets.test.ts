import { afterEach, expect, test } from '@jest/globals'
import { startSimulator, type Simulator } from '../src/simulator/simulator.ts'
import { secretsIn } from './secrets.ts'
import { SITE, startTogether } from './start-service.ts'

let genesys: Simulator | undefined
afterEach(() => genesys?.close())

const nothing = { log: '', metrics: '', answers: '' }

test('the search finds secrets in log, metrics and responses, in plain text and in base64 at any offset', async () => {
  genesys = await startSimulator({ clientSecret: 'canary-client-secret-4711' })
  const secret = genesys.clientSecret
  for (const form of [secret, `x${secret}`, `xy${secret}`]) {
    const encoded = form === secret ? form : Buffer.from(form).toString('base64')
    for (const place of ['log', 'metrics', 'answers'] as const) {
      expect(secretsIn({ ...nothing, [place]: `a ${encoded} b` }, genesys, {})).toEqual([
        `client secret in the ${place}`,
      ])
    }
  }
  expect(secretsIn({ ...nothing, log: 'nothing to see' }, genesys, {})).toEqual([])
})

test('no error writes a guest’s data or a credential to the log', async () => {
  genesys = await startSimulator({ agent: 'silent', clientSecret: 'canary-client-secret-4711' })
  const running = await startTogether({
    genesys,
    settings: {
      GENESYS_CLIENT_ID: genesys.clientId,
      GENESYS_CLIENT_SECRET: genesys.clientSecret,
      SESSION_KEYS: Buffer.from('canary-session-key-32-bytes-long').toString('base64'),
      UPSTREAM_TIMEOUT_MS: '1500',
      LOG_LEVEL: 'trace',
    },
  })
  const page = await running.openPage({
    name: 'Canary Guestname',
    attributes: { 'custom.page': 'canary attribute' },
  })
  await page.say('canary text of a guest')
  genesys.agentSays('canary text of an agent')
  await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.page': 'another canary attribute' } })
  genesys.injectFault('PATCH /api/v2/*', {
    status: 403,
    body: { message: `refused ${genesys.clientSecret}` },
  })
  await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.page': 'third canary attribute' } })
  genesys.expireOAuthTokens()
  genesys.injectFault('POST /oauth/token', {
    status: 401,
    body: { error_description: genesys.clientSecret },
    times: 3,
  })
  await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.page': 'fourth canary attribute' } })
  for (const bending of [{ garbage: true }, { drop: true }, { swallow: true }]) {
    genesys.injectFault({ received: 'onMessage' }, bending)
    await page.say('canary text that is in trouble')
  }
  await page.ask('POST', '/messages', { text: 'canary', extra: 'canary extra field' })
  await page.ask('POST', '/messages', '{"text": "canary broken json', { 'content-type': 'application/json' })
  await page.ask('GET', '/messages?pageSize=canary-query', undefined, {
    authorization: 'Bearer canary.bearer',
  })
  await page.ask('GET', '/nowhere/canary-path')
  expect(running.logLines.join('')).not.toMatch(
    /canary (text|attribute|extra|broken)|Canary Guestname|canary\.bearer|canary-query/,
  )
  expect(running.logLines.length).toBeGreaterThan(10)
  await running.stop()
})

test('the search for secrets finds a page’s own token in the log', async () => {
  genesys = await startSimulator({ agent: 'silent' })
  const running = await startTogether({ genesys })
  const page = await running.openPage({}, SITE)
  running.logLines.push(`leaked ${page.session}`)
  await expect(running.stop()).rejects.toThrow('session token in the log')
})
