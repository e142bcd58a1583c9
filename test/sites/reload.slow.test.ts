import { afterEach, describe, expect, test } from '@jest/globals'
import { ask, openPage, type Page } from '../start-service.ts'
import type { ReadEvent } from '../event-reader.ts'
import { BANK, SHOP, startSites, type RunningSites } from './start-sites.ts'
import { NO_RATE_LIMITS } from '../service-settings.ts'

let running: RunningSites
afterEach(() => running.stop())

const PAGES = 6
/** Each causes two events. A cursor can hold fifty events from the last five seconds, far more than Genesys allows. */
const MESSAGES = 20
const RELOAD_EVERY = 20

interface FollowedPage {
  readonly messages: readonly ReadEvent[]
  /** The number of times that the service has asked the page to reconnect. */
  readonly reconnects: () => number
  /** Resolves when the stream has delivered this many messages. */
  until(count: number): Promise<void>
  stop(): void
}

/** Like the browser's `EventSource`: reconnects immediately, with the last id that it has received. */
function follow(page: Page): FollowedPage {
  const messages: ReadEvent[] = []
  let reconnects = 0
  let isStopped = false
  let stopStream = () => {}
  let wake = () => {}
  const run = async () => {
    let lastId: string | undefined
    while (!isStopped) {
      const stream = await page.events(lastId)
      stopStream = () => stream.close()
      if (stream.status !== 200) throw new Error(`The stream was refused with ${stream.status}.`)
      const seen = new Set<ReadEvent>()
      const take = (event: ReadEvent) => {
        if (seen.has(event)) return false
        seen.add(event)
        if (event.event === 'message') messages.push(event)
        if (event.event === 'reconnect') reconnects += 1
        lastId = event.id ?? lastId
        wake()
        return false
      }
      // Checks each event when it arrives, and keeps waiting.
      void stream.next(take, 60_000).catch(() => undefined)
      await stream.ended
      stream.events.forEach(take)
    }
  }
  const following = run()
  return {
    messages,
    reconnects: () => reconnects,
    async until(count) {
      while (messages.length < count)
        await Promise.race([following, new Promise<void>((resolve) => (wake = resolve))])
    },
    stop() {
      isStopped = true
      stopStream()
    },
  }
}

test('while the settings change repeatedly, no message fails and no event is lost or duplicated', async () => {
  running = await startSites(NO_RATE_LIMITS, { shop: { limits: false } })
  const pages = await Promise.all(Array.from({ length: PAGES }, () => openPage(running.url, {}, SHOP)))
  const bank = await openPage(running.url, {}, BANK)
  const streams = pages.map(follow)
  const guestTokens = running.shop.sessions.map(({ token }) => token)
  const statuses: number[] = []
  let versions = 0
  const sent = (status: number) => {
    statuses.push(status)
    if (statuses.length % RELOAD_EVERY !== 0) return
    versions += 1
    running.sites.shop['MAX_OPENED_TOKENS'] = 1000 + versions
    running.sites.bank['UPSTREAM_TIMEOUT_MS'] = 4000 + versions
    // An invalid file in between changes nothing.
    running.reload('{"sites":')
    running.reload()
  }
  await Promise.all([
    ...pages.map(async (page, at) => {
      for (let i = 0; i < MESSAGES; i++) {
        sent((await page.say(`message ${i} of page ${at}`)).status)
        running.shop.agentSays(`answer ${i}`, guestTokens[at])
      }
    }),
    (async () => {
      for (let i = 0; i < MESSAGES; i++) sent((await bank.say(`message ${i}`)).status)
    })(),
  ])
  expect(versions).toBeGreaterThan(5)
  expect(new Set(statuses)).toEqual(new Set([201]))
  await Promise.all(streams.map((stream) => stream.until(2 * MESSAGES)))
  for (const [at, stream] of streams.entries()) {
    stream.stop()
    const expected = running.shop.transcript(guestTokens[at]).map(({ text }) => text)
    expect(expected).toHaveLength(2 * MESSAGES)
    expect(stream.messages.map(({ data }) => data['text']).sort()).toEqual(expected.sort())
    expect(stream.reconnects()).toBeGreaterThan(0)
  }
  const atBank = running.bank.restGuests.flatMap(({ messages }) => messages.map(({ text }) => text))
  expect(atBank).toEqual(Array.from({ length: MESSAGES }, (_, i) => `message ${i}`))
}, 60_000)

describe('when the sites file is read again,', () => {
  test('a site that did not change keeps its streams', async () => {
    running = await startSites()
    const page = await openPage(running.url, {}, SHOP)
    const stream = await page.events()
    running.sites.bank['UPSTREAM_TIMEOUT_MS'] = 4001
    running.reload()
    await page.say('hello')
    await stream.next(({ data }) => data['text'] === 'hello')
    expect(stream.events.map(({ event }) => event)).not.toContain('reconnect')
    stream.close()
  })

  test('a message in flight is sent, and a retry with the same idempotency key returns that message', async () => {
    running = await startSites()
    const page = await openPage(running.url, {}, SHOP)
    running.shop.injectFault({ answerTo: 'onMessage' }, { delayMs: 300 })
    const sending = page.say('under way', { 'idempotency-key': 'one' })
    await running.shop.seenFrame({ action: 'onMessage', text: 'under way' })
    running.sites.shop['UPSTREAM_TIMEOUT_MS'] = 4001
    running.reload()
    const meanwhile = await page.say('under way', { 'idempotency-key': 'one' })
    expect(meanwhile).toMatchObject({ status: 409, body: { code: 'request_in_progress' } })
    const sent = await sending
    expect(sent.status).toBe(201)
    expect((await page.say('under way', { 'idempotency-key': 'one' })).body.id).toBe(sent.body.id)
    expect(running.shop.transcript().map(({ text }) => text)).toEqual(['under way'])
  })

  test('a session that has ended stays ended', async () => {
    running = await startSites()
    const page = await openPage(running.url, {}, SHOP)
    await page.say('hello')
    expect((await page.ask('DELETE', '/guest-session')).status).toBe(204)
    running.sites.shop['UPSTREAM_TIMEOUT_MS'] = 4001
    running.reload()
    expect((await page.say('too late')).body.code).toBe('session_ended')
  })

  test('pages of a removed site are refused, and a new site is served', async () => {
    running = await startSites()
    const page = await openPage(running.url, {}, SHOP)
    const stream = await page.events()
    const { shop, bank } = running.sites
    running.reload({ sites: { bank, store: { ...shop, ALLOWED_ORIGINS: ['https://store.example.com'] } } })
    await stream.next(({ event }) => event === 'reconnect')
    await stream.ended
    expect((await page.say('anybody?')).status).toBe(403)
    expect((await openPage(running.url, {}, 'https://store.example.com')).opened.status).toBe(201)
    const metrics = String((await ask(running.url, 'GET', '/metrics')).body)
    expect(metrics).toContain('site="store"')
    expect(metrics).not.toContain('site="shop"')
  })

  test('a website that was added is served, even if no signal tells the service to read the file', async () => {
    running = await startSites()
    const status = async () => (await openPage(running.url, {}, 'https://new.example.com')).opened.status
    expect(await status()).toBe(403)
    running.sites.shop.ALLOWED_ORIGINS.push('https://new.example.com')
    running.write()
    while ((await status()) !== 201) continue
  }, 20_000)

  test('a mistake in the file changes no site; readiness and the log name its place, but no secret', async () => {
    running = await startSites()
    const good = JSON.stringify({ sites: running.sites })
    const page = await openPage(running.url, {}, SHOP)
    const stream = await page.events()
    const ready = async () =>
      (await ask(running.url, 'GET', '/readyz')).body as { status: string; checks: object[] }
    expect(await ready()).toMatchObject({ status: 'ready' })
    running.sites.shop['GENESYS_REGION'] = 'nowhere-1'
    running.sites.bank['GENESYS_CLIENT_SECRET_FILE'] = 'canary-in-a-wrong-place'
    running.reload()
    const report = await ready()
    expect(report.status).toBe('degraded')
    const output = JSON.stringify(report) + running.logLines.join('')
    expect(output).toContain('sites.shop: GENESYS_REGION is not a Genesys Cloud region')
    expect(output).toContain(
      'sites.bank: GENESYS_CLIENT_SECRET_FILE names a file that cannot be read (ENOENT)',
    )
    expect(output).not.toContain('canary')
    expect((await page.say('still here')).status).toBe(201)
    await stream.next(({ data }) => data['text'] === 'still here')
    stream.close()
    running.reload(good)
    expect(await ready()).toMatchObject({ status: 'ready' })
  })
})

describe('a site that was replaced', () => {
  /** Allows a test to request `/metrics` repeatedly until it shows the expected value. */
  const unlimited = { RATE_ADDRESS_PER_MINUTE: '1000000' }
  const upstreamSockets = async () => {
    const text = String((await ask(running.url, 'GET', '/metrics')).body)
    return Number(/^guest_bff_upstream_sockets\{site="shop"\} (.+)$/m.exec(text)?.[1])
  }

  test('keeps its connections to Genesys until its last response has ended, and then closes them', async () => {
    running = await startSites(unlimited)
    const page = await openPage(running.url, {}, SHOP)
    running.shop.injectFault({ answerTo: 'onMessage' }, { delayMs: 300 })
    const sending = page.say('in flight')
    await running.shop.seenFrame({ action: 'onMessage', text: 'in flight' })
    running.sites.shop['UPSTREAM_TIMEOUT_MS'] = 4001
    running.reload()
    expect(await upstreamSockets()).toBe(1)
    expect((await sending).status).toBe(201)
    while ((await upstreamSockets()) !== 0) continue
  })

  test('closes its connections immediately if it has no open response', async () => {
    running = await startSites(unlimited)
    const page = await openPage(running.url, {}, SHOP)
    expect((await page.say('hello')).status).toBe(201)
    expect(await upstreamSockets()).toBe(1)
    running.sites.shop['UPSTREAM_TIMEOUT_MS'] = 4001
    running.reload()
    while ((await upstreamSockets()) !== 0) continue
  })

  test('can be replaced again, even if REDIS_URL is set', async () => {
    running = await startSites({ REDIS_URL: 'redis://127.0.0.1:1' })
    for (const timeoutMs of [4001, 4002]) {
      running.sites.shop['UPSTREAM_TIMEOUT_MS'] = timeoutMs
      running.reload()
      expect(running.logLines.join('')).not.toContain('the settings stay as they were')
    }
    expect((await openPage(running.url, {}, SHOP)).opened.status).toBe(201)
  })
})
