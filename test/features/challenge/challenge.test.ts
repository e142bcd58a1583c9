import { afterEach, describe, expect, test } from '@jest/globals'
import nock from 'nock'
import { solveAltcha } from '../../../src/browser/element/challenge/solve-altcha.ts'
import { startSimulator } from '../../../src/simulator/simulator.ts'
import type { AltchaChallenge } from '../../../src/contract/contract.ts'
import { isSession } from '../../event-reader.ts'
import {
  ask,
  pageOf,
  SITE,
  startTogether,
  type Answer,
  type Running,
  type StartOptions,
} from '../../start-service.ts'

const SESSION_KEYS = Buffer.alloc(32, 9).toString('base64')
const running: Running[] = []
afterEach(async () => {
  for (const together of running.splice(0)) await together.stop()
})

async function startWith(settings: Record<string, string>, options: StartOptions = {}) {
  const together = await startTogether({
    ...options,
    settings: { CHALLENGE_DIFFICULTY: '1000', SESSION_KEYS, ...settings },
  })
  running.push(together)
  const open = (challenge?: string, body: object = {}) =>
    ask(
      together.url,
      'POST',
      '/guest-session',
      { ...body, ...(challenge && { challenge }) },
      { origin: SITE },
    )
  return { ...together, open }
}

const required = { status: 403, body: { code: 'challenge_required' } }
const failed = { status: 403, body: { code: 'challenge_failed' } }
const solve = ({ body }: Answer) => solveAltcha(body.challenge as AltchaChallenge)

describe('ALTCHA', () => {
  test('allows one session for each solution', async () => {
    const { open, genesys } = await startWith({ CHALLENGE: 'altcha' })
    const first = await open()
    expect(first).toMatchObject(required)
    const solution = await solve(first)
    expect((await open(solution)).status).toBe(201)
    const again = await open(solution)
    expect(again).toMatchObject(failed)
    expect((await open(await solve(again))).status).toBe(201)
    expect(await open('nonsense')).toMatchObject(failed)
    expect(genesys.sessions).toHaveLength(2)
  })

  test('is not required to resume a session', async () => {
    const { open, url } = await startWith({ CHALLENGE: 'altcha' })
    const page = pageOf(url, await open(await solve(await open())))
    expect((await page.ask('POST', '/guest-session', {})).status).toBe(200)
  })

  test('is required for a new session, even with the token of a session that has ended', async () => {
    const { open, url, genesys } = await startWith({ CHALLENGE: 'altcha' })
    const page = pageOf(url, await open(await solve(await open())))
    expect((await page.ask('DELETE', '/guest-session')).status).toBe(204)
    const headers = { origin: SITE, authorization: `Bearer ${String(page.opened.body.session)}` }
    const replay = (body: object) => ask(url, 'POST', '/guest-session', body, headers)
    const replayed = await Promise.all(Array.from({ length: 5 }, () => replay({})))
    for (const answer of replayed) expect(answer).toMatchObject(required)
    const challenge = await solve(replayed[0]!)
    expect((await replay({ challenge })).status).toBe(201)
    expect(await replay({ challenge })).toMatchObject(failed)
    expect(genesys.sessions).toHaveLength(1)
  })

  test('is required to start a new conversation after one that is read-only', async () => {
    const { open, url, genesys } = await startWith(
      { CHALLENGE: 'altcha' },
      { simulator: { disconnectMode: 'read-only' } },
    )
    const page = pageOf(url, await open(await solve(await open())))
    await page.say('hello')
    const startNew = { startNew: true }
    const live = await page.ask('POST', '/guest-session', startNew)
    expect(live).toMatchObject({ status: 200, body: { state: 'resumed' } })
    genesys.agentLeaves()
    const stream = await page.events()
    await stream.next(isSession('read-only'))
    const over = await page.ask('POST', '/guest-session', startNew)
    expect(over).toMatchObject(required)
    const started = await page.ask('POST', '/guest-session', { ...startNew, challenge: await solve(over) })
    expect(started).toMatchObject({ status: 201, body: { state: 'new' } })
    stream.close()
  })

  test('is required only above CHALLENGE_ABOVE_PER_MINUTE, if that is set', async () => {
    const { open } = await startWith({ CHALLENGE: 'altcha', CHALLENGE_ABOVE_PER_MINUTE: '2' })
    expect([(await open()).status, (await open()).status]).toEqual([201, 201])
    const third = await open()
    expect(third).toMatchObject(required)
    expect((await open(await solve(third))).status).toBe(201)
  })
})

const SECRET = 'vendor-secret-4711'

test.each(['turnstile', 'friendly-captcha'])(
  'the simulator accepts each %s token once, and only for this website',
  async (kind) => {
    const vendor = await startSimulator()
    const { open } = await startWith({
      CHALLENGE: kind,
      CHALLENGE_SECRET: 'simulated-secret',
      CHALLENGE_VERIFY_URL: `${vendor.url}/siteverify`,
    })
    const { hostname } = new URL(SITE)
    expect((await open(`solved-1@${hostname}`)).status).toBe(201)
    expect((await open(`solved-2@${hostname}`)).status).toBe(201)
    expect(await open(`solved-1@${hostname}`)).toMatchObject(failed)
    expect(await open('solved-3@evil.example')).toMatchObject(failed)
    expect(await open('guessed')).toMatchObject(failed)
    await vendor.close()
  },
)

describe('with a challenge vendor,', () => {
  const settings = { CHALLENGE: 'turnstile', CHALLENGE_SECRET: SECRET, CHALLENGE_SITE_KEY: 'public-key' }
  const vendor = () => nock('https://challenges.cloudflare.com').post('/turnstile/v0/siteverify')

  test('each token opens one session, and only on the website that it was created for', async () => {
    const { open, logLines } = await startWith(settings)
    expect((await open()).body).toMatchObject({
      code: 'challenge_required',
      challenge: { kind: 'turnstile', siteKey: 'public-key' },
    })
    vendor().times(2).reply(200, { success: true, hostname: 'www.example.com' })
    expect((await open('vendor-token')).status).toBe(201)
    expect(await open('vendor-token')).toMatchObject(failed)
    vendor().reply(200, { success: true, hostname: 'evil.example' })
    expect(await open('other-token')).toMatchObject(failed)
    vendor().reply(500)
    expect(await open('third-token')).toMatchObject({ status: 503, body: { code: 'challenge_unavailable' } })
    expect(logLines.join()).not.toMatch(/vendor-secret|-token/)
  })

  test('guests are accepted if the vendor fails and CHALLENGE_FAILURE is accept', async () => {
    const { open } = await startWith({ ...settings, CHALLENGE_FAILURE: 'accept' })
    vendor().reply(500)
    expect((await open('token')).status).toBe(201)
  })
})

test('challenge settings that are incomplete or contradict each other are refused', async () => {
  const { readConfig } = await import('../../../src/service/settings/read-config.ts')
  const read = (settings: Record<string, string>) => () =>
    readConfig({
      ALLOWED_ORIGINS: SITE,
      GENESYS_DEPLOYMENT_ID: 'd',
      GENESYS_REGION: 'eu-west-1',
      ...settings,
    })
  expect(read({ CHALLENGE: 'turnstile' })).toThrow(/CHALLENGE_SECRET is missing/)
  expect(read({ CHALLENGE: 'altcha', CHALLENGE_SECRET: 'x' })).toThrow(/altcha uses SESSION_KEYS/)
  expect(read({ CHALLENGE_SECRET: 'x' })).toThrow(/CHALLENGE is missing/)
  const verifyUrl = { CHALLENGE_VERIFY_URL: 'http://vendor.example/siteverify' }
  expect(read({ CHALLENGE: 'altcha', ...verifyUrl })).toThrow(/altcha needs none/)
  const inProduction = { CHALLENGE: 'hcaptcha', CHALLENGE_SECRET: 'x', NODE_ENV: 'production', ...verifyUrl }
  expect(read(inProduction)).toThrow(/CHALLENGE_VERIFY_URL must begin with https/)
})
