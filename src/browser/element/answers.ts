import type { ChatMessage, Content } from '../client/chat-client.ts'

/** The guest's answers so far, from this page or an earlier one. */
export interface Answers {
  /** The answer to each picker or form, by the answer's `inReplyTo`. A failed answer does not count. */
  readonly byQuestion: ReadonlyMap<string, ChatMessage>
  /** Quick replies before this message are closed, because the guest has written since. */
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

/** In old histories, an answer may not name its question: it is then matched by the offered replies. */
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

/** The text of the choice in an answer. */
export function answerText({ text, content = [] }: ChatMessage): string {
  const chosen = content.flatMap((part) => (part.type === 'button-response' ? [part.text] : []))
  return chosen.join(', ') || (text ?? '')
}
