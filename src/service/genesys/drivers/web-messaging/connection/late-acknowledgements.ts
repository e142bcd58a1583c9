import type { Message } from '../../../guest-api.ts'

const MAX_LATE = 8
const MAX_ACKNOWLEDGED = 8

/**
 * Acknowledgements for which no caller in this process is waiting: the caller got `delivery_unknown`, or is
 * waiting in another replica. Also records the tracing id of each of the guest's acknowledged messages, from
 * all tabs and replicas.
 */
export class LateAcknowledgements {
  #late: Map<string, Message> | undefined
  /** Tracing ids by message id. */
  #acknowledged: Map<string, string> | undefined

  keep(tracingId: string | undefined, message: Message | undefined): void {
    if (tracingId === undefined || !message) return
    this.#late ??= new Map()
    this.#late.set(tracingId, message)
    dropOldest(this.#late, MAX_LATE)
  }

  find(tracingId: string): Message | undefined {
    return this.#late?.get(tracingId)
  }

  /** Records that Genesys has accepted a message that was sent on this connection or another one. */
  acknowledge(tracingId: string, messageId: string): void {
    this.#acknowledged ??= new Map()
    this.#acknowledged.set(messageId, tracingId)
    dropOldest(this.#acknowledged, MAX_ACKNOWLEDGED)
  }

  /** True if the message was acknowledged under another tracing id, whatever the message contains. */
  belongsToAnother(tracingId: string, { id }: Message): boolean {
    const acknowledgedAs = this.#acknowledged?.get(id)
    return acknowledgedAs !== undefined && acknowledgedAs !== tracingId
  }
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  const [oldest] = map.keys()
  if (map.size > max && oldest !== undefined) map.delete(oldest)
}
