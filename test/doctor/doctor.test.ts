import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { exportJWK } from 'jose'
import nock from 'nock'
import { readConfig } from '../../src/service/settings/read-config.ts'
import { EXAMPLE_SESSION_KEY } from '../../src/service/settings/session-keys.ts'
import { runDoctor } from '../../src/doctor/run-doctor.ts'
import { createFaultClock, startFaultProxy, UNRESOLVABLE_HOST } from '../../src/test-kit/faults/faults.ts'
import { startService } from '../../src/service/run-service.ts'
import { createLog } from '../../src/service/observability/log.ts'
import type { Simulator, SimulatorOptions } from '../../src/simulator/simulator.ts'
import { genesysUrls } from '../service-settings.ts'
import { ALL_PERMISSIONS } from '../../src/simulator/settings.ts'
import {
  CLIENT_SECRET,
  PORT_WITHOUT_LISTENER,
  goodSettings,
  SESSION_KEY,
  startAnswer,
  startGoodGenesys,
  startReverseProxy,
  startTls,
  type Started,
} from './set-ups.ts'

type Settings = Record<string, string>

interface SetUp {
  /** The fault in the set-up. */
  readonly title: string
  readonly genesys?: SimulatorOptions
  /** Settings that differ from the good ones. */
  readonly settings?: (genesys: Simulator, started: Started) => Settings | Promise<Settings>
  readonly injectFaults?: (genesys: Simulator) => void
  readonly proxyVariables?: () => Settings | Promise<Settings>
  /** How far this machine's clock is ahead. */
  readonly clockMs?: number
  readonly check: string
  /** The fault that the line names, and what to change. */
  readonly says: RegExp
  readonly exitStatus?: number
}

interface DoctorResult {
  readonly exitStatus: number
  readonly checks: { check: string; status: string; found: string; fix?: string }[]
  readonly text: string
}

const PROXY_NAMES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
])
const ALL_BUT_CONVERSATIONS = ['webDeployments:deployment:view']
const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const VISITORS = { USER_TOKEN_ISSUER: 'https://login.example.com', USER_TOKEN_AUDIENCE: 'chat' }

let started: Started
beforeEach(() => {
  nock.restore() // these tests look up host names
  for (const name of PROXY_NAMES) Reflect.deleteProperty(process.env, name)
  started = []
})
afterEach(async () => {
  for (const name of PROXY_NAMES) Reflect.deleteProperty(process.env, name)
  for (const stop of started.reverse()) await stop()
})

async function examine(
  setUp: Omit<SetUp, 'title' | 'check' | 'says'>,
  args: string[] = [],
): Promise<DoctorResult> {
  const genesys = await startGoodGenesys(setUp.genesys)
  started.push(() => genesys.close())
  setUp.injectFaults?.(genesys)
  const settings = { ...goodSettings(genesys), ...(await setUp.settings?.(genesys, started)) }
  Object.assign(process.env, await setUp.proxyVariables?.())
  const clock = createFaultClock()
  clock.step(setUp.clockMs ?? 0)
  const readSettings = () => readConfig(settings)
  let json = ''
  let text = ''
  const common = { readSettings, now: clock.now, writeError: (part: string) => void (text += part) }
  const exitStatus = await runDoctor({
    ...common,
    args: ['--json', ...args],
    write: (part) => void (json += part),
  })
  await runDoctor({ ...common, args, write: (part) => void (text += part) })
  for (const secret of [CLIENT_SECRET, SESSION_KEY, 'canary-proxy-password', 'canary-session-key']) {
    expect(json + text).not.toContain(secret)
    expect(json + text).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''))
  }
  for (const { token } of genesys.sessions) expect(json + text).not.toContain(token)
  for (const { headers } of genesys.requests) {
    const credentials = headers.authorization?.split(' ')[1]
    if (credentials !== undefined) expect(json + text).not.toContain(credentials)
  }
  expect(genesys.sessions.flatMap(({ token }) => genesys.transcript(token))).toEqual([])
  return { exitStatus, checks: (JSON.parse(json) as DoctorResult).checks, text }
}

const UNRESOLVABLE_HOSTS = {
  GENESYS_API_URL: `https://a.${UNRESOLVABLE_HOST}`,
  GENESYS_LOGIN_URL: `https://b.${UNRESOLVABLE_HOST}`,
  GENESYS_CDN_URL: `https://c.${UNRESOLVABLE_HOST}`,
  GENESYS_MESSAGING_URL: `wss://d.${UNRESOLVABLE_HOST}`,
}

const PRODUCTION = { NODE_ENV: 'production', MANAGEMENT_PORT: '0', DRAIN_DELAY_MS: '0' }

/** @returns the settings, with the management port on which the service really listens */
async function startConfigured(settings: Settings): Promise<{ url: string; settings: Settings }> {
  const service = await startService(readConfig(settings), { log: createLog({ level: 'silent' }) })
  started.push(() => service.stop())
  const { url, managementUrl } = service
  const port = managementUrl && { MANAGEMENT_PORT: new URL(managementUrl).port }
  return { url, settings: { ...settings, ...port } }
}

/**
 * Starts the service behind a proxy that appends its client's address to `X-Forwarded-For`.
 * @param isHidden the paths for which the proxy responds with 404
 */
async function startBehindProxy(
  genesys: Simulator,
  trustProxy: string,
  isHidden?: (path: string) => boolean,
  more: Settings = {},
): Promise<Settings> {
  let url = ''
  const proxyUrl = await startReverseProxy(() => url, started, { isHidden })
  const settings = { ...goodSettings(genesys), TRUST_PROXY: trustProxy, PUBLIC_URL: proxyUrl, ...more }
  const running = await startConfigured(settings)
  url = running.url
  return running.settings
}

async function keySet(jwk: object): Promise<string> {
  return startAnswer(JSON.stringify({ keys: [jwk] }), started)
}

const AVAILABILITY = (genesys: Simulator) => ({
  GENESYS_SCHEDULE_GROUP_ID: genesys.scheduleGroupId,
  GENESYS_EMERGENCY_GROUP_ID: genesys.emergencyGroupId,
  GENESYS_QUEUE_ID: genesys.queueId,
})

const SET_UPS: SetUp[] = [
  {
    title: 'the first of two settings that cannot be read',
    settings: () => ({ PORT: 'canary', UPSTREAM_TIMEOUT_MS: 'soon' }),
    check: 'settings',
    says: /PORT must be a whole number/,
    exitStatus: 2,
  },
  {
    title: 'a session key that is too short',
    settings: () => ({ SESSION_KEYS: Buffer.from('short').toString('base64') }),
    check: 'settings',
    says: /SESSION_KEYS\[0\] must be 32 bytes in base64; it has 5 bytes/,
    exitStatus: 2,
  },
  {
    title: 'a host name that does not exist',
    settings: () => ({ GENESYS_LOGIN_URL: `http://${UNRESOLVABLE_HOST}` }),
    check: 'dns',
    says: /genesys\.invalid \((ENOTFOUND|EAI_AGAIN)\).*GENESYS_LOGIN_URL/s,
  },
  {
    title: 'an outbound proxy without a listener',
    proxyVariables: () => ({
      HTTP_PROXY: `http://jane:canary-proxy-password@127.0.0.1:${PORT_WITHOUT_LISTENER}`,
    }),
    check: 'outbound proxy',
    says: /127\.0\.0\.1:\d+ does not connect to .*ECONNREFUSED.*HTTPS_PROXY/s,
  },
  {
    title: 'an outbound proxy that is not a proxy',
    proxyVariables: async () => ({ HTTP_PROXY: await startAnswer('hello', started, 407) }),
    check: 'outbound proxy',
    says: /does not connect/,
  },
  {
    title: 'a port without a listener',
    settings: () => ({ GENESYS_MESSAGING_URL: `ws://127.0.0.1:${PORT_WITHOUT_LISTENER}` }),
    check: 'connection',
    says: /ECONNREFUSED.*Nothing listens at 127\.0\.0\.1:\d+: check host and port in GENESYS_MESSAGING_URL\./s,
  },
  {
    title: 'a certificate whose authority is not trusted',
    settings: async (genesys) => ({
      GENESYS_API_URL: `https://localhost:${await startTls(genesys.url, started)}`,
    }),
    check: 'tls',
    says: /localhost:\d+ \(UNABLE_TO_VERIFY_LEAF_SIGNATURE, issued by Test authority of doctor\).*NODE_EXTRA_CA_CERTS/s,
  },
  {
    title: 'a port that does not speak TLS',
    settings: (genesys) => ({ GENESYS_API_URL: genesys.url.replace('http:', 'https:') }),
    check: 'tls',
    says: /the scheme and port/,
  },
  {
    title: 'a clock that is ten minutes ahead',
    clockMs: 600_000,
    check: 'clock',
    says: /10 minutes ahead of Genesys.*NTP/s,
  },
  {
    title: 'a clock that is six years ahead',
    clockMs: 6 * 365.25 * 86_400_000,
    check: 'clock',
    says: /6 years ahead of Genesys.*NTP/s,
  },
  {
    title: 'a region in which neither the deployment nor the OAuth client is known',
    settings: () => ({ GENESYS_DEPLOYMENT_ID: randomUUID(), GENESYS_CLIENT_ID: randomUUID() }),
    check: 'region',
    says: /neither the deployment nor the OAuth client is known.*GENESYS_REGION/s,
  },
  {
    title: 'an unknown client id',
    settings: () => ({ GENESYS_CLIENT_ID: randomUUID() }),
    check: 'oauth client',
    says: /GENESYS_CLIENT_ID/,
  },
  {
    title: 'a wrong client secret',
    settings: () => ({ GENESYS_CLIENT_SECRET: 'another' }),
    check: 'oauth client',
    says: /client secret is wrong: compare GENESYS_CLIENT_SECRET/,
  },
  {
    title: 'an OAuth client with the wrong grant type',
    genesys: { grantTypes: ['code'] },
    check: 'oauth client',
    says: /grant type Client Credentials: in Genesys Cloud, select this grant type/,
  },
  {
    title: 'a missing permission',
    genesys: { permissions: ALL_BUT_CONVERSATIONS },
    check: 'permissions',
    says: /conversation:message:view or conversation:webmessaging:view/,
  },
  {
    title: 'a missing permission for callbacks',
    settings: (genesys) => ({ ...AVAILABILITY(genesys), CALLBACKS: 'on' }),
    genesys: { permissions: ALL_PERMISSIONS.filter((each) => each !== 'conversation:callback:create') },
    check: 'availability',
    says: /conversation:callback:create/,
  },
  {
    title: 'a challenge whose vendor does not know the secret',
    settings: ({ url }) => ({
      CHALLENGE: 'turnstile',
      CHALLENGE_SECRET: 'mistyped',
      CHALLENGE_VERIFY_URL: `${url}/siteverify`,
    }),
    check: 'challenge',
    says: /turnstile: it refuses CHALLENGE_SECRET.*\n.*Compare CHALLENGE_SECRET/,
  },
  {
    title: 'knowledge that needs an OAuth client',
    genesys: { knowledge: 'oauth' },
    settings: () => ({ KNOWLEDGE: 'open' }),
    check: 'knowledge',
    says: /accepts searches with KNOWLEDGE=oauth\nSet KNOWLEDGE=oauth\./,
  },
  {
    title: 'a deployment without a knowledge base',
    genesys: { knowledge: 'off' },
    settings: () => ({ KNOWLEDGE: 'oauth' }),
    check: 'knowledge',
    says: /accepts no search\n.*deployment has a knowledge base/,
  },
  {
    title: 'each missing permission for availability',
    genesys: { permissions: ['conversation:message:view', 'webDeployments:deployment:view'] },
    settings: AVAILABILITY,
    check: 'availability',
    says: /routing:emergencyGroup:view.*routing:scheduleGroup:view.*analytics:queueObservation:view.*routing:queue:view/s,
  },
  {
    title: 'each schedule that cannot be evaluated',
    settings: (genesys) => {
      const day = { start: '2026-01-01T00:00:00.000', end: '2026-01-02T00:00:00.000' }
      const rules = ['FREQ=HOURLY', 'FREQ=YEARLY;BYWEEKNO=2', ...Array<string>(30).fill('FREQ=DAILY')]
      genesys.setHours({ open: rules.map((rrule) => ({ ...day, rrule })) })
      return AVAILABILITY(genesys)
    },
    check: 'availability',
    says: /not everything is known.*The schedule \S+ cannot be evaluated: it has a FREQ that is not.*: it has BYWEEKNO/s,
  },
  {
    title: 'an unknown deployment',
    settings: () => ({ GENESYS_DEPLOYMENT_ID: randomUUID() }),
    check: 'deployment',
    says: /does not know the deployment.*GENESYS_DEPLOYMENT_ID/s,
  },
  {
    title: 'an inactive deployment',
    genesys: { deploymentStatus: 'Inactive' },
    check: 'deployment',
    says: /not active.*Messenger Deployments/s,
  },
  {
    title: 'a deployment whose Messenger is off',
    genesys: { messenger: false },
    check: 'deployment',
    says: /Messenger is off/,
  },
  {
    title: 'a website that Genesys does not allow',
    settings: () => ({ ALLOWED_ORIGINS: 'https://www.example.com,https://shop.example.org' }),
    check: 'allowed domains',
    says: /does not allow https:\/\/shop\.example\.org .*Add shop\.example\.org to the deployment's allowed domains/s,
  },
  {
    title: 'a domain allowed in Genesys that is missing from ALLOWED_ORIGINS',
    genesys: { allowedDomains: ['example.com', 'shop.example.org'] },
    check: 'allowed origins',
    says: /shop\.example\.org are allowed in Genesys Cloud, but refused here.*Add https:\/\/shop\.example\.org to ALLOWED_ORIGINS/s,
  },
  {
    title: 'a guest socket that refuses connections',
    injectFaults: (genesys) => void genesys.injectFault('GET /v1', { status: 403, times: 10 }),
    check: 'guest socket',
    says: /refused connections from https:\/\/www\.example\.com \(HTTP 403\).*must be active in this region.*list of allowed IP addresses/s,
  },
  {
    title: 'an origin that Genesys refuses even though its domain is listed',
    genesys: { allowedDomainMatch: 'exact' },
    settings: () => ({ ALLOWED_ORIGINS: 'https://example.com,https://shop.example.com' }),
    check: 'guest socket',
    says: /refused connections from https:\/\/shop\.example\.com \(HTTP 403\).*contain the domain of https:\/\/shop\.example\.com/s,
  },
  {
    title: 'a session that Genesys refuses, in Genesys’ own words',
    injectFaults: (genesys) =>
      void genesys.injectFault('configureSession', {
        frame: { class: 'string', code: 400, body: 'Request failed.' },
        times: 100,
      }),
    check: 'guest session',
    says: /Genesys says: “Request failed\.”(?!.*DEPLOYMENT)/s,
  },
  {
    title: 'an IP address that may be missing from the organization’s list of allowed addresses',
    injectFaults: (genesys) => void genesys.injectFault('POST /oauth/token', { status: 403, times: 100 }),
    check: 'oauth client',
    says: /HTTP 403.*list of allowed IP addresses/s,
  },
  {
    title: 'a history that cannot be read',
    injectFaults: (genesys) =>
      void genesys.injectFault('GET /api/v2/webmessaging/messages', { status: 500, times: 100 }),
    check: 'history',
    says: /read_history, HTTP 500/,
  },
  {
    title: 'an object store that is missing from GENESYS_FILE_HOSTS',
    genesys: { storageUrl: 'https://storage.example.net' },
    settings: () => ({ GENESYS_FILE_HOSTS: 'files.example.com' }),
    check: 'files',
    says: /storage\.example\.net.*GENESYS_FILE_HOSTS must name storage\.example\.net/s,
  },
  {
    title: 'an object store that accepts no file',
    injectFaults: (genesys) =>
      void genesys.injectFault('PUT /attachment-storage/*', { status: 403, body: '', times: 10 }),
    check: 'files',
    says: /a file could not be uploaded to 127\.0\.0\.1:\d+/,
  },
  {
    title: 'a visitor webhook address that is not a webhook',
    settings: (genesys) => ({
      VISITOR_WEBHOOK_URL: genesys.url,
      VISITOR_WEBHOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
      VISITOR_WEBHOOK_COOKIE: 'shop-session',
    }),
    check: 'visitor webhook',
    says: /the response has the status 404\n.*must respond with 200/,
  },
  {
    title: 'visitor-token keys that cannot be fetched',
    settings: async () => ({ ...VISITORS, USER_TOKEN_JWKS_URL: await startAnswer('', started, 404) }),
    check: 'visitor-token keys',
    says: /USER_TOKEN_JWKS_URL: it responds with HTTP 404; it must respond with 200/,
  },
  {
    title: 'visitor-token keys at a port without a listener',
    settings: () => ({ ...VISITORS, USER_TOKEN_JWKS_URL: `http://127.0.0.1:${PORT_WITHOUT_LISTENER}` }),
    check: 'visitor-token keys',
    says: /USER_TOKEN_JWKS_URL: no connection \(ECONNREFUSED\).*Check host and port in USER_TOKEN_JWKS_URL/s,
  },
  {
    title: 'visitor-token keys for the wrong algorithm',
    settings: async () => ({
      ...VISITORS,
      USER_TOKEN_ALGORITHMS: 'RS256',
      USER_TOKEN_JWKS_URL: await keySet(await exportJWK(publicKey)),
    }),
    check: 'visitor-token keys',
    says: /no key for RS256.*USER_TOKEN_ALGORITHMS/s,
  },
  {
    title: 'a public key for visitor tokens that is not a key',
    settings: () => ({ ...VISITORS, USER_TOKEN_PUBLIC_KEY: 'canary' }),
    check: 'visitor-token keys',
    says: /USER_TOKEN_PUBLIC_KEY has no key/,
  },
  {
    title: 'a reverse proxy that is not trusted',
    settings: (genesys) => startBehindProxy(genesys, '0'),
    check: 'forwarded headers',
    says: /all guests share one address.*TRUST_PROXY/s,
  },
  {
    title: 'a reverse proxy that is not trusted, in production',
    settings: (genesys) => startBehindProxy(genesys, '0', (path) => path === '/readyz', PRODUCTION),
    check: 'forwarded headers',
    says: /all guests share one address.*TRUST_PROXY/s,
  },
  {
    title: 'more trusted proxies than exist',
    settings: (genesys) => startBehindProxy(genesys, '2'),
    check: 'forwarded headers',
    says: /the caller invents is accepted.*TRUST_PROXY trusts more/s,
  },
]

test.each(SET_UPS)(
  'the first failing line names $title',
  async ({ check, says, exitStatus = 1, ...setUp }) => {
    const result = await examine(setUp)
    const first = result.checks.find(({ status }) => status === 'failed')
    expect(first).toMatchObject({ check })
    expect(`${first?.found}\n${first?.fix}`).toMatch(says)
    expect(result.exitStatus).toBe(exitStatus)
    expect(result.text.split('\n').find((line) => line.includes('FAILED'))).toMatch(new RegExp(`^${check} `))
  },
)

test('a correct set-up passes every check, and agents notice nothing', async () => {
  const result = await examine({
    genesys: { autoStart: true },
    settings: async (genesys) => ({
      ...VISITORS,
      USER_TOKEN_JWKS_URL: await keySet(await exportJWK(publicKey)),
      ...(await startBehindProxy(genesys, '1')),
      ...AVAILABILITY(genesys),
      CALLBACKS: 'on',
      TRANSCRIPT: 'on',
      KNOWLEDGE: 'open',
      JOURNEY: 'open',
      PRE_CHAT_FORM: '{"fields":[{"key":"name","label":"Your name"}]}',
    }),
  })
  const skipped = ['redaction', 'tls', 'survey', 'visitor webhook', 'challenge', 'blocklist', 'message']
  expect(result.checks.filter(({ status }) => status !== 'ok').map(({ check }) => check)).toEqual(skipped)
  expect(result.exitStatus).toBe(0)
  expect(result.text).toContain('All checks passed.')
})

test('the check for forged client addresses also works behind a proxy that does not publish /readyz', async () => {
  const checkBehind = async (trustProxy: string) => {
    const { checks } = await examine({
      settings: (genesys) => startBehindProxy(genesys, trustProxy, (path) => path === '/readyz'),
    })
    return checks.find(({ check }) => check === 'forwarded headers')
  }
  expect(await checkBehind('1')).toMatchObject({ status: 'ok', found: expect.stringContaining('ignored') })
  expect(await checkBehind('2')).toMatchObject({ status: 'failed' })
  expect(await checkBehind('0')).toMatchObject({
    status: 'warning',
    fix: expect.stringContaining('`/readyz`'),
  })
})

test('in production, the doctor checks forwarded addresses through the management port', async () => {
  const checkOf = async (changed: Settings) => {
    let direct: string[] = []
    const { checks } = await examine({
      settings: async (genesys) => {
        const { url, settings } = await startConfigured({ ...goodSettings(genesys), ...PRODUCTION })
        direct = [url, ...Object.values(genesysUrls(genesys))].map((each) => new URL(each).host)
        return { ...settings, PUBLIC_URL: url, ...changed }
      },
      // An outbound proxy does not reach the management port.
      proxyVariables: () => ({
        HTTP_PROXY: `http://127.0.0.1:${PORT_WITHOUT_LISTENER}`,
        NO_PROXY: direct.join(','),
      }),
    })
    return checks.find(({ check }) => check === 'forwarded headers')
  }
  expect(await checkOf({})).toMatchObject({ status: 'ok', found: expect.stringContaining('/readyz') })
  expect(await checkOf({ HOST: '0.0.0.0' })).toMatchObject({ status: 'ok' })
  expect(await checkOf({ MANAGEMENT_PORT: String(PORT_WITHOUT_LISTENER) })).toMatchObject({
    status: 'warning',
    found: expect.stringContaining(`http://127.0.0.1:${PORT_WITHOUT_LISTENER} (ECONNREFUSED)`),
    fix: expect.stringMatching(/where the service runs.*`trust-proxy`/),
  })
})

test('the doctor names NODE_EXTRA_CA_CERTS if it does not trust the service’s certificate', async () => {
  const checkOf = async (name: 'PUBLIC_URL' | '--url') => {
    const genesys = await startGoodGenesys()
    started.push(() => genesys.close())
    const url = `https://localhost:${await startTls(genesys.url, started)}`
    const byOption = name === '--url'
    const { checks } = await examine(
      { settings: () => (byOption ? {} : { PUBLIC_URL: url }) },
      byOption ? ['--url', url] : [],
    )
    return checks.find(({ check }) => check === 'forwarded headers')
  }
  const says = {
    found: expect.stringMatching(
      /^the certificate of https:\/\/localhost:\d+ is not valid here \([A-Z_]+\)$/,
    ),
    fix: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
  }
  expect(await checkOf('PUBLIC_URL')).toMatchObject({ status: 'warning', ...says })
  expect(await checkOf('--url')).toMatchObject({ status: 'failed', ...says })
})

test('if a required setting’s name is misspelled, the doctor suggests the correct name', async () => {
  const { checks, exitStatus } = await examine({
    settings: () => ({ ALLOWED_ORIGINS: '', ALLOWED_ORIGIN: 'https://www.example.com' }),
  })
  expect(checks.map(({ status, found }) => [status, found])).toEqual([
    ['failed', expect.stringMatching(/^ALLOWED_ORIGINS is missing/)],
    ['warning', 'ALLOWED_ORIGIN is not a setting. Did you mean ALLOWED_ORIGINS?'],
  ])
  expect(exitStatus).toBe(2)
})

test('the doctor names each setting only once if no host can be resolved', async () => {
  const { checks } = await examine({
    settings: () => ({ GENESYS_REGION: 'eu-west-1', ...UNRESOLVABLE_HOSTS }),
  })
  expect(checks.find(({ check }) => check === 'dns')?.fix).toMatch(
    /^Check GENESYS_REGION, GENESYS_API_URL, GENESYS_LOGIN_URL, GENESYS_CDN_URL and GENESYS_MESSAGING_URL, and this machine's name server/,
  )
})

test('the doctor lists the allowed origins, and says that a local Genesys is not Genesys Cloud', async () => {
  const { checks } = await examine({
    settings: () => ({ ALLOWED_ORIGINS: 'https://www.example.com,https://*.example.com' }),
  })
  const found = (name: string) => checks.find(({ check }) => check === name)?.found
  expect(found('allowed domains')).toContain('https://www.example.com and https://*.example.com')
  expect(found('delivery')).toContain('30 s (GENESYS_CONNECTION_IDLE_S)')
  expect(found('connection')).toMatch(/; 127\.0\.0\.1:\d+ is this machine, and not Genesys Cloud$/)
})

test('the doctor warns about the unchanged session key from .env.example', async () => {
  const { checks, exitStatus } = await examine({ settings: () => ({ SESSION_KEYS: EXAMPLE_SESSION_KEY }) })
  expect(checks.find(({ check }) => check === 'session keys')).toMatchObject({
    status: 'warning',
    found: expect.stringContaining('.env.example'),
  })
  expect(exitStatus).toBe(0)
})

test('a check that depends on a failed check is skipped, and its line names the failed check', async () => {
  const { checks } = await examine({ genesys: { deploymentStatus: 'Inactive' } })
  const skipped = checks
    .filter(({ status }) => status === 'skipped')
    .map(({ check, found }) => [check, found])
  expect(skipped).toEqual(
    expect.arrayContaining([
      ['allowed domains', 'needs: deployment'],
      ['guest session', 'needs: deployment'],
      ['history', 'needs: deployment'],
    ]),
  )
})

test('a failed check becomes a warning if --ignore names it, and does not change the exit status', async () => {
  const genesys = { allowedDomains: ['example.com', 'shop.example.org'] }
  const { checks, exitStatus } = await examine({ genesys }, ['--ignore', 'allowed origins'])
  expect(checks.find(({ check }) => check === 'allowed origins')?.status).toBe('warning')
  expect(exitStatus).toBe(0)
})

test('a doctor check fails if its request gets no response', async () => {
  const result = await examine({
    settings: async (genesys) => {
      const proxy = await startFaultProxy({ target: genesys.url })
      await proxy.inject({ kind: 'hang' })
      started.push(() => proxy.stop())
      return { GENESYS_API_URL: proxy.url, UPSTREAM_TIMEOUT_MS: '300' }
    },
  })
  expect(result.checks.find(({ status }) => status === 'failed')).toMatchObject({ check: 'clock' })
})

test('with --send, the doctor sends one message to an agent and ends the conversation', async () => {
  const genesys = await startGoodGenesys()
  started.push(() => genesys.close())
  const readSettings = () => readConfig(goodSettings(genesys))
  let text = ''
  const write = (part: string) => void (text += part)
  expect(await runDoctor({ args: ['--send'], readSettings, write, writeError: write })).toBe(0)
  const texts = genesys.frames.filter(
    ({ frame }) => frame.action === 'onMessage' && (frame.message as { type?: string }).type === 'Text',
  )
  expect(texts).toHaveLength(1)
  expect(text).toMatch(/^message +ok +sent; attributes are written immediately; the conversation was ended$/m)
})

test('the doctor checks every site in SITES_FILE, or only the site given with --site', async () => {
  const genesys = await startGoodGenesys()
  started.push(() => genesys.close())
  const { ALLOWED_ORIGINS: origin, GENESYS_DEPLOYMENT_ID: deploymentId, ...settings } = goodSettings(genesys)
  const folder = mkdtempSync(join(tmpdir(), 'doctor-sites-'))
  started.push(() => rmSync(folder, { recursive: true }))
  const sites = {
    good: { ALLOWED_ORIGINS: [origin], GENESYS_DEPLOYMENT_ID: deploymentId },
    bad: { ALLOWED_ORIGINS: ['https://shop.example.com'], GENESYS_DEPLOYMENT_ID: randomUUID() },
  }
  writeFileSync(join(folder, 'sites.json'), JSON.stringify({ sites }))
  const readSettings = () => readConfig({ ...settings, SITES_FILE: join(folder, 'sites.json') })
  const ask = async (...args: string[]) => {
    let text = ''
    const write = (part: string) => void (text += part)
    return { exitStatus: await runDoctor({ args, readSettings, write, writeError: write }), text }
  }
  const both = await ask('--json')
  expect(both.exitStatus).toBe(1)
  expect(JSON.parse(both.text)).toMatchObject({
    sites: { good: { outcome: 'good' }, bad: { outcome: 'failed', firstFailure: 'deployment' } },
  })
  expect(await ask('--site', 'good')).toMatchObject({
    exitStatus: 0,
    text: expect.stringMatching(/^Site good\n/),
  })
  expect(await ask('--site', 'other')).toMatchObject({
    exitStatus: 2,
    text: expect.stringMatching(/no site “other” in SITES_FILE\. Its sites are good, bad\./),
  })
})

test.each([[['--color']], [['--ignore', 'everything']], [['--url', 'ftp://x']]])(
  'the doctor exits with status 2 for the invalid options %j',
  async (args) => {
    let text = ''
    const write = (part: string) => void (text += part)
    const readSettings = () => readConfig({})
    expect(await runDoctor({ args, readSettings, write, writeError: write })).toBe(2)
    expect(text).toContain('genesys-guest-bff doctor [--json]')
  },
)
