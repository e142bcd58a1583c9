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
  readonly mark: string
}

/**
 * How far a stream of messages has come: the newest message that was sent, and those sent within
 * {@link DISORDER_MS} before it. Written down as an event id it lets any replica, without a memory of
 * its own, tell what a page has already seen:
 * `<time of the newest, epoch ms>-<its id>~<mark>.<mark>…`
 */
export class EventCursor {
  newest: SentMessage | undefined = undefined
  /** Nothing older is missed: where a stream begins that has sent nothing yet. */
  private beginsAtMs = 0
  private recent: SentMessage[] = []

  /** Where nothing was sent yet: the stream begins after this message, and what is older was never to be sent. */
  beginAfter(message: Pick<Message, 'id' | 'time'>): void {
    if (this.newest !== undefined) return
    this.beginsAtMs = timeMsOf(message)
    this.newest = { timeMs: this.beginsAtMs, id: message.id, mark: markOf(message.id) }
    this.recent.push(this.newest)
  }

  /** Notes a message as sent. @returns the event id to send it under */
  advance(message: Message): string {
    const sent = { timeMs: timeMsOf(message), id: message.id, mark: markOf(message.id) }
    if (this.newest === undefined || sent.timeMs >= this.newest.timeMs) this.newest = sent
    this.recent.push(sent)
    this.forgetOld()
    return this.toString()
  }

  /** Takes over what another cursor has seen. */
  absorb(other: EventCursor): void {
    if (other.newest !== undefined && other.newest.timeMs >= (this.newest?.timeMs ?? 0))
      this.newest = other.newest
    this.recent.push(...other.recent)
    this.forgetOld()
  }

  has(message: Message): boolean {
    if (this.newest?.id === message.id) return true
    const mark = markOf(message.id)
    return this.recent.some((sent) => sent.mark === mark)
  }

  /** Whether a message of the history belongs to what a page at this cursor has not seen. */
  misses(message: Message): boolean {
    if (this.newest === undefined) return false
    const sinceMs = Math.max(this.newest.timeMs - DISORDER_MS, this.beginsAtMs)
    return timeMsOf(message) >= sinceMs && !this.has(message)
  }

  toString(): string {
    const newest = this.newest
    if (newest === undefined) return ''
    const marks = this.recent
      .filter((sent) => sent !== newest && sent.timeMs >= newest.timeMs - DISORDER_MS)
      .map((sent) => sent.mark)
    const id = `${newest.timeMs}-${encodeURIComponent(newest.id)}`
    return marks.length === 0 ? id : `${id}~${marks.join('.')}`
  }

  private forgetOld(): void {
    const oldestMs = (this.newest?.timeMs ?? 0) - DISORDER_MS
    if (this.recent.some((sent) => sent.timeMs < oldestMs)) {
      this.recent = this.recent.filter((sent) => sent.timeMs >= oldestMs)
    }
    if (this.recent.length > MOST_RECENT) this.recent = this.recent.slice(-MOST_RECENT)
  }

  /** @returns undefined for what is no event id of ours */
  static parse(text: string): EventCursor | undefined {
    const match = /^(\d{1,15})-([A-Za-z0-9%_.!*'()-]{1,300})(?:~([0-9a-f.]{1,500}))?$/.exec(text)
    if (match === null) return undefined
    const cursor = new EventCursor()
    const timeMs = Number(match[1])
    const id = decoded(match[2] ?? '')
    if (id === undefined) return undefined
    cursor.newest = { timeMs, id, mark: markOf(id) }
    const marks = (match[3] ?? '').split('.').filter((mark) => mark !== '')
    cursor.recent = [...marks.map((mark) => ({ timeMs, id: '', mark })), cursor.newest].slice(-MOST_RECENT)
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
