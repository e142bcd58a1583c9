// Pages with a live stream, for the load generator.
import net from 'node:net'
import { requestBytes } from './http-wire.mjs'
import { Latencies } from './latencies.mjs'

const COME_BACK_WITHIN_MS = 1000
/**
 * All pages read into this buffer. With a new buffer for each read, the generator would collect garbage while it
 * measures.
 */
const ARRIVED = Buffer.alloc(65_536)

/** A page, which reconnects like the client when its stream ends or is refused. */
class Page {
  /** Whether it has a stream, and whether its guest also has a socket to the upstream. */
  isOpen = false
  isConnected = false
  #tally
  #port
  #bytes
  #rest = ''
  #socket

  constructor(tally, port, bytes) {
    this.#tally = tally
    this.#port = port
    this.#bytes = bytes
    this.#connect()
  }

  close() {
    this.#tally = undefined
    this.#socket.destroy()
  }

  #connect() {
    if (!this.#tally) return
    this.#socket = net.connect({
      port: this.#port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: ARRIVED, callback: (length) => this.#receive(ARRIVED.latin1Slice(0, length)) },
    })
    this.#socket.on('connect', () => this.#socket.write(this.#bytes))
    this.#socket.on('error', () => undefined)
    this.#socket.on('close', () => this.#gone())
  }

  #gone() {
    if (!this.#tally) return
    if (this.isOpen) this.#tally.open -= 1
    if (this.isConnected) this.#tally.connected -= 1
    this.isOpen = this.isConnected = false
    this.#rest = ''
    setTimeout(() => this.#connect(), Math.random() * COME_BACK_WITHIN_MS)
  }

  #receive(text) {
    // The service keeps the connection open after a refusal.
    if (text.startsWith('HTTP/1.1 ') && !text.startsWith('HTTP/1.1 200')) {
      if (this.#tally) this.#tally.refused += 1
      this.#socket.destroy()
      return
    }
    const parts = (this.#rest + text).split('\n\n')
    this.#rest = parts.pop() ?? ''
    for (const part of parts) {
      const sent = / (\d+) sent at (\d+)/.exec(part)
      if (sent) this.#tally.message(Number(sent[1]), sent[2])
      else if (part.includes('"state"')) this.#onState(part)
    }
  }

  #onState(state) {
    if (!this.#tally) return
    if (!this.isOpen) this.#tally.open += 1
    this.isOpen = true
    if (this.isConnected || !state.includes('"connected"')) return
    this.isConnected = true
    this.#tally.connected += 1
  }
}

/** Counts the events of all pages together. */
class Tally {
  open = 0
  connected = 0
  refused = 0
  arrived = 0
  twice = 0
  #seen = new Uint8Array(0)
  latencies = new Latencies()

  message(number, sentAtNs) {
    if (this.#seen[number] === 1) this.twice += 1
    else this.arrived += 1
    this.#seen[number] = 1
    this.latencies.add(Number(process.hrtime.bigint() - BigInt(sentAtNs)) / 1e6)
  }

  /** @param count the number of messages that will arrive; they are numbered from 0 */
  begin(count) {
    this.arrived = this.twice = 0
    this.#seen = new Uint8Array(count)
    this.latencies = new Latencies()
  }
}

export function liveCommands() {
  const tally = new Tally()
  let pages = []

  async function until(condition, withinMs) {
    const startedAt = performance.now()
    while (!condition()) {
      if (performance.now() - startedAt > withinMs) return undefined
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return performance.now() - startedAt
  }

  return {
    /**
     * Opens a stream for each token, `atOnce` at a time.
     * @returns the duration in ms, and the numbers of connected guests and refused streams
     */
    async openPages({ port, tokens, origin, atOnce = 200 }) {
      const startedAt = performance.now()
      for (const token of tokens) {
        await until(() => pages.length - tally.connected < atOnce, 60_000)
        const headers = { origin, authorization: `Bearer ${token}`, accept: 'text/event-stream' }
        pages.push(new Page(tally, port, requestBytes({ method: 'GET', path: '/events', headers })))
      }
      await until(() => tally.connected === pages.length, 60_000)
      const { connected, refused } = tally
      return { tookMs: performance.now() - startedAt, connected, refused }
    },
    beginMessages: ({ count }) => tally.begin(count),
    /**
     * Waits until `count` messages have arrived, or the time is up.
     * @returns how many arrived, how many arrived twice, and the latencies
     */
    async endMessages({ count, withinMs }) {
      await until(() => tally.arrived >= count, withinMs)
      return { arrived: tally.arrived, twice: tally.twice, ...tally.latencies.summary() }
    },
    pages: () => ({ open: tally.open, connected: tally.connected }),
    closePages() {
      for (const page of pages) page.close()
      pages = []
      tally.open = tally.connected = tally.refused = 0
    },
  }
}
