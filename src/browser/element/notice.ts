import type { ChatProblem, GuestChat } from '../client/chat-client.ts'
import { timeOfDay } from './chat-view.ts'
import { h, toggle } from './dom.ts'
import { icon } from './icons.ts'
import { fill, problemText, type Texts } from './texts/texts.ts'

/** A failure that lasts this long is shown; shorter ones usually resolve themselves. */
const LASTING_MS = 10_000

export interface Notice {
  readonly node: HTMLElement
  /** @param isToldElsewhere whether the text in place of the composer already explains the problem */
  update(problem: ChatProblem | undefined, isToldElsewhere: boolean): void
  /** Shows a failure until the next change of the chat. */
  tell(text: string): void
}

/** One line above the composer for messages about the whole chat. */
export function createNotice(options: {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly locale: string
  readonly onRetry: () => void
  /** Called when the text must change because time has passed. */
  readonly onStale: () => void
}): Notice {
  const { chat, texts, locale, onRetry, onStale } = options
  const words = h('span', { class: 'notice-text' })
  const retry = h('button', { type: 'button', class: 'link', part: 'button', onclick: onRetry }, texts.retry)
  const sign = h('span', { class: 'notice-icon' }, icon('alert'))
  const node = h('div', { class: 'notice', part: 'notice', role: 'status' }, sign, words, retry)
  let waitingSinceMs: number | undefined
  let timer: ReturnType<typeof setTimeout> | undefined

  function isLasting(): boolean {
    const isWaiting = isWaitingForService(chat)
    if (!isWaiting) {
      clearTimeout(timer)
      waitingSinceMs = undefined
      return false
    }
    if (waitingSinceMs === undefined) {
      waitingSinceMs = Date.now()
      timer = setTimeout(onStale, LASTING_MS)
    }
    return Date.now() - waitingSinceMs >= LASTING_MS
  }

  function show(text: string, isTrouble: boolean, canRetry: boolean): void {
    if (words.textContent !== text) words.textContent = text
    toggle(retry, canRetry)
    toggle(sign, isTrouble)
    node.classList.toggle('empty', text === '')
    node.classList.toggle('trouble', isTrouble)
  }

  return {
    node,
    update(problem, isToldElsewhere) {
      const isStuck = isLasting()
      if (isToldElsewhere) show('', false, false)
      else if (problem) show(problemText(texts, problem.code), true, true)
      else if (isStuck) show(texts.unreachable, true, true)
      else show(stateText(chat, texts, locale), false, false)
    },
    tell: (text) => show(text, true, false),
  }
}

/**
 * Whether the chat is waiting for the service. False while the device is offline, which is shown immediately instead.
 */
function isWaitingForService(chat: GuestChat): boolean {
  const { state, connection, messages } = chat
  if (connection === 'offline') return false
  if (state === 'opening') return true
  if (state !== 'open' && state !== 'disconnected') return false
  const isCut = connection !== 'online' && chat.can('live-events')
  return isCut || messages.some(({ status }) => status === 'pending')
}

function stateText(chat: GuestChat, texts: Texts, locale: string): string {
  if (chat.connection === 'offline' && chat.state !== 'ended') return texts.offline
  if (chat.state === 'disconnected') return texts.agentLeft
  const { expiresSoonAt } = chat
  return expiresSoonAt === undefined
    ? ''
    : fill(texts.expiring, { time: timeOfDay(new Date(expiresSoonAt), locale) })
}
