import type { ChatProblem } from './chat-problem.ts'
import type {
  Content,
  FormAnswer,
  Message,
  OutgoingMessage,
  Reply,
  SentMessage,
} from '../../contract/contract.ts'

/** All forms of an outgoing message in one type. */
interface Forms {
  readonly text?: string
  readonly quickReply?: Reply
  readonly button?: Reply
  readonly date?: Reply & { readonly inReplyTo: string }
  readonly list?: { readonly items: readonly Reply[]; readonly inReplyTo: string; readonly text?: string }
  readonly form?: {
    readonly answers: readonly FormAnswer[]
    readonly inReplyTo: string
    readonly text?: string
  }
}

/** A message as the page shows it. */
export interface ChatMessage extends SentMessage {
  /**
   * Identifies the message in lists and DOM nodes. Unlike `id`, it stays the same when Genesys accepts an outgoing
   * message.
   */
  readonly key: string
  /** `pending` and `failed` occur only for the guest's own messages. */
  readonly status: 'sent' | 'pending' | 'failed'
  /** Why sending failed. */
  readonly problem?: ChatProblem
}

/** The messages of a conversation: each once, in chronological order, unsent ones at the end. */
export interface MessageList {
  readonly messages: readonly ChatMessage[]
  /**
   * @param live whether one of the messages may be the echo (the live event) of a message that is being sent
   * @returns the new messages
   */
  merge(messages: readonly Message[], live: boolean): readonly ChatMessage[]
  /** Shows the guest's own message before it is sent. */
  addPending(key: string, outgoing: OutgoingMessage): void
  /** Marks a message that is being sent or retried. */
  markPending(key: string): void
  /** @returns the accepted message; undefined if its live echo arrived first */
  accept(key: string, message: SentMessage): ChatMessage | undefined
  fail(key: string, problem: ChatProblem): void
  remove(key: string): void
  /** The id of the newest message that Genesys has. */
  lastId(): string | undefined
  /** Removes all messages except pending ones. */
  clear(): void
}

export function createMessageList(onChange: () => void, now: () => number = Date.now): MessageList {
  let messages: readonly ChatMessage[] = []

  function set(next: readonly ChatMessage[]): void {
    messages = [...next].sort(byTime)
    onChange()
  }

  function change(key: string, changed: (message: ChatMessage) => ChatMessage): void {
    set(messages.map((message) => (message.key === key ? changed(message) : message)))
  }

  /**
   * Finds the unsent message whose live echo this is. The echo may arrive before the response to the send request, and
   * only its text shows to which message it belongs.
   */
  function echoOf(message: Message, known: readonly ChatMessage[]): ChatMessage | undefined {
    if (message.direction === 'outbound') return undefined
    const words = message.text ?? chosenIn(message)
    return known.find(({ status, text }) => status !== 'sent' && text === words)
  }

  return {
    get messages() {
      return messages
    },
    merge(incoming, live) {
      const added: ChatMessage[] = []
      let next = [...messages]
      for (const message of incoming) {
        const same = next.find(({ id }) => id === message.id) ?? (live ? echoOf(message, next) : undefined)
        const merged: ChatMessage = {
          ...message,
          key: same?.key ?? message.id,
          status: 'sent',
          // Only the response to the send request contains `redacted`.
          ...(same?.redacted && { redacted: same.redacted }),
        }
        if (same?.id !== message.id) added.push(merged)
        next = same === undefined ? [...next, merged] : next.map((known) => (known === same ? merged : known))
      }
      if (incoming.length > 0) set(next)
      return added
    },
    addPending(key, outgoing) {
      const { text: written, quickReply, button, date, list, form } = outgoing as Forms
      const choices = list?.items ?? [quickReply ?? button ?? date].filter((choice) => choice !== undefined)
      const content: Content[] = choices.map((choice) => ({ type: 'button-response', ...choice }))
      if (form) content.push({ type: 'form-response', answers: form.answers })
      const inReplyTo = (list ?? date ?? form)?.inReplyTo
      set([
        ...messages,
        {
          id: key,
          key,
          time: new Date(now()).toISOString(),
          direction: 'inbound',
          type: content.length > 0 ? 'structured' : 'text',
          sender: 'guest',
          text: (written ?? list?.text ?? form?.text ?? textOf(choices)) || undefined,
          ...(content.length > 0 && { content }),
          ...(inReplyTo !== undefined && { inReplyTo }),
          status: 'pending',
        } as ChatMessage,
      ])
    },
    markPending: (key) => change(key, (message) => ({ ...message, status: 'pending' })),
    accept(key, message) {
      const known = messages.some(({ id }) => id === message.id)
      const accepted: ChatMessage = { ...message, key, status: 'sent' }
      const others = messages.filter(({ id, key: other, status }) => {
        return id !== message.id && (other !== key || status === 'sent')
      })
      // A message with the same text from another tab may have been mistaken for this message's echo. It becomes a
      // separate message again.
      set([...others.map((other) => (other.key === key ? { ...other, key: other.id } : other)), accepted])
      return known ? undefined : accepted
    },
    fail: (key, problem) => change(key, (message) => ({ ...message, status: 'failed', problem })),
    remove: (key) => set(messages.filter((message) => message.key !== key)),
    lastId: () => messages.filter(({ status }) => status === 'sent').at(-1)?.id,
    clear: () => set(messages.filter(({ status }) => status === 'pending')),
  }
}

/** The replies that the guest chose in a message, as text. */
function chosenIn({ content = [] }: Message): string | undefined {
  return textOf(content.filter((part) => part.type === 'button-response'))
}

function textOf(choices: readonly Reply[]): string | undefined {
  return choices.map(({ text }) => text).join(', ') || undefined
}

function byTime(a: ChatMessage, b: ChatMessage): number {
  return whenOf(a) - whenOf(b) || 0
}

/** Puts unsent messages below sent ones. `Infinity - Infinity` is NaN, so unsent messages keep their order. */
function whenOf({ status, time }: ChatMessage): number {
  return status === 'sent' ? Date.parse(time) : Infinity
}
