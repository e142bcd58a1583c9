// The attacker, which uses raw sockets from several addresses in 127.0.0.0/8. Each command ends by itself and closes
// what it opened.
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { serveCommands } from '../harness/commands.mjs'
import { firstMessage, requestBytes } from '../harness/http-wire.mjs'
import { abuses } from './abuse.mjs'
import { ORIGIN } from '../harness/service-settings.mjs'
import { hostileRequests } from './hostile-data.mjs'

const ANSWER_WITHIN_MS = 2000
/** The largest number of findings of one kind that are reported. */
const MOST_FINDINGS = 4

/** The attack on streams has a separate address, so that other attacks do not use up its limits. */
const STREAMS_ADDRESS = '127.0.0.10'
const BROKEN_OFF_ADDRESS = '127.0.0.11'

let port
/** The tokens of the guests that all attacks share. */
const tokens = []
const allTokens = []
const nextToken = (() => {
  let next = 0
  return () => tokens[next++ % tokens.length] ?? 'none'
})()

function connect(options = {}) {
  const socket = net.connect({ port, host: '127.0.0.1', noDelay: true, ...options })
  socket.on('error', () => undefined)
  return socket
}

/**
 * Writes the bytes.
 * @returns the head and body of the first response, as far as they arrived; undefined if no whole head arrived
 */
function exchange(socket, bytes, isHead = false) {
  return new Promise((resolve) => {
    let read = Buffer.alloc(0)
    const done = () => {
      clearTimeout(timer)
      socket.off('data', onData).off('close', done)
      const headEnd = read.indexOf('\r\n\r\n')
      if (headEnd < 0) resolve(undefined)
      else
        resolve({
          head: read.latin1Slice(0, headEnd),
          body: read.utf8Slice(headEnd + 4),
          isWhole: firstMessage(read) !== undefined,
        })
    }
    const onData = (chunk) => {
      read = Buffer.concat([read, chunk])
      const message = firstMessage(read)
      const isStream = message === undefined && read.includes('text/event-stream')
      if (message || isStream || (isHead && read.includes('\r\n\r\n'))) done()
    }
    const timer = setTimeout(done, ANSWER_WITHIN_MS)
    socket.on('data', onData).on('close', done)
    socket.write(bytes)
  })
}

const statusOf = ({ head }) => Number(head.slice(9, 12))

async function openGuests({ port: servicePort, count }) {
  port = servicePort
  for (let at = 0; at < count; at++) {
    const token = await openGuest()
    if (token) tokens.push(token)
  }
  return tokens
}

async function openGuest(localAddress = '127.0.0.1') {
  const headers = { origin: ORIGIN, connection: 'close' }
  const answer = await exchange(
    connect({ localAddress }),
    requestBytes({ path: '/guest-session', headers, body: {} }),
  )
  if (!answer || statusOf(answer) !== 201) return undefined
  const token = JSON.parse(answer.body).session
  allTokens.push(token)
  return token
}

/**
 * Every guest opens a stream for a while. Without this, the service keeps a guest's connection for two minutes after
 * the guest has read the history.
 */
async function leave({ listenMs }) {
  const sockets = allTokens.map((token, at) => {
    const socket = connect({ localAddress: `127.0.2.${1 + (at % 250)}` })
    socket.resume()
    const headers = { origin: ORIGIN, authorization: `Bearer ${token}` }
    socket.write(requestBytes({ method: 'GET', path: '/events', headers }))
    return socket
  })
  await pause(listenMs)
  for (const socket of sockets) socket.destroy()
}

/** Keeps a few findings of each kind. */
function collectFindings() {
  const kinds = new Map()
  return {
    add(why, { head, body }, request) {
      const all = kinds.get(why) ?? []
      kinds.set(why, all)
      all.push({
        why,
        answer: `${head}\n${body}`.slice(0, 800),
        request: request?.toString('latin1', 0, 2000),
      })
    },
    list: () =>
      [...kinds.values()].flatMap((all) => [
        { ...all[0], count: all.length },
        ...all.slice(1, MOST_FINDINGS),
      ]),
  }
}

/** @returns every route in the service's OpenAPI document, some others, and some that do not exist */
async function readRoutes() {
  const answer = await (await fetch(`http://127.0.0.1:${port}/openapi.json`)).json()
  const described = Object.entries(answer.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({
      method: method.toUpperCase(),
      path: path.replaceAll(/\{\w+\}/g, 'own-id'),
    })),
  )
  const others = [
    '/',
    '/docs',
    '/docs/problems',
    '/metrics',
    '/client.js',
    '/guest-chat.js',
    '/demo/',
    '/nothing',
    '*',
    '//x',
    'http://evil.example/',
  ]
  return [...described, ...others.map((path) => ({ method: 'GET', path }))]
}

/** Malformed requests of every kind to every route, on keep-alive connections. */
async function requests({ count, seed, connections = 24 }) {
  const all = hostileRequests(await readRoutes(), seed)
  const statuses = {}
  const findings = collectFindings()
  let sent = 0
  const run = async () => {
    let socket = connect()
    while (sent < count) {
      sent += 1
      const { method, bytes: bytesFor } = all.next().value
      const bytes = bytesFor(nextToken())
      const answer = await exchange(socket, bytes, method === 'HEAD')
      const status = answer ? statusOf(answer) : 0
      statuses[status] = (statuses[status] ?? 0) + 1
      if (status === 500) findings.add('an internal error', answer, bytes)
      else if (status >= 400 && answer.body !== '' && !answer.head.includes('application/problem+json'))
        findings.add(`a ${status} without problem details`, answer, bytes)
      if (
        !answer?.isWhole ||
        socket.destroyed ||
        /\r\nconnection: close/i.test(answer.head) ||
        method === 'HEAD'
      ) {
        socket.destroy()
        socket = connect()
      }
    }
    socket.destroy()
  }
  await Promise.all(Array.from({ length: connections }, run))
  return { sent, statuses, findings: findings.list() }
}

/**
 * Guests for whom the upstream is hostile: each message causes hostile frames, and each read of the history gets a
 * hostile response. When a session is lost, the attacker opens another session.
 */
async function talkToHostileUpstream({ messages, perSecond, events = true }) {
  const statuses = {}
  const findings = collectFindings()
  let sent = 0
  const startedAt = performance.now()
  const run = async () => {
    while (sent < messages) {
      const token = await openGuest()
      const headers = { origin: ORIGIN, authorization: `Bearer ${token}`, connection: 'close' }
      const stream = connect()
      stream.resume()
      if (events) stream.write(requestBytes({ method: 'GET', path: '/events', headers }))
      let status = 0
      while (sent < messages && status !== 410 && status !== 401) {
        sent += 1
        await pause(Math.max(0, startedAt + (sent * 1000) / perSecond - performance.now()))
        for (const request of [
          { path: '/messages', headers, body: { text: `attack ${sent}` } },
          { method: 'GET', path: '/messages', headers },
        ]) {
          const answer = await exchange(connect(), requestBytes(request))
          status = answer ? statusOf(answer) : 0
          statuses[status] = (statuses[status] ?? 0) + 1
          if (status === 500) findings.add('an internal error', answer)
        }
      }
      stream.destroy()
    }
  }
  await Promise.all(Array.from({ length: 16 }, run))
  return { sent, statuses, findings: findings.list() }
}

const headOf = (path, more = '') =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\norigin: ${ORIGIN}\r\nauthorization: Bearer ${nextToken()}\r\n${more}`

/** Requests that are never completed: heads, bodies, expectations, half-closed and upgraded connections. */
async function slow({ forMs, each }) {
  const kinds = {
    head: () => [`GET /messages HTTP/1.1\r\nhost: x\r\nx-slow: `, 'a'],
    body: () => [
      headOf('/messages', 'content-type: application/json\r\ncontent-length: 9000\r\n\r\n{"text":"'),
      'a',
    ],
    chunkedBody: () => [
      headOf('/messages', 'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'),
      '1\r\na\r\n',
    ],
    trailers: () => [headOf('/messages', 'transfer-encoding: chunked\r\n\r\n0\r\nx-trailer: '), 'a'],
    expectation: () => [
      headOf(
        '/messages',
        'content-type: application/json\r\nexpect: 100-continue\r\ncontent-length: 9000\r\n\r\n',
      ),
      undefined,
    ],
    upload: () => [
      headOf('/attachments?fileName=a.png', 'content-type: image/png\r\ncontent-length: 90000\r\n\r\n'),
      'a',
    ],
    silence: () => ['', undefined],
    upgrade: () => [
      'GET /events HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
      'a',
    ],
    halfClosed: () => [headOf('/messages', 'content-length: 9\r\n\r\n'), null],
    deafReader: () => [`GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n`.repeat(50), 'deaf'],
  }
  const until = performance.now() + forMs
  let closedByService = 0
  let opened = 0
  const run = async (kind) => {
    while (performance.now() < until) {
      const [first, drip] = kinds[kind]()
      const socket = connect({ allowHalfOpen: true })
      opened += 1
      let isClosed = false
      socket.on('close', () => (isClosed = true))
      socket.on('end', () => (isClosed = true))
      if (drip === 'deaf') socket.pause()
      else socket.resume()
      socket.write(first)
      if (drip === null) socket.end()
      while (!isClosed && performance.now() < until) {
        await pause(1000)
        if (!isClosed && typeof drip === 'string' && drip !== 'deaf') socket.write(drip)
      }
      if (isClosed) closedByService += 1
      socket.destroy()
    }
  }
  await Promise.all(Object.keys(kinds).flatMap((kind) => Array.from({ length: each }, () => run(kind))))
  return { opened, closedByService }
}

/** Writes that each contain many requests: to expensive routes, and after a request for a stream, which does not end. */
async function pipelines({ forMs, depth }) {
  const get = (path, token) =>
    requestBytes({
      method: 'GET',
      path,
      headers: { origin: ORIGIN, ...(token && { authorization: `Bearer ${token}` }) },
    })
  const kinds = [
    () => Buffer.concat(Array(depth).fill(get('/openapi.json'))),
    () => Buffer.concat(Array(depth).fill(get('/metrics'))),
    () => Buffer.concat(Array(depth).fill(get('/nothing'))),
    () => Buffer.concat(Array(depth).fill(get('/client.js'))),
    () => {
      const token = nextToken()
      return Buffer.concat([get('/events', token), ...Array(depth).fill(get('/messages', token))])
    },
    () => {
      const token = nextToken()
      return Buffer.concat(Array(depth).fill(get('/events', token)))
    },
  ]
  const until = performance.now() + forMs
  let writes = 0
  await Promise.all(
    kinds.map(async (bytesOf) => {
      while (performance.now() < until) {
        const socket = connect()
        socket.resume()
        socket.write(bytesOf())
        writes += 1
        await Promise.race([pause(500), new Promise((resolve) => socket.once('close', resolve))])
        socket.resetAndDestroy()
      }
    }),
  )
  return { writes, requests: writes * depth }
}

/** Tries to open more event streams than the address may have. */
async function streams({ count, holdMs }) {
  const sockets = []
  let opened = 0
  for (let at = 0; at < count; at++) {
    const socket = connect({ localAddress: STREAMS_ADDRESS })
    socket.once('data', (chunk) => {
      if (chunk.toString('latin1', 9, 12) === '200') opened += 1
    })
    socket.resume()
    socket.write(
      requestBytes({
        method: 'GET',
        path: '/events',
        headers: { origin: ORIGIN, authorization: `Bearer ${nextToken()}` },
      }),
    )
    sockets.push(socket)
    if (at % 50 === 49) await pause(50)
  }
  await pause(holdMs)
  for (const socket of sockets) socket.resetAndDestroy()
  return { asked: count, opened }
}

/**
 * Requests that are aborted at a random moment, derived from the seed: within the head, within the body, or before the
 * response.
 */
async function brokenOff({ count, seed }) {
  let state = seed >>> 0 || 1
  const random = () => {
    state ^= state << 13
    state ^= state >>> 17
    state = (state ^ (state << 5)) >>> 0
    return state / 2 ** 32
  }
  const kinds = () => {
    const headers = { origin: ORIGIN, authorization: `Bearer ${nextToken()}` }
    return [
      { path: '/messages', headers, body: { text: 'broken off' } },
      { method: 'GET', path: '/messages', headers },
      { method: 'GET', path: '/events', headers },
      { path: '/guest-session', headers: { origin: ORIGIN }, body: {} },
      { method: 'GET', path: '/openapi.json', headers: {} },
      {
        path: '/attachments?fileName=a.png',
        headers: { ...headers, 'content-type': 'image/png', 'content-length': '50000' },
      },
    ]
  }
  let done = 0
  const run = async () => {
    while (done < count) {
      done += 1
      const all = kinds()
      const bytes = requestBytes(all[Math.floor(random() * all.length)])
      const isPartial = random() < 0.4
      const waitMs = random() < 0.5 ? 0 : Math.floor(random() * 20)
      const isReset = random() < 0.5
      const socket = connect({ localAddress: BROKEN_OFF_ADDRESS })
      socket.resume()
      await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve))
      socket.write(isPartial ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes)
      await pause(waitMs)
      if (isReset) socket.resetAndDestroy()
      else socket.destroy()
    }
  }
  await Promise.all(Array.from({ length: 32 }, run))
  return { done }
}

/** Valid requests, as many as the attacker can send. */
async function flood({ forMs, connections }) {
  const until = performance.now() + forMs
  const statuses = {}
  await Promise.all(
    Array.from({ length: connections }, async () => {
      let socket = connect()
      while (performance.now() < until) {
        const headers = { origin: ORIGIN, authorization: `Bearer ${nextToken()}` }
        const answer = await exchange(
          socket,
          requestBytes({ path: '/messages', headers, body: { text: 'flood' } }),
        )
        const status = answer ? statusOf(answer) : 0
        statuses[status] = (statuses[status] ?? 0) + 1
        if (answer && !socket.destroyed && !/\r\nconnection: close/i.test(answer.head)) continue
        socket.destroy()
        socket = connect()
      }
      socket.destroy()
    }),
  )
  return { statuses }
}

serveCommands({
  openGuests,
  leave,
  requests,
  talkToHostileUpstream,
  slow,
  pipelines,
  streams,
  brokenOff,
  flood,
  ...abuses({ connect, exchange, statusOf, nextToken, openGuest }),
})
