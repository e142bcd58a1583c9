import { setTimeout as pause } from 'node:timers/promises'
import { UpstreamError } from '../../../upstream/upstream-error.ts'
import type { AcceptedMessage, Guest, Message, OutgoingMessage, RepeatedMessage } from '../../guest-api.ts'
import type { Frame } from '../wire/frames.ts'
import type { GuestConnection } from '../connection/guest-connection.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import type { History, ReservedReads } from './history.ts'
import { MAX_SEARCHED_PAGES, searchHistory, type SearchAnchor } from './search-history.ts'
import { isInbound, readMessage } from '../wire/read-message.ts'
import { onMessage } from '../wire/requests.ts'

/** How far back a search goes if neither an earlier message nor the first attempt is known. */
const SEARCH_WINDOW_MS = 5 * 60_000
/** How far our clock may be ahead of Genesys'. */
const CLOCK_SKEW_MS = 5_000
/** For a repeat: the newest page, and once more before it sends. */
const READS_OF_A_REPEAT = 2
/** A message that was just accepted may take a moment to appear in the history. */
const SEARCH_RETRY_MS = 1_000

/** Sends messages, and never repeats one whose first attempt may have been accepted. */
export function createSendMessage(options: {
  readonly connections: GuestConnections
  readonly history: History
  /** How long a frame may be in flight to Genesys after its request is known to have failed. */
  readonly repeatSettleMs: number
  readonly now: () => number
  readonly monotonicNow: () => number
}) {
  const { connections, history, repeatSettleMs, now, monotonicNow } = options
  const repeatReads = createRepeatReads(connections, history)

  return async function sendMessage(
    guest: Guest,
    given: OutgoingMessage,
    deadlineAtMs: number,
  ): Promise<AcceptedMessage> {
    const message = connections.of(guest).pickers.complete(given)
    const accepted = await findOrSend(guest, message, deadlineAtMs)
    connections.of(guest).lateAcknowledgements.acknowledge(message.tracingId, accepted.id)
    return accepted
  }

  async function findOrSend(
    guest: Guest,
    message: OutgoingMessage,
    deadlineAtMs: number,
  ): Promise<AcceptedMessage> {
    const taken = message.repeat && (await findRepeated(guest, message, message.repeat, deadlineAtMs))
    // The first attempt may have had other attributes, or none.
    if (taken) return { ...taken, ...(message.attributes && { attributesPending: true }) }
    const connection = connections.of(guest)
    let from: SearchAnchor | undefined
    try {
      return await connection.request({
        frame: onMessage(message),
        purpose: 'message',
        deadlineAtMs,
        readResponse: (frame) => echoOf(message, frame, now()),
        ifLost: 'delivery-unknown',
        // Only now, because earlier messages in the queue may have the same content.
        onSend: () => (from = { afterKey: connection.newest.key, sinceMs: monotonicNow() - CLOCK_SKEW_MS }),
      })
    } catch (error) {
      if (from === undefined || !isDeliveryUnknown(error)) throw error
      const found =
        connection.lateAcknowledgements.find(message.tracingId) ??
        (await findWithRetry(guest, message, from, deadlineAtMs))
      if (!found) throw deliveryUnknown({ ...error.facts, ...repeatReads.whenRepeatable(guest) })
      return found
    }
  }

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

  async function findRepeated(
    guest: Guest,
    message: OutgoingMessage,
    { afterId, firstTriedAtMs, onNotTaken }: RepeatedMessage,
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
      // Frames of a replica that was killed or lost its connection may still be in flight.
      await pause(settleMs, undefined, { ref: false })
      const late = findEcho() ?? (await search(reads, guest, message, anchor, deadlineAtMs, 1))
      if (!late) onNotTaken?.()
      return late
    } catch (error) {
      if (!(error instanceof UpstreamError) || isFinal(error)) throw error
      reads?.resize(0)
      throw deliveryUnknown({ ...error.facts, ...repeatReads.whenRepeatable(guest) })
    } finally {
      reads?.resize(0)
    }
  }

  /** After a lost socket. If this fails, the delivery stays unknown. */
  async function findWithRetry(
    guest: Guest,
    message: OutgoingMessage,
    from: SearchAnchor,
    deadlineAtMs: number,
  ) {
    let reads: ReservedReads | undefined
    try {
      // Leaves the reads that a repeat by the page needs, which is more useful than this search.
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
}

/** The reads of the history that a repeat of a message needs. */
function createRepeatReads(connections: GuestConnections, history: History) {
  /** The number of reads that the guest's last repeat needed: a further repeat is not started with fewer. */
  const readsOfARepeat = new WeakMap<GuestConnection, number>()

  /** When enough history reads will be available for a repeat. */
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
    /** The guest's messages go back further than the newest page. */
    needMore(connection: GuestConnection): void {
      readsOfARepeat.set(connection, MAX_SEARCHED_PAGES + 1)
    },
  }
}

function echoOf({ tracingId }: OutgoingMessage, frame: Frame, nowMs: number): Message | undefined {
  if (frame.class !== 'StructuredMessage' || frame.tracingId !== tracingId) return undefined
  return isInbound(frame.body) ? readMessage(frame.body, nowMs) : undefined
}

function deliveryUnknown(facts?: UpstreamError['facts']): UpstreamError {
  return new UpstreamError('delivery_unknown', 'It is unknown whether the message was accepted', facts)
}

function isDeliveryUnknown(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === 'delivery_unknown'
}

/** After these errors a repeat is pointless. */
function isFinal({ code }: UpstreamError): boolean {
  return code === 'session_ended' || code === 'deployment_not_usable'
}
