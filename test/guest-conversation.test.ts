import net from 'node:net'
import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import { isMessage, isSession } from './event-reader.ts'
import {
  ask,
  openPage,
  pageOf,
  SITE,
  startTogether,
  type Running,
  type StartOptions,
} from './start-service.ts'

const running: Running[] = []
const start = async (options?: StartOptions) => {
  const together = await startTogether(options)
  running.push(together)
  return together
}
afterEach(async () => {
  for (const together of running.splice(0).reverse()) await together.stop()
})

describe('a guest', () => {
  test('opens a session, says hello and reads the agent’s answer', async () => {
    const { openPage, genesys } = await start({ simulator: { agent: 'scripted' } })
    const page = await openPage({ name: 'Jane' })
    expect(page.opened).toMatchObject({
      status: 201,
      body: { state: 'new', guestApi: 'web-messaging', limits: { maxTextBytes: 4096 } },
    })
    expect(page.opened.headers.get('cache-control')).toBe('no-store')
    expect(page.opened.headers.get('x-request-id')).toBeTruthy()

    const stream = await page.events()
    const sent = await page.say('Hello')
    expect(sent).toMatchObject({
      status: 201,
      body: { text: 'Hello', direction: 'inbound', sender: 'guest' },
    })
    const own = await stream.next(isMessage('Hello'))
    expect(own.data['id']).toBe(sent.body.id)
    expect((await stream.next(({ event }) => event === 'typing')).data['sender']).toBeDefined()
    const reply = await stream.next(({ event, data }) => event === 'message' && data['sender'] === 'agent')
    expect(reply.data['text']).toContain('Hello')
    expect(reply.id).toMatch(/^\d{13}-/)
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.name': 'Jane' })
    stream.close()
  })

  test('resumes the conversation with the session token, which is renewed', async () => {
    const { url, openPage, genesys } = await start()
    const page = await openPage()
    await page.say('one')
    const resumed = await page.ask('POST', '/guest-session', {})
    expect(resumed).toMatchObject({ status: 200, body: { state: 'resumed' } })
    expect(resumed.body.session).not.toBe(page.opened.body.session)
    const firstPart = (token: unknown) => String(token).split('.')[0]
    expect(firstPart(resumed.body.session)).toBe(firstPart(page.opened.body.session))
    await page.say('two')
    expect(genesys.transcript().map(({ text }) => text)).toEqual(['one', 'two'])
    expect(genesys.sessions).toHaveLength(1)
    expect((await ask(url, 'GET', '/guest-session', undefined, page.headers)).body).toMatchObject({
      state: 'resumed',
    })
  })

  test('can be served alternately by two processes that have the same session key', async () => {
    const settings = { SESSION_KEYS: randomBytes(32).toString('base64') }
    const first = await start({ settings })
    const second = await start({ settings, genesys: first.genesys })
    const page = await first.openPage()
    const elsewhere = pageOf(second.url, page.opened)
    const stream = await elsewhere.events()
    await stream.next(isSession('connected'))
    for (const [at, text] of ['one', 'two', 'three', 'four'].entries()) {
      expect((await (at % 2 ? page : elsewhere).say(text)).status).toBe(201)
    }
    for (const text of ['one', 'two', 'three', 'four']) await stream.next(isMessage(text))
    expect(first.genesys.transcript().map(({ text }) => text)).toEqual(['one', 'two', 'three', 'four'])
    stream.close()
  })

  test('uses one upstream socket for all tabs, and each tab gets every event once', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage()
    const tabs = await Promise.all([page.events(), page.events(), page.events()])
    await page.say('hello')
    genesys.agentSays('hi')
    for (const tab of tabs) await tab.next(isMessage('hi'))
    expect(genesys.connections()).toBe(1)
    for (const tab of tabs) {
      expect(tab.events.filter(({ event }) => event === 'message').map(({ data }) => data['text'])).toEqual([
        'hello',
        'hi',
      ])
      tab.close()
    }
  })

  test('can resend a message with the same idempotency key, and the message arrives only once', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage()
    const first = await page.say('once', { 'idempotency-key': 'k-1' })
    const second = await page.say('once', { 'idempotency-key': 'k-1' })
    expect(second).toMatchObject({ status: 201, body: { id: first.body.id } })
    expect(genesys.transcript()).toHaveLength(1)
    expect(await page.say('other', { 'idempotency-key': 'k-1' })).toMatchObject({
      status: 422,
      body: { code: 'idempotency_key_reused' },
    })
  })

  test('can set attributes, which are sent only with the next message', async () => {
    const { openPage, genesys } = await start()
    const page = await openPage({ attributes: { 'custom.page': '/pricing' } })
    const changed = await page.ask('PUT', '/guest-attributes', { attributes: { 'custom.cart': 3 } })
    expect(changed).toMatchObject({
      status: 200,
      body: { attributes: { 'custom.page': '/pricing', 'custom.cart': '3' }, applied: 'with-next-message' },
    })
    await page.say('one')
    await page.say('two')
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.page': '/pricing', 'custom.cart': '3' })
    const withAttributes = genesys.frames.filter(
      ({ direction, frame }) =>
        direction === 'from-guest' && JSON.stringify(frame).includes('customAttributes'),
    )
    expect(withAttributes).toHaveLength(1)
  })

  test('cannot open a stream or send a message after ending the conversation', async () => {
    const { openPage } = await start()
    const page = await openPage()
    await page.say('bye')
    const stream = await page.events()
    expect((await page.ask('DELETE', '/guest-session')).status).toBe(204)
    await stream.next(isSession('cleared'))
    await stream.ended
    expect((await page.events()).status).toBe(204)
    expect(await page.say('still there?')).toMatchObject({ status: 410, body: { code: 'session_ended' } })
  })

  test('cannot end the conversation if the deployment does not allow it', async () => {
    const { openPage } = await start({ simulator: { conversationClear: false } })
    const page = await openPage()
    await page.say('hello')
    expect(await page.ask('DELETE', '/guest-session')).toMatchObject({
      status: 409,
      body: { code: 'end_not_enabled' },
    })
  })
})

describe('a page', () => {
  test('of another site is refused before any work is done', async () => {
    const { url, genesys } = await start()
    for (const [method, path] of [
      ['POST', '/guest-session'],
      ['GET', '/healthz'],
      ['GET', '/client.js'],
      ['GET', '/nowhere'],
    ] as const) {
      for (const origin of [
        'https://evil.example',
        'null',
        `${SITE}.evil.example`,
        SITE.replace('https', 'http'),
      ]) {
        const answer = await ask(url, method, path, undefined, { origin })
        expect(answer).toMatchObject({ status: 403, body: { code: 'origin_not_allowed' } })
        // With PROBLEM_HINTS, the page may read only the problem.
        expect(answer.headers.get('access-control-allow-credentials')).toBeNull()
        const preflight = await ask(url, 'OPTIONS', path, undefined, {
          origin,
          'access-control-request-method': method,
        })
        expect(preflight.status).toBe(204)
        expect(preflight.headers.get('access-control-max-age')).toBe('0')
      }
    }
    expect(genesys.sessions).toHaveLength(0)
    expect(genesys.requests).toHaveLength(
      genesys.requests.filter(({ path }) => path.includes('/webdeployments/v1/')).length,
    )
  })

  test('may send the documented headers after a preflight', async () => {
    const { url } = await start()
    const answer = await ask(url, 'OPTIONS', '/messages', undefined, {
      origin: SITE,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    })
    expect(answer.status).toBe(204)
    expect(answer.headers.get('access-control-allow-origin')).toBe(SITE)
    expect(answer.headers.get('access-control-allow-headers')).toMatch(/Authorization.*Idempotency-Key/)
  })

  test('at one origin cannot use the session token of a page at another origin', async () => {
    const other = 'https://shop.example.com'
    const { url, openPage } = await start({ settings: { ALLOWED_ORIGINS: `${SITE},${other}` } })
    const page = await openPage()
    const answer = await ask(url, 'GET', '/guest-session', undefined, { ...page.headers, origin: other })
    expect(answer).toMatchObject({ status: 401, body: { code: 'session_invalid' } })
    expect(answer.headers.get('www-authenticate')).toContain('Bearer')
  })

  test('without an origin can open a session only if ALLOW_NO_ORIGIN is on', async () => {
    const { url } = await start()
    expect((await ask(url, 'POST', '/guest-session', {})).body.code).toBe('origin_not_allowed')
    const open = await start({ settings: { ALLOW_NO_ORIGIN: 'on' } })
    const opened = await ask(open.url, 'POST', '/guest-session', {})
    expect(opened.status).toBe(201)
    const authorization = `Bearer ${opened.body.session}`
    expect((await ask(open.url, 'GET', '/guest-session', undefined, { authorization })).status).toBe(200)
  })
})

describe('the service', () => {
  test('asks pages to reconnect and stops within its drain time, even with a stream open', async () => {
    const { service, openPage } = await start()
    const page = await openPage()
    const stream = await page.events()
    const before = Date.now()
    await service.stop()
    const { data } = await stream.next(({ event }) => event === 'reconnect')
    expect(data['afterMs']).toBeGreaterThanOrEqual(0)
    expect(Date.now() - before).toBeLessThan(4000)
  })

  test('is degraded instead of ready if the credentials are wrong, and names the setting to correct', async () => {
    const good = await start()
    expect(await ask(good.url, 'GET', '/readyz')).toMatchObject({ status: 200, body: { status: 'ready' } })
    const { clientId } = good.genesys
    const bad = await start({
      genesys: good.genesys,
      settings: { GENESYS_CLIENT_ID: clientId, GENESYS_CLIENT_SECRET: 'wrong-secret' },
    })
    const answer = await ask(bad.url, 'GET', '/readyz')
    expect(answer).toMatchObject({
      status: 200,
      body: {
        status: 'degraded',
        checks: [
          { name: 'oauth', ok: false, essential: false, code: 'upstream_auth_failed' },
          { name: 'deployment' },
          {},
        ],
      },
    })
    expect(answer.body.checks[0].hint).toContain('GENESYS_CLIENT_SECRET')
    expect(JSON.stringify(answer.body)).not.toContain('wrong-secret')
  })

  test('serves the OpenAPI document, a problem’s page and the deployment’s status', async () => {
    const { url } = await start()
    const document = await ask(url, 'GET', '/openapi.json')
    expect(document.body.openapi).toBe('3.1.0')
    expect(Object.keys(document.body.paths)).toEqual(
      expect.arrayContaining(['/guest-session', '/messages', '/events', '/guest-attributes', '/deployment']),
    )
    expect((await ask(url, 'GET', '/docs/problems/session_invalid')).body).toContain('session_invalid')
    expect((await ask(url, 'GET', '/deployment', undefined, { origin: SITE })).body).toMatchObject({
      status: 'active',
    })
  })
})

test('openPage returns no session for a page that is refused', async () => {
  const { url } = await start()
  expect((await openPage(url, {}, 'https://evil.example')).session).toBeUndefined()
})

test('a page that disconnects while its stream is being opened leaves no stream behind', async () => {
  const { url, openPage, genesys } = await start()
  const { port } = new URL(url)
  for (let round = 0; round < 10; round++) {
    const page = await openPage()
    await new Promise<void>((resolve) => {
      const socket = net.connect(Number(port), '127.0.0.1', () => {
        const lines = [
          'GET /events HTTP/1.1',
          'Host: x',
          `Origin: ${SITE}`,
          `Authorization: Bearer ${page.session}`,
        ]
        socket.write(`${lines.join('\r\n')}\r\n\r\n`, () => {
          socket.resetAndDestroy()
          resolve()
        })
      })
      socket.on('error', () => resolve())
    })
  }
  const streams = async () =>
    /^guest_bff_live_streams (\d+)/m.exec((await ask(url, 'GET', '/metrics')).body as string)?.[1]
  while ((await streams()) !== '0') await new Promise(setImmediate)
  expect(genesys.sessions).toHaveLength(10)
})
