import type { Message } from '../guest-api.ts'

const MOST = 4

/** Echoes of messages whose callers had already been told that their delivery is unknown. */
export class LateEchoes {
  #messages: Map<string, Message> | undefined

  keep(tracingId: string | undefined, message: Message | undefined): void {
    if (tracingId === undefined || !message) return
    this.#messages ??= new Map()
    this.#messages.set(tracingId, message)
    const [oldest] = this.#messages.keys()
    if (this.#messages.size > MOST && oldest !== undefined) this.#messages.delete(oldest)
  }

  find(tracingId: string): Message | undefined {
    return this.#messages?.get(tracingId)
  }
}
