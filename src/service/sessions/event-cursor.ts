import type { Message } from '../genesys/guest-api.ts'

/**
 * How much older a message may be than one that arrives before it. The platform does not guarantee an order, so a
 * reconnecting stream also searches this far back from its last event.
 */
export const REORDER_WINDOW_MS = 5000
/**
 * Five messages a second from the guest, and as many replies, fit into the window. In a faster stream, the oldest
 * entries are dropped, and messages of that age are no longer searched for.
 */
const MAX_OTHERS = 49

interface SentMessage {
  readonly timeMs: number
  readonly id: string
}

/** Characters that need no encoding; nearly all ids consist of them. */
const PLAIN_ID = /^[\w.-]+$/

/** Shared by all cursors without other messages, because thousands of empty lists would waste memory. */
const NONE: readonly number[] = []

/**
 * The position in a stream of messages: the newest message that was sent, and those sent within
 * {@link REORDER_WINDOW_MS} before it. It is encoded as an event id, which tells any replica what a page already
 * has: `<time of the newest, epoch ms>-<its id>~<mark>.<mark>…`. In a fast stream, the marks are preceded by the
 * difference in time between the newest message and the newest dropped message, in milliseconds as a hexadecimal number:
 * `~3e8.<mark>…`
 */
export class EventCursor {
  /** The newest message, updated in place: a new object for each message would survive minor garbage collections. */
  private newestId: string | undefined = undefined
  private newestAtMs = 0
  /** The start of a stream that has sent nothing yet: older messages do not count as missed. */
  private beginsAtMs = 0
  /** The time of the newest dropped message. */
  private forgottenUpToMs = 0
  /** Times and marks of the other messages, in the order in which they were recorded; also updated in place. */
  private others: readonly number[] = NONE

  /** The newest message, as a copy. */
  get newest(): SentMessage | undefined {
    return this.newestId === undefined ? undefined : { timeMs: this.newestAtMs, id: this.newestId }
  }

  /** If nothing has been sent yet, the stream starts after this message, and never sends older ones. */
  beginAfter(message: Pick<Message, 'id' | 'time'>): void {
    if (this.newestId !== undefined) return
    this.beginsAtMs = timeMsOf(message)
    this.newestAtMs = this.beginsAtMs
    this.newestId = message.id
  }

  /** Records a message as sent. @returns its event id */
  advance(message: Message): string {
    this.note(message.id, timeMsOf(message), NONE)
    return this.toString()
  }

  /** Adds the messages from another cursor. */
  merge({ newestId, newestAtMs, others, forgottenUpToMs }: EventCursor): void {
    if (newestId === undefined) return
    this.forgottenUpToMs = Math.max(this.forgottenUpToMs, forgottenUpToMs)
    this.note(newestId, newestAtMs, others)
  }

  private note(id: string, timeMs: number, more: readonly number[]): void {
    const { newestId, newestAtMs } = this
    const isNewest = newestId === undefined || timeMs >= newestAtMs
    if (isNewest) {
      this.newestId = id
      this.newestAtMs = timeMs
    }
    const olderId = isNewest ? newestId : id
    const olderMs = isNewest ? newestAtMs : timeMs
    const isRecent = olderId !== undefined && olderMs >= this.newestAtMs - REORDER_WINDOW_MS
    if (isRecent) this.noteOthers([...more, olderMs, markOf(olderId)])
    else if (this.others.length + more.length > 0) this.noteOthers(more)
  }

  private noteOthers(more: readonly number[]): void {
    const sinceMs = this.newestAtMs - REORDER_WINDOW_MS
    const isFirst = this.others === NONE
    const others = isFirst ? [...more] : (this.others as number[]) // a copy is no larger than necessary
    let kept = 0
    for (const list of isFirst ? [others] : [others, more]) {
      for (let at = 0; at < list.length; at += 2) {
        const timeMs = list[at] ?? 0
        if (timeMs < sinceMs) continue
        others[kept++] = timeMs
        others[kept++] = list[at + 1] ?? 0
      }
    }
    others.length = kept
    while (others.length > 2 * MAX_OTHERS) this.forgetOldest(others)
    this.others = kept === 0 ? NONE : others
  }

  private forgetOldest(others: number[]): void {
    let oldest = 0
    for (let at = 2; at < others.length; at += 2) {
      if ((others[at] ?? 0) < (others[oldest] ?? 0)) oldest = at
    }
    const [timeMs = 0] = others.splice(oldest, 2)
    this.forgottenUpToMs = Math.max(this.forgottenUpToMs, timeMs)
  }

  has({ id }: Message): boolean {
    if (this.newestId === id) return true
    return this.others.length > 0 && this.marks().includes(markOf(id))
  }

  private marks(): number[] {
    return this.others.filter((_, at) => at % 2 === 1)
  }

  /** Whether a message in the history is new for a page at this cursor. */
  misses(message: Message): boolean {
    if (this.newestId === undefined) return false
    const sinceMs = Math.max(this.newestAtMs - REORDER_WINDOW_MS, this.beginsAtMs)
    const timeMs = timeMsOf(message)
    return timeMs >= sinceMs && timeMs > this.forgottenUpToMs && !this.has(message)
  }

  toString(): string {
    const { newestId } = this
    if (newestId === undefined) return ''
    const id = `${this.newestAtMs}-${PLAIN_ID.test(newestId) ? newestId : encodeURIComponent(newestId)}`
    if (this.others.length === 0) return id
    const forgottenMs = this.newestAtMs - this.forgottenUpToMs
    const forgotten = forgottenMs <= REORDER_WINDOW_MS ? `${forgottenMs.toString(16)}.` : ''
    return `${id}~${forgotten}${this.marks().map(hex).join('.')}`
  }

  /** @returns undefined if the text is not one of our event ids */
  static parse(text: string): EventCursor | undefined {
    const match = /^(\d{1,15})-([A-Za-z0-9%_.!*'()-]{1,300})(?:~([0-9a-f.]{1,500}))?$/.exec(text)
    if (match === null) return undefined
    const cursor = new EventCursor()
    const timeMs = Number(match[1])
    const id = decoded(match[2] ?? '')
    if (id === undefined) return undefined
    cursor.newestId = id
    cursor.newestAtMs = timeMs
    const parts = (match[3] ?? '').split('.')
    const [first = ''] = parts
    if (/^[0-9a-f]{1,4}$/.test(first)) cursor.forgottenUpToMs = timeMs - Number.parseInt(first, 16)
    const marks = parts.filter((mark) => mark.length === MARK_DIGITS)
    if (marks.length > 0) {
      cursor.others = marks.slice(-MAX_OTHERS).flatMap((mark) => [timeMs, Number.parseInt(mark, 16)])
    }
    return cursor
  }
}

export function timeMsOf({ time }: Pick<Message, 'time'>): number {
  return Date.parse(time) || 0
}

/** 32 bits of a message id (FNV-1a): enough to distinguish a handful of messages. */
function markOf(id: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < id.length; i++) hash = Math.imul(hash ^ id.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

const MARK_DIGITS = 8

function hex(mark: number): string {
  return mark.toString(16).padStart(MARK_DIGITS, '0')
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}
