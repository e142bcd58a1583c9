import type { ChatMessage, Content } from '../client/chat-client.ts'

/** The guest's answers so far, from this page or an earlier one. */
export interface Answers {
  /** The answer to each picker or form, by the answer's `inReplyTo`. A failed answer does not count. */
  readonly byQuestion: ReadonlyMap<string, ChatMessage>
  /**
   * The index of the guest's last message. Quick replies before it are no longer shown, because the guest has written
   * since.
   */
  readonly lastInboundIndex: number
}

interface Question {
  readonly key: string
  readonly part: Content
}

/** The id that an answer uses in `inReplyTo`: Genesys gives some pickers a separate id. */
export function questionKey(part: Content, message: ChatMessage): string {
  return ('replyTo' in part && part.replyTo) || message.id
}

export function answersIn(messages: readonly ChatMessage[]): Answers {
  const byQuestion = new Map<string, ChatMessage>()
  let open: Question[] = []
  let lastInboundIndex = -1
  messages.forEach((message, index) => {
    if (message.status === 'failed') return
    if (message.direction === 'outbound') {
      open.push(...(message.content ?? []).map((part) => ({ key: questionKey(part, message), part })))
      return
    }
    lastInboundIndex = index
    const key = message.inReplyTo ?? open.filter(({ part }) => isAnsweredBy(part, message)).at(-1)?.key
    if (key === undefined) return
    byQuestion.set(key, message)
    open = open.filter((question) => question.key !== key)
  })
  return { byQuestion, lastInboundIndex }
}

/** In old histories, an answer may have no `inReplyTo`. Its question is then the one that offered the chosen reply. */
function isAnsweredBy(part: Content, { content = [] }: ChatMessage): boolean {
  const payloads = new Set(
    content.flatMap((answer) => (answer.type === 'button-response' ? [answer.payload] : [])),
  )
  if (part.type === 'list-picker')
    return part.sections.some(({ items }) => items.some(({ id }) => payloads.has(id)))
  if (part.type === 'date-picker')
    return part.availableTimes.some(({ dateTime }) =>
      [...payloads].some((time) => isSameTime(time, dateTime)),
    )
  return false
}

function isSameTime(one: string, other: string): boolean {
  return Date.parse(one) === Date.parse(other)
}

/** The replies that the guest chose in an answer, as text; without a choice, the answer's own text. */
export function answerText({ text, content = [] }: ChatMessage): string {
  const chosen = content.flatMap((part) => (part.type === 'button-response' ? [part.text] : []))
  return chosen.join(', ') || (text ?? '')
}
