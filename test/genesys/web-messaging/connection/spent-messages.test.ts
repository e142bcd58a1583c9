import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { WebSocket, WebSocketServer } from 'ws'
import { letGoOfSpentMessages } from '../../../../src/genesys/web-messaging/connection/spent-messages.ts'

let server: WebSocketServer
let client: WebSocket
let far: WebSocket
let received: string[]

beforeEach(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await once(server, 'listening')
  client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  received = []
  client.on('message', (data: Buffer) => received.push(data.toString()))
  client.on('error', () => received.push('error'))
  client.on('open', () => letGoOfSpentMessages(client))
  ;[far] = (await once(server, 'connection')) as [WebSocket]
  if (client.readyState !== WebSocket.OPEN) await once(client, 'open')
})
afterEach(() => {
  client.terminate()
  server.close()
})

async function end(): Promise<void> {
  const closed = once(client, 'close')
  far.close()
  await closed
}

interface PiecesOfWs {
  readonly _receiver: { readonly _fragments: unknown[] }
}
const pieces = () => (client as unknown as PiecesOfWs)._receiver._fragments

test('messages come as they were sent: whole, in pieces, with a ping between them, and empty', async () => {
  far.send('whole')
  far.send('in ', { fin: false })
  far.ping()
  far.send('three ', { fin: false })
  far.send('pieces')
  far.send('')
  far.send('Grüße 👋')
  await end()
  expect(received).toEqual(['whole', 'in three pieces', '', 'Grüße 👋'])
})

test('nothing of a message is kept when it has been told, and the list goes on', async () => {
  const first = pieces()
  far.send('one')
  far.send('two, in ', { fin: false })
  far.send('pieces')
  const [message] = (await once(client, 'message')) as [Buffer]
  expect(message.toString()).toBe('one')
  await end()
  expect(pieces()).toBe(first)
  expect(first).toEqual([])
})

test('text that is no UTF-8 is still refused', async () => {
  far.send(Buffer.from([0xc3, 0x28]), { binary: false })
  await new Promise((resolve) => client.on('close', resolve))
  expect(received).toEqual(['error'])
})
