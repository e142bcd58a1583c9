import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { type GuestClient, connect } from './guest-client.ts'
import { authorized, call } from './rest-client.ts'

let simulator: Simulator
let guest: GuestClient
let nowMs: number
beforeEach(async () => {
  nowMs = Date.now()
  const limits = { messagesPerSecond: Infinity }
  simulator = await startSimulator({ agent: 'silent', limits, now: () => nowMs })
  guest = await connect(simulator)
  await guest.configure()
})
afterEach(() => simulator.close())

const read = (jwt: string, query = '') =>
  call(`${simulator.url}/api/v2/webmessaging/messages${query}`, {
    headers: { authorization: `bearer ${jwt}` },
  })

async function getJwt(): Promise<{ jwt: string; exp: number }> {
  guest.send('getJwt')
  return (await guest.next(({ class: name }) => name === 'JwtResponse')).body as { jwt: string; exp: number }
}

test('getJwt returns a JWT that expires in a minute', async () => {
  const tracingId = guest.send('getJwt')
  expect(await guest.next()).toEqual({
    type: 'response',
    class: 'JwtResponse',
    code: 200,
    tracingId,
    body: { jwt: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/), exp: Math.floor(nowMs / 1000) + 60 },
  })
})

test('an empty history has a page size of 0', async () => {
  const { status, body } = await read((await getJwt()).jwt)
  expect(status).toBe(200)
  expect(body).toEqual({ entities: [], pageSize: 0, pageNumber: 1, total: 0, pageCount: 0 })
})

test('the history lists the newest message first and contains no typing events', async () => {
  const echo = await guest.say('Hello')
  simulator.agentTypes()
  const answer = simulator.agentSays('Hi')
  simulator.agentLeaves()
  const { body } = await read((await getJwt()).jwt)
  const { time, messageId } = echo.body.channel as { time: string; messageId: string }
  const channel = { time, messageId }
  expect(body).toMatchObject({ pageSize: 25, pageNumber: 1, total: 3, pageCount: 1 })
  expect(body.entities).toMatchObject([
    { type: 'Event', direction: 'Outbound', events: [{ presence: { type: 'Disconnect' } }] },
    {
      id: answer.id,
      direction: 'Outbound',
      text: 'Hi',
      originatingEntity: 'Human',
      channel: { messageId: answer.id },
    },
    { id: echo.body.id, direction: 'Inbound', text: 'Hello', channel },
  ])
})

test('a history page has 25 messages by default', async () => {
  for (let number = 1; number <= 27; number += 1) await guest.say(`${number}`)
  const { jwt } = await getJwt()
  const texts = async (query: string) => {
    const { body } = await read(jwt, query)
    return (body.entities as { text: string }[]).map(({ text }) => text)
  }
  expect(await texts('')).toHaveLength(25)
  expect(await texts('?pageNumber=2')).toEqual(['2', '1'])
  expect(await texts('?pageSize=3&pageNumber=2')).toEqual(['24', '23', '22'])
  expect(await texts('?pageNumber=3')).toEqual([])
})

test('a history page may have up to 500 messages', async () => {
  await guest.say('Hello')
  expect(await read((await getJwt()).jwt, '?pageSize=500')).toMatchObject({
    status: 200,
    body: { pageSize: 500 },
  })
})

/** The history has only these presence types: Join, Disconnect, Clear, SignIn, SessionExpired. */
test('sign-in requests do not appear in the history', async () => {
  await guest.say('Hello')
  for (const type of ['Authenticate', 'AuthenticateCancel', 'SessionExpired'])
    simulator.botSays({ events: [{ eventType: 'Presence', presence: { type } }] })
  const { body } = await read((await getJwt()).jwt)
  expect(body).toMatchObject({
    total: 2,
    entities: [{ events: [{ presence: { type: 'SessionExpired' } }] }, { text: 'Hello' }],
  })
})

test('quick replies with a title are stored in the history as plain quick replies', async () => {
  simulator.botSays({
    content: [
      {
        contentType: 'QuickReplyV2',
        quickReplyV2: { title: 'Go on?', actions: [{ text: 'Yes', payload: 'y' }] },
      },
    ],
  })
  const { body } = await read((await getJwt()).jwt)
  expect((body.entities as object[])[0]).toMatchObject({
    text: 'Go on?',
    content: [{ contentType: 'QuickReply', quickReply: { text: 'Yes', payload: 'y' } }],
  })
})

test.each(['?pageSize=0', '?pageSize=x', '?pageNumber=-1', '?pageSize=501'])(
  'the history query %s is refused',
  async (query) => {
    expect(await read((await getJwt()).jwt, query)).toMatchObject({
      status: 400,
      body: { code: 'invalid.value' },
    })
  },
)

test('an expired JWT is refused with 401', async () => {
  const { jwt } = await getJwt()
  nowMs += 61_000
  const { status, headers, body } = await read(jwt)
  expect(status).toBe(401)
  expect(body).toMatchObject({
    code: 'credentials.expired',
    status: 401,
    contextId: headers.get('inin-correlation-id'),
  })
})

test('a history cannot be read with an invalid JWT or with an OAuth token', async () => {
  expect(await read('a.b.c')).toMatchObject({ status: 401, body: { code: 'bad.credentials' } })
  const headers = await authorized(simulator)
  const answer = await call(`${simulator.url}/api/v2/webmessaging/messages`, { headers })
  expect(answer).toMatchObject({ status: 401 })
})

test('a session may read its history at most 10 times a minute', async () => {
  const { jwt } = await getJwt()
  for (let count = 1; count <= 10; count += 1) expect((await read(jwt)).status).toBe(200)
  const refused = await read(jwt)
  expect(refused).toMatchObject({ status: 429, body: { code: 'too.many.requests.retry.after' } })
  expect(refused.headers.get('retry-after')).toBe('60')
})
