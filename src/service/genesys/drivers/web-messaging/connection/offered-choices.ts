import type { Content, Message, OutgoingMessage } from '../../../guest-api.ts'
import type { StructuredMessage } from '../wire/frames.ts'

interface OfferedChoice {
  /** The `id` in the frame's body, which a reply must name. */
  readonly id: string
  readonly replyText: string | undefined
}

const MAX_CHOICES = 50

/**
 * The choices and forms that a guest was offered, used to complete replies that only name the message. This is a
 * cache: pages that use the part's `replyTo` and `reply` do not need it.
 */
export class OfferedChoices {
  #byKey: Map<string, OfferedChoice> | undefined

  note(message: Message, { id = message.id }: StructuredMessage): void {
    if (message.direction !== 'outbound') return
    for (const part of message.content ?? []) {
      if (!isAnswerable(part)) continue
      const reply = 'reply' in part ? part.reply : undefined
      const replyText = part.type === 'form' ? reply?.title : reply?.subtitle
      this.#byKey ??= new Map()
      this.#byKey.delete(message.id)
      this.#byKey.set(message.id, { id, replyText })
      const [oldest] = this.#byKey.keys()
      if (oldest !== undefined && this.#byKey.size > MAX_CHOICES) this.#byKey.delete(oldest)
    }
  }

  /**
   * Replaces the id of the answered message with the one that Genesys expects, and adds the text that Genesys'
   * Messenger sends.
   */
  complete(message: OutgoingMessage): OutgoingMessage {
    const { quickReply, button, date, list, form } = message
    const answered = (quickReply ?? button ?? date ?? list ?? form)?.inReplyTo
    const offered = answered === undefined ? undefined : this.#byKey?.get(answered)
    if (!offered) return message
    const { id: inReplyTo, replyText } = offered
    if (quickReply) return { ...message, quickReply: { ...quickReply, inReplyTo } }
    if (button) return { ...message, button: { ...button, inReplyTo } }
    if (date) return { ...message, date: { ...date, inReplyTo } }
    const text = replyText === undefined ? {} : { text: replyText }
    if (list) return { ...message, list: { ...text, ...list, inReplyTo } }
    return form ? { ...message, form: { ...text, ...form, inReplyTo } } : message
  }
}

const ANSWERABLE: ReadonlySet<Content['type']> = new Set([
  'quick-reply',
  'card',
  'carousel',
  'date-picker',
  'list-picker',
  'form',
])

function isAnswerable({ type }: Content): boolean {
  return ANSWERABLE.has(type)
}
