import type { Response } from 'express'
import type { EventSink, StreamEvent } from '../sessions/event-tab.ts'
import { limitOpen, type OpenLimit } from './open-limit.ts'
import { whenClosed } from './when-closed.ts'
import { reconnectSpreadMs } from './reconnect-spread.ts'

/** The maximum amount of data that is buffered for one slow reader. Above it, the stream is closed. */
const MAX_BUFFERED_BYTES = 262_144
/** The limit for all readers together, which allows 256 streams to reach their own limit. */
const MAX_TOTAL_BUFFERED_BYTES = 67_108_864
/** A stream with less buffered data does not count as slow: the data is in transit. */
const SLOW_FROM_BYTES = 16_384
const KEEP_ALIVE_MS = 15_000
/**
 * The number of groups of streams that get their keep-alives one after another: writing to all streams together would
 * delay messages.
 */
const SLOTS = 300
const CLOSE_TIMEOUT_MS = 5000
/**
 * How long a page waits before it reconnects, without the random spread that is added. When a replica is killed, its
 * pages rely on this delay, because they get no reconnect event.
 */
const RETRY_MS = 2000

/** Data buffered for the readers of all streams. */
class BufferBudget {
  readonly #streams = new Set<EventStream>()
  #bytes = 0

  add(stream: EventStream): void {
    this.#streams.add(stream)
  }

  remove(stream: EventStream): void {
    this.#streams.delete(stream)
    this.#bytes -= stream.bufferedBytes
  }

  /**
   * Measures how much is buffered for a stream. @returns whether the limit for one stream or the limit for all streams is
   * exceeded
   */
  isExceededBy(stream: EventStream): boolean {
    this.#measure(stream)
    if (stream.bufferedBytes > MAX_BUFFERED_BYTES) return true
    if (stream.bufferedBytes < SLOW_FROM_BYTES || this.#bytes <= MAX_TOTAL_BUFFERED_BYTES) return false
    // The buffers of other streams may have drained since their last write.
    for (const each of this.#streams) this.#measure(each)
    return this.#bytes > MAX_TOTAL_BUFFERED_BYTES
  }

  #measure(stream: EventStream): void {
    this.#bytes -= stream.bufferedBytes
    stream.bufferedBytes = stream.waitingBytes
    this.#bytes += stream.bufferedBytes
  }
}

/** One page's stream of server-sent events (WHATWG HTML, 9.2). */
class EventStream implements EventSink {
  readonly #res: Response
  readonly #budget: BufferBudget
  #isOpen = true
  /** As last measured by the budget. */
  bufferedBytes = 0

  constructor(res: Response, budget: BufferBudget, retryMs: number) {
    this.#res = res
    this.#budget = budget
    res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      // Proxies must neither store nor transform the stream, and nginx must not buffer it.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
      // A later request on the same connection would not be served before the stream ends.
      Connection: 'close',
    })
    // Sends the headers separately, although in the same packet: otherwise Node.js keeps them in memory for as
    // long as the response lasts.
    const { socket } = res
    socket?.cork()
    res.flushHeaders()
    // This line belongs to the first event: some readers take a separate `retry` for an event without data.
    res.write(`retry: ${retryMs}\n`)
    socket?.uncork()
    // Express keeps the state of its routers here: 1.4 KiB that no code needs while the stream is open.
    res.req.next = undefined
  }

  get waitingBytes(): number {
    return this.#res.writableLength
  }

  write(event: StreamEvent): void {
    if (!this.#isOpen) return
    if (this.#budget.isExceededBy(this)) this.#cut()
    else this.#res.write(format(event))
  }

  keepAlive(): void {
    if (this.#isOpen) this.#res.write(': keep-alive\n\n')
  }

  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#res.end()
    // A client that does not read the end of the stream must not keep the connection open.
    if (!this.#res.writableFinished) setTimeout(() => this.#res.destroy(), CLOSE_TIMEOUT_MS).unref()
  }

  #cut(): void {
    this.#res.write(format({ event: 'resync', data: { reason: 'the page reads too slowly' } }))
    this.close()
  }
}

/**
 * Many readers, for instance those in Python, break lines at these characters too, although the standard does not.
 * JSON does not escape them.
 */
const OTHER_LINE_BREAKS = /[\u0085\u2028\u2029]/g

function format({ id, event, data }: StreamEvent): string {
  const json = JSON.stringify(data).replace(OTHER_LINE_BREAKS, escaped)
  const fields = `event: ${event}\ndata: ${json}\n\n`
  return id === undefined ? fields : `id: ${id}\n${fields}`
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Limits open streams: a stream acquires a slot before it opens, and releases the slot when it has closed. */
export interface EventStreams extends OpenLimit {
  openStream(res: Response): EventSink
}

/** What all streams of a process share: one timer for keep-alives, and the memory limit for slow readers. */
export class StreamUpkeep {
  readonly budget = new BufferBudget()
  readonly #slots = Array.from({ length: SLOTS }, () => new Set<EventStream>())
  readonly #timer: NodeJS.Timeout
  #added = 0
  #turn = 0

  constructor() {
    this.#timer = setInterval(() => this.#keepAlive(), KEEP_ALIVE_MS / SLOTS)
    this.#timer.unref()
  }

  /** @returns a function that removes the stream */
  add(stream: EventStream): () => void {
    const slot = this.#slots[this.#added++ % SLOTS]
    slot?.add(stream)
    this.budget.add(stream)
    return () => {
      slot?.delete(stream)
      this.budget.remove(stream)
    }
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #keepAlive(): void {
    this.#turn = (this.#turn + 1) % SLOTS
    for (const stream of this.#slots[this.#turn] ?? []) stream.keepAlive()
  }
}

/**
 * @param options.onOpened called for each stream; the returned function is called when the stream has closed
 */
export function createEventStreams(
  upkeep: StreamUpkeep,
  options: {
    readonly max: number
    readonly maxPerAddress: number
    readonly onOpened?: () => () => void
    readonly random?: () => number
  },
): EventStreams {
  const { max, maxPerAddress, onOpened, random = Math.random } = options
  const slots = limitOpen({ max, maxPerKey: maxPerAddress })
  return {
    get open() {
      return slots.open
    },
    acquire: (address) => slots.acquire(address),
    openStream(res) {
      const retryMs = RETRY_MS + Math.round(random() * reconnectSpreadMs(slots.open))
      const stream = new EventStream(res, upkeep.budget, retryMs)
      whenClosed(res, upkeep.add(stream))
      if (onOpened) whenClosed(res, onOpened())
      return stream
    },
  }
}
