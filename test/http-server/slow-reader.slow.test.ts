import { once } from 'node:events'
import net, { type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { isMessage, isSession } from '../event-reader.ts'
import { ask, startTogether, type Page, type Running } from '../start-service.ts'

/** A page that does not read its stream, over a real socket, uses a bounded part of the service's memory. */

/** 12,000 bytes of UTF-8. All batches together are 14 MB, three times what Linux buffers for an unread socket. */
const LONG = '€'.repeat(3990)
const MAX_BATCHES = 150
const BATCH = 8

let running: Running
let page: Page
beforeEach(async () => {
  running = await startTogether({ simulator: { limits: { outboundTextChars: 4000 }, record: false } })
  page = await running.openPage()
})
afterEach(() => running.stop())

/** A plain socket, so that no library buffers what this reader does not read. */
async function openStream(): Promise<Socket> {
  const socket = net.connect(running.service.port, '127.0.0.1')
  const headers = Object.entries(page.headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.write(`GET /events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers.join('')}\r\n`)
  await once(socket, 'readable')
  return socket
}

async function liveStreams(): Promise<number> {
  const { body } = await ask(running.url, 'GET', '/metrics')
  return Number(/^guest_bff_live_streams (.+)$/m.exec(String(body))?.[1])
}

/** The body with the lengths of its chunks, which are on separate lines. */
async function readToTheEnd(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
    .toString()
    .replaceAll(/(\r\n)?[0-9a-f]+\r\n/g, '')
}

test('a slow reader’s stream ends with a resync, while the guest’s other tab gets all messages', async () => {
  const slow = await openStream()
  const other = await page.events()
  await other.next(isSession('connected'))
  let batches = 0
  while ((await liveStreams()) === 2 && batches < MAX_BATCHES) {
    const batch = batches++
    for (let at = 1; at < BATCH; at++) running.genesys.agentSays(LONG)
    running.genesys.agentSays(`that was ${batch}`)
    await other.next(isMessage(`that was ${batch}`))
  }
  expect(other.events.filter(({ event }) => event === 'message')).toHaveLength(batches * BATCH)

  // The stream has ended and waits a few seconds for its reader: buffered events arrive, with the resync last.
  const text = await readToTheEnd(slow)
  expect(text.split('event: message').length - 1).toBeLessThan(batches * BATCH)
  expect(text.trimEnd().split('\n\n').at(-1)).toMatch(/^event: resync\ndata: \{"reason":".+"\}$/)

  // A page that resumes where the stream was cut learns that there is more than can be replayed.
  const lastEventId = [...text.matchAll(/^id: (.+)$/gm)].at(-1)?.[1]
  const again = await page.events(lastEventId)
  await again.next(({ event }) => event === 'resync')
  again.close()
  other.close()
}, 40_000)
