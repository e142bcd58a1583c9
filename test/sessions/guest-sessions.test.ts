import { describe, expect, test } from '@jest/globals'
import { UpstreamError } from '../../src/service/errors/upstream-error.ts'
import type { SharedGenerations } from '../../src/service/sessions/session-registry.ts'
import { createSessionStack, MINUTE_MS, SITE, START_MS } from './session-stack.ts'

function setUp() {
  const stack = createSessionStack()
  return { ...stack, caller: stack.caller(), claimsOf: (token: string) => stack.tokens.open(token, SITE) }
}

describe('a guest session', () => {
  test('expires at its maximum age, or earlier if Genesys states an earlier time', async () => {
    const { sessions, caller, guestApi } = setUp()
    expect((await sessions.open({}, caller)).expiresAt).toBe('2026-11-21T11:00:00.000Z')
    const { open } = guestApi
    guestApi.open = async (...call) => ({ ...(await open(...call)), expiresAtMs: START_MS + MINUTE_MS })
    expect((await sessions.open({}, caller)).expiresAt).toBe('2026-11-21T10:01:00.000Z')
  })

  test('is opened even if its attributes are refused, and keeps them for the next message', async () => {
    const { sessions, caller, guestApi, claimsOf } = setUp()
    guestApi.setAttributes = () => Promise.reject(new UpstreamError('upstream_refused', 'no permission'))
    const { session, state } = await sessions.open({ attributes: { 'custom.page': '/' } }, caller)
    expect(state).toBe('new')
    expect((await claimsOf(session)).attributes).toMatchObject({ delivered: false })
  })

  test('is replaced with a new session if it is resumed after Genesys has ended it', async () => {
    const { genesys, sessions, caller, claimsOf } = setUp()
    const first = await claimsOf((await sessions.open({}, caller)).session)
    genesys.failNext(new UpstreamError('session_ended', 'expired'))
    const answer = await sessions.resume(first, {}, caller)
    expect(answer.state).toBe('new')
    const second = await claimsOf(answer.session)
    expect(second.sid).not.toBe(first.sid)
    expect(second.guest).not.toEqual(first.guest)
    expect(sessions.isEnded(first)).toBe(true)
    expect(() => sessions.requireLive(first)).toThrow(expect.objectContaining({ code: 'session_ended' }))
  })

  test('delivers all its attributes again if Genesys no longer knows the session', async () => {
    const { sessions, caller, claimsOf, guestApi, genesys } = setUp()
    genesys.takeAttributesNow()
    const opened = await claimsOf(
      (await sessions.open({ attributes: { 'custom.page': '/' } }, caller)).session,
    )
    expect(opened.attributes.delivered).toBe(true)
    const { resume } = guestApi
    guestApi.resume = async (...call) => ({ ...(await resume(...call)), state: 'new' })
    await sessions.resume(opened, {}, caller)
    const all = { 'custom.page': '/', 'custom.isAuthenticated': 'false' }
    expect(genesys.written).toEqual([all, all])
  })

  test('sends the page’s journey to Genesys when it is opened, resumed or restarted', async () => {
    const { sessions, caller, claimsOf, guestApi } = setUp()
    const journeyContext = {
      customer: { id: 'c-1', idType: 'cookie' },
      customerSession: { id: 's-1', type: 'web' },
    }
    const { open, resume } = guestApi
    const given: unknown[] = []
    guestApi.open = (request, deadlineAtMs) => (
      given.push(request.journeyContext),
      open(request, deadlineAtMs)
    )
    guestApi.resume = async (guest, deadlineAtMs, journey) => {
      given.push(journey)
      return { ...(await resume(guest, deadlineAtMs)), state: 'read-only' }
    }
    guestApi.startNew = (guest, deadlineAtMs, journey) => (given.push(journey), resume(guest, deadlineAtMs))
    const first = await claimsOf((await sessions.open({ journeyContext }, caller)).session)
    await sessions.resume(first, { journeyContext }, caller)
    await sessions.resume(first, { journeyContext, startNew: true }, caller)
    expect(given).toEqual(Array.from({ length: 4 }, () => journeyContext))
  })

  test('informs the page if Genesys has cleared a session that the visitor had elsewhere', async () => {
    const { sessions, caller, guestApi } = setUp()
    const { open } = guestApi
    expect(await sessions.open({}, caller)).not.toHaveProperty('clearedExistingSession')
    guestApi.open = async (...call) => ({ ...(await open(...call)), clearedExistingSession: true })
    expect(await sessions.open({}, caller)).toMatchObject({ clearedExistingSession: true })
  })

  test('is not ended by a temporary failure, such as a timeout', async () => {
    const { genesys, sessions, caller, claimsOf } = setUp()
    const first = await claimsOf((await sessions.open({}, caller)).session)
    genesys.failNext(new UpstreamError('upstream_timeout', 'slow'))
    await expect(sessions.resume(first, {}, caller)).rejects.toMatchObject({ code: 'upstream_timeout' })
    expect(sessions.isEnded(first)).toBe(false)
  })
})

describe('a solved challenge', () => {
  const setUpRefusing = (options = {}) => {
    let solved = 1
    const stack = createSessionStack({
      requireChallenge: async () => {
        if (solved === 0) throw new Error('unsolved')
        solved -= 1
      },
      ...options,
    })
    return { ...stack, solve: () => (solved += 1) }
  }

  test('is required for a new guest, even with the token of a session that has ended', async () => {
    const { genesys, sessions, open, resume, claimsOf } = setUpRefusing()
    const { session } = await open()
    await sessions.end(await claimsOf(session), START_MS + 1000)
    await expect(resume(session)).rejects.toThrow('unsolved')
    expect(genesys.calls.filter(({ method }) => method === 'open')).toHaveLength(1)
  })

  test.each(['hears of it immediately', 'looks it up'])(
    'is required if another replica has ended the token’s session and this replica %s',
    async (how) => {
      const stored = new Map<string, number>()
      const listeners: ((sid: string, generation: number) => void)[] = []
      const shared: SharedGenerations = {
        newest: async (sid) => stored.get(sid),
        announce: async (sid, generation) => {
          stored.set(sid, generation)
          if (how === 'hears of it immediately') for (const listener of listeners) listener(sid, generation)
        },
        onAnnounced: (listener) => void listeners.push(listener),
      }
      const here = setUpRefusing({ shared })
      const { genesys, clock } = here
      const there = createSessionStack({ genesys, clock, shared })
      const { session } = await there.open()
      const claims = await there.claimsOf(session)
      await there.sessions.end(claims, START_MS + 1000)
      if (how === 'looks it up') (await here.sessions.confirm?.(claims))?.()
      here.solve()
      await here.open()
      await here.open()
      await expect(here.resume(session)).rejects.toThrow('unsolved')
      expect(() => here.sessions.requireLive(claims)).toThrow(
        expect.objectContaining({ code: 'session_ended' }),
      )
    },
  )

  test('is required to resume a session that Genesys has ended', async () => {
    const { genesys, open, resume, solve } = setUpRefusing()
    const { session } = await open()
    genesys.failNext(new UpstreamError('session_ended', 'expired'))
    await expect(resume(session)).rejects.toThrow('unsolved')
    solve()
    expect(await resume(session)).toMatchObject({ state: 'new' })
  })

  test('is required if signing in or out opens another session', async () => {
    const { open, resume, solve } = setUpRefusing({ separateSignIn: true })
    const jane = { visitor: 'jane', untilMs: START_MS + MINUTE_MS }
    const { session } = await open()
    await expect(resume(session, jane)).rejects.toThrow('unsolved')
    solve()
    const signedIn = await resume(session, jane)
    expect(signedIn.state).toBe('new')
    await expect(resume(signedIn.session, null)).rejects.toThrow('unsolved')
  })

  test('is not required to resume a session, even with startNew, unless the session is read-only', async () => {
    const { guestApi, sessions, open, claimsOf, caller, solve } = setUpRefusing()
    const { resume } = guestApi
    guestApi.startNew = async (...call) => ({ ...(await resume(...call)), state: 'new' })
    const claims = await claimsOf((await open()).session)
    const startNew = () => sessions.resume(claims, { startNew: true }, caller())
    expect(await startNew()).toMatchObject({ state: 'resumed' })
    guestApi.resume = async (...call) => ({ ...(await resume(...call)), state: 'read-only' })
    await expect(startNew()).rejects.toThrow('unsolved')
    solve()
    expect(await startNew()).toMatchObject({ state: 'new' })
  })
})
