import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { readConfig } from '../../../src/service/settings/read-config.ts'
import type { Simulator, SimulatorOptions } from '../../../src/simulator/simulator.ts'
import { ask, SITE, settingsFor, startTogether, type Running } from '../../start-service.ts'

const MINUTE_MS = 60_000

/** Longer than cached results, rate limits and sessions at Genesys last. */
const LATER_MS = 60 * MINUTE_MS

let nowMs = Date.parse('2026-11-25T11:00:00.000Z')
/** An instance with the simulator's default knowledge base. */
let ordinary: Running
/** The instance that the test uses. */
let running: Running
let genesys: Simulator
/** The number of requests to Genesys before the test. */
let earlier: number
const others: Running[] = []

beforeAll(async () => {
  await startAnother({ KNOWLEDGE: 'open' })
  ordinary = others.pop()!
})
beforeEach(() => {
  nowMs += LATER_MS
  use(ordinary)
})
afterEach(async () => {
  for (const other of others.splice(0)) await other.stop()
})
afterAll(() => ordinary.stop())

function use(one: Running): void {
  running = one
  genesys = one.genesys
  earlier = genesys.requests.length
}

async function startAnother(
  settings: Record<string, string>,
  simulator: SimulatorOptions = {},
): Promise<void> {
  const now = () => nowMs
  const options = {
    limits: false,
    now,
    clientId: 'client',
    clientSecret: 'secret-of-client',
    ...simulator,
  } as const
  const started = await startTogether({ settings, simulator: options, options: { now } })
  others.push(started)
  use(started)
}

const OAUTH = { GENESYS_CLIENT_ID: 'client', GENESYS_CLIENT_SECRET: 'secret-of-client' }
/** Sends a request without a session. */
const get = (path: string, headers: Record<string, string> = { origin: SITE }) =>
  ask(running.url, 'GET', `/knowledge/${path}`, undefined, headers)
const search = (q: string) => get(`search?q=${encodeURIComponent(q)}`)
const rate = (id: string, body: object) =>
  ask(running.url, 'POST', `/knowledge/articles/${id}/feedback`, body, { origin: SITE })
const callsOf = (end: string) =>
  genesys.requests
    .slice(earlier)
    .filter(({ path }) => path.startsWith('/api/v2/knowledge/') && path.endsWith(end))

describe('the setting KNOWLEDGE', () => {
  test('with the value off makes each knowledge path return 501, and no response announces articles', async () => {
    await startAnother({ KNOWLEDGE: 'off' })
    for (const path of ['search?q=parcel', 'suggestions?q=parcel', 'articles/1'])
      expect(await get(path)).toMatchObject({ status: 501, body: { code: 'not_enabled' } })
    expect(await rate('1', { helpful: true })).toMatchObject({ status: 501 })
    const page = await running.openPage()
    expect(page.opened.body.capabilities).not.toContain('knowledge')
    expect((await page.ask('GET', '/deployment')).body).not.toHaveProperty('knowledge')
    expect(callsOf('')).toEqual([])
  })

  test('requires an OAuth client only with the value oauth', async () => {
    const read = (KNOWLEDGE: string) => () => readConfig({ ...settingsFor(genesys), KNOWLEDGE })
    expect(read('open')().knowledge).toBe('open')
    expect(read('oauth')).toThrow(/GENESYS_CLIENT_ID is missing: KNOWLEDGE=oauth needs/)
    expect(read('yes')).toThrow(/KNOWLEDGE must be off, open or oauth/)
  })
})

describe('articles', () => {
  test('are found, read and rated without a session', async () => {
    const found = await search('Where is my PARCEL')
    expect(found.headers.get('cache-control')).toBe('private, max-age=60')
    expect(found.body.results[0]).toEqual({
      id: expect.any(String),
      title: 'Where is my parcel?',
      excerpt: expect.stringMatching(/^A parcel takes two days\. Its number/),
    })
    const [{ id }] = found.body.results
    const { body: article } = await get(`articles/${id}`)
    expect(article).toEqual({
      id,
      title: 'Where is my parcel?',
      html: expect.stringMatching(
        /^<p>A parcel takes <strong>two days<\/strong>.*<a href="https:\/\/www\.example\.com\/track"/,
      ),
    })
    const { searchId } = found.body
    expect((await rate(id, { helpful: true, searchId })).status).toBe(204)
    expect((await rate(id, { helpful: false })).status).toBe(204)
    expect(genesys.knowledgeFeedback).toEqual([
      { articleId: id, rating: 'Positive', searchId },
      { articleId: id, rating: 'Negative' },
    ])
  })

  test('are announced to guests with a session and to pages without one, and phrases are suggested', async () => {
    const page = await running.openPage()
    expect(page.opened.body.capabilities).toContain('knowledge')
    const { body } = await ask(running.url, 'GET', '/deployment', undefined, { origin: SITE })
    expect(body.knowledge).toBe(true)
    expect((await page.ask('GET', '/knowledge/suggestions?q=parcel')).body.phrases).toEqual([
      'Where is my parcel?',
      'Track a parcel',
      'Return a parcel',
    ])
  })

  test('are served only to pages on allowed websites', async () => {
    expect((await get('search?q=parcel', { origin: 'https://evil.example' })).status).toBe(403)
    expect((await get('search?q=parcel', {})).status).toBe(403)
  })

  test('cannot add markup', async () => {
    await startAnother({ KNOWLEDGE: 'open' })
    genesys.setArticles([
      { title: '<img src=x onerror=alert(1)>', body: ['<script>alert("parcel")</script>'] },
    ])
    const [{ id, title }] = (await search('parcel')).body.results
    const { html } = (await get(`articles/${id}`)).body
    expect(html).toBe('<p>&lt;script&gt;alert(&quot;parcel&quot;)&lt;/script&gt;</p>')
    expect(title).toBe('<img src=x onerror=alert(1)>') // The title is plain text, as documented.
  })

  test('with unknown ids are not found', async () => {
    for (const id of ['unknown', '..%2F..%2Fcategories', '%00', 'a'.repeat(300)])
      expect(await get(`articles/${id}`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(callsOf('/categories')).toEqual([])
  })

  test('are not searched if the query is invalid', async () => {
    for (const query of ['', '?q=', '?q=%20', `?q=${'a'.repeat(257)}`, '?q=a&page=2'])
      expect(await get(`search${query}`)).toMatchObject({ status: 400, body: { code: 'invalid_request' } })
    expect(callsOf('')).toEqual([])
  })

  test('are not rated by invalid feedback', async () => {
    const [{ id }] = (await search('parcel')).body.results
    for (const body of [
      {},
      { helpful: 'yes' },
      { helpful: true, comment: 'x' },
      { helpful: true, searchId: '../x' },
    ])
      expect(await rate(id, body)).toMatchObject({ status: 400 })
    expect(callsOf('/feedback')).toEqual([])
  })
})

describe('knowledge calls to Genesys', () => {
  test('are made at most once a minute for the same words, in one session for all guests', async () => {
    await Promise.all([search('parcel'), search('Parcel '), search('PARCEL')])
    expect(callsOf('/search')).toHaveLength(1)
    nowMs += MINUTE_MS - 1
    await search('parcel')
    expect(callsOf('/search')).toHaveLength(1)
    nowMs += 1
    await search('parcel')
    expect(callsOf('/search')).toHaveLength(2)
    expect(callsOf('/sessions')).toHaveLength(1)
    expect(callsOf('')).toHaveLength(3)
  })

  test('open another session if Genesys has ended the previous one', async () => {
    await search('parcel')
    genesys.forgetKnowledgeSessions()
    nowMs += 2 * MINUTE_MS
    expect((await search('parcel')).status).toBe(200)
    expect(callsOf('/sessions')).toHaveLength(2)
  })

  test('are not repeated for ids that do not exist', async () => {
    await get('articles/unknown')
    await get('articles/unknown')
    expect(callsOf('/unknown')).toHaveLength(1)
    expect(callsOf('/sessions')).toHaveLength(1)
  })

  test('are limited for each address', async () => {
    const statuses = new Map<number, number>()
    for (let i = 0; i < 65; i++) {
      const { status } = await search('parcel')
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    expect([...statuses]).toEqual([
      [200, 60],
      [429, 5],
    ])
    nowMs += MINUTE_MS
    expect((await search('parcel')).status).toBe(200)
  })

  test('contain masked text if redaction is on', async () => {
    await startAnother({ KNOWLEDGE: 'open', REDACT: 'card' })
    await search('4111 1111 1111 1111 parcel')
    const sent = JSON.stringify(callsOf('/search'))
    expect(sent).not.toContain('4111')
    expect(running.logLines.join('')).not.toContain('4111')
  })

  test('use the OAuth client if KNOWLEDGE is oauth', async () => {
    await startAnother({ KNOWLEDGE: 'oauth', ...OAUTH }, { knowledge: 'oauth' })
    expect((await search('parcel')).body.results).not.toEqual([])
    genesys.expireOAuthTokens()
    expect((await search('address')).status).toBe(200)
  })

  test('return no more results than were requested', async () => {
    await startAnother({ KNOWLEDGE: 'open' })
    await search('address')
    const path = callsOf('/search')[0]!.path
    const document = { id: '1', title: 'Parcels', variations: [{ id: 'v' }, 'unreadable'] }
    const results = Array.from({ length: 11 }, () => ({ document, matchedPhrase: 'parcel' }))
    genesys.injectFault(`POST ${path}`, { status: 200, body: { results } })
    expect((await search('parcel')).body.results).toHaveLength(10)
    genesys.injectFault(`POST ${path}/suggestions`, { status: 200, body: { results } })
    expect((await get('suggestions?q=parcel')).body.phrases).toHaveLength(5)
  })

  test('that Genesys refuses are reported to operators with the setting to change', async () => {
    await startAnother({ KNOWLEDGE: 'open' }, { knowledge: 'oauth' })
    expect(await search('parcel')).toMatchObject({ status: 502, body: { code: 'upstream_auth_failed' } })
    const { body } = await ask(running.url, 'GET', '/readyz')
    expect(body.checks).toContainEqual({
      name: 'knowledge',
      ok: false,
      essential: false,
      code: 'upstream_auth_failed',
      hint: expect.stringMatching(/set KNOWLEDGE/),
    })
  })
})
