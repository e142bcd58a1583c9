import { asProblem, ChatProblem } from './chat-problem.ts'
import type { OutgoingMessage, SentMessage } from '../../contract/contract.ts'
import type { Requests } from './requests.ts'
import type { ChatMessage, MessageList } from './message-list.ts'

/**
 * How long a message is retried automatically, not counting time without a network connection. After that, the guest
 * decides.
 */
const REPEAT_FOR_MS = 120_000

export interface Outbox {
  send(outgoing: OutgoingMessage, idempotencyKey?: string): Promise<ChatMessage>
  /** Retries a failed message with the same key. */
  repeat(key: string): Promise<ChatMessage>
  discard(key: string): void
  /** Rejects all queued messages. */
  stop(): void
}

interface Sending {
  readonly key: string
  readonly outgoing: OutgoingMessage
  /** How many attempts have been made. */
  attempts: number
  /**
   * The id of the newest message that was known at the first attempt; unset until then. On a retry, the service
   * searches the messages after it for one that an earlier attempt has delivered.
   */
  afterId?: string
}

/** Sends the guest's messages one at a time and in order. A retry never sends a message twice. */
export function createOutbox(options: {
  readonly requests: Requests
  readonly messageList: MessageList
  /** Resolves once there is a guest session; the signal aborts when that session ends. */
  readonly whenSessionReady: () => Promise<AbortSignal>
  readonly onSent: (message: ChatMessage | undefined) => void
  readonly onProblem: (problem: ChatProblem) => void
}): Outbox {
  const { requests, messageList, whenSessionReady, onSent, onProblem } = options
  const unsent = new Map<string, Sending>()
  let last: Promise<unknown> = Promise.resolve()
  let stops = 0

  async function deliver(sending: Sending, isStopped: boolean): Promise<ChatMessage> {
    const { key, outgoing } = sending
    try {
      if (isStopped) throw new ChatProblem('chat_closed')
      const message = (await requests.call('POST', 'messages', {
        json: outgoing,
        headers() {
          sending.afterId ??= messageList.lastId() ?? ''
          return {
            'Idempotency-Key': key,
            ...(sending.attempts && { 'Idempotency-After': sending.afterId }),
            'Idempotency-Retry': `${sending.attempts++}`,
          }
        },
        repeatForMs: REPEAT_FOR_MS,
        signal: await whenSessionReady(),
      })) as SentMessage
      unsent.delete(key)
      onSent(messageList.accept(key, message))
      return { ...message, key, status: 'sent' }
    } catch (error) {
      const problem = asProblem(error)
      messageList.fail(key, problem)
      onProblem(problem)
      throw problem
    }
  }

  function enqueue(sending: Sending): Promise<ChatMessage> {
    const stopsBefore = stops
    const sent = last.then(() => deliver(sending, stops > stopsBefore))
    last = sent.catch(() => undefined)
    return sent
  }

  return {
    send(outgoing, idempotencyKey = randomKey()) {
      const sending: Sending = { key: idempotencyKey, outgoing, attempts: 0 }
      unsent.set(sending.key, sending)
      messageList.addPending(sending.key, outgoing)
      return enqueue(sending)
    },
    async repeat(key) {
      const sending = unsent.get(key)
      if (sending === undefined) throw new RangeError('There is no unsent message with this key.')
      messageList.markPending(key)
      return enqueue(sending)
    },
    discard(key) {
      unsent.delete(key)
      messageList.remove(key)
    },
    stop() {
      stops += 1
    },
  }
}

/** Returns a random key. It does not use `crypto.randomUUID`, which is missing on pages without HTTPS. */
export function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('')
}
