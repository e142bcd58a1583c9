import type { Message } from '../../guest-api.ts'
import type { StructuredMessage } from '../wire/structured-message.ts'

/**
 * Which message of a guest is the newest. Written over in place: an object for each message would outlive every
 * minor collection, for each of thousands of guests.
 */
export class NewestMessage {
  /** As pages know it; undefined before the first. */
  key: string | undefined
  /** By which the REST API knows it. */
  id: string | undefined
  #timeMs = 0

  note({ id: key, time }: Message, wire: StructuredMessage): void {
    this.key = key
    // Mostly the same text twice, of which one is enough.
    this.id = wire.id === key ? key : (wire.id ?? key)
    this.#timeMs = Date.parse(time)
  }

  forget(): void {
    this.key = this.id = undefined
  }

  /** Where a gap begins. */
  get place(): Pick<Message, 'id' | 'time'> | undefined {
    return this.key === undefined ? undefined : { id: this.key, time: new Date(this.#timeMs).toISOString() }
  }
}
