import { describe, expect, test } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { isState, listen, says, soon, startDriver, ORIGIN } from '../start-driver.ts'

const text = (words: string) => ({ text: words, tracingId: randomUUID() })
const states = (events: { type: string; state?: string }[]) =>
  events.flatMap(({ type, state }) => (type === 'session' ? [state] : []))

describe('when the agent ends the conversation,', () => {
  test('in mode send, the page is notified and the guest can continue writing', async () => {
    const { api, guest, genesys } = await startDriver({ disconnectMode: 'send' })
    const jane = await guest()
    const page = listen(api, jane)
    await api.send(jane, text('Hello'), soon())
    genesys.agentLeaves()
    await page.until(isState('disconnected'))
    expect(await api.send(jane, text('Wait!'), soon())).toMatchObject({ text: 'Wait!' })
    expect(await api.resume(jane, soon())).toMatchObject({ state: 'resumed' })
  })

  test('in mode read-only, the page is notified and writing is refused', async () => {
    const { api, guest, genesys } = await startDriver({ disconnectMode: 'read-only' })
    const jane = await guest()
    const page = listen(api, jane)
    await api.send(jane, text('Hello'), soon())
    genesys.agentLeaves()
    await page.until(isState('read-only'))
    await expect(api.send(jane, text('Wait!'), soon())).rejects.toMatchObject({
      code: 'session_read_only',
      facts: { status: 409 },
    })
    expect(states(page.events)).toEqual(['connected', 'read-only'])
    expect(await api.resume(jane, soon())).toMatchObject({ state: 'read-only' })
  })

  test('in a deployment that does not announce the end, the guest can continue writing', async () => {
    const { api, guest, genesys } = await startDriver({ disconnectMode: 'off' })
    const jane = await guest()
    await api.send(jane, text('Hello'), soon())
    genesys.agentLeaves()
    expect(await api.send(jane, text('Wait!'), soon())).toMatchObject({ text: 'Wait!' })
  })
})

describe('a read-only session', () => {
  async function readOnlyGuest(options = {}) {
    const driver = await startDriver({ disconnectMode: 'read-only', ...options })
    const jane = await driver.guest()
    await driver.api.send(jane, text('Hello'), soon())
    driver.genesys.agentLeaves()
    await driver.genesys.seenFrame({ event: 'Disconnect', direction: 'to-guest' })
    return { ...driver, jane }
  }

  test('is also read-only for another replica', async () => {
    const { genesys, jane } = await readOnlyGuest()
    const other = await startDriver(
      {},
      { deploymentId: genesys.deploymentId, messagingUrl: genesys.messagingUrl },
    )
    const page = listen(other.api, jane)
    expect(await other.api.resume(jane, soon())).toMatchObject({ state: 'read-only' })
    await page.until(isState('read-only'))
  })

  test('still shows its history', async () => {
    const { api, jane } = await readOnlyGuest()
    const page = await api.history(jane, { pageSize: 25, pageNumber: 1 }, soon())
    expect(page.messages.map((message) => message.text)).toEqual(['Hello'])
  })

  test('is reported immediately to a page that starts listening', async () => {
    const { api, jane } = await readOnlyGuest()
    await api.resume(jane, soon())
    const page = listen(api, jane)
    await page.until(isState('read-only'))
  })

  test('is replaced when the guest starts a new chat, and a listening page is notified', async () => {
    const { api, jane, genesys } = await readOnlyGuest()
    const page = listen(api, jane)
    await page.until(isState('read-only'))
    expect(await api.startNew(jane, soon())).toMatchObject({ state: 'new', ref: jane.ref })
    await page.until(isState('connected'))
    expect(await api.send(jane, text('Hello again'), soon())).toMatchObject({ text: 'Hello again' })
    const actions = genesys.frames.flatMap(({ frame }) => frame.action ?? [])
    expect(actions.slice(-3)).toEqual(['closeSession', 'configureSession', 'onMessage'])
    expect(await api.resume(jane, soon())).toMatchObject({ state: 'resumed' })
  })
})

describe('when the guest ends the conversation,', () => {
  test('the page learns that the session was cleared, and the socket is not reopened', async () => {
    const { api, guest, genesys } = await startDriver()
    const jane = await guest()
    const page = listen(api, jane)
    await api.send(jane, text('Hello'), soon())
    await api.end(jane, soon())
    await page.until(isState('cleared'))
    expect(states(page.events)).toEqual(['connected', 'cleared'])
    expect(genesys.requests.filter(({ path }) => path === '/v1')).toHaveLength(1)
  })

  test('a deployment that does not offer this causes an error that names the setting', async () => {
    const { api, guest } = await startDriver({ conversationClear: false })
    const jane = await guest()
    await expect(api.end(jane, soon())).rejects.toMatchObject({
      code: 'end_not_enabled',
      facts: { status: 403, hint: expect.stringContaining('Clear conversation') },
    })
    expect(await api.send(jane, text('Still here'), soon())).toMatchObject({ text: 'Still here' })
  })
})

describe('a session', () => {
  test('that expires during a connection ends permanently', async () => {
    const { api, guest, genesys } = await startDriver()
    const jane = await guest()
    const page = listen(api, jane)
    genesys.expireSession(jane.ref['token'])
    await page.until(isState('expired'))
    await expect(api.send(jane, text('Hello'), soon())).rejects.toMatchObject({ code: 'session_ended' })
    await expect(api.resume(jane, soon())).rejects.toMatchObject({
      code: 'session_ended',
      facts: { status: 4006 },
    })
  })

  /** From the enumeration of presence types in the Python SDK. */
  test('whose conversation contains an expiry event ends permanently', async () => {
    const { api, guest, genesys } = await startDriver()
    const jane = await guest()
    const page = listen(api, jane)
    await page.until(isState('connected'))
    genesys.botSays({ events: [{ eventType: 'Presence', presence: { type: 'SessionExpired' } }] })
    await page.until(isState('expired'))
    expect(genesys.requests.filter(({ path }) => path === '/v1')).toHaveLength(1)
  })

  test.each([
    [401, 'User is unauthorized'],
    [4006, 'Session has expired'],
    [4007, 'Session not found'],
    [4017, 'Cannot downgrade to unauthenticated'],
  ])('that has expired is recognized by code %i (%s) when the guest comes back', async (code, body) => {
    const { api, genesys } = await startDriver()
    const jane = { ref: { token: randomUUID() }, origin: ORIGIN }
    genesys.injectFault('configureSession', { frame: { class: 'string', code, body } })
    const page = listen(api, jane)
    await page.until(isState('expired'))
    expect(genesys.requests.filter(({ path }) => path === '/v1')).toHaveLength(1)
    genesys.injectFault('configureSession', { frame: { class: 'string', code, body } })
    await expect(api.resume(jane, soon())).rejects.toMatchObject({
      code: 'session_ended',
      facts: { status: code },
    })
  })

  test('that Genesys no longer knows is reported as new when it is resumed', async () => {
    const { api } = await startDriver()
    const jane = { ref: { token: randomUUID() }, origin: ORIGIN }
    expect(await api.resume(jane, soon())).toMatchObject({ state: 'new' })
    expect(await api.resume(jane, soon())).toMatchObject({ state: 'resumed' })
  })
})

describe('a guest’s fourth connection, opened by another replica,', () => {
  test('closes the first connection, which is reopened for the next request', async () => {
    const { api, guest, genesys } = await startDriver()
    const jane = await guest()
    const page = listen(api, jane)
    const rivals = []
    for (let count = 0; count < 3; count++) {
      const rival = await startDriver(
        {},
        { deploymentId: genesys.deploymentId, messagingUrl: genesys.messagingUrl },
      )
      await rival.api.resume(jane, soon())
      rivals.push(rival)
    }
    await page.until(isState('too-many-connections'))
    expect(genesys.connections(jane.ref['token'])).toBe(3)
    await api.send(jane, text('Hello'), soon())
    await page.until(says('Hello'))
    expect(states(page.events)).toEqual(['connected', 'too-many-connections', 'connected'])
  })
})
