import type {
  Guest,
  GuestApi,
  GuestEvent,
  Message,
  SessionEvent,
  SessionEventState,
} from '../genesys/guest-api.ts'
import { EventCursor, timeMsOf } from './event-cursor.ts'
import type { StreamEvent, Tab } from './event-tab.ts'
import { MAX_WAITING_MESSAGES, missedSince } from './missed-messages.ts'

/**
 * More tabs than a real guest has. Above this number, the oldest stream is closed, so that one guest cannot use up
 * all streams.
 */
const MAX_TABS = 20
const COME_BACK_LATER_MS = 30_000
const RECONNECT_AFTER_ERROR_MS = 1_000

/** In these states, the session is unusable for all tabs. */
const FINAL_STATES: ReadonlySet<SessionEventState> = new Set(['expired', 'cleared', 'signed-in-elsewhere'])

/** What the feeds of all guests share. */
export interface FeedContext {
  readonly guestApi: GuestApi
  readonly subscribe: GuestApi['subscribe']
  readonly monotonicNow: () => number
  readonly ended: (sid: string) => void
  readonly onUnexpectedError: ((error: unknown, doing: string) => void) | undefined
  readonly emptied: (sid: string) => void
}

/** Serves all of one guest's tabs from one upstream subscription, and handles order, duplicates and gaps. */
export class GuestFeed {
  readonly tabs = new Set<Tab>()
  private readonly context: FeedContext
  private readonly sid: string
  private readonly guest: Guest
  private cursor = new EventCursor()
  private unsubscribe: (() => void) | undefined = undefined
  /** The session's state, for tabs that subscribe later. */
  private sessionState: StreamEvent | undefined = undefined
  /** The estimated waiting time, also for tabs that subscribe later. */
  private waiting: StreamEvent | undefined = undefined
  /**
   * Messages from frames that arrived together, or during a backfill. They are sorted by time before they are sent.
   * There is no empty list: thousands of them would survive every garbage collection.
   */
  private arrived: Message[] | undefined = undefined
  private isBackfilling = false
  /** Whether the history did not reach back far enough, or more messages arrived during a backfill than can wait. */
  private hasSkipped = false
  private gaps = 0
  private connections = 0

  constructor(context: FeedContext, sid: string, guest: Guest) {
    this.context = context
    this.sid = sid
    this.guest = guest
  }

  /** @param isBack whether the page has had a stream before, and may have missed something */
  add(tab: Tab, isBack: boolean): void {
    const [oldest] = this.tabs
    if (oldest !== undefined && this.tabs.size >= MAX_TABS) {
      this.dismiss(oldest, { event: 'reconnect', data: { afterMs: COME_BACK_LATER_MS } })
    }
    // The first page that reconnects to this replica also determines the position of the guest's stream.
    if (tab.seen !== undefined && this.tabs.size === 0) this.cursor.merge(tab.seen)
    this.tabs.add(tab)
    if (isBack) this.replay(tab).catch((error: unknown) => this.fail(error))
    if (this.unsubscribe === undefined) {
      this.unsubscribe = this.context.subscribe?.(this.guest, (event) => {
        this.guarded(() => this.on(event))
      })
    } else {
      if (this.sessionState !== undefined) tab.sink.write(this.sessionState)
      if (this.waiting !== undefined) tab.sink.write(this.waiting)
    }
  }

  /**
   * Also called for a dismissed tab, when its connection closes. By then, the guest may have another feed.
   */
  remove(tab: Tab): void {
    if (!this.tabs.delete(tab) || this.tabs.size > 0) return
    this.unsubscribe?.()
    this.unsubscribe = undefined
    this.context.emptied(this.sid)
  }

  end(last: StreamEvent, isMeant: (tab: Tab) => boolean = () => true): void {
    for (const tab of [...this.tabs]) if (isMeant(tab)) this.dismiss(tab, last)
  }

  /** An exception caused by one guest's page must not reach the process: it would end all other streams. */
  private guarded(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.fail(error)
    }
  }

  private fail(error: unknown): void {
    this.context.onUnexpectedError?.(error, 'send live events')
    this.end({ event: 'reconnect', data: { afterMs: RECONNECT_AFTER_ERROR_MS } })
  }

  private dismiss(tab: Tab, last: StreamEvent): void {
    tab.sink.write(last)
    tab.sink.close()
    this.remove(tab)
  }

  /** Sends the arrived messages, sorted by time. */
  private flush(): void {
    if (this.isBackfilling) return
    const { arrived = [] } = this
    this.arrived = undefined
    const inOrder = arrived.length > 1 ? arrived.toSorted((a, b) => timeMsOf(a) - timeMsOf(b)) : arrived
    for (const message of inOrder) this.send(message)
  }

  private on(event: GuestEvent): void {
    switch (event.type) {
      case 'message':
        if (this.arrived === undefined) {
          queueMicrotask(() => this.guarded(() => this.flush()))
          this.arrived = [event.message]
        } else if (this.isBackfilling && this.arrived.length >= MAX_WAITING_MESSAGES) this.hasSkipped = true
        else this.arrived.push(event.message)
        return
      case 'gap':
        if (event.after !== undefined && this.arrived === undefined) this.cursor.beginAfter(event.after)
        // If a message is older than the first connection, pages get it by reading the history.
        if (this.connections <= 1 && this.cursor.newest === undefined) return
        this.backfill().catch((error: unknown) => this.fail(error))
        return
      case 'typing':
        this.flush()
        this.broadcast({ event: 'typing', data: { sender: event.sender, durationMs: event.durationMs } })
        return
      case 'sign-in':
      case 'offer': {
        this.flush()
        const { type, ...data } = event
        this.broadcast({ event: type, data })
        return
      }
      case 'waiting': {
        this.flush()
        const { type, ...data } = event
        const streamEvent: StreamEvent = { event: type, data }
        this.waiting = data.toMinutes === undefined ? undefined : streamEvent
        this.broadcast(streamEvent)
        return
      }
      case 'session':
        this.session(event)
    }
  }

  private session({ type, ...data }: SessionEvent): void {
    this.flush()
    if (data.state === 'connected' || data.state === 'read-only') this.connections += 1
    this.sessionState = { event: type, data: { ...data, clearedExistingSession: undefined } }
    const streamEvent: StreamEvent = { event: type, data }
    if (!FINAL_STATES.has(data.state)) {
      this.broadcast(streamEvent)
      return
    }
    this.context.ended(this.sid)
    this.end(streamEvent)
  }

  private send(message: Message): void {
    if (this.cursor.has(message)) return
    const id = this.cursor.advance(message)
    for (const tab of this.tabs) tab.message(message, id)
  }

  private broadcast(event: StreamEvent): void {
    for (const tab of this.tabs) tab.sink.write(event)
  }

  /**
   * After the socket was lost, sends the history since the last message, and then the messages that arrived
   * while the history was being read.
   */
  private async backfill(): Promise<void> {
    this.gaps += 1
    if (this.isBackfilling) return
    this.flush()
    this.isBackfilling = true
    let isRead = true
    // If the socket is lost again while the history is being read, there is another gap.
    for (let completed = 0; completed < this.gaps;) {
      completed = this.gaps
      isRead = await this.backfillOnce()
    }
    this.gaps = 0
    this.isBackfilling = false
    if (!isRead || this.hasSkipped) this.broadcast(resync('messages may have been missed'))
    this.hasSkipped = false
    this.flush()
  }

  /** @returns whether the history could be read */
  private async backfillOnce(): Promise<boolean> {
    try {
      const missed = await missedSince(
        this.context.guestApi,
        this.guest,
        this.cursor,
        this.context.monotonicNow,
      )
      for (const message of missed.messages) this.send(message)
      // The cursor remembers only the last seconds, but a message may have arrived earlier in this backfill.
      const sent = new Set(missed.messages.map(({ id }) => id))
      this.arrived = this.arrived?.filter(({ id }) => !sent.has(id))
      // The next backfill begins after these messages, so it cannot find the skipped ones.
      if (!missed.complete) this.hasSkipped = true
      return true
    } catch {
      // The page gets `resync`, and reads the history itself once it is readable.
      return false
    }
  }

  /** Reads from the history what one page has missed since its last event, and sends it before live events. */
  private async replay(tab: Tab): Promise<void> {
    tab.hold()
    let complete = false
    if (tab.seen !== undefined) {
      try {
        const missed = await missedSince(
          this.context.guestApi,
          this.guest,
          tab.seen,
          this.context.monotonicNow,
        )
        complete = missed.complete
        tab.replay(missed.messages, tab.seen)
      } catch {
        // The page gets `resync`, and reads the history itself once it is readable.
      }
    }
    if (!complete) tab.sink.write(resync('the history does not reach back far enough'))
    else if (tab.hasSkipped) tab.sink.write(resync('messages may have been missed'))
    tab.release()
  }
}

/** Asks a page to read the history. */
function resync(reason: string): StreamEvent {
  return { event: 'resync', data: { reason } }
}
