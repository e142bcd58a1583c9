import { get } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Request } from 'express'
import { sessionCookieOf } from '../../src/service/middleware/session-cookie.ts'
import { isMessage, isSession, readEvents } from '../event-reader.ts'
import { ask, SITE, startTogether, type Answer, type Running } from '../start-service.ts'

/**
 * SESSION_COOKIE=on is for the browser's own `EventSource`, to which a page cannot add headers. Because the browser
 * sends the cookie with requests from any page, the service accepts it only with proof of which page sent the request.
 */

const SHOP = 'https://shop.example.com'
const FOREIGN = 'https://evil.example'
const SAME_ORIGIN = { 'sec-fetch-site': 'same-origin' }

let running: Running
beforeEach(async () => {
  running = await startTogether({ settings: { SESSION_COOKIE: 'on', ALLOWED_ORIGINS: `${SITE},${SHOP}` } })
})
afterEach(() => running.stop())

const open = (headers: Record<string, string> = {}) =>
  ask(running.url, 'POST', '/guest-session', {}, { origin: SITE, ...headers })

/** `name=value` as the browser sends it back. */
function cookieOf(answer: Answer): string {
  const [cookie = ''] = answer.headers.getSetCookie()
  return cookie.split(';')[0] ?? ''
}

function attributesOf(answer: Answer): string[] {
  const [cookie = ''] = answer.headers.getSetCookie()
  return cookie
    .split(';')
    .slice(1)
    .map((attribute) => attribute.trim())
}

describe('the session cookie', () => {
  test('is set for a new session, only for this host and over TLS, and not readable by scripts', async () => {
    const opened = await open()
    expect(opened.headers.getSetCookie()).toHaveLength(1)
    expect(cookieOf(opened)).toBe(`__Host-guest-session=${opened.body.session}`)
    expect(attributesOf(opened)).toEqual(
      expect.arrayContaining(['Path=/', 'HttpOnly', 'Secure', 'SameSite=None', 'Partitioned']),
    )
    expect(attributesOf(opened).join()).not.toContain('Domain')
    expect(opened.headers.get('access-control-allow-credentials')).toBe('true')
    expect(opened.headers.get('access-control-allow-origin')).toBe(SITE)
  })

  test('is renewed whenever a response contains a new session token', async () => {
    const cookie = cookieOf(await open())
    const changed = await ask(
      running.url,
      'PUT',
      '/guest-attributes',
      { attributes: { 'custom.plan': 'gold' } },
      { origin: SITE, cookie },
    )
    expect(cookieOf(changed)).toBe(`__Host-guest-session=${changed.body.session}`)
    const resumed = await open({ cookie: cookieOf(changed) })
    expect(resumed).toMatchObject({ status: 200, body: { state: 'resumed' } })
    expect(cookieOf(resumed)).not.toBe(cookieOf(changed))
  })

  test('is deleted when the conversation ends', async () => {
    const cookie = cookieOf(await open())
    await ask(running.url, 'POST', '/messages', { text: 'hello' }, { origin: SITE, cookie })
    const ended = await ask(running.url, 'DELETE', '/guest-session', undefined, { origin: SITE, cookie })
    expect(ended.status).toBe(204)
    expect(cookieOf(ended)).toBe('__Host-guest-session=')
    expect(attributesOf(ended)).toEqual(
      expect.arrayContaining(['Path=/', 'Secure', 'Partitioned', 'Max-Age=0']),
    )
  })

  test('is neither set nor accepted if it is not enabled', async () => {
    await running.stop()
    running = await startTogether()
    const opened = await open()
    expect(opened.headers.getSetCookie()).toEqual([])
    expect(opened.headers.get('access-control-allow-credentials')).toBeNull()
    const cookie = `__Host-guest-session=${opened.body.session}`
    expect(
      await ask(running.url, 'GET', '/guest-session', undefined, { origin: SITE, cookie }),
    ).toMatchObject({
      status: 401,
      body: { code: 'session_invalid' },
    })
  })

  test('never takes precedence over a bearer token', async () => {
    const cookie = cookieOf(await open())
    const headers = { origin: SITE, cookie, authorization: 'Bearer not.a.token' }
    expect((await ask(running.url, 'GET', '/guest-session', undefined, headers)).status).toBe(401)
  })
})

describe('a request with only the cookie', () => {
  test.each<[string, number, string | undefined, Record<string, string>]>([
    ['from the page that opened the session', 200, undefined, { origin: SITE }],
    ['from a page at the same origin, which sends no Origin header with a GET', 200, undefined, SAME_ORIGIN],
    ['from an unknown page', 401, 'session_invalid', {}],
    [
      'from a page at another origin on the same site',
      401,
      'session_invalid',
      { 'sec-fetch-site': 'same-site' },
    ],
    ['from a page on another site', 401, 'session_invalid', { 'sec-fetch-site': 'cross-site' }],
    ['from a foreign page', 403, 'origin_not_allowed', { origin: FOREIGN }],
    [
      'from a foreign page that claims to have the same origin',
      403,
      'origin_not_allowed',
      { origin: FOREIGN, ...SAME_ORIGIN },
    ],
    ['from a page with the origin null', 403, 'origin_not_allowed', { origin: 'null' }],
    ['from another allowed website', 401, 'session_invalid', { origin: SHOP }],
  ])('%s gets the status %i', async (_page, status, code, headers) => {
    const cookie = cookieOf(await open())
    const answer = await ask(running.url, 'GET', '/guest-session', undefined, { cookie, ...headers })
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code })
  })

  test('that would send a message is refused unless it comes from the page that opened the session', async () => {
    const cookie = cookieOf(await open())
    const say = (headers: Record<string, string>) =>
      ask(running.url, 'POST', '/messages', { text: 'not by the guest' }, { cookie, ...headers })
    expect((await say({})).status).toBe(401)
    expect((await say({ origin: FOREIGN })).status).toBe(403)
    expect((await say({ origin: SHOP })).status).toBe(401)
    // A form on a foreign page can send this request without a preflight.
    expect((await say({ origin: FOREIGN, 'content-type': 'text/plain' })).status).toBe(403)
    expect((await ask(running.url, 'DELETE', '/guest-session', undefined, { cookie })).status).toBe(401)
    expect(running.genesys.transcript()).toEqual([])
    expect((await say({ origin: SITE })).status).toBe(201)
  })

  test('that would open a session without proof of its page’s origin is refused', async () => {
    const cookie = cookieOf(await open())
    const answer = await ask(running.url, 'POST', '/guest-session', {}, { cookie })
    expect(answer.status).toBe(403)
    expect(running.genesys.sessions).toHaveLength(1)
  })
})

describe('the session cookie in a request', () => {
  const asked = async (cookieFor: (session: string) => string) => {
    const { session } = (await open()).body
    return raw(running.url, cookieFor(session))
  }

  test.each([
    ['with a no-break space before its name', '\xa0__Host-guest-session'],
    ['with a no-break space after its name', '__Host-guest-session\xa0'],
    ['with its name in lower case', '__host-guest-session'],
    ['with a longer name', '__Host-guest-session2'],
  ])('%s is ignored', async (_what, name) => {
    expect(await asked((session) => `${name}=${session}`)).toBe(401)
  })
})

test('a repeated session cookie is refused, and a session cookie among other cookies is accepted', async () => {
  const { session } = (await open()).body
  const twice = `__Host-guest-session=${session}; __Host-guest-session=${session}`
  expect(await raw(running.url, twice)).toBe(401)
  expect(await raw(running.url, `a=b;__Host-guest-session=${session} ;\tc=d`)).toBe(200)
})

/** The status of a request whose cookie is sent byte for byte (latin1). */
function raw(url: string, cookie: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const headers = { origin: SITE, cookie }
    get(`${url}/guest-session`, { headers }, (res) => {
      res.resume()
      resolve(res.statusCode)
    }).on('error', reject)
  })
}

describe('the browser’s own EventSource', () => {
  test('reads live events with the cookie, and resumes with Last-Event-ID', async () => {
    const cookie = cookieOf(await open())
    const headers = { origin: SITE, cookie, accept: 'text/event-stream' }
    const stream = await readEvents(running.url, headers)
    await stream.next(isSession('connected'))
    await ask(running.url, 'POST', '/messages', { text: 'first words' }, { origin: SITE, cookie })
    const { id } = await stream.next(isMessage('first words'))
    stream.close()
    running.genesys.agentSays('while away')
    const again = await readEvents(running.url, headers, { lastEventId: id! })
    await again.next(isMessage('while away'))
    expect(again.events.filter(({ event }) => event === 'message')).toHaveLength(1)
    again.close()
  })

  test('on a foreign page is refused', async () => {
    const cookie = cookieOf(await open())
    expect((await readEvents(running.url, { origin: FOREIGN, cookie })).status).toBe(403)
    expect((await readEvents(running.url, { cookie })).status).toBe(401)
  })
})

describe('the cookie header', () => {
  const cookieIn = (cookie: string) =>
    sessionCookieOf({ headers: { cookie } } as unknown as Request, 'session')

  test.each([
    ['session=abc', 'abc'],
    ['a=1; \t session=abc \t ;b=2', 'abc'],
    ['session=a\tb', 'a\tb'],
    ['\u00a0session=abc', undefined],
    [' \t ', undefined],
  ])('with the value %j has the session token %j', (cookie, session) => {
    expect(cookieIn(cookie)).toBe(session)
  })

  test('is read in less than a second even if it contains 200,000 tabs', () => {
    const startedAtMs = performance.now()
    expect(cookieIn(`a${'\t'.repeat(200_000)}a; session=abc`)).toBe('abc')
    // With one pass for each tab, reading would take half a minute.
    expect(performance.now() - startedAtMs).toBeLessThan(1000)
  })
})
