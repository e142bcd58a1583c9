// The Genesys Cloud simulator behind a relay that is hostile to the attacker: a guest whose text begins with
// "attack" gets data that no platform would send. All other guests get the simulator's responses.
import http from 'node:http'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocketServer, WebSocket } from 'ws'
import { serveCommands } from '../harness/commands.mjs'
import { startSimulator } from '../../dist/simulator.js'
import { ORIGIN } from '../harness/service-settings.mjs'
import { hostileAnswers, hostileFrames } from './hostile-data.mjs'

/** The number of generated frames. They are sent in a cycle, so each frame reaches several guests. */
const DIFFERENT_FRAMES = 20_000
const DIFFERENT_ANSWERS = 5000
const FRAMES_FOR_EACH_MESSAGE = 20
const counts = { frames: 0, answers: 0 }
const hostileJwts = new Set()
/** The JWTs of guests who sent the text `slow`. Their history is delayed. */
const slowJwts = new Set()
const SLOW_MS = 6000
let frames
let answers
let simulator

const server = http.createServer(async (req, res) => {
  const body = await buffer(req).catch(() => undefined)
  if (!body) return // the service has closed the connection
  if (slowJwts.has(req.headers.authorization?.slice('Bearer '.length))) await pause(SLOW_MS)
  const isHostile =
    hostileJwts.has(req.headers.authorization?.slice('Bearer '.length)) || body.includes('"attack')
  if (isHostile) {
    counts.answers += 1
    const { status, headers, bytes, isCut } = answers.next().value
    try {
      res.writeHead(status, headers)
    } catch {
      res.writeHead(status)
    }
    if (isCut) res.write(bytes, () => res.destroy())
    else res.end(bytes)
    return
  }
  const { port } = simulator
  const headers = { ...req.headers }
  const onward = http.request(
    { host: '127.0.0.1', port, method: req.method, path: req.url, headers },
    (answer) => {
      res.writeHead(answer.statusCode, answer.headers)
      answer.pipe(res)
    },
  )
  onward.on('error', () => res.destroy())
  onward.end(body)
})

const sockets = new WebSocketServer({ server, perMessageDeflate: false })
sockets.on('connection', (guest, { url }) => {
  const platform = new WebSocket(simulator.messagingUrl + url, {
    perMessageDeflate: false,
    origin: ORIGIN,
  })
  const waiting = []
  let isHostile = false
  let isSlow = false
  guest.on('message', (data) => {
    const text = String(data)
    isHostile ||= text.includes('"attack')
    isSlow ||= text.includes('"slow"')
    if (isHostile && text.includes('"onMessage"')) turnOn(guest)
    if (platform.readyState === WebSocket.OPEN) platform.send(text)
    else waiting.push(text)
  })
  platform.on('open', () => waiting.splice(0).forEach((text) => platform.send(text)))
  platform.on('message', (data) => {
    const text = String(data)
    const jwt = isHostile && /"jwt":"([^"]+)"/.exec(text)
    if (jwt) hostileJwts.add(jwt[1])
    const slowJwt = isSlow && /"jwt":"([^"]+)"/.exec(text)
    if (slowJwt) slowJwts.add(slowJwt[1])
    if (guest.readyState === WebSocket.OPEN) guest.send(text)
  })
  platform.on('close', (code) => guest.close(code >= 3000 || code === 1000 ? code : 1001))
  guest.on('close', () => platform.close())
  for (const socket of [guest, platform]) socket.on('error', () => undefined)
})

/** Sends hostile frames, some of which are bytes that are not allowed on a WebSocket. */
function turnOn(guest) {
  for (let count = 0; count < FRAMES_FOR_EACH_MESSAGE && guest.readyState === WebSocket.OPEN; count++) {
    counts.frames += 1
    const { text, binary, raw, close } = frames.next().value
    if (text !== undefined) guest.send(text)
    else if (binary) guest.send(binary, { binary: true })
    else if (raw) guest._socket.write(raw)
    else guest.close(close)
  }
}

serveCommands({
  async listen({ seed, isHostile }) {
    frames = hostileFrames(DIFFERENT_FRAMES, seed)
    answers = hostileAnswers(DIFFERENT_ANSWERS, seed)
    if (isHostile) {
      // Generates all data now: this takes seconds, for which honest guests must not have to wait.
      frames.next()
      answers.next()
    }
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address()
    simulator = await startSimulator({
      // Files are uploaded to the same address.
      storageUrl: `http://127.0.0.1:${port}`,
      agent: 'silent',
      limits: false,
      record: false,
      restGuestApis: true,
      clientId: 'attack-client',
      clientSecret: 'attack-client-secret',
    })
    return {
      url: `http://127.0.0.1:${port}`,
      messagingUrl: `ws://127.0.0.1:${port}`,
      deploymentId: simulator.deploymentId,
    }
  },
  counts: () => ({ ...counts }),
})
