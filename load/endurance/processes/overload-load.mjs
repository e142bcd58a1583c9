// Sends requests at a fixed rate that does not depend on the responses and can be more than a server can handle.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as pause } from 'node:timers/promises'
import { serveCommands } from '../../harness/commands.mjs'
import { Connection } from '../../harness/connection.mjs'
import { requestBytes } from '../../harness/http-wire.mjs'
import { Latencies } from '../../harness/latencies.mjs'

const TICK_MS = 1
/** At most this many overdue requests are sent together; older ones are skipped. */
const MOST_DUE_AT_ONCE = 500

/** A request that needs no session: its response shows that the connection has been accepted. */
const HELLO = requestBytes({ method: 'GET', path: '/healthz' })

let requests = []

class OverloadLoop {
  #port
  #idle = []
  #next = 0
  #isOver = false
  /** The number of connections that have not received their first response. */
  #greeting = 0
  admitted = new Latencies()
  refused = new Latencies()
  reconnects = new Latencies()
  sent = 0
  withoutConnection = 0
  failed = 0
  other = 0

  constructor(port) {
    this.#port = port
  }

  /**
   * Opens the connections in groups, as arriving guests would, and waits until the server has responded on each. Node.js
   * accepts one connection per turn of its event loop: the first request on a connection that only the kernel has
   * accepted would take seconds.
   */
  async connect(count) {
    for (let open = 0; open < count; open += 100) {
      for (let at = open; at < Math.min(count, open + 100); at++) this.#open()
      await pause(10)
    }
    while (this.#idle.length < count) await pause(10)
    const greeted = this.#idle.splice(0)
    this.#greeting = greeted.length
    for (const connection of greeted) connection.send(HELLO)
    while (this.#greeting > 0) await pause(10)
  }

  send() {
    const connection = this.#idle.shift()
    if (!connection) {
      this.withoutConnection += 1
      return
    }
    connection.isIdle = false
    this.sent += 1
    connection.send(requests[this.#next++ % requests.length])
  }

  async end() {
    this.#isOver = true
    for (const connection of this.#idle.splice(0)) connection.end()
    // Connections that are waiting for a response are closed after that response.
    await pause(2000)
  }

  #open() {
    const startedAt = performance.now()
    const connection = new Connection(this.#port, (of, status, _bytes, message) =>
      this.#answered(of, status, message),
    )
    connection.onClose = () => {
      if (connection.isIdle) this.#idle.splice(this.#idle.indexOf(connection), 1)
      if (!this.#isOver) this.#open()
    }
    connection.connected().then(
      () => {
        this.reconnects.add(performance.now() - startedAt)
        this.#rest(connection)
      },
      () => undefined,
    )
  }

  #rest(connection) {
    if (this.#isOver) {
      connection.end()
      return
    }
    connection.isIdle = true
    this.#idle.push(connection)
  }

  #answered(connection, status, message) {
    if (this.#greeting > 0) {
      this.#greeting -= 1
      this.#rest(connection)
      return
    }
    const elapsedMs = performance.now() - connection.sentAt
    if (status >= 200 && status <= 299) this.admitted.add(elapsedMs)
    else if (status === 503 || status === 429) this.refused.add(elapsedMs)
    else if (status === 0) this.failed += 1
    else this.other += 1
    if (status === 0) connection.onClose()
    // After `Connection: close`, the connection is not used again: onClose() opens a new connection.
    else if (!message.head.includes('onnection: close')) this.#rest(connection)
  }
}

/** @returns the rates and latencies of the requests, and how much this process itself was delayed */
async function overload({ port, perSecond, connections, forMs }) {
  const loop = new OverloadLoop(port)
  await loop.connect(connections)
  const delays = monitorEventLoopDelay({ resolution: 1 })
  delays.enable()
  const cpuFrom = process.cpuUsage()
  const startedAt = performance.now()
  let due = 0
  for (;;) {
    const elapsedMs = performance.now() - startedAt
    if (elapsedMs >= forMs) break
    const dueNow = Math.floor((elapsedMs / 1000) * perSecond)
    for (let at = Math.max(due, dueNow - MOST_DUE_AT_ONCE); at < dueNow; at++) loop.send()
    due = dueNow
    await pause(TICK_MS)
  }
  const seconds = (performance.now() - startedAt) / 1000
  const { user, system } = process.cpuUsage(cpuFrom)
  delays.disable()
  const { admitted, refused, reconnects, sent, withoutConnection, failed, other } = loop
  const result = {
    sentPerSecond: sent / seconds,
    goodPerSecond: admitted.count / seconds,
    refusedPerSecond: refused.count / seconds,
    admitted: admitted.summary(),
    refused: refused.summary(),
    connects: { ...reconnects.summary(), perSecond: (reconnects.count - connections) / seconds },
    withoutConnection,
    failed,
    other,
    ownDelayP99Ms: delays.percentile(99) / 1e6 - 1,
    ownCpuShare: (user + system) / 1e6 / seconds,
  }
  await loop.end()
  return result
}

serveCommands({
  overload,
  setRequests(descriptions) {
    requests = descriptions.map(requestBytes)
  },
})
