import type { GuestApi } from '../genesys/guest-api.ts'
import { EventCursor } from './event-cursor.ts'
import { Tab, type EventSink, type StreamEvent } from './event-tab.ts'
import { GuestFeed, type FeedContext } from './guest-feed.ts'
import { notSupported } from './not-supported.ts'
import { guestOf, type SessionClaims } from './session-token.ts'

const COME_BACK: StreamEvent = { event: 'reconnect', data: { afterMs: 0 } }

export interface LiveEvents {
  /**
   * Sends the messages that the page has missed since `lastEventId`, then every event from now on.
   * @param openSink called once, after the stream has passed all checks
   * @returns a function that ends the stream; safe to call twice
   * @throws {SessionError} `not_supported_by_guest_api`
   */
  follow(claims: SessionClaims, lastEventId: string | undefined, openSink: () => EventSink): () => void
  /** Ends the streams of a session that were opened with tokens of an older generation. */
  endOlder(sid: string, generation: number): void
  /** Ends every stream with an expired token; its page reconnects with another token. */
  endExpired(): void
  /** Asks every page to reconnect, spread over `withinMs`, and ends its stream. */
  drain(withinMs: number): void
}

export function createLiveEvents(options: {
  readonly guestApi: GuestApi
  /** Subscribes to a guest's events. Default: `guestApi.subscribe`. */
  readonly subscribe?: GuestApi['subscribe']
  /** Called once when Genesys has permanently ended a guest's session. */
  readonly onEnded: (sid: string) => void
  /** Called with an unexpected exception and a description of what was being done. The guest's streams are ended. */
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
  const subscribe = options.subscribe ?? guestApi.subscribe?.bind(guestApi)
  const feeds = new Map<string, GuestFeed>()
  const shared: FeedContext = {
    guestApi,
    subscribe,
    monotonicNow,
    ended: onEnded,
    onUnexpectedError,
    emptied: (sid) => feeds.delete(sid),
  }
  return {
    follow(claims, lastEventId, openSink) {
      const { sid } = claims
      if (subscribe === undefined) throw notSupported(guestApi, 'live-events')
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
