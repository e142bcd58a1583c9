import { UpstreamError } from '../../../../errors/upstream-error.ts'
import type { AcceptedMessage, Guest, Message, OutgoingMessage } from '../../../guest-api.ts'
import type { Frame } from '../wire/frames.ts'
import {
  CLOCK_SKEW_MS,
  createFindAccepted,
  deliveryUnknown,
  type FindAcceptedOptions,
} from './find-accepted.ts'
import type { SearchAnchor } from './search-history.ts'
import { isInbound, readMessage } from '../wire/read-message.ts'
import { onMessage } from '../wire/requests.ts'

/** Sends messages, and never sends one again if an earlier attempt may have been accepted. */
export function createSendMessage(options: FindAcceptedOptions) {
  const { connections, now, monotonicNow } = options
  const { findRepeated, findWithRetry, whenRepeatable } = createFindAccepted(options)

  return async function sendMessage(
    guest: Guest,
    given: OutgoingMessage,
    deadlineAtMs: number,
  ): Promise<AcceptedMessage> {
    const message = connections.of(guest).choices.complete(given)
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
    // The first attempt may have had different attributes, or none.
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
        // Recorded only when the message is sent, because earlier messages in the queue may have the same content.
        onSend: () => (from = { afterKey: connection.newest.key, sinceMs: monotonicNow() - CLOCK_SKEW_MS }),
      })
    } catch (error) {
      if (from === undefined || !isDeliveryUnknown(error)) throw error
      const found =
        connection.lateAcknowledgements.find(message.tracingId) ??
        (await findWithRetry(guest, message, from, deadlineAtMs))
      if (!found) throw deliveryUnknown({ ...error.facts, ...whenRepeatable(guest) })
      return found
    }
  }
}

function echoOf({ tracingId }: OutgoingMessage, frame: Frame, nowMs: number): Message | undefined {
  if (frame.class !== 'StructuredMessage' || frame.tracingId !== tracingId) return undefined
  return isInbound(frame.body) ? readMessage(frame.body, nowMs) : undefined
}

function isDeliveryUnknown(error: unknown): error is UpstreamError {
  return error instanceof UpstreamError && error.code === 'delivery_unknown'
}
