import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { ask, SITE, startTogether, type Page, type Running } from './start-service.ts'

/** With guest A's token, none of guest B's data is read or written, wherever one of B's ids is placed. */
let running: Running
let a: Page
let b: Page
let tokenOfB: string
beforeEach(async () => {
  running = await startTogether()
  a = await running.openPage({ name: 'A' })
  b = await running.openPage({ name: 'B' })
  await b.say('a secret of B')
  tokenOfB = running.genesys.sessions.at(-1)?.token ?? ''
})
afterEach(() => running.stop())

const ROUTES = [
  ['POST', '/guest-session', {}],
  ['GET', '/guest-session', undefined],
  ['PUT', '/guest-attributes', { attributes: { 'custom.note': 'by A' } }],
  ['POST', '/messages', { text: 'by A' }],
  ['GET', '/messages', undefined],
  ['POST', '/typing', undefined],
  ['GET', '/attachments/x', undefined],
  ['DELETE', '/attachments/x', undefined],
  ['GET', '/widget-config', undefined],
  ['POST', '/sign-in', { code: 'x', redirectUri: SITE }],
  ['DELETE', '/sign-in', undefined],
  ['DELETE', '/guest-session', undefined],
] as const

const NAMES = [
  'guestId',
  'token',
  'guestToken',
  'conversationId',
  'deploymentId',
  'sid',
  'participantId',
  'session',
]

function stateOfB() {
  const { genesys } = running
  return JSON.stringify({
    transcript: genesys.transcript(tokenOfB),
    attributes: genesys.sawAttributes(tokenOfB).now,
    session: genesys.sessions.find(({ token }) => token === tokenOfB),
  })
}

describe('with guest A’s token,', () => {
  test.each(ROUTES)('%s %s neither reads nor changes guest B’s data', async (method, path, body) => {
    const conversationOfB = running.genesys.sessions.at(-1)?.conversationId ?? ''
    const before = stateOfB()
    for (const id of [tokenOfB, conversationOfB, b.session]) {
      const query = NAMES.map((name) => `${name}=${encodeURIComponent(id)}`).join('&')
      const inBody = body && { ...body, ...Object.fromEntries(NAMES.map((name) => [name, id])) }
      const inHeaders = Object.fromEntries(NAMES.map((name) => [`x-${name}`, id]))
      const answers = [
        await a.ask(method, `${path}?${query}`, body),
        await a.ask(method, path, inBody),
        await a.ask(method, path, body, { ...inHeaders, cookie: `__Host-guest-session=${id}` }),
        await a.ask(method, `${path}/${encodeURIComponent(id)}`, body),
      ]
      for (const answer of answers) expect(JSON.stringify(answer.body)).not.toContain('a secret of B')
    }
    const sentForB = running.genesys.frames.filter(({ frame, connection }) => {
      const isOfA = running.genesys.frames.some(
        (each) =>
          each.connection === connection && each.frame.token !== undefined && each.frame.token !== tokenOfB,
      )
      return isOfA && JSON.stringify(frame).includes(tokenOfB)
    })
    expect(sentForB).toEqual([])
    expect(stateOfB()).toBe(before)
  })

  test('none of guest B’s live events are received', async () => {
    const stream = await a.events()
    await a.say('hello of A')
    running.genesys.agentSays('only for B', tokenOfB)
    running.genesys.agentTypes(tokenOfB)
    await b.say('second secret of B')
    await a.say('last of A')
    await stream.next(({ data }) => data['text'] === 'last of A')
    expect(JSON.stringify(stream.events)).not.toMatch(/only for B|secret of B|typing/)
    stream.close()
  })

  test('guest B’s Idempotency-Key has no effect', async () => {
    await b.say('a keyed secret of B', { 'idempotency-key': 'shared' })
    const answer = await a.say('a keyed text of A', { 'idempotency-key': 'shared' })
    expect(answer).toMatchObject({ status: 201, body: { text: 'a keyed text of A' } })
  })
})

describe('a caller without a session', () => {
  test.each(ROUTES.filter(([method, path]) => !(method === 'POST' && path === '/guest-session')))(
    'gets no guest’s data from %s %s',
    async (method, path, body) => {
      const before = running.genesys.frames.length
      for (const authorization of [
        undefined,
        'Bearer ',
        'Bearer x',
        `Guest ${b.session}`,
        `Bearer ${tokenOfB}`,
      ]) {
        const answer = await ask(running.url, method, path, body, {
          origin: SITE,
          ...(authorization !== undefined && { authorization }),
        })
        const isOpenToPages = path === '/widget-config' && authorization === undefined
        expect(answer.status).toBe(isOpenToPages ? 200 : 401)
        expect(JSON.stringify(answer.body)).not.toMatch(/secret|"name":"B"/)
      }
      expect(running.genesys.frames).toHaveLength(before)
    },
  )
})
