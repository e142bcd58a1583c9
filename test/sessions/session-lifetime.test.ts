import { describe, expect, test } from '@jest/globals'
import { createSessionStack, MINUTE_MS, SITE, START_MS, type Proof } from './session-stack.ts'

const INVALID = { code: 'session_invalid' }
const ada = (minutes: number): Proof => ({ visitor: 'ada', untilMs: START_MS + minutes * MINUTE_MS })
const bob: Proof = { visitor: 'bob', untilMs: START_MS + 60 * MINUTE_MS }

describe('a session', () => {
  test('that is used outlives its maximum age because responses contain new tokens', async () => {
    const { open, send, claimsOf, clock } = createSessionStack()
    let { session } = await open()
    for (let minute = 0; minute < 180; minute += 10) {
      clock.ms += 10 * MINUTE_MS
      session = (await send(session)).session ?? session
    }
    expect((await claimsOf(session)).expiresAtMs).toBeGreaterThan(clock.ms)
  })

  test('gets no new token before half of the old token’s lifetime is over', async () => {
    const { open, send, clock, sessions, claimsOf } = createSessionStack()
    const first = (await open()).session
    const token = (await send(first)).session ?? first // Delivering the attributes renews the token.
    clock.ms += 29 * MINUTE_MS
    expect(await send(token)).not.toHaveProperty('session')
    clock.ms += 2 * MINUTE_MS
    const { session } = await send(token)
    expect((await claimsOf(session!)).expiresAtMs).toBe(clock.ms + 60 * MINUTE_MS)
    const described = await sessions.describe(await claimsOf(token), clock.ms + 1000)
    expect(described).toMatchObject({
      session: expect.any(String),
      expiresAt: new Date(clock.ms + 60 * MINUTE_MS).toISOString(),
    })
  })

  test('ends at its absolute maximum age, however much it is used', async () => {
    const { open, send, claimsOf, clock } = createSessionStack()
    let { session } = await open()
    for (let minute = 0; minute < 239; minute += 1) {
      clock.ms += MINUTE_MS
      session = (await send(session)).session ?? session
    }
    clock.ms += MINUTE_MS
    await expect(claimsOf(session)).rejects.toMatchObject(INVALID)
  })

  test('that is not used ends at its maximum age', async () => {
    const { open, claimsOf, clock, resume } = createSessionStack()
    const { session } = await open()
    clock.ms += 60 * MINUTE_MS
    await expect(claimsOf(session)).rejects.toMatchObject(INVALID)
    await expect(resume(session)).rejects.toMatchObject(INVALID)
  })

  test('keeps its current token when a retry with the same key gets the stored response', async () => {
    const { messages, claimsOf, open, clock } = createSessionStack()
    const { session } = await open()
    const keyed = { deadlineAtMs: clock.ms + 1000, idempotencyKey: 'key-1' }
    const first = await messages.send(await claimsOf(session), { text: 'hello' }, keyed)
    const repeat = await messages.send(await claimsOf(first.session!), { text: 'hello' }, keyed)
    expect(repeat).toMatchObject({ id: first.id })
    expect(repeat).not.toHaveProperty('session')
  })
})

describe('a verified identity', () => {
  test('ends with its JWT, and the next message informs routing that the visitor is a guest again', async () => {
    const { open, send, claimsOf, clock, genesys } = createSessionStack()
    const opened = await open(ada(3))
    const { session = opened.session } = await send(opened.session)
    expect((await claimsOf(session)).attributes.values).toMatchObject({ 'custom.isAuthenticated': 'true' })
    clock.ms += 3 * MINUTE_MS
    const claims = await claimsOf(session)
    expect(claims.verifiedUntilMs).toBeUndefined()
    expect(claims.attributes.values).toEqual({ 'custom.isAuthenticated': 'false' })
    const renewed = (await send(session)).session!
    expect(genesys.sent.at(-1)?.message.attributes).toEqual({
      'custom.isAuthenticated': 'false',
      'custom.userId': '',
    })
    // The conversation continues as an anonymous guest's.
    clock.ms += 30 * MINUTE_MS
    expect((await claimsOf(renewed)).guest).toEqual(claims.guest)
  })

  test('continues with a new JWT, even for a tab that still has the older token', async () => {
    const { open, resume, claimsOf, clock } = createSessionStack()
    const older = (await open(ada(4))).session
    clock.ms += 2 * MINUTE_MS
    await resume(older, ada(30))
    clock.ms += 2 * MINUTE_MS
    expect((await claimsOf(older)).attributes.values).toMatchObject({ 'custom.isAuthenticated': 'true' })
  })

  test('limits a token to five minutes, after which only the visitor’s own JWT resumes the session', async () => {
    const { open, resume, claimsOf, clock } = createSessionStack()
    const { session, expiresAt } = await open(ada(60))
    expect(Date.parse(expiresAt)).toBe(START_MS + 5 * MINUTE_MS)
    clock.ms += 5 * MINUTE_MS
    await expect(claimsOf(session)).rejects.toMatchObject(INVALID)
    await expect(resume(session)).rejects.toMatchObject(INVALID)
    await expect(resume(session, null)).rejects.toMatchObject(INVALID)
    const { guest } = await claimsOf((await resume(session, ada(60))).session)
    expect(guest).toEqual({ token: 'guest-1' })
  })

  test('does not let another visitor resume the session with an expired token', async () => {
    const { open, resume, clock } = createSessionStack()
    const { session } = await open(ada(60))
    clock.ms += 5 * MINUTE_MS
    await expect(resume(session, bob)).rejects.toMatchObject(INVALID)
  })
})

describe('earlier tokens of a session are invalid', () => {
  const changes: [string, Proof | undefined, Proof | null][] = [
    ['signing in', undefined, ada(60)],
    ['signing out', ada(60), null],
  ]
  test.each(changes)('after %s', async (_what, before, after) => {
    const { open, resume, claimsOf, generations } = createSessionStack()
    const earlier = (await open(before)).session
    const later = (await resume(earlier, after)).session
    await expect(claimsOf(earlier)).rejects.toMatchObject(INVALID)
    await expect(resume(earlier, ada(60))).rejects.toMatchObject(INVALID)
    expect((await claimsOf(later)).generation).toBe(generations.at(-1))
  })

  test('after another visitor’s JWT has been sent with one of them', async () => {
    const { open, resume, claimsOf } = createSessionStack()
    const { session } = await open(ada(60))
    await expect(resume(session, bob)).rejects.toMatchObject(INVALID)
    await expect(claimsOf(session)).rejects.toMatchObject(INVALID)
  })

  test('after a sign-in with Genesys', async () => {
    const { open, sessions, claimsOf, guestApi, clock } = createSessionStack()
    const { session } = await open()
    guestApi.signIn = (guest, _grant, deadlineAtMs) => guestApi.resume(guest, deadlineAtMs)
    const grant = { redirectUri: 'https://www.example.com/', code: 'c' }
    const signedIn = await sessions.signIn(await claimsOf(session), grant, clock.ms + 1000)
    await expect(claimsOf(session)).rejects.toMatchObject(INVALID)
    expect((await claimsOf(signedIn.session)).guest).toEqual({ token: 'guest-1' })
  })

  test('on a replica that did not see the change, as soon as that replica sees a newer token', async () => {
    const here = createSessionStack()
    const there = createSessionStack({ genesys: here.genesys, clock: here.clock })
    const earlier = (await here.open(ada(60))).session
    const later = (await here.resume(earlier, null)).session
    await there.claimsOf(earlier) // This replica does not know of the change yet.
    await there.claimsOf(later)
    await expect(there.claimsOf(earlier)).rejects.toMatchObject(INVALID)
  })

  test('on a replica that has seen no newer token, once the five minutes of a verified token are over', async () => {
    const here = createSessionStack()
    const there = createSessionStack({ genesys: here.genesys, clock: here.clock })
    const earlier = (await here.open(ada(60))).session
    await here.resume(earlier, null)
    here.clock.ms += 5 * MINUTE_MS
    await expect(there.claimsOf(earlier)).rejects.toMatchObject(INVALID)
    await expect(there.resume(earlier)).rejects.toMatchObject(INVALID)
  })
})

describe('earlier tokens of a session are still valid', () => {
  test('after the same visitor’s JWT has renewed the token in another tab', async () => {
    const { open, resume, claimsOf } = createSessionStack()
    const first = (await open(ada(60))).session
    const second = (await resume(first, ada(90))).session
    await claimsOf(first)
    await claimsOf(second)
  })
})

describe('if signing in is separate,', () => {
  const setUp = () => createSessionStack({ separateSignIn: true })

  test.each([
    ['in', undefined, ada(60)],
    ['out', ada(60), null],
  ] as const)('signing %s opens another conversation', async (_what, before, after) => {
    const { open, resume, claimsOf } = setUp()
    const first = (await open(before)).session
    const answer = await resume(first, after)
    expect(answer.state).toBe('new')
    expect((await claimsOf(answer.session)).guest).toEqual({ token: 'guest-2' })
  })

  test('only a request with the visitor’s JWT renews the visitor’s token', async () => {
    const { open, resume, send, claimsOf, clock } = setUp()
    const opened = (await open(ada(60))).session
    clock.ms += 4 * MINUTE_MS
    const renewedByUse = (await send(opened)).session ?? opened
    const resumed = (await resume(opened)).session
    const renewed = (await resume(opened, ada(60))).session
    clock.ms += MINUTE_MS
    await expect(claimsOf(renewedByUse)).rejects.toMatchObject(INVALID)
    await expect(claimsOf(resumed)).rejects.toMatchObject(INVALID)
    expect((await claimsOf(renewed)).guest).toEqual({ token: 'guest-1' })
  })
})

test('a token without the fields of later versions is still accepted, and is renewed like other tokens', async () => {
  const { tokens, send, claimsOf, clock } = createSessionStack()
  const old = await tokens.seal({
    sid: 's',
    purpose: 'guest-session',
    guestApi: 'web-messaging',
    deploymentId: 'd',
    origin: SITE,
    guest: { token: 'guest-1' },
    attributes: { values: {}, version: 1, removedKeys: [], delivered: true },
    expiresAtMs: clock.ms + MINUTE_MS,
  } as never)
  const { session } = await send(old)
  expect((await claimsOf(session!)).expiresAtMs).toBe(clock.ms + 60 * MINUTE_MS)
})
