import type { GuestEvent, Message } from '../../../guest-api.ts'
import type { StructuredMessage } from '../wire/frames.ts'

/**
 * The newest message seen on a connection. This object is updated in place, because thousands of guests each
 * have one.
 */
export class NewestMessage {
  /** Its id in the browser's contract; undefined before the first message. */
  key: string | undefined = undefined
  /** Its id in the REST API. */
  id: string | undefined = undefined
  timeMs = 0

  note({ id: key, time }: Message, wire: StructuredMessage): void {
    this.key = key
    this.id = wire.id ?? key
    this.timeMs = Date.parse(time)
  }

  forget(): void {
    this.key = this.id = undefined
  }

  /** The event for messages after this one that may have been missed while there was no connection. */
  gap(): GuestEvent {
    const { key, timeMs } = this
    if (key === undefined) return { type: 'gap' }
    return { type: 'gap', after: { id: key, time: new Date(timeMs).toISOString() } }
  }
}
