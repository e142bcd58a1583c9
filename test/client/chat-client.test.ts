import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import {
  createGuestChat,
  type GuestChat,
  type GuestChatOptions,
} from '../../src/browser/client/chat-client.ts'
import type { Message } from '../../src/contract/contract.ts'
import { fakeService, json, noNetwork, problem } from './fake-service.ts'

let service: ReturnType<typeof fakeService>
let chat: GuestChat

beforeEach(() => {
  jest.useFakeTimers()
  service = fakeService()
  chat = newChat()
})

afterEach(() => {
  chat.close()
  jest.useRealTimers()
})

function newChat(options: GuestChatOptions = {}): GuestChat {
  return createGuestChat({ baseUrl: service.baseUrl, fetch: service.fetch, ...options })
}

const settle = (ms = 0) => jest.advanceTimersByTimeAsync(ms)

/** Storage like a browser's, which outlives the page. */
function storage(): Storage {
  const values = new Map<string, string>()
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  } as Storage
}

/** The key under which the chat stores its token. */
const TOKEN_KEY = 'genesys-guest-chat:genesys-guest-session:http://service.test/'

describe('opening a chat', () => {
  test('sends the guest’s details, and does not reveal the token', async () => {
    chat = newChat({
      guest: { name: 'Jane', attributes: { 'custom.page': '/pricing' } },
      userToken: () => 'jwt',
    })
    const session = await chat.open()
    expect(service.asked('POST guest-session')[0]?.json).toEqual({
      name: 'Jane',
      attributes: { 'custom.page': '/pricing' },
      userToken: 'jwt',
    })
    expect(session).toMatchObject({ state: 'new', guestApi: 'web-messaging' })
    expect(JSON.stringify(session)).not.toContain('token')
    expect(chat.state).toBe('open')
  })

  test('sends the origin option with every request, for use outside a browser', async () => {
    chat = newChat({ origin: 'https://www.example.com' })
    await chat.send('Hello')
    await chat.upload(new File(['x'], 'x.txt')).catch(() => undefined)
    await settle()
    for (const route of ['POST guest-session', 'POST messages', 'POST attachments', 'GET events'])
      expect(service.asked(route)[0]?.headers).toMatchObject({ Origin: 'https://www.example.com' })
  })

  test('can be followed by signing in and out', async () => {
    await chat.identify('jwt')
    await chat.identify(null)
    expect(service.asked('POST guest-session').map(({ json: body }) => body)).toEqual([
      { userToken: 'jwt' },
      { userToken: 'jwt' },
      { userToken: null },
    ])
  })

  test('can be followed by a sign-in and a new conversation that each require solving a challenge', async () => {
    const challenge = { kind: 'turnstile', siteKey: 'public' } as const
    const required = () => json(403, { code: 'challenge_required', challenge })
    const solveChallenge = jest.fn(async () => {
      service.bend('POST guest-session')
      return 'solution'
    })
    chat = newChat({ solveChallenge })
    await chat.open()
    service.bend('POST guest-session', required)
    await chat.identify('jwt')
    service.bend('POST guest-session', required)
    await chat.startNew()
    expect(solveChallenge.mock.calls).toEqual([[challenge], [challenge]])
    expect(service.asked('POST guest-session').map(({ json: body }) => body)).toEqual([
      {},
      { userToken: 'jwt' },
      { userToken: 'jwt', challenge: 'solution' },
      { userToken: 'jwt', startNew: true },
      { userToken: 'jwt', startNew: true, challenge: 'solution' },
    ])
  })

  test('starts over with a new conversation when a different visitor signs in', async () => {
    await chat.open()
    service.bend('POST guest-session', problem(401, 'session_invalid'))
    const session = await chat.identify('jwt of another')
    expect(session.state).toBe('new')
    expect(chat.state).toBe('open')
    expect(service.asked('POST guest-session').at(-1)?.headers.authorization).toBeUndefined()
  })

  test('happens once for concurrent callers', async () => {
    await Promise.all([chat.open(), chat.open(), chat.send('Hello')])
    await chat.open()
    expect(service.asked('POST guest-session')).toHaveLength(1)
  })

  test('resumes the previous page’s session, and reads its messages', async () => {
    const kept = storage()
    chat = newChat({ storage: kept })
    await chat.send('Hello')
    chat.close()
    chat = newChat({ storage: kept })
    expect(chat.canResume).toBe(true)
    service.bend('POST guest-session', service.session({ state: 'resumed' }))
    await chat.open()
    await settle()
    expect(service.asked('POST guest-session')[1]?.headers).toMatchObject({
      Authorization: 'Bearer guest1.token',
    })
    expect(chat.messages).toMatchObject([{ text: 'Hello', status: 'sent' }])
  })

  test('opens another session when the stored one is no longer valid', async () => {
    const kept = storage()
    kept.setItem(TOKEN_KEY, 'old.token')
    chat = newChat({ storage: kept })
    service.bend('POST guest-session', problem(401, 'session_invalid'))
    await chat.open()
    expect(service.asked('POST guest-session')[1]?.headers).not.toHaveProperty('Authorization')
    expect(kept.getItem(TOKEN_KEY)).toBe('guest1.token')
  })

  test('sends stored data only to the service that it came from', async () => {
    const kept = storage()
    chat = newChat({ storage: kept })
    await chat.open()
    kept.setItem('secret-of-the-website', 'of.the.website')
    const asksElsewhere = async (storageKey?: string) => {
      const asked: string[] = []
      const spy: typeof fetch = (_url, init) => {
        asked.push(new Headers(init?.headers).get('authorization') ?? 'nothing')
        return Promise.reject(new TypeError('Failed to fetch'))
      }
      const options = storageKey === undefined ? {} : { storageKey }
      const other = newChat({ storage: kept, baseUrl: 'https://evil.example/', fetch: spy, ...options })
      expect(other.canResume).toBe(false)
      void other.open().catch(() => undefined)
      await settle()
      other.close()
      return asked
    }
    expect(await asksElsewhere()).toEqual(['nothing'])
    expect(await asksElsewhere('secret-of-the-website')).toEqual(['nothing'])
    expect(kept.getItem('secret-of-the-website')).toBe('of.the.website')
  })

  test('leaves no session to resume if the page has not chosen a storage', async () => {
    await chat.open()
    expect(newChat().canResume).toBe(false)
  })

  test('works even if the browser forbids storage', async () => {
    const forbidden = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    chat = newChat({ storage: { getItem: forbidden, setItem: forbidden, removeItem: forbidden } })
    await chat.send('Hello')
    expect(service.asked('POST messages')[0]?.headers).toMatchObject({ Authorization: 'Bearer guest1.token' })
  })

  test('lets later requests use a token that another tab has renewed, but not another guest’s token', async () => {
    const shared = storage()
    chat = newChat({ storage: shared })
    await chat.open()
    shared.setItem(TOKEN_KEY, 'guest1.renewed-elsewhere')
    await chat.send('one')
    shared.setItem(TOKEN_KEY, 'guest2.somebody-else')
    await chat.send('two')
    expect(service.asked('POST messages').map(({ headers }) => headers.Authorization)).toEqual([
      'Bearer guest1.renewed-elsewhere',
      'Bearer guest1.renewed-elsewhere',
    ])
  })

  test('rejects with the service’s code and hint if the service refuses the session', async () => {
    const refusal = { code: 'origin_not_allowed', detail: 'Not this website.', hint: 'Set ALLOWED_ORIGINS.' }
    service.bend('POST guest-session', json(403, refusal))
    await expect(chat.open()).rejects.toMatchObject({
      name: 'ChatProblem',
      code: 'origin_not_allowed',
      status: 403,
      hint: 'Set ALLOWED_ORIGINS.',
      message: 'Not this website.',
    })
    expect(chat.state).toBe('closed')
  })
})

describe('sending a message', () => {
  test('shows the message immediately, and marks it as sent when it is accepted', async () => {
    const sent = chat.send('Hello')
    expect(chat.messages).toMatchObject([{ text: 'Hello', status: 'pending' }])
    expect(await sent).toMatchObject({ id: 'm1', status: 'sent' })
    expect(chat.messages).toMatchObject([{ id: 'm1', status: 'sent' }])
  })

  test.each([
    ['no response', noNetwork()],
    ['a report of overload', problem(503, 'overloaded')],
    ['an unknown outcome', problem(504, 'delivery_unknown')],
    ['a report that the first attempt is in progress', problem(409, 'request_in_progress')],
    ['a rate limit', problem(429, 'rate_limited', { 'Retry-After': '1' })],
    ['a proxy’s error page', new Response('<h1>Bad Gateway</h1>', { status: 502 })],
  ])('is retried after %s, with the same key', async (_name, trouble) => {
    await chat.send('before')
    service.bend('POST messages', trouble)
    const sent = chat.send('Hello')
    await settle(5000)
    expect(await sent).toMatchObject({ text: 'Hello' })
    const [, first, second] = service.asked('POST messages')
    expect(second?.headers['Idempotency-Key']).toBe(first?.headers['Idempotency-Key'])
    expect(first?.headers).not.toHaveProperty('Idempotency-After')
    expect(second?.headers['Idempotency-After']).toBe('m1')
    expect(first?.headers['Idempotency-Retry']).toBe('0')
    expect(second?.headers['Idempotency-Retry']).toBe('1')
  })

  test('includes an empty Idempotency-After in the retry if no earlier message is known', async () => {
    service.bend('POST messages', noNetwork())
    const sent = chat.send('Hello')
    await settle(5000)
    await sent
    expect(service.asked('POST messages')[1]?.headers['Idempotency-After']).toBe('')
  })

  test('waits as long as Retry-After specifies before retrying', async () => {
    service.bend('POST messages', problem(429, 'upstream_rate_limited', { 'Retry-After': '30' }))
    void chat.send('Hello')
    await settle(29_000)
    expect(service.asked('POST messages')).toHaveLength(1)
    await settle(1000)
    expect(service.asked('POST messages')).toHaveLength(2)
  })

  test('keeps the order of messages even when the first one is retried', async () => {
    service.bend('POST messages', noNetwork())
    const sent = [chat.send('one'), chat.send('two'), chat.send('three')]
    await settle(5000)
    await Promise.all(sent)
    expect(service.accepted.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
  })

  test('is not retried automatically after a refusal, but can be retried manually', async () => {
    service.bend('POST messages', problem(413, 'text_too_long'))
    await expect(chat.send('long')).rejects.toMatchObject({ code: 'text_too_long' })
    expect(chat.messages).toMatchObject([{ status: 'failed', problem: { code: 'text_too_long' } }])
    await chat.retry(chat.messages[0]!.key)
    const [first, second] = service.asked('POST messages')
    expect(second?.headers['Idempotency-Key']).toBe(first?.headers['Idempotency-Key'])
    expect(chat.messages).toMatchObject([{ status: 'sent' }])
  })

  test('is retried only for a limited time, and then the message fails', async () => {
    service.bend('POST messages', ...Array.from({ length: 99 }, noNetwork))
    const failed = expect(chat.send('Hello')).rejects.toMatchObject({ code: 'no_answer' })
    await settle(180_000)
    await failed
    expect(chat.messages).toMatchObject([{ status: 'failed' }])
    expect(service.asked('POST messages').length).toBeLessThan(15)
  })

  test('makes the chat read-only when the agent has closed the conversation', async () => {
    service.bend('POST messages', problem(409, 'session_read_only'))
    await expect(chat.send('Hello')).rejects.toMatchObject({ code: 'session_read_only' })
    expect(chat.state).toBe('read-only')
  })

  test('ends the chat when Genesys no longer knows the session', async () => {
    service.bend('POST messages', problem(410, 'session_ended'))
    await expect(chat.send('Hello')).rejects.toMatchObject({ code: 'session_ended' })
    expect(chat.state).toBe('ended')
    await expect(chat.send('Anyone?')).rejects.toMatchObject({ code: 'session_ended' })
    expect(service.asked('POST guest-session')).toHaveLength(1)
  })

  test('makes the client use a new session token that the response contains', async () => {
    const accepted = {
      id: 'm1',
      time: '2026-01-01T10:00:00Z',
      direction: 'inbound',
      type: 'text',
      text: 'Hello',
    }
    service.bend('POST messages', json(201, { ...accepted, session: 'guest1.with-attributes' }))
    expect(await chat.send('Hello')).not.toHaveProperty('session')
    await chat.send('again')
    expect(service.asked('POST messages')[1]?.headers.Authorization).toBe('Bearer guest1.with-attributes')
  })
})

describe('live events', () => {
  const frame = (event: string, data: unknown, id?: string) =>
    `${id ? `id: ${id}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
  const answer = (id: string, text: string): Message => ({
    id,
    time: '2026-01-01T11:00:00Z',
    direction: 'outbound',
    type: 'text',
    text,
    sender: 'agent',
  })
  const says = (id: string, text: string) => frame('message', answer(id, text), `cursor-${id}`)

  async function openLive() {
    await chat.open()
    await settle()
  }

  test('deliver each message from the agent once', async () => {
    const heard: (string | undefined)[] = []
    chat.on('message', ({ text }) => heard.push(text))
    await openLive()
    expect(chat.connection).toBe('online')
    service.streams[0]!.push(says('a1', 'Hi') + says('a1', 'Hi'))
    await settle()
    expect(heard).toEqual(['Hi'])
  })

  test('include an answer that was sent before the stream of a new conversation was connected', async () => {
    const heard: (string | undefined)[] = []
    chat.on('message', ({ text }) => heard.push(text))
    service.accepted.push(answer('a1', 'Welcome'))
    await openLive()
    expect(heard).toEqual(['Welcome'])
  })

  test('do not include earlier messages of a resumed conversation', async () => {
    const heard: (string | undefined)[] = []
    chat.on('message', ({ text }) => heard.push(text))
    service.accepted.push(answer('a1', 'Welcome'))
    service.bend('POST guest-session', service.session({ state: 'resumed' }))
    await openLive()
    expect(chat.messages.map(({ text }) => text)).toEqual(['Welcome'])
    expect(heard).toEqual([])
  })

  test('resume after the last event when the stream is lost', async () => {
    await openLive()
    service.streams[0]!.push(says('a1', 'Hi'))
    await settle()
    service.streams[0]!.cut()
    await settle()
    expect(chat.connection).toBe('connecting')
    await settle(4000)
    expect(chat.connection).toBe('online')
    expect(service.asked('GET events')[1]?.headers['Last-Event-ID']).toBe('cursor-a1')
    expect(service.asked('GET messages')).toHaveLength(1)
  })

  test('make the client read the history again if there was no event id to resume from', async () => {
    await openLive()
    service.streams[0]!.end()
    await settle(4000)
    expect(service.asked('GET events')[1]?.headers).not.toHaveProperty('Last-Event-ID')
    expect(service.asked('GET messages')).toHaveLength(2)
  })

  test('make the client read the history until it succeeds, once for all gaps in the meantime', async () => {
    await openLive()
    service.accepted.push({
      id: 'missed',
      time: '2026-01-01T10:00:00.000Z',
      direction: 'outbound',
      type: 'text',
      text: 'Are you there?',
      sender: 'agent',
    })
    service.bend('GET messages', ...Array.from({ length: 24 }, () => problem(503, 'upstream_unavailable')))
    for (let gap = 0; gap < 3; gap++)
      service.streams[0]!.push(frame('resync', { reason: 'messages may have been missed' }))
    for (let minutes = 0; minutes < 8; minutes += 0.5) {
      service.streams[0]!.push(': keep-alive\n\n')
      await settle(30_000)
    }
    expect(chat.messages).toMatchObject([{ text: 'Are you there?' }])
    expect(service.asked('GET messages')).toHaveLength(27)
  })

  test('make the client read the history only after Retry-After, even if that is more than a minute', async () => {
    await openLive()
    service.bend('GET messages', problem(429, 'upstream_rate_limited', { 'Retry-After': '120' }))
    service.streams[0]!.push(frame('resync', { reason: 'messages may have been missed' }))
    for (let seconds = 0; seconds < 115; seconds += 23) {
      service.streams[0]!.push(': keep-alive\n\n')
      await settle(23_000)
    }
    expect(service.asked('GET messages')).toHaveLength(2)
    await settle(10_000)
    expect(service.asked('GET messages')).toHaveLength(3)
  })

  test('are replaced by the history while a proxy passes on only the stream’s headers', async () => {
    await openLive()
    await settle(11_000)
    expect(service.asked('GET messages')).toHaveLength(2)
  })

  test('are replaced by the history, read every 10 s, while a proxy holds the stream back', async () => {
    const heard: (string | undefined)[] = []
    chat.on('message', ({ text }) => heard.push(text))
    service.bend('GET events', () => new Promise(() => undefined))
    await openLive()
    await settle(9_000)
    expect(service.asked('GET messages')).toHaveLength(0)
    await settle(1_000)
    expect(service.asked('GET messages')).toHaveLength(1)
    service.accepted.push(answer('a1', 'Hi'))
    await settle(10_000)
    expect(heard).toEqual(['Hi'])
  })

  test('are replaced by one read of the history at a time', async () => {
    service.bend('GET events', () => new Promise(() => undefined))
    service.bend('GET messages', () => new Promise(() => undefined))
    await openLive()
    await settle(30_000)
    expect(service.asked('GET messages')).toHaveLength(1)
  })

  test('are requested again after 40 s without a byte', async () => {
    await openLive()
    await settle(39_000)
    service.streams[0]!.push(': keep-alive\n\n')
    await settle(39_000)
    expect(service.streams).toHaveLength(1)
    await settle(5000)
    expect(service.streams).toHaveLength(2)
  })

  test('are reconnected after the delay that the service requests', async () => {
    await openLive()
    service.streams[0]!.push(frame('reconnect', { afterMs: 800 }))
    service.streams[0]!.end()
    await settle(799)
    expect(service.streams).toHaveLength(1)
    await settle(1)
    expect(service.streams).toHaveLength(2)
  })

  test('show who is typing until a message arrives or the typing times out', async () => {
    await openLive()
    service.streams[0]!.push(frame('typing', { sender: 'agent', durationMs: 5000 }))
    await settle()
    expect(chat.typing).toBe('agent')
    service.streams[0]!.push(says('a1', 'Hi'))
    await settle()
    expect(chat.typing).toBeUndefined()
    service.streams[0]!.push(frame('typing', { sender: 'bot', durationMs: 5000 }))
    await settle(5000)
    expect(chat.typing).toBeUndefined()
  })

  test.each([
    ['read-only', 'read-only'],
    ['disconnected', 'disconnected'],
    ['cleared', 'ended'],
    ['expired', 'ended'],
  ])('report that the session is %s', async (sent, state) => {
    await openLive()
    service.streams[0]!.push(frame('session', { state: sent }))
    await settle()
    expect(chat.state).toBe(state)
  })

  test.each([
    ['204', new Response(null, { status: 204 })],
    ['401', problem(401, 'session_invalid')],
    ['410', problem(410, 'session_ended')],
  ])('are not requested again after the status %s, which ends the chat', async (_name, answer) => {
    service.bend('GET events', answer)
    await openLive()
    expect(chat.state).toBe('ended')
    await settle(60_000)
    expect(service.asked('GET events')).toHaveLength(1)
  })

  test('stop after a problem that a retry cannot fix', async () => {
    const problems: string[] = []
    chat.on('problem', ({ code }) => problems.push(code))
    service.bend('GET events', problem(403, 'origin_not_allowed'))
    await openLive()
    await settle(60_000)
    expect(problems).toEqual(['origin_not_allowed'])
    expect(service.asked('GET events')).toHaveLength(1)
  })

  test('are not requested if the service does not offer them', async () => {
    service.bend('POST guest-session', service.session({ capabilities: ['messages'] }))
    await chat.send('Hello')
    chat.notifyTyping()
    await settle(60_000)
    expect(service.asked('GET events')).toEqual([])
    expect(service.asked('GET messages')).toEqual([])
    expect(service.asked('POST typing')).toEqual([])
  })
})

describe('in a conversation,', () => {
  test('typing notices are sent at most once every five seconds, and failures are ignored', async () => {
    await chat.open()
    service.bend('POST typing', problem(503, 'overloaded'))
    for (let second = 0; second < 10; second++) {
      chat.notifyTyping()
      chat.notifyTyping()
      await settle(1000)
    }
    expect(service.asked('POST typing')).toHaveLength(2)
  })

  test('ending the conversation deletes the session token', async () => {
    const kept = storage()
    chat = newChat({ storage: kept })
    await chat.open()
    await chat.end()
    expect(chat.state).toBe('ended')
    expect(kept.getItem(TOKEN_KEY)).toBeNull()
  })

  test('a new conversation can replace a read-only conversation', async () => {
    await chat.send('Hello')
    service.bend('POST messages', problem(409, 'session_read_only'))
    await expect(chat.send('More')).rejects.toThrow()
    service.bend('POST guest-session', service.session({ state: 'new' }))
    service.accepted.length = 0
    await chat.startNew()
    await settle()
    expect(service.asked('POST guest-session')[1]).toMatchObject({
      json: { startNew: true },
      headers: { Authorization: 'Bearer guest1.token' },
    })
    expect(chat.state).toBe('open')
    expect(chat.messages).toEqual([])
  })

  test('sending a message in a closed chat reopens the chat and continues the conversation', async () => {
    await chat.open()
    await settle()
    chat.close()
    expect(chat.state).toBe('closed')
    service.bend('POST guest-session', service.session({ state: 'resumed' }))
    await chat.send('Back again')
    await settle()
    expect(service.streams).toHaveLength(2)
    expect(chat.state).toBe('open')
  })

  test('closing the chat while it waits to reconnect prevents the reconnection', async () => {
    await chat.open()
    await settle()
    service.streams[0]!.cut()
    await settle()
    chat.close()
    await settle(60_000)
    expect(service.asked('GET events')).toHaveLength(1)
  })

  test('a message that is in flight when the page closes the chat can be retried later', async () => {
    service.bend('POST messages', noNetwork())
    const closed = { code: 'chat_closed' }
    const failed = [chat.send('Hello'), chat.send('behind it')].map((sent) =>
      expect(sent).rejects.toMatchObject(closed),
    )
    await settle()
    chat.close()
    await Promise.all(failed)
    expect(chat.state).toBe('closed')
    service.bend('POST guest-session', service.session({ state: 'resumed' }))
    await chat.retry(chat.messages[0]!.key)
    expect(service.accepted).toHaveLength(1)
  })
})

describe('a page that only listens', () => {
  const lives = (minutes: number) => ({ expiresAt: new Date(Date.now() + minutes * 60_000).toISOString() })

  test('renews its session token each time half of the token’s lifetime has passed', async () => {
    service.bend('POST guest-session', service.session(lives(10)))
    await chat.open()
    service.bend('GET guest-session', () => service.session({ ...lives(10), session: 'guest1.second' }))
    await settle(5 * 60_000)
    expect(service.asked('GET guest-session')).toHaveLength(0)
    await settle(60_000)
    expect(service.asked('GET guest-session')).toHaveLength(1)
    service.bend('GET guest-session', noNetwork(), () => service.session(lives(10)))
    await settle(8 * 60_000)
    expect(service.asked('GET guest-session').map(({ headers }) => headers['Authorization'])).toEqual([
      'Bearer guest1.renewed',
      'Bearer guest1.second',
      'Bearer guest1.second',
    ])
  })

  test('sends a fresh visitor JWT if using the session token does not renew it', async () => {
    let jwts = 0
    chat = newChat({ userToken: () => `jwt-${(jwts += 1)}` })
    service.bend('POST guest-session', service.session(lives(5)), service.session(lives(5)))
    await chat.open()
    service.bend('GET guest-session', json(200, { state: 'resumed', ...lives(2) }))
    await settle(3 * 60_000)
    expect(service.asked('POST guest-session').map(({ json: body }) => body)).toEqual([
      { userToken: 'jwt-1' },
      { userToken: 'jwt-2' },
    ])
    expect(chat.state).toBe('open')
  })

  test('resumes with the visitor’s JWT when the session token has expired', async () => {
    chat = newChat({ userToken: () => 'jwt' })
    await chat.open()
    service.bend('GET events', problem(401, 'session_invalid'))
    service.streams[0]!.end()
    await settle(5000)
    expect(service.asked('POST guest-session')).toHaveLength(2)
    expect(chat.state).toBe('open')
  })
})

test('a client with a relative address can be created on a server that renders the page', () => {
  const rendered = newChat({ baseUrl: '/chat' })
  expect([rendered.state, rendered.messages]).toEqual([chat.state, []])
})

test('a chat that was closed while it was opening can be opened again', async () => {
  service.bend('POST guest-session', () => new Promise<Response>(() => undefined))
  chat.open().catch(() => undefined)
  while (service.asked('POST guest-session').length === 0) await Promise.resolve()
  chat.close()
  await expect(chat.open()).resolves.toMatchObject({ state: 'new' })
})

test('after a sign-in invalidates the stream’s token, live events continue with the new token', async () => {
  await chat.open()
  service.bend('POST guest-session', async () => {
    service.bend('GET events', problem(401, 'session_invalid'))
    service.streams[0]!.end()
    await Promise.resolve()
    service.bend('GET events')
    return service.session({ session: 'guest1.signed-in' })
  })
  await chat.identify('jwt')
  await settle(5000)
  expect(chat.state).toBe('open')
  expect(service.asked('POST guest-session')).toHaveLength(2)
  expect(service.asked('GET events').at(-1)?.headers['Authorization']).toBe('Bearer guest1.signed-in')
})
