import type { Message } from '../genesys/guest-api.ts'
import type { EventCursor } from './event-cursor.ts'
import { MAX_WAITING_MESSAGES } from './missed-messages.ts'
import type { SessionClaims } from './session-token.ts'

/** One event in a page's stream, as `GET /events` writes it. */
export interface StreamEvent {
  readonly id?: string
  readonly event: 'message' | 'typing' | 'session' | 'sign-in' | 'offer' | 'waiting' | 'resync' | 'reconnect'
  readonly data: unknown
}

/** The destination for one tab's events. */
export interface EventSink {
  write(event: StreamEvent): void
  close(): void
}

/** Shared by all tabs without replayed ids. */
const NO_IDS: ReadonlySet<string> = new Set()

/** One page's stream. During its replay, live messages wait in `held`. */
export class Tab {
  readonly sink: EventSink
  /** What a reconnecting page has seen. It is kept for each tab, because other tabs may have seen less. */
  readonly seen: EventCursor | undefined
  readonly generation: number
  readonly expiresAtMs: number
  private held: { message: Message; id: string }[] | undefined = undefined
  /** Whether more messages arrived during the replay than can wait. */
  hasSkipped = false
  /**
   * Replayed messages that are too old for `seen` to record. They must not be sent again, for example if a
   * socket is lost during the replay and the gap is then filled.
   */
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

  /** @param id the event id for a tab without its own cursor */
  message(message: Message, id: string): void {
    if (this.held !== undefined) {
      if (this.held.length < MAX_WAITING_MESSAGES) this.held.push({ message, id })
      else this.hasSkipped = true
    } else if (this.seen === undefined) this.sink.write({ id, event: 'message', data: message })
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
