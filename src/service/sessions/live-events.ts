import type {
  Guest,
  GuestApi,
  GuestEvent,
  Message,
  SessionEvent,
  SessionEventState,
} from '../genesys/guest-api.ts'
import { EventCursor, timeMsOf } from './event-cursor.ts'
import { missedSince } from './missed-messages.ts'
import { notSupported } from './not-supported.ts'
import { guestOf, type SessionClaims } from './session-token.ts'

/** More tabs than anybody has: above it the oldest stream makes room, so that one guest can't hold them all. */
const MAX_TABS = 20
const COME_BACK_LATER_MS = 30_000
const COME_BACK: StreamEvent = { event: 'reconnect', data: { afterMs: 0 } }
const RECONNECT_AFTER_ERROR_MS = 1_000

/** After these the session is of no use any more, whoever connects. */
const FINAL_STATES: ReadonlySet<SessionEventState> = new Set(['expired', 'cleared', 'signed-in-elsewhere'])

/** One event of a page's stream, as `GET /events` writes it. */
export interface StreamEvent {
  readonly id?: string
  readonly event: 'message' | 'typing' | 'session' | 'sign-in' | 'offer' | 'resync' | 'reconnect'
  readonly data: unknown
}

/** Where one tab's events go. */
export interface EventSink {
  write(event: StreamEvent): void
  close(): void
}

export interface LiveEvents {
  /**
   * Sends what the page missed since `lastEventId`, then every event from now on.
   * @param openSink called once, when nothing speaks against the stream any more
   * @returns ends it; safe to call twice
   * @throws {SessionError} `not_supported_by_guest_api`
   */
  follow(claims: SessionClaims, lastEventId: string | undefined, openSink: () => EventSink): () => void
  /** Ends the streams of a session that tokens of an older generation have opened. */
  endOlder(sid: string, generation: number): void
  /** Ends every stream whose token has expired; its page comes back with another. */
  endExpired(): void
  /** Asks every page to come back after a moment, spread over `withinMs`, and ends its stream. */
  drain(withinMs: number): void
}

export function createLiveEvents(options: {
  readonly guestApi: GuestApi
  /** Called once when Genesys has ended a guest's session for good. */
  readonly onEnded: (sid: string) => void
  /** Called with what should not have been thrown, and what was being done. The guest's streams are ended. */
  readonly onUnexpectedError?: (error: unknown, doing: string) => void
  /** For expiries. */
  readonly now?: () => number
  /** For deadlines. */
  readonly monotonicNow?: () => number
  readonly random?: () => number
}): LiveEvents {
  const {
    guestApi,
    onEnded,
    onUnexpectedError,
    now = Date.now,
    monotonicNow = now,
    random = Math.random,
  } = options
  const feeds = new Map<string, GuestFeed>()
  const shared: FeedContext = {
    guestApi,
    monotonicNow,
    ended: onEnded,
    onUnexpectedError,
    emptied: (sid) => feeds.delete(sid),
  }
  return {
    follow(claims, lastEventId, openSink) {
      const { sid } = claims
      if (guestApi.subscribe === undefined) throw notSupported(guestApi, 'live-events')
      let feed = feeds.get(sid)
      if (feed === undefined) {
        feed = new GuestFeed(shared, sid, guestOf(claims))
        feeds.set(sid, feed)
      }
      const seen = lastEventId === undefined ? undefined : EventCursor.parse(lastEventId)
      const tab = new Tab(openSink(), seen, claims)
      feed.add(tab, lastEventId !== undefined)
      return () => feed.remove(tab)
    },
    endOlder(sid, generation) {
      feeds.get(sid)?.end(COME_BACK, (tab) => tab.generation < generation)
    },
    endExpired() {
      const nowMs = now()
      for (const feed of [...feeds.values()]) feed.end(COME_BACK, (tab) => tab.expiresAtMs <= nowMs)
    },
    drain(withinMs) {
      for (const feed of [...feeds.values()]) {
        feed.end({ event: 'reconnect', data: { afterMs: Math.round(random() * withinMs) } })
      }
    },
  }
}

interface FeedContext {
  readonly guestApi: GuestApi
  readonly monotonicNow: () => number
  readonly ended: (sid: string) => void
  readonly onUnexpectedError: ((error: unknown, doing: string) => void) | undefined
  readonly emptied: (sid: string) => void
}

/** Shared by all tabs that have missed little. */
const NO_IDS: ReadonlySet<string> = new Set()

/** One page's stream. While its replay runs, live messages wait in `held`. */
class Tab {
  readonly sink: EventSink
  /** What a page that came back has seen: other tabs may have seen less, so it is kept for this one alone. */
  readonly seen: EventCursor | undefined
  readonly generation: number
  readonly expiresAtMs: number
  private held: { message: Message; id: string }[] | undefined = undefined
  /** Replayed, and too old for `seen` to tell: the gap of a socket that is made meanwhile hides the same. */
  private replayedIds: ReadonlySet<string> = NO_IDS

  constructor(
    sink: EventSink,
    seen: EventCursor | undefined,
    { generation, expiresAtMs }: Pick<SessionClaims, 'generation' | 'expiresAtMs'>,
  ) {
    this.sink = sink
    this.seen = seen
    this.generation = generation
    this.expiresAtMs = expiresAtMs
  }

  /** @param id for a tab that has no cursor of its own */
  message(message: Message, id: string): void {
    if (this.held !== undefined) this.held.push({ message, id })
    else if (this.seen === undefined) this.sink.write({ id, event: 'message', data: message })
    else if (!this.seen.has(message) && !this.replayedIds.has(message.id)) {
      this.sink.write({ id: this.seen.advance(message), event: 'message', data: message })
    }
  }

  replay(messages: readonly Message[], seen: EventCursor): void {
    for (const message of messages) {
      this.sink.write({ id: seen.advance(message), event: 'message', data: message })
    }
    const older = messages.filter((message) => !seen.has(message))
    if (older.length > 0) this.replayedIds = new Set(older.map(({ id }) => id))
  }

  hold(): void {
    this.held = []
  }

  release(): void {
    const held = this.held ?? []
    this.held = undefined
    for (const { message, id } of held) this.message(message, id)
  }
}

/** Shared by all who wait for nothing: thousands of empty lists would outlive every collection. */
const NONE: readonly Message[] = []

/** All tabs of one guest on one upstream subscription: order, duplicates and gaps are settled here. */
class GuestFeed {
  readonly tabs = new Set<Tab>()
  private readonly context: FeedContext
  private readonly sid: string
  private readonly guest: Guest
  private cursor = new EventCursor()
  private unsubscribe: (() => void) | undefined = undefined
  /** How the session stands, for tabs that come later. */
  private standing: StreamEvent | undefined = undefined
  /** Messages of frames that came together, sorted by time before they go out. */
  private arrived: readonly Message[] = NONE
  private isBackfilling = false
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
    // The first page that comes back to this replica also says how far the guest's stream had come.
    if (tab.seen !== undefined && this.tabs.size === 0) this.cursor.merge(tab.seen)
    this.tabs.add(tab)
    if (isBack) this.replay(tab).catch((error: unknown) => this.fail(error))
    if (this.unsubscribe === undefined) {
      this.unsubscribe = this.context.guestApi.subscribe?.(this.guest, (event) => {
        this.guarded(() => this.on(event))
      })
    } else if (this.standing !== undefined) {
      tab.sink.write(this.standing)
    }
  }

  /** Also told of a tab that was dismissed, when its connection closes: the guest may have another feed by then. */
  remove(tab: Tab): void {
    if (!this.tabs.delete(tab) || this.tabs.size > 0) return
    this.unsubscribe?.()
    this.unsubscribe = undefined
    this.context.emptied(this.sid)
  }

  end(last: StreamEvent, isMeant: (tab: Tab) => boolean = () => true): void {
    for (const tab of [...this.tabs]) if (isMeant(tab)) this.dismiss(tab, last)
  }

  /** What a page of this guest makes us throw must not reach the process: it would end all others' streams. */
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

  /** Sends what arrived, sorted by time. */
  private flush(): void {
    if (this.isBackfilling) return
    const { arrived } = this
    this.arrived = NONE
    const inOrder = arrived.length > 1 ? arrived.toSorted((a, b) => timeMsOf(a) - timeMsOf(b)) : arrived
    for (const message of inOrder) this.send(message)
  }

  private on(event: GuestEvent): void {
    switch (event.type) {
      case 'message':
        if (this.arrived.length === 0) queueMicrotask(() => this.guarded(() => this.flush()))
        // A list that is spread has room for sixteen more.
        this.arrived = this.arrived.length === 0 ? [event.message] : [...this.arrived, event.message]
        return
      case 'gap':
        if (event.after !== undefined && this.arrived.length === 0) this.cursor.beginAfter(event.after)
        // What happened before the first connection is for the page to read from the history.
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
      case 'session':
        this.session(event)
    }
  }

  private session({ type, ...data }: SessionEvent): void {
    this.flush()
    if (data.state === 'connected' || data.state === 'read-only') this.connections += 1
    this.standing = { event: type, data: { ...data, clearedExistingSession: undefined } }
    const told: StreamEvent = { event: type, data }
    if (!FINAL_STATES.has(data.state)) {
      this.broadcast(told)
      return
    }
    this.context.ended(this.sid)
    this.end(told)
  }

  private send(message: Message): void {
    if (this.cursor.has(message)) return
    const id = this.cursor.advance(message)
    for (const tab of this.tabs) tab.message(message, id)
  }

  private broadcast(event: StreamEvent): void {
    for (const tab of this.tabs) tab.sink.write(event)
  }

  /** After a lost socket: what the history has since the last message, then what came meanwhile. */
  private async backfill(): Promise<void> {
    this.gaps += 1
    if (this.isBackfilling) return
    this.flush()
    this.isBackfilling = true
    let complete = true
    // A socket that is lost once more while the history is read leaves another gap.
    for (let completed = 0; completed < this.gaps;) {
      completed = this.gaps
      complete = await this.backfillOnce()
    }
    this.gaps = 0
    this.isBackfilling = false
    if (!complete) this.broadcast({ event: 'resync', data: { reason: 'messages may have been missed' } })
    this.flush()
  }

  private async backfillOnce(): Promise<boolean> {
    try {
      const missed = await missedSince(
        this.context.guestApi,
        this.guest,
        this.cursor,
        this.context.monotonicNow,
      )
      for (const message of missed.messages) this.send(message)
      return missed.complete
    } catch {
      // The page is told to read the history itself when that works again.
      return false
    }
  }

  /** What one page missed since its last event, from the history, before anything live. */
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
        // The page is told to read the history itself when that works again.
      }
    }
    if (!complete) tab.sink.write({ event: 'resync', data: { reason: 'the history does not reach back' } })
    tab.release()
  }
}
