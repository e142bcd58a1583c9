// Stands in for Genesys Cloud in the benchmark: serves REST and OAuth on raw sockets, and the guest socket.
import { readFileSync } from 'node:fs'
import https from 'node:https'
import http from 'node:http'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocketServer } from 'ws'
import { serveCommands } from './commands.mjs'
import { answerBytes, eachMessage, writeAtTurnEnd } from './http-wire.mjs'

/** Genesys' response to an accepted message, of about 200 bytes. */
const TAKEN = answerBytes(200, {
  id: '6f1d1b2a-9a35-4c5c-8a04-0f9f3f1f7c11',
  time: '2026-11-21T08:00:00.000Z',
  type: 'text',
  status: 'accepted',
  conversationId: '0b1d7e0e-52a5-4c3b-a3a7-6a1f7d1c9e55',
  direction: 'inbound',
})
const TOKEN = answerBytes(200, {
  access_token: 'benchmark-access-token',
  token_type: 'bearer',
  expires_in: 86_399,
})
const DEPLOYMENT = answerBytes(200, { id: 'bench', status: 'active', name: 'bench' })
const CONFIG = answerBytes(200, { status: 'Active', version: '1', messenger: { enabled: true } })
const DOMAINS = answerBytes(200, { isActive: true, allowedDomains: [] })
const NO_MESSAGES = answerBytes(200, { entities: [], pageSize: 25, pageNumber: 1, total: 0 })
const NOT_FOUND = answerBytes(404, { code: 'not.found' })

let delayMs = 0
/**
 * The open sockets that have carried a request since the counts were last read, and the highest number of such sockets.
 */
let used = new Set()
let mostUsed = 0
let requests = 0
let guests = 0

const rest = net.createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.on('close', () => used.delete(socket))
  eachMessage(socket, ({ head }) => {
    requests += 1
    used.add(socket)
    mostUsed = Math.max(mostUsed, used.size)
    const answer = answerTo(head)
    if (answer === TAKEN && delayMs > 0) setTimeout(() => writeAtTurnEnd(socket, answer), delayMs)
    else writeAtTurnEnd(socket, answer)
  })
})

function answerTo(head) {
  const [method, path] = head.slice(0, head.indexOf('\r')).split(' ')
  if (method === 'POST' && path.endsWith('/messages')) return TAKEN
  if (method === 'PUT' && path.endsWith('/attributes')) return TAKEN
  if (path.startsWith('/oauth/token')) return TOKEN
  if (path.endsWith('/external/guests')) return newGuest()
  if (path.includes('/messagecenter/deployments/')) return DEPLOYMENT
  if (path.endsWith('/config.json')) return CONFIG
  if (path.endsWith('/domains.json')) return DOMAINS
  if (path.startsWith('/api/v2/webmessaging/messages')) return NO_MESSAGES
  return NOT_FOUND
}

function newGuest() {
  guests += 1
  return answerBytes(201, { guestId: `guest-${guests}`, accessToken: `${guests}-`.padEnd(64, 'benchmark') })
}

const guestSockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, clientTracking: false })
/** The sockets of guests with a session. Pushed messages go to each of them in turn. */
const configured = new Map()
let handshakes = 0

function takeUpgrades(server) {
  server.on('upgrade', (req, socket, head) => {
    handshakes += 1
    guestSockets.handleUpgrade(req, socket, head, (ws) => {
      ws.on('message', (data) => takeFrame(ws, socket, JSON.parse(data)))
      ws.on('close', () => configured.delete(ws))
      ws.on('error', () => undefined)
    })
  })
  return server
}

function takeFrame(ws, socket, { action, tracingId, message }) {
  const respond = (frameClass, body, type = 'response') =>
    ws.send(JSON.stringify({ type, class: frameClass, code: 200, body, tracingId }))
  if (action === 'configureSession') {
    configured.set(ws, socket)
    respond('SessionResponse', {
      connected: true,
      newSession: true,
      readOnly: false,
      maxCustomDataBytes: 2048,
    })
  } else if (action === 'getJwt') respond('JwtResponse', { jwt: 'benchmark-jwt', exp: 4_000_000_000 })
  else if (action === 'onMessage')
    respond('StructuredMessage', messageBody('Inbound', message.text), 'message')
  else if (action === 'echo') respond('StructuredMessage', messageBody('Inbound', 'ping'))
}

let messages = 0

function messageBody(direction, text) {
  messages += 1
  const id = `message-${messages}`
  return {
    id,
    type: 'Text',
    direction,
    text,
    channel: { time: new Date().toISOString(), type: 'Private', messageId: id },
    originatingEntity: 'Human',
  }
}

/** A text frame of 126 to 65,535 ASCII characters (RFC 6455, 5.2). This is faster than creating it with `ws`. */
function frameBytes(text) {
  const bytes = Buffer.allocUnsafe(4 + text.length)
  bytes[0] = 0x81
  bytes[1] = 126
  bytes.writeUInt16BE(text.length, 2)
  bytes.latin1Write(text, 4)
  return bytes
}

/**
 * Sends `count` messages at `perSecond`, to each guest in turn. The text contains the message's number and the time.
 */
async function push({ perSecond, count }) {
  const sockets = [...configured.values()]
  const startedAt = performance.now()
  for (let sent = 0; sent < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - startedAt) / 1000) * perSecond))
    for (; sent < due; sent++) {
      const text = `message ${sent} sent at ${process.hrtime.bigint()}`
      const body = messageBody('Outbound', text)
      const frame = { type: 'message', class: 'StructuredMessage', code: 200, body }
      sockets[sent % sockets.length].write(frameBytes(JSON.stringify(frame)))
    }
    await pause(1)
  }
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', 8192, resolve))
  return server.address().port
}

serveCommands({
  async listen({ tls }) {
    const server = tls
      ? https.createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) })
      : http.createServer()
    return { port: await listen(rest), socketPort: await listen(takeUpgrades(server)) }
  },
  setDelay: (ms) => (delayMs = ms),
  counts: () => {
    const counts = { sockets: mostUsed, requests, handshakes, guestSockets: configured.size }
    used = new Set()
    mostUsed = 0
    requests = 0
    handshakes = 0
    return counts
  },
  push,
})
