import type { Message } from '../genesys/guest-api.ts'

/**
 * How far back a message may be dated and still arrive after a newer one. The platform does not
 * promise an order, so a stream that comes back has to look behind its last event by this much.
 */
export const DISORDER_MS = 5000
/** Five messages a second from the guest, and as many answers, fit into the window. */
const MOST_RECENT = 50

interface SentMessage {
  readonly timeMs: number
  readonly id: string
}

/** One beside the newest: of it the mark is enough, which is worked out once. */
interface MarkedMessage {
  readonly timeMs: number
  readonly mark: string
}

/** What needs no encoding, as nearly all ids. */
const PLAIN_ID = /^[\w.-]+$/

/** Shared by all: most guests have had one message in a while, and thousands of empty lists would weigh. */
const NONE: readonly MarkedMessage[] = []

/**
 * How far a stream of messages has come: the newest message that was sent, and those sent within
 * {@link DISORDER_MS} before it. Written down as an event id it lets any replica, without a memory of
 * its own, tell what a page has already seen:
 * `<time of the newest, epoch ms>-<its id>~<mark>.<mark>…`
 */
export class EventCursor {
  /** The newest message, written over in place: an object for each would outlive every minor collection. */
  private newestId: string | undefined = undefined
  private newestAtMs = 0
  /** Nothing older is missed: where a stream begins that has sent nothing yet. */
  private beginsAtMs = 0
  /** Those beside the newest, in the order in which they were noted. */
  private others: readonly MarkedMessage[] = NONE

  /** As it is now. */
  get newest(): SentMessage | undefined {
    return this.newestId === undefined ? undefined : { timeMs: this.newestAtMs, id: this.newestId }
  }

  /** Where nothing was sent yet: the stream begins after this message, and what is older was never to be sent. */
  beginAfter(message: Pick<Message, 'id' | 'time'>): void {
    if (this.newestId !== undefined) return
    this.beginsAtMs = timeMsOf(message)
    this.newestAtMs = this.beginsAtMs
    this.newestId = message.id
  }

  /** Notes a message as sent. @returns the event id to send it under */
  advance(message: Message): string {
    this.note(message.id, timeMsOf(message), NONE)
    return this.toString()
  }

  /** Takes over what another cursor has seen. */
  absorb({ newestId, newestAtMs, others }: EventCursor): void {
    if (newestId !== undefined) this.note(newestId, newestAtMs, others)
  }

  private note(id: string, timeMs: number, more: readonly MarkedMessage[]): void {
    const { newestId, newestAtMs } = this
    const isNewest = newestId === undefined || timeMs >= newestAtMs
    if (isNewest) {
      this.newestId = id
      this.newestAtMs = timeMs
    }
    const olderId = isNewest ? newestId : id
    const olderMs = isNewest ? newestAtMs : timeMs
    const isRecent = olderId !== undefined && olderMs >= this.newestAtMs - DISORDER_MS
    if (isRecent) this.noteOthers([...more, { timeMs: olderMs, mark: markOf(olderId) }])
    else if (this.others.length + more.length > 0) this.noteOthers(more)
  }

  private noteOthers(more: readonly MarkedMessage[]): void {
    const sinceMs = this.newestAtMs - DISORDER_MS
    const others = [...this.others, ...more].filter(({ timeMs }) => timeMs >= sinceMs)
    this.others = others.length === 0 ? NONE : others.slice(1 - MOST_RECENT)
  }

  has({ id }: Message): boolean {
    if (this.newestId === id) return true
    if (this.others.length === 0) return false
    const mark = markOf(id)
    return this.others.some((sent) => sent.mark === mark)
  }

  /** Whether a message of the history belongs to what a page at this cursor has not seen. */
  misses(message: Message): boolean {
    if (this.newestId === undefined) return false
    const sinceMs = Math.max(this.newestAtMs - DISORDER_MS, this.beginsAtMs)
    return timeMsOf(message) >= sinceMs && !this.has(message)
  }

  toString(): string {
    const { newestId } = this
    if (newestId === undefined) return ''
    const id = `${this.newestAtMs}-${PLAIN_ID.test(newestId) ? newestId : encodeURIComponent(newestId)}`
    return this.others.length === 0 ? id : `${id}~${this.others.map((sent) => sent.mark).join('.')}`
  }

  /** @returns undefined for what is no event id of ours */
  static parse(text: string): EventCursor | undefined {
    const match = /^(\d{1,15})-([A-Za-z0-9%_.!*'()-]{1,300})(?:~([0-9a-f.]{1,500}))?$/.exec(text)
    if (match === null) return undefined
    const cursor = new EventCursor()
    const timeMs = Number(match[1])
    const id = decoded(match[2] ?? '')
    if (id === undefined) return undefined
    cursor.newestId = id
    cursor.newestAtMs = timeMs
    const marks = (match[3] ?? '').split('.').filter((mark) => mark !== '')
    if (marks.length > 0) cursor.others = marks.map((mark) => ({ timeMs, mark })).slice(1 - MOST_RECENT)
    return cursor
  }
}

export function timeMsOf({ time }: Pick<Message, 'time'>): number {
  return Date.parse(time) || 0
}

/** Eight hex digits of a message id (FNV-1a, 32 bits): enough to tell a handful of messages apart. */
function markOf(id: string): string {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return (hash >>> 0).toString(16).padStart(8, '0')
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
