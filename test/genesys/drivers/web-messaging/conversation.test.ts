import { expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { isState, listen, says, soon, startDriver } from './start-driver.ts'

const text = (words: string) => ({ text: words, tracingId: randomUUID() })

test('a new guest’s session is configured immediately, with the deployment’s limits', async () => {
  const { api, genesys } = await startDriver()
  const opened = await api.open({ origin: 'https://shop.example', attributes: {} }, soon())
  expect(opened).toMatchObject({ state: 'new', attributesDelivered: false })
  expect(opened.ref['token']).toMatch(/^[0-9a-f-]{36}$/)
  expect(opened.limits).toMatchObject({ maxTextBytes: 4096, maxAttributeBytes: 2048, messagesPerSecond: 5 })
  expect(opened.limits.attachments?.maxFileSizeKB).toBeGreaterThan(0)
  expect(opened.expiresAtMs).toBeGreaterThan(Date.now())
  expect(genesys.requests.find(({ path }) => path === '/v1')?.headers.origin).toBe('https://shop.example')
})

test('sending a message resolves with the echo of that message', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const sent = await api.send(jane, text('Hello'), soon())
  expect(sent).toMatchObject({ direction: 'inbound', sender: 'guest', type: 'text', text: 'Hello' })
  expect(genesys.transcript().map((line) => line.text)).toEqual(['Hello'])
})

test('messages, typing and the agent’s departure reach the listener', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const page = listen(api, jane)
  await api.send(jane, text('Hello'), soon())
  genesys.agentTypes(jane.ref['token'], 3000)
  genesys.agentSays('How can I help?', jane.ref['token'])
  genesys.agentLeaves(jane.ref['token'])
  await page.until(isState('disconnected'))
  expect(page.events).toEqual([
    { type: 'session', state: 'connected' },
    { type: 'message', message: expect.objectContaining({ sender: 'guest', text: 'Hello' }) },
    { type: 'typing', sender: 'agent', durationMs: 3000 },
    { type: 'message', message: expect.objectContaining({ sender: 'agent', text: 'How can I help?' }) },
    { type: 'session', state: 'disconnected' },
  ])
})

test('all of a guest’s tabs and messages share one socket', async () => {
  const { api, guest, genesys } = await startDriver()
  const jane = await guest()
  const tabs = [listen(api, jane), listen(api, jane), listen(api, jane)]
  await Promise.all([api.send(jane, text('one'), soon()), api.send(jane, text('two'), soon())])
  for (const tab of tabs) await tab.until(says('two'))
  expect(genesys.requests.filter(({ path }) => path === '/v1')).toHaveLength(1)
})
