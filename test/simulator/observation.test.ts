import { afterEach, expect, test } from '@jest/globals'
import http from 'node:http'
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts'
import { readConfig } from '../../src/service/settings/read-config.ts'
import { connect } from './guest-client.ts'
import { askToken, call } from './rest-client.ts'

let simulator: Simulator
afterEach(() => simulator.close())

test('a test can wait for a frame, or read one that has already arrived', async () => {
  simulator = await startSimulator({ agent: 'silent' })
  const next = simulator.nextFrame({ action: 'configureSession' })
  const guest = await connect(simulator)
  await guest.configure()
  expect((await next).frame.token).toBe(guest.token)
  expect(await simulator.seenFrame({ class: 'SessionResponse', answerTo: 'configureSession' })).toMatchObject(
    {
      direction: 'to-guest',
      token: guest.token,
    },
  )
  await expect(simulator.nextFrame('onMessage', { timeoutMs: 10 })).rejects.toThrow(
    'saw nothing that matches "onMessage" within 10 ms',
  )
})

test('requests are recorded with headers, body and status', async () => {
  simulator = await startSimulator()
  const next = simulator.nextRequest('POST /oauth/token')
  await askToken(simulator)
  expect(await next).toBe(simulator.requests[0])
  expect(simulator.requests).toMatchObject([
    {
      method: 'POST',
      path: '/oauth/token',
      body: { grant_type: 'client_credentials' },
      headers: { 'content-type': expect.stringContaining('urlencoded') },
      status: 200,
    },
  ])
})

test('nothing is recorded when recording is off, but waiting for a frame still works', async () => {
  simulator = await startSimulator({ record: false })
  const next = simulator.nextFrame('SessionResponse')
  await (await connect(simulator)).configure()
  expect((await next).frame.code).toBe(200)
  await call(simulator.url)
  expect([simulator.frames, simulator.requests]).toEqual([[], []])
})

test('without a guest token, the simulator acts on the latest conversation', async () => {
  simulator = await startSimulator({ agent: 'silent' })
  expect(() => simulator.agentSays('Hello?')).toThrow('no session was configured')
  const one = await connect(simulator)
  await one.configure()
  const two = await connect(simulator)
  await two.configure()
  await one.say('I was first')
  simulator.agentSays('to one')
  expect((await one.next()).body.text).toBe('to one')
  simulator.agentSays('to two', two.token)
  expect((await two.next()).body.text).toBe('to two')
  simulator.botSays({ text: 'Well?', quickReplies: ['Yes', 'No'] })
  expect((await two.next()).body).toMatchObject({
    originatingEntity: 'Bot',
    content: [{}, { quickReply: { payload: 'No' } }],
  })
  expect(simulator.sessions).toHaveLength(2)
  expect(simulator.connections()).toBe(2)
})

test('the simulator’s settings include everything that the service needs except ALLOWED_ORIGINS', async () => {
  simulator = await startSimulator({ agent: 'silent' })
  const { genesys } = readConfig({ ...simulator.settings, ALLOWED_ORIGINS: 'https://www.example.com' })
  const { url, messagingUrl, organizationId, deploymentId, clientId, clientSecret } = simulator
  expect(genesys).toMatchObject({ organizationId, deploymentId, oauth: { clientId, clientSecret } })
  expect(genesys.hosts).toEqual({ apiUrl: url, loginUrl: url, cdnUrl: url, messagingUrl })
})

test('closing the simulator ends every connection and frees the port', async () => {
  simulator = await startSimulator()
  const guest = await connect(simulator)
  simulator.injectFault('GET /v1', { swallow: true })
  const waiting = connect(simulator)
  await simulator.nextRequest('GET /v1')
  await Promise.all([simulator.close(), expect(waiting).rejects.toThrow()])
  expect(await guest.closed).toBe(1006)
  const again = http.createServer()
  await new Promise<void>((resolve) => again.listen(simulator.port, '127.0.0.1', resolve))
  await new Promise((resolve) => again.close(resolve))
  simulator = await startSimulator()
})
