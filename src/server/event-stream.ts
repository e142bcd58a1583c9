import type { Response } from 'express'
import type { EventSink, StreamEvent } from '../sessions/live-events.ts'

/** What may wait in memory for one slow reader before its stream is cut. */
const MAX_BUFFERED_BYTES = 262_144
const KEEP_ALIVE_MS = 15_000
/** Keep-alives go out in so many parts: written all at once, those of thousands would make a message late. */
const SLOTS = 300
const CLOSE_TIMEOUT_MS = 5000
const RETRY_MS = 2000

/** One page's stream of server-sent events (WHATWG HTML, 9.2). */
class EventStream implements EventSink {
  private readonly res: Response
  private isOpen = true

  constructor(res: Response) {
    this.res = res
    res.writeHead(200, {
      'Content-Type': 'text/event-stream',
      // Proxies must neither store nor transform it, and nginx must not buffer it.
      'Cache-Control': 'no-store, no-transform',
      'X-Accel-Buffering': 'no',
    })
    res.write(`retry: ${RETRY_MS}\n\n`)
  }

  write(event: StreamEvent): void {
    if (!this.isOpen) return
    this.res.write(format(event))
    if (this.res.writableLength <= MAX_BUFFERED_BYTES) return
    this.res.write(format({ event: 'resync', data: { reason: 'the page reads too slowly' } }))
    this.close()
  }

  keepAlive(): void {
    if (this.isOpen) this.res.write(': keep-alive\n\n')
  }

  close(): void {
    if (!this.isOpen) return
    this.isOpen = false
    this.res.end()
    // A reader that doesn't even take the end keeps nothing open.
    if (!this.res.writableFinished) setTimeout(() => this.res.destroy(), CLOSE_TIMEOUT_MS).unref()
  }
}

function format({ id, event, data }: StreamEvent): string {
  const fields = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`
  return id === undefined ? fields : `id: ${id}\n${fields}`
}

export interface EventStreams {
  open(res: Response): EventSink
  readonly count: number
  close(): void
}

/**
 * All open streams, with one timer for their keep-alives.
 * @param onOpened told of each; what it gives back is called when that stream is closed
 */
export function createEventStreams(onOpened: () => () => void = () => () => undefined): EventStreams {
  const slots = Array.from({ length: SLOTS }, () => new Set<EventStream>())
  let count = 0
  let turn = 0
  const timer = setInterval(() => {
    turn = (turn + 1) % SLOTS
    for (const stream of slots[turn] ?? []) stream.keepAlive()
  }, KEEP_ALIVE_MS / SLOTS)
  timer.unref()
  return {
    open(res) {
      const stream = new EventStream(res)
      const slot = slots[count % SLOTS]
      slot?.add(stream)
      count += 1
      const onClosed = onOpened()
      // `on`, as it comes only once: `once` would keep three more objects for each page.
      res.on('close', () => {
        onClosed()
        slot?.delete(stream)
        count -= 1
      })
      return stream
    },
    get count() {
      return count
    },
    close: () => clearInterval(timer),
  }
}
