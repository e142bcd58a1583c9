import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { exportJWK, SignJWT } from 'jose'
import nock from 'nock'
import { startSimulator, type Simulator } from '../src/simulator/simulator.ts'
import { startConnectProxy, type ConnectProxy } from './connect-proxy.ts'
import { isMessage } from './event-reader.ts'
import { ask, SITE, startTogether, type Running } from './start-service.ts'
import { genesysUrls } from './service-settings.ts'

const PROXY_VARIABLES = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [
  name,
  name.toLowerCase(),
])
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })

let genesys: Simulator
let keys: http.Server
let proxy: ConnectProxy
let running: Running | undefined
beforeEach(async () => {
  nock.restore() // nock refuses names that do not belong to this machine
  for (const name of PROXY_VARIABLES) Reflect.deleteProperty(process.env, name)
  genesys = await startSimulator({ agent: 'silent' })
  const jwk = { ...(await exportJWK(publicKey)), kid: '1', alg: 'ES256' }
  keys = http.createServer((_req, res) => res.end(JSON.stringify({ keys: [jwk] })))
  keys.listen(0, '127.0.0.1')
  await once(keys, 'listening')
  proxy = await startConnectProxy({
    'genesys.test': Number(new URL(genesys.url).port),
    'keys.test': (keys.address() as AddressInfo).port,
  })
})
afterEach(async () => {
  for (const name of PROXY_VARIABLES) Reflect.deleteProperty(process.env, name)
  await running?.stop()
  running = undefined
  await genesys.close()
  keys.close()
  await proxy.stop()
})

/** A service whose Genesys hosts and key set have names that only the proxy can resolve. */
async function start(settings: Record<string, string> = {}): Promise<Running> {
  running = await startTogether({
    genesys,
    settings: {
      GENESYS_API_URL: 'http://genesys.test',
      GENESYS_LOGIN_URL: 'http://genesys.test',
      GENESYS_CDN_URL: 'http://genesys.test',
      GENESYS_MESSAGING_URL: 'ws://genesys.test',
      GENESYS_CLIENT_ID: genesys.clientId,
      GENESYS_CLIENT_SECRET: genesys.clientSecret,
      USER_TOKEN_JWKS_URL: 'http://keys.test/jwks',
      USER_TOKEN_ISSUER: 'https://login.example.com',
      USER_TOKEN_AUDIENCE: 'chat',
      ...settings,
    },
  })
  return running
}

function userToken(): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: '1' })
    .setSubject('user-1')
    .setIssuer('https://login.example.com')
    .setAudience('chat')
    .setExpirationTime('5m')
    .sign(privateKey)
}

test('a whole conversation uses the proxy: OAuth, configuration, key set, socket, history and files', async () => {
  process.env['HTTP_PROXY'] = proxy.url.replace('//', '//jane:secret%21@')
  const { url, openPage } = await start()
  const page = await openPage({ userToken: await userToken() })
  expect(page.opened.status).toBe(201)
  const stream = await page.events()
  expect((await page.say('hello')).status).toBe(201)
  await stream.next(isMessage('hello'))
  const upload = await fetch(`${url}/attachments?fileName=a.png`, {
    method: 'POST',
    headers: { ...page.headers, 'content-type': 'image/png' },
    body: 'bytes',
  })
  expect(upload.status).toBe(201)
  const { id } = (await upload.json()) as { id: string }
  expect(await page.ask('POST', '/messages', { text: 'see', attachmentIds: [id] })).toMatchObject({
    status: 201,
  })
  expect(await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.a': 'b' } })).toMatchObject({
    status: 200,
    body: { applied: 'now' },
  })
  expect(await page.ask('GET', '/messages')).toMatchObject({ status: 200, body: { total: 2 } })
  expect(await ask(url, 'GET', '/deployment', undefined, { origin: SITE })).toMatchObject({ status: 200 })
  expect(await ask(url, 'GET', '/readyz')).toMatchObject({ body: { status: 'ready' } })
  stream.close()
  expect(new Set(proxy.targets)).toEqual(new Set(['genesys.test:80', 'keys.test:80']))
  expect(genesys.requests.filter(({ method }) => method === 'PUT')).toHaveLength(1)
  expect(new Set(proxy.authorizations)).toEqual(new Set([`Basic ${btoa('jane:secret!')}`]))
})

test('a host that the proxy cannot reach causes upstream_unavailable', async () => {
  process.env['HTTP_PROXY'] = proxy.url
  const { openPage } = await start({ GENESYS_MESSAGING_URL: 'ws://elsewhere.test' })
  expect((await openPage()).opened).toMatchObject({ status: 503, body: { code: 'upstream_unavailable' } })
  expect(proxy.targets).toContain('elsewhere.test:80')
})

test('hosts in NO_PROXY are called directly', async () => {
  process.env['HTTP_PROXY'] = proxy.url
  process.env['NO_PROXY'] = 'localhost,127.0.0.1'
  const { openPage } = await start(genesysUrls(genesys))
  expect((await openPage()).opened.status).toBe(201)
  expect(proxy.targets).toEqual([])
})
