// The load generator: it uses raw sockets and prepared requests, and keeps only measurements.
import { serveCommands } from './commands.mjs'
import { Connection } from './connection.mjs'
import { requestBytes } from './http-wire.mjs'
import { Latencies } from './latencies.mjs'
import { liveCommands } from './live-load.mjs'

let requests = []
const nextRequest = (() => {
  let next = 0
  return () => requests[next++ % requests.length]
})()

/**
 * Keeps one request in flight on each connection: a connection sends its next request when the response has arrived.
 */
async function closedLoop({ port, connections, warmUpMs, measureMs }) {
  const latencies = new Latencies()
  let errors = 0
  let measuring = false
  let stopped = false
  const all = await connect(port, connections, (connection, status) => {
    const at = performance.now()
    if (measuring) latencies.add(at - connection.sentAt)
    if (status < 200 || status > 299) errors += 1
    if (!stopped && status !== 0) connection.send(nextRequest(), at)
  })
  for (const connection of all) connection.send(nextRequest())
  await wait(warmUpMs)
  process.send({ event: 'measuring' })
  const startedAt = performance.now()
  measuring = true
  await wait(measureMs)
  measuring = false
  const elapsedMs = performance.now() - startedAt
  process.send({ event: 'measured' })
  stopped = true
  for (const connection of all) connection.end()
  return {
    perSecond: (latencies.count / elapsedMs) * 1000,
    count: latencies.count,
    errors,
    ...latencies.summary(),
  }
}

/**
 * Like {@link closedLoop}, for more connections than the server may accept: counts 2xx responses, refusals (429, 503)
 * and errors separately. After a refusal, the client retries after the time in `Retry-After`, or immediately. A closed
 * connection is reopened.
 * @param drainMs how long to wait at the end for outstanding responses; requests without one are counted as
 * `unanswered`
 */
async function goodput({ port, connections, warmUpMs, measureMs, retryAtOnce = false, drainMs = 0 }) {
  const latencies = new Latencies()
  const counts = { refused: 0, errors: 0 }
  let measuring = false
  let stopped = false
  const open = new Set()
  const onAnswer = (connection, status, bytes, message) => {
    if (measuring || status === 0) countAnswer(status, connection.sentAt)
    if (status === 0) connection.onClose()
    if (stopped || status === 0) return
    const waitMs = status < 300 || retryAtOnce ? 0 : retryAfterMs(message.head)
    connection.waitsUntil = performance.now() + waitMs
    // The next request is sent when the server has closed the connection and it is reopened.
    if (/\r\nconnection: *close/i.test(message.head)) return
    if (waitMs === 0) connection.send(nextRequest())
    else setTimeout(() => !stopped && open.has(connection) && connection.send(nextRequest()), waitMs)
  }
  const countAnswer = (status, sentAt) => {
    if (status >= 200 && status < 300) latencies.add(performance.now() - sentAt)
    else if (status === 429 || status === 503) counts.refused += 1
    else counts.errors += 1
  }
  const add = (connection) => {
    open.add(connection)
    connection.onClose = () => {
      if (open.delete(connection)) void reopen(connection)
    }
    return connection
  }
  const reopen = async ({ waitsUntil = 0 }) => {
    await wait(Math.max(0, waitsUntil - performance.now()))
    if (stopped) return
    const next = add(new Connection(port, onAnswer))
    await next.connected().then(
      () => next.send(nextRequest()),
      () => (counts.errors += measuring ? 1 : 0),
    )
  }
  for (const connection of await connect(port, connections, onAnswer)) {
    add(connection).send(nextRequest())
  }
  await wait(warmUpMs)
  process.send({ event: 'measuring' })
  const startedAt = performance.now()
  measuring = true
  await wait(measureMs)
  measuring = false
  const elapsedMs = performance.now() - startedAt
  process.send({ event: 'measured' })
  stopped = true
  const countBusy = () => [...open].filter(({ busy }) => busy).length
  const drainUntil = performance.now() + drainMs
  while (countBusy() > 0 && performance.now() < drainUntil) await wait(50)
  const unanswered = drainMs > 0 ? countBusy() : 0
  for (const connection of open) connection.end()
  return { perSecond: (latencies.count / elapsedMs) * 1000, ...counts, unanswered, ...latencies.summary() }
}

function retryAfterMs(head) {
  const seconds = /\r\nretry-after: *(\d+)/i.exec(head)
  return seconds ? Number(seconds[1]) * 1000 : 0
}

/**
 * Sends requests at a fixed rate, independent of the responses. Latency is measured from the time when a request was
 * due, so that it includes server stalls. The process spins, because timers are too coarse for tenths of a
 * millisecond.
 */
async function openLoop({ port, perSecond, connections, warmUpMs, measureMs }) {
  const latencies = new Latencies()
  let errors = 0
  const idle = []
  const all = await connect(port, connections, (connection, status) => {
    if (status < 200 || status > 299) errors += 1
    if (connection.sentAt >= measureFrom) latencies.add(performance.now() - connection.sentAt)
    idle.push(connection)
  })
  idle.push(...all)
  const startedAt = performance.now()
  const measureFrom = startedAt + warmUpMs
  const until = measureFrom + measureMs
  const intervalMs = 1000 / perSecond
  let dueAt = startedAt
  let late = 0
  await new Promise((resolve) => {
    const spin = () => {
      const now = performance.now()
      while (dueAt <= now && dueAt < until) {
        const connection = idle.shift()
        if (!connection) {
          late += 1
          break
        }
        connection.send(nextRequest(), dueAt)
        dueAt += intervalMs
      }
      if (now < until) setImmediate(spin)
      else resolve()
    }
    spin()
  })
  await wait(100)
  for (const connection of all) connection.end()
  return { count: latencies.count, errors, late, ...latencies.summary() }
}

async function connect(port, count, onAnswer) {
  const all = Array.from({ length: count }, () => new Connection(port, onAnswer))
  await Promise.all(all.map((connection) => connection.connected()))
  return all
}

/**
 * Opens guest sessions, up to 64 at a time.
 * @param addresses the guests' addresses, sent as a proxy would forward them; without them, no forwarded address is
 * sent
 * @returns the sessions' tokens
 */
async function openGuests({ port, count, origin, body = {}, addresses }) {
  const bytesOf = (guest) => {
    const headers = addresses ? { origin, 'x-forwarded-for': addresses[guest] } : { origin }
    return requestBytes({ path: '/guest-session', headers, body })
  }
  const tokens = []
  let started = 0
  await new Promise((resolve, reject) => {
    const onAnswer = (connection, status, answer, message) => {
      if (status !== 201) {
        reject(new Error(`a new guest session got ${status}: ${answer?.toString()}`))
        return
      }
      tokens.push(JSON.parse(answer.utf8Slice(message.bodyAt, message.end)).session)
      if (started < count) connection.send(bytesOf(started++))
      else connection.end()
      if (tokens.length === count) resolve()
    }
    connect(port, Math.min(count, 64), onAnswer).then((connections) => {
      for (const connection of connections) connection.send(bytesOf(started++))
    }, reject)
  })
  return tokens
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

serveCommands({
  closedLoop,
  goodput,
  openLoop,
  openGuests,
  /** Sets the requests that the next loops send in turn. */
  setRequests(descriptions) {
    requests = descriptions.map(requestBytes)
  },
  ...liveCommands(),
})
