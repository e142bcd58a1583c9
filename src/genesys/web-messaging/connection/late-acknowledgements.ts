import type { Message } from '../../guest-api.ts'

const MOST = 4
const MOST_ACKNOWLEDGED = 8

/**
 * Echoes of messages whose callers had already been told that their delivery is unknown, and which of the
 * guest's messages were acknowledged otherwise.
 */
export class Echoes {
  #messages: Map<string, Message> | undefined
  /** Tracing ids of the latest messages that were acknowledged, by the messages' ids. */
  #acknowledged: Map<string, string> | undefined

  keep(tracingId: string | undefined, message: Message | undefined): void {
    if (tracingId === undefined || !message) return
    this.#messages ??= new Map()
    this.#messages.set(tracingId, message)
    dropOldest(this.#messages, MOST)
  }

  /** The caller of the message was told that it was taken. */
  acknowledge(tracingId: string, { id }: Message): void {
    this.#acknowledged ??= new Map()
    this.#acknowledged.set(id, tracingId)
    dropOldest(this.#acknowledged, MOST_ACKNOWLEDGED)
  }

  /** True when the message is known to be another than the one of this tracing id, whatever it says. */
  isAnother(tracingId: string, { id }: Message): boolean {
    const acknowledgedAs = this.#acknowledged?.get(id)
    return acknowledgedAs !== undefined && acknowledgedAs !== tracingId
  }

  find(tracingId: string): Message | undefined {
    return this.#messages?.get(tracingId)
  }
}

function dropOldest(map: Map<string, unknown>, most: number): void {
  const [oldest] = map.keys()
  if (map.size > most && oldest !== undefined) map.delete(oldest)
}
