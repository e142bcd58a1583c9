import type { Guest, GuestApi, Message } from '../genesys/guest-api.ts'
import { REORDER_WINDOW_MS, timeMsOf, type EventCursor } from './event-cursor.ts'

const PAGE_SIZE = 25
/**
 * The platform allows ten history calls per minute for each session. If a stream missed more messages than these pages
 * contain, the web page reloads the history.
 */
const MAX_PAGES = 4
const TIMEOUT_MS = 10_000
/**
 * The maximum number of new messages that wait while the history is being read: as many as these pages contain. A guest
 * and an agent write fewer in that time. If more arrive, the web page reloads the history.
 */
export const MAX_WAITING_MESSAGES = PAGE_SIZE * MAX_PAGES

export interface MissedMessages {
  /** Oldest first. */
  readonly messages: readonly Message[]
  /** False if the history does not reach back to the cursor. */
  readonly complete: boolean
}

/**
 * The messages in the history after a cursor.
 * @throws {UpstreamError} if the history cannot be read
 */
export async function missedSince(
  guestApi: GuestApi,
  guest: Guest,
  cursor: EventCursor,
  now: () => number,
): Promise<MissedMessages> {
  const newest = cursor.newest
  if (guestApi.history === undefined || newest === undefined) return { messages: [], complete: false }
  const deadlineAtMs = now() + TIMEOUT_MS
  const missed = new Map<string, Message>()
  let complete = false
  let hasNewest = false
  for (let pageNumber = 1; pageNumber <= MAX_PAGES && !complete; pageNumber++) {
    const page = await guestApi.history(guest, { pageSize: PAGE_SIZE, pageNumber }, deadlineAtMs)
    for (const message of page.messages) {
      if (cursor.misses(message)) missed.set(message.id, message)
      if (message.id === newest.id) hasNewest = true
      // Only a message that is certainly older proves that nothing in between is missing.
      if (timeMsOf(message) < newest.timeMs - REORDER_WINDOW_MS) complete = true
    }
    if (pageNumber >= page.pageCount) {
      // The whole history was read: it reaches back far enough if it still contains the last message that was seen.
      complete ||= hasNewest
      break
    }
  }
  return { messages: [...missed.values()].sort((a, b) => timeMsOf(a) - timeMsOf(b)), complete }
}
