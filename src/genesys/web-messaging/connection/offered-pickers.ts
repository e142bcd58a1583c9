import type { Message, OutgoingMessage } from '../../guest-api.ts'
import type { StructuredMessage } from '../wire/frames.ts'

interface OfferedPicker {
  /** Of the body; an answer names it. */
  readonly id: string
  readonly replyText: string | undefined
}

const MAX_PICKERS = 50

/**
 * The pickers and forms that a guest was offered, so that answers that only name the message are complete. A cache: a page
 * that takes `replyTo` and `reply` from the part itself needs none of it.
 */
export class OfferedPickers {
  #byKey: Map<string, OfferedPicker> | undefined

  note(message: Message, { id = message.id }: StructuredMessage): void {
    if (message.direction !== 'outbound') return
    for (const part of message.content ?? []) {
      if (part.type !== 'date-picker' && part.type !== 'list-picker' && part.type !== 'form') continue
      const reply = part.type === 'date-picker' ? undefined : part.reply
      const replyText = part.type === 'form' ? reply?.title : reply?.subtitle
      this.#byKey ??= new Map()
      this.#byKey.delete(message.id)
      this.#byKey.set(message.id, { id, replyText })
      const [oldest] = this.#byKey.keys()
      if (oldest !== undefined && this.#byKey.size > MAX_PICKERS) this.#byKey.delete(oldest)
    }
  }

  /** Names what is answered as Genesys does, with the text that its Messenger sends. */
  complete(message: OutgoingMessage): OutgoingMessage {
    const { date, list, form } = message
    const answer = date ?? list ?? form
    const offered = answer && this.#byKey?.get(answer.inReplyTo)
    if (!offered) return message
    const { id: inReplyTo, replyText } = offered
    if (date) return { ...message, date: { ...date, inReplyTo } }
    if (list) return { ...message, list: { ...list, inReplyTo, text: list.text ?? replyText } }
    return form ? { ...message, form: { ...form, inReplyTo, text: form.text ?? replyText } } : message
  }
}
