import { setTimeout as pause } from 'node:timers/promises'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { Guest, Message, OutgoingMessage, RepeatedMessage } from '../../../guest-api.ts'
import type { GuestConnection } from '../connection/guest-connection.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import type { History, ReservedReads } from './history.ts'
import { MAX_SEARCHED_PAGES, searchHistory, type SearchAnchor } from './search-history.ts'

/** How far back a search goes if neither an earlier message nor the time of the first attempt is known. */
const SEARCH_WINDOW_MS = 5 * 60_000
/** How far our clock may be ahead of Genesys' clock. */
export const CLOCK_SKEW_MS = 5_000
/** A retry reads the newest page of the history, and reads it again before it sends the message. */
const READS_OF_A_REPEAT = 2
/** A message that was just accepted may take a moment to appear in the history. */
const SEARCH_RETRY_MS = 1_000

export interface FindAcceptedOptions {
  readonly connections: GuestConnections
  readonly history: History
  /** How long a frame may be in flight to Genesys after its request is known to have failed. */
  readonly repeatSettleMs: number
  readonly now: () => number
  readonly monotonicNow: () => number
}

/** Finds messages that Genesys may have accepted although their sender got no response. */
export function createFindAccepted(options: FindAcceptedOptions) {
  const { connections, history, repeatSettleMs, now, monotonicNow } = options
  const repeatReads = createRepeatReads(connections, history)

  function search(
    reads: ReservedReads,
    guest: Guest,
    message: OutgoingMessage,
    anchor: SearchAnchor,
    deadlineAtMs: number,
    maxPages = MAX_SEARCHED_PAGES,
  ) {
    const connection = connections.of(guest)
    const { lateAcknowledgements } = connection
    const onSecondPage = () => {
      repeatReads.needMore(connection)
      reads.resize(MAX_SEARCHED_PAGES)
    }
    const options = { reads, lateAcknowledgements, deadlineAtMs, now, maxPages, onSecondPage }
    return searchHistory(message, anchor, options)
  }

  /**
   * Finds a message whose earlier attempt has an unknown outcome. Resolves to undefined if the message was
   * certainly not accepted.
   * @throws {UpstreamError} `delivery_unknown` while it is unknown whether the message was accepted
   */
  async function findRepeated(
    guest: Guest,
    message: OutgoingMessage,
    { afterId, firstTriedAtMs, onNotAccepted }: RepeatedMessage,
    deadlineAtMs: number,
  ): Promise<Message | undefined> {
    const findEcho = () => connections.of(guest).lateAcknowledgements.find(message.tracingId)
    const echo = findEcho()
    if (echo) return echo
    const nowMs = monotonicNow()
    const sinceMs = firstTriedAtMs === undefined ? nowMs - SEARCH_WINDOW_MS : firstTriedAtMs - CLOCK_SKEW_MS
    const anchor = { afterKey: afterId, sinceMs }
    const settleMs = Math.min(repeatSettleMs, (deadlineAtMs - nowMs) / 2)
    let reads: ReservedReads | undefined
    try {
      reads = repeatReads.reserve(guest)
      const found = await search(reads, guest, message, anchor, deadlineAtMs)
      if (found) return found
      if (monotonicNow() + settleMs >= deadlineAtMs) throw deliveryUnknown()
      reads.resize(1)
      // Frames from a replica that was killed or lost its connection may still be in flight.
      await pause(settleMs, undefined, { ref: false })
      const late = findEcho() ?? (await search(reads, guest, message, anchor, deadlineAtMs, 1))
      if (!late) onNotAccepted?.()
      return late
    } catch (error) {
      if (!(error instanceof UpstreamError) || isFinal(error)) throw error
      reads?.resize(0)
      throw deliveryUnknown({ ...error.facts, ...repeatReads.whenRepeatable(guest) })
    } finally {
      reads?.resize(0)
    }
  }

  /** Searches after the socket was lost. If this fails, the delivery stays unknown. */
  async function findWithRetry(
    guest: Guest,
    message: OutgoingMessage,
    from: SearchAnchor,
    deadlineAtMs: number,
  ) {
    let reads: ReservedReads | undefined
    try {
      // Searches only if enough reads would be left for a retry by the page: a retry is more useful than
      // this search.
      reads = repeatReads.reserve(guest, 2)
      const found = await search(reads, guest, message, from, deadlineAtMs)
      if (found || monotonicNow() + SEARCH_RETRY_MS >= deadlineAtMs) return found
      await pause(SEARCH_RETRY_MS, undefined, { ref: false })
      return await search(reads, guest, message, from, deadlineAtMs)
    } catch {
      return undefined
    } finally {
      reads?.resize(0)
    }
  }

  return { findRepeated, findWithRetry, whenRepeatable: repeatReads.whenRepeatable }
}

/** Reserves the history reads that are needed to retry a message. */
function createRepeatReads(connections: GuestConnections, history: History) {
  /**
   * How many reads a guest's next retry needs, recorded once a search has gone beyond the newest page.
   * If fewer are left, the retry does not start.
   */
  const readsOfARepeat = new WeakMap<GuestConnection, number>()

  /** When enough history reads will be available for a retry. */
  function whenRepeatable(guest: Guest): UpstreamError['facts'] {
    try {
      reserve(guest).resize(0)
      return {}
    } catch (error) {
      return error instanceof UpstreamError ? error.facts : {}
    }
  }

  function reserve(guest: Guest, more = 0): ReservedReads {
    return history.reserve(guest, (readsOfARepeat.get(connections.of(guest)) ?? READS_OF_A_REPEAT) + more)
  }

  return {
    reserve,
    whenRepeatable,
    /** Records that a search for the guest's messages needs more than the newest page. */
    needMore(connection: GuestConnection): void {
      readsOfARepeat.set(connection, MAX_SEARCHED_PAGES + 1)
    },
  }
}

export function deliveryUnknown(facts?: UpstreamError['facts']): UpstreamError {
  return new UpstreamError('delivery_unknown', 'It is unknown whether the message was accepted', facts)
}

/** After these errors, a retry is pointless. */
function isFinal({ code }: UpstreamError): boolean {
  return code === 'session_ended' || code === 'deployment_not_usable'
}
