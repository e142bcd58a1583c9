import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { createGuestChat } from '../../src/browser/client/chat-client.ts'
import type { GuestChat } from '../../src/browser/client/guest-chat.ts'
import { startSimulator, type Simulator } from '../../src/simulator/simulator.ts'
import { asSite, changed } from '../conversation/site.ts'
import { hasNginx, startNginx, type Nginx } from './nginx.ts'
import { startProcess, type ServiceProcess } from './start-process.ts'

/** The time within which a page must recover after the replica that serves it is killed. */
const RECOVERY_MS = 3000

let genesys: Simulator
let replicas: ServiceProcess[]
let nginx: Nginx
let chat: GuestChat
const settings = { SESSION_KEYS: randomBytes(32).toString('base64'), TRUST_PROXY: '1' }

const describeWithNginx = hasNginx ? describe : describe.skip

describeWithNginx('two replicas behind nginx', () => {
  beforeEach(async () => {
    genesys = await startSimulator({ agent: 'silent' })
    replicas = [await startProcess(genesys, settings), await startProcess(genesys, settings)]
    nginx = await startNginx([replicas[0]!.port, replicas[1]!.port])
    chat = createGuestChat({ baseUrl: nginx.url, fetch: asSite })
  })
  afterEach(async () => {
    chat.close()
    await nginx.stop()
    for (const replica of replicas) await replica.end('SIGKILL')
    await genesys.close()
  })

  test('keep a guest on the same replica', async () => {
    await chat.open()
    for (const text of ['one', 'two', 'three']) await chat.send(text)
    await chat.setAttributes({ 'custom.plan': 'gold' })
    await chat.send('four')
    const sent = genesys.frames.filter(({ frame }) => frame.action === 'onMessage')
    expect(sent).toHaveLength(4)
    expect(new Set(sent.map(({ connection }) => connection)).size).toBe(1)
  })

  test('lose neither a message nor an event when the replica that serves the guest is killed', async () => {
    await chat.open()
    await chat.send('before')
    genesys.agentSays('I hear you')
    await showsWhatWasSaid()

    await changed(chat, () => chat.connection === 'online')
    const serving = await servingReplica()
    const sending = chat.send('in the middle of it')
    const killedAt = performance.now()
    const killed = serving.end('SIGKILL')
    genesys.agentSays('said while nobody was there')
    await killed
    genesys.agentSays('and after')
    await sending
    await showsWhatWasSaid()
    expect(performance.now() - killedAt).toBeLessThan(RECOVERY_MS)

    await chat.send('it goes on')
    genesys.agentSays('so it does')
    await showsWhatWasSaid()
    expect(linesOf(chat)).toHaveLength(7)
  }, 20_000)

  test('lose no message when they are restarted one after another', async () => {
    await chat.open()
    for (const [at, replica] of replicas.entries()) {
      await chat.send(`before ${at}`)
      genesys.agentSays(`meanwhile ${at}`)
      const ending = replica.end('SIGTERM')
      const sending = chat.send(`while it goes ${at}`)
      genesys.agentSays(`while it goes, too ${at}`)
      await Promise.all([ending, sending])
      replicas[at] = await startProcess(genesys, { ...settings, PORT: String(replica.port) })
    }
    await showsWhatWasSaid()
    expect(linesOf(chat)).toHaveLength(8)
  }, 30_000)
})

/** The replica with the guest's stream of live events. */
async function servingReplica(): Promise<ServiceProcess> {
  const streams = await Promise.all(replicas.map((replica) => replica.metric('guest_bff_live_streams')))
  return replicas[streams.indexOf(1)]!
}

const linesOf = ({ messages }: GuestChat) => messages.map(({ sender, text }) => ({ sender, text }))

async function showsWhatWasSaid(): Promise<void> {
  const said = genesys.transcript().map(({ sender, text }) => ({ sender, text }))
  await changed(chat, () => chat.messages.length >= said.length)
  expect(linesOf(chat)).toEqual(said)
}
