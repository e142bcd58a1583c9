import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, test } from '@jest/globals'
import type { Simulator } from '../../src/simulator/simulator.ts'
import { isMessage, isSession, type EventReader } from '../event-reader.ts'
import { pageOf, SITE, startTogether, type Page, type Running, type StartOptions } from '../start-service.ts'

/** However a conversation ends, the page gets one clear event and one clear response. */

const running: Running[] = []
afterEach(async () => {
  for (const together of running.splice(0).reverse()) await together.stop()
})

async function start(options: StartOptions = {}): Promise<Running> {
  const together = await startTogether(options)
  running.push(together)
  return together
}

/** A guest who has said hello, and whose page has an open stream. */
async function talking(simulator: StartOptions['simulator'] = {}) {
  const together = await start({ simulator })
  const page = await together.openPage()
  await page.say('hello')
  const stream = await page.events()
  await stream.next(isSession('connected'))
  return { ...together, page, stream }
}

/** Services that share nothing but the key and Genesys, as replicas do. */
async function startReplicas(count: number, options: StartOptions = {}): Promise<Running[]> {
  const shared = { SESSION_KEYS: randomBytes(32).toString('base64'), ...options.settings }
  const first = await start({ ...options, settings: shared })
  const others: Running[] = []
  for (let at = 1; at < count; at++) others.push(await start({ settings: shared, genesys: first.genesys }))
  return [first, ...others]
}

const statesOf = (stream: EventReader) =>
  stream.events.filter(({ event }) => event === 'session').map(({ data }) => data['state'])
const problem = (status: number, code: string) => ({ status, body: { code } })
const conversationsOf = (genesys: Simulator) =>
  new Set(genesys.transcript().map(({ conversationId }) => conversationId)).size

/** When this message arrives, the service has sent every earlier event about the state. */
async function afterNextMessage(genesys: Simulator, stream: EventReader): Promise<void> {
  genesys.agentSays('one more thing')
  await stream.next(isMessage('one more thing'))
}

describe('when the agent leaves,', () => {
  test('in mode off, the page is not notified, and the next message starts another conversation', async () => {
    const { genesys, page, stream } = await talking({ disconnectMode: 'off' })
    genesys.agentLeaves()
    expect(await page.say('still there?')).toMatchObject({ status: 201 })
    await stream.next(isMessage('still there?'))
    expect(statesOf(stream)).toEqual(['connected'])
    expect(conversationsOf(genesys)).toBe(2)
  })

  test('in mode send, the page is notified once, and the guest can continue writing', async () => {
    const { genesys, page, stream } = await talking({ disconnectMode: 'send' })
    genesys.agentLeaves()
    await stream.next(isSession('disconnected'))
    expect(await page.say('hello again')).toMatchObject({ status: 201 })
    await stream.next(isMessage('hello again'))
    expect(statesOf(stream)).toEqual(['connected', 'disconnected'])
    expect(conversationsOf(genesys)).toBe(2)
  })

  test('in mode read-only, the page is notified once, and further messages are refused', async () => {
    const { genesys, page, stream } = await talking({ disconnectMode: 'read-only' })
    genesys.agentLeaves()
    await stream.next(isSession('read-only'))
    expect(await page.say('hello?')).toMatchObject(problem(409, 'session_read_only'))
    expect(await page.say('hello?')).toMatchObject(problem(409, 'session_read_only'))
    expect(statesOf(stream)).toEqual(['connected', 'read-only'])
    expect(await page.ask('GET', '/messages')).toMatchObject({
      status: 200,
      body: { messages: [{ text: 'hello' }] },
    })
  })
})

describe('a read-only conversation', () => {
  test('is still read-only after the guest resumes it, even on another replica', async () => {
    const replicas = await startReplicas(2, { simulator: { disconnectMode: 'read-only' } })
    const { genesys, page } = await readOnly(replicas[0]!)
    const elsewhere = pageOf(replicas[1]!.url, page.opened)
    for (const tab of [page, elsewhere]) {
      expect(await tab.ask('POST', '/guest-session', {})).toMatchObject({
        status: 200,
        body: { state: 'read-only' },
      })
      const stream = await tab.events()
      await stream.next(isSession('read-only'))
      expect(statesOf(stream)).toEqual(['read-only'])
      stream.close()
    }
    expect(await elsewhere.say('hello?')).toMatchObject(problem(409, 'session_read_only'))
    expect(genesys.sessions).toHaveLength(1)
  })

  test('is still read-only after the socket is lost', async () => {
    const { genesys, page } = await readOnly(await start({ simulator: { disconnectMode: 'read-only' } }))
    const stream = await page.events()
    await stream.next(isSession('read-only'))
    genesys.dropSockets()
    await stream.next(isSession('read-only'))
    expect(statesOf(stream)).toEqual(['read-only', 'reconnecting', 'read-only'])
  })

  test('can be replaced with a new conversation that keeps the guest’s attributes', async () => {
    const { genesys, page } = await readOnly(await start({ simulator: { disconnectMode: 'read-only' } }))
    const stream = await page.events()
    await stream.next(isSession('read-only'))
    const restarted = await page.ask('POST', '/guest-session', { startNew: true })
    expect(restarted).toMatchObject({ status: 201, body: { state: 'new' } })
    await stream.next(isSession('connected'))
    expect(await page.say('hello again')).toMatchObject({ status: 201 })
    await stream.next(isMessage('hello again'))
    expect(statesOf(stream)).toEqual(['read-only', 'connected'])
    expect(genesys.transcript().map(({ text }) => text)).toEqual(['hello again'])
    expect(genesys.sawAttributes().now).toMatchObject({ 'custom.plan': 'gold' })
    expect((await page.ask('GET', '/messages')).body.messages).toHaveLength(1)
  })

  async function readOnly(together: Running): Promise<{ genesys: Simulator; page: Page }> {
    const { genesys } = together
    const page = await together.openPage({ attributes: { 'custom.plan': 'gold' } })
    await page.say('hello')
    const stream = await page.events()
    await stream.next(isSession('connected'))
    genesys.agentLeaves()
    await stream.next(isSession('read-only'))
    stream.close()
    return { genesys, page }
  }
})

describe('when the guest ends the conversation,', () => {
  test('all tabs on all replicas are notified once, and there is no session to resume', async () => {
    const replicas = await startReplicas(2)
    const page = await replicas[0]!.openPage()
    await page.say('hello')
    const tabs = [await page.events(), await pageOf(replicas[1]!.url, page.opened).events()]
    for (const tab of tabs) await tab.next(isSession('connected'))
    expect((await page.ask('DELETE', '/guest-session')).status).toBe(204)
    for (const tab of tabs) {
      await tab.ended
      expect(statesOf(tab)).toEqual(['connected', 'cleared'])
    }
    for (const { url } of replicas) {
      const tab = pageOf(url, page.opened)
      expect((await tab.events()).status).toBe(204)
      expect(await tab.say('hello?')).toMatchObject(problem(410, 'session_ended'))
    }
    expect(await page.ask('POST', '/guest-session', {})).toMatchObject({
      status: 201,
      body: { state: 'new' },
    })
  })

  test('the service refuses and names the setting if ending is not enabled, and the conversation continues', async () => {
    const { genesys, page, stream } = await talking({ conversationClear: false })
    const answer = await page.ask('DELETE', '/guest-session')
    expect(answer).toMatchObject(problem(409, 'end_not_enabled'))
    expect(answer.body.hint).toMatch(/Clear conversation/)
    expect(await page.say('then not')).toMatchObject({ status: 201 })
    await afterNextMessage(genesys, stream)
    expect(statesOf(stream)).toEqual(['connected'])
  })
})

test('when the platform ends the conversation, the page is notified as if the agent had left', async () => {
  const { genesys, page, stream } = await talking({ disconnectMode: 'send' })
  const conversationId = genesys.sessions[0]?.conversationId
  const ended = await fetch(`${genesys.url}/api/v2/conversations/${conversationId}/disconnect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await accessTokenOf(genesys)}` },
  })
  expect(ended.ok).toBe(true)
  await stream.next(isSession('disconnected'))
  expect(await page.say('hello again')).toMatchObject({ status: 201 })
  expect(statesOf(stream)).toEqual(['connected', 'disconnected'])
})

describe('when the session expires,', () => {
  test('a page with an open stream is notified once, and the stream ends permanently', async () => {
    const { genesys, page, stream } = await talking()
    genesys.expireSession()
    await stream.ended
    expect(statesOf(stream)).toEqual(['connected', 'expired'])
    expect((await page.events()).status).toBe(204)
    expect(await page.say('hello?')).toMatchObject(problem(410, 'session_ended'))
    expect(await page.ask('GET', '/messages')).toMatchObject(problem(410, 'session_ended'))
  })

  test('a guest who was away can neither listen nor send, and opening the chat starts a new session', async () => {
    const [before, ...after] = await startReplicas(4)
    const page = await before!.openPage()
    await page.say('hello')
    before!.genesys.expireSession()

    // None of these replicas knows what the others have learned.
    const [listens, writes, opens] = after.map(({ url }) => pageOf(url, page.opened))
    const stream = await listens!.events()
    await stream.ended
    expect(statesOf(stream)).toEqual(['expired'])
    expect((await listens!.events()).status).toBe(204)
    expect(await writes!.say('hello?')).toMatchObject(problem(410, 'session_ended'))
    expect(await opens!.ask('POST', '/guest-session', {})).toMatchObject({
      status: 201,
      body: { state: 'new' },
    })
    expect(await opens!.say('hello again')).toMatchObject({ status: 201 })
  })
})

test('a session’s fourth connection closes the oldest one, which reconnects when the guest writes', async () => {
  const replicas = await startReplicas(4)
  const { genesys } = replicas[0]!
  const page = await replicas[0]!.openPage()
  const tabs = replicas.map(({ url }) => pageOf(url, page.opened))
  const streams: EventReader[] = []
  for (const tab of tabs) {
    const stream = await tab.events()
    await stream.next(isSession('connected'))
    streams.push(stream)
  }
  const configured = () => genesys.frames.filter(({ frame }) => frame.action === 'configureSession').length
  await streams[0]!.next(isSession('too-many-connections'))
  expect(genesys.sessions[0]?.connections).toBe(3)

  await tabs[3]!.say('who hears this?')
  for (const stream of streams.slice(1)) await stream.next(isMessage('who hears this?'))
  expect(configured()).toBe(4)
  expect(statesOf(streams[0]!)).toEqual(['connected', 'too-many-connections'])

  // A guest who writes is connected again, and receives what was missed in the meantime.
  expect(await tabs[0]!.say('me too')).toMatchObject({ status: 201 })
  await streams[0]!.next(isMessage('me too'))
  expect(configured()).toBe(5)
  expect(genesys.sessions[0]?.connections).toBe(3)
})

test('a sign-in on a second device disconnects the first, and only the second can continue', async () => {
  const [first, second] = await startReplicas(2, {
    settings: { GENESYS_SIGN_IN: 'on' },
    simulator: { allowSessionUpgrade: true },
  })
  const { genesys } = first!
  const grant = () => ({ code: genesys.authorizationCode('user-1'), redirectUri: `${SITE}/callback` })
  const elsewhere = await second!.openPage()
  expect((await elsewhere.ask('POST', '/sign-in', grant())).status).toBe(200)
  const stream = await elsewhere.events()
  await stream.next(isSession('connected'))

  const page = await first!.openPage()
  await page.say('hello')
  expect((await page.ask('POST', '/sign-in', grant())).status).toBe(200)
  await stream.next(isSession('signed-in-elsewhere'))
  await stream.ended
  expect(statesOf(stream)).toEqual(['connected', 'signed-in-elsewhere'])
  expect(await page.say('signed in')).toMatchObject({ status: 201 })
  expect(await elsewhere.say('from before')).toMatchObject(problem(410, 'session_ended'))
})

async function accessTokenOf({ url, clientId, clientSecret }: Simulator): Promise<string> {
  const answer = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  })
  return ((await answer.json()) as { access_token: string }).access_token
}
