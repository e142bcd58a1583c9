import type { Guest, GuestApi, GuestEvent, Message, SessionEventState } from '../../genesys/guest-api.ts'
import { UpstreamError } from '../../errors/upstream-error.ts'
import type { GuestWait, KnownConversation } from './guest-wait.ts'
import type { WaitMinutes } from './wait-range.ts'

const AGAIN_AFTER_MS = 30_000
/** A bot in the conversation is expected to reply within this time. */
const BOT_ANSWERS_WITHIN_MS = 5000
const TIMEOUT_MS = 5000
const PAGE_SIZE = 25
const ENDS: ReadonlySet<SessionEventState> = new Set([
  'disconnected',
  'read-only',
  'cleared',
  'expired',
  'signed-in-elsewhere',
])
/** Messages that are older than this belong to an earlier conversation. */
const SAME_CONVERSATION_MS = 12 * 60 * 60_000

export interface WaitingOptions {
  readonly guestApi: Pick<GuestApi, 'history'>
  readonly wait: GuestWait
  readonly now: () => number
  readonly monotonicNow: () => number
}

type Subscribe = NonNullable<GuestApi['subscribe']>

/**
 * Adds `waiting` events for a guest who has written, but has received no reply from an agent. An event without minutes
 * means that the guest is no longer waiting, or that the wait is not known. If a bot takes part, asks Genesys whether the
 * guest is in a queue.
 */
export function withWaiting(subscribe: Subscribe, options: WaitingOptions): Subscribe {
  return (guest, listener) => {
    const waiting = followWait(guest, listener, options)
    const stop = subscribe(guest, (event) => {
      listener(event)
      waiting.observe(event)
    })
    return () => {
      waiting.end()
      stop()
    }
  }
}

function followWait(guest: Guest, listener: (event: GuestEvent) => void, options: WaitingOptions) {
  const { guestApi, wait, now, monotonicNow } = options
  let known: KnownConversation = {}
  let newest: Pick<Message, 'sender' | 'time'> | undefined
  let hasAgent = false
  let hasBot = false
  /** As last reported by Genesys. While this is true, a bot's messages do not end the wait. */
  let isInQueue = false
  let hasEnded = false
  let shown = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Counts the lookups, so that the result of an older lookup that arrives late can be ignored. */
  let latestLookup = 0

  const isUnanswered = () => !hasEnded && !hasAgent && newest !== undefined
  const isWaiting = () => isUnanswered() && (newest?.sender === 'guest' || isInQueue)

  function publish(minutes: WaitMinutes | undefined): void {
    const key = minutes ? `${minutes.from} ${minutes.to}` : ''
    if (key === shown) return
    shown = key
    listener({ type: 'waiting', ...(minutes && { fromMinutes: minutes.from, toMinutes: minutes.to }) })
  }

  function lookUpAfter(delayMs: number): void {
    clearTimeout(timer)
    latestLookup += 1
    if (!isWaiting()) publish(undefined)
    if (!isUnanswered()) return
    if (delayMs > 0) timer = setTimeout(startLookUp, delayMs).unref()
    else startLookUp()
  }

  /** An unexpected error does not end the process: the lookup is repeated. */
  function startLookUp(): void {
    const lookup = latestLookup
    lookUp().catch(() => {
      if (lookup === latestLookup) timer = setTimeout(startLookUp, AGAIN_AFTER_MS).unref()
    })
  }

  async function lookUp(): Promise<void> {
    const lookup = latestLookup
    const deadlineAtMs = monotonicNow() + TIMEOUT_MS
    const found = hasBot ? await wait.isInQueue(guest, known, deadlineAtMs) : undefined
    if (lookup !== latestLookup) return
    isInQueue = found === true
    if (found !== false && isWaiting()) {
      const minutes = await wait.estimate(guest, known, deadlineAtMs)
      if (lookup !== latestLookup) return
      publish(minutes)
    } else publish(undefined)
    // Repeats the lookup while the guest waits, or while it is unknown whether the guest is in a queue. Otherwise, the
    // next message starts a lookup.
    if (isWaiting() || (found === undefined && known.isHidden !== true)) lookUpAfter(AGAIN_AFTER_MS)
  }

  function add(message: Pick<Message, 'sender' | 'time'>): void {
    if (newest !== undefined && Date.parse(message.time) < Date.parse(newest.time)) return
    newest = message
    hasBot ||= message.sender === 'bot'
    hasAgent ||= message.sender === 'agent'
  }

  /** Adds messages. While the guest waits, they do not start a lookup, because one is made every 30 seconds. */
  function addAll(messages: readonly Message[], delayMs: number): void {
    const wasWaiting = isWaiting()
    for (const message of messages) add(message)
    if (!wasWaiting || !isWaiting()) lookUpAfter(delayMs)
  }

  /** Reads the messages that were written before the page connected, or while it was not connected. */
  async function readHistory(): Promise<void> {
    try {
      const page = { pageSize: PAGE_SIZE, pageNumber: 1 }
      const found = await guestApi.history?.(guest, page, monotonicNow() + TIMEOUT_MS)
      const sinceMs = now() - SAME_CONVERSATION_MS
      const messages = found?.messages.filter(({ time }) => Date.parse(time) >= sinceMs)
      addAll(messages ?? [], 0)
    } catch (error) {
      // The next message starts a lookup.
      if (!(error instanceof UpstreamError)) throw error
    }
  }

  return {
    observe(event: GuestEvent): void {
      if (event.type === 'message') {
        addAll([event.message], hasBot || event.message.sender === 'bot' ? BOT_ANSWERS_WITHIN_MS : 0)
      } else if (event.type === 'typing' && event.sender === 'agent') {
        hasAgent = true
        lookUpAfter(0)
      } else if (event.type === 'session') {
        if (event.state === 'connected') void readHistory().catch(() => undefined)
        else if (ENDS.has(event.state)) {
          // The guest's next message begins another conversation.
          known = {}
          newest = undefined
          hasAgent = hasBot = isInQueue = false
          lookUpAfter(0)
        }
      }
    },
    end(): void {
      hasEnded = true
      latestLookup += 1
      clearTimeout(timer)
    },
  }
}
