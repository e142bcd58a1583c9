import type { ChatMessage } from '../client/chat-client.ts'
import { answersIn } from './answers.ts'
import { dayName, startOfDay, type ChatView } from './chat-view.ts'
import { arrange, h, toggle } from './dom.ts'
import { icon } from './icons.ts'
import { messageView, type MessageView } from './message-view.ts'

const GROUP_WITHIN_MS = 5 * 60_000
const NEAR_END_PX = 60

export interface LogState {
  readonly messages: readonly ChatMessage[]
  readonly hasEarlier: boolean
  readonly isWritable: boolean
  /** Who is typing, in words. */
  readonly typing: string | undefined
}

/** The messages, oldest first; stays at the newest one unless the guest has scrolled away. */
export interface MessageLog {
  readonly node: HTMLElement
  update(state: LogState): void
  /** From now on, what is added is read aloud; the messages of the first look into the history are not. */
  announce(): void
  scrollToEnd(): void
  /** A picture in place of the sign above the greeting. */
  setLogo(url: string): void
}

export function createMessageLog(view: ChatView, onEarlier: () => Promise<unknown>): MessageLog {
  const { texts } = view
  const views = new Map<string, MessageView>()
  const days = new Map<number, HTMLElement>()
  const welcomeSign = h('span', { class: 'welcome-sign' }, icon('chat'))
  const welcome = h(
    'div',
    { class: 'welcome' },
    welcomeSign,
    h('p', { class: 'welcome-title' }, texts.greetingTitle),
    h('p', {}, texts.greeting),
  )
  const earlier = h(
    'button',
    { type: 'button', class: 'earlier', onclick: () => void readEarlier() },
    texts.earlier,
  )
  const rows = h('div', { class: 'rows', role: 'log', 'aria-live': 'off', 'aria-label': texts.messages })
  const typing = h('div', { class: 'typing', role: 'status' })
  const content = h('div', { class: 'log-content' }, earlier, welcome, rows, typing)
  const scroller = h(
    'div',
    { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': texts.messages },
    content,
  )
  const down = h(
    'button',
    { type: 'button', class: 'to-newest', 'aria-label': texts.newest, onclick: () => scrollToEnd() },
    icon('down'),
  )
  const node = h('div', { class: 'log', part: 'log' }, scroller, down)
  let isAtEnd = true
  let lastTopPx = 0

  scroller.addEventListener('scroll', () => {
    const isNear = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < NEAR_END_PX
    // The event comes late: what was added meanwhile is no scrolling away.
    isAtEnd = isNear || (isAtEnd && scroller.scrollTop >= lastTopPx)
    lastTopPx = scroller.scrollTop
    toggle(down, !isAtEnd)
  })
  // Pictures that arrive late, and a keyboard that comes up, must not push the newest message out of sight.
  const sizes = new ResizeObserver(() => {
    if (isAtEnd) scrollToEnd()
  })
  sizes.observe(content)
  sizes.observe(scroller)

  function scrollToEnd(): void {
    isAtEnd = true
    toggle(down, false)
    scroller.scrollTop = scroller.scrollHeight
  }

  async function readEarlier(): Promise<void> {
    earlier.disabled = true
    const fromEndPx = scroller.scrollHeight - scroller.scrollTop
    await onEarlier()
    earlier.disabled = false
    scroller.scrollTop = scroller.scrollHeight - fromEndPx
  }

  function row(message: ChatMessage): MessageView {
    const known = views.get(message.key)
    if (known) return known
    const made = messageView(message, view)
    views.set(message.key, made)
    return made
  }

  function dayLine(day: number): HTMLElement {
    const line = days.get(day) ?? h('p', { class: 'day-line' })
    days.set(day, line)
    const name = dayName(new Date(day), view)
    if (line.textContent !== name) line.textContent = name
    return line
  }

  function updateRows({ messages, isWritable }: LogState): void {
    const nodes: Node[] = []
    const answers = answersIn(messages)
    messages.forEach((message, i) => {
      const previous = messages[i - 1]
      const next = messages[i + 1]
      const startsDay = previous === undefined || dayOf(previous) !== dayOf(message)
      if (startsDay) nodes.push(dayLine(dayOf(message)))
      const shown = row(message)
      shown.update(message, {
        startsGroup: startsDay || !belongTogether(previous, message),
        endsGroup: next === undefined || dayOf(next) !== dayOf(message) || !belongTogether(message, next),
        isUnanswered: i > answers.lastInboundIndex,
        answers,
        isWritable,
      })
      nodes.push(shown.node)
    })
    arrange(rows, nodes)
    const keys = new Set(messages.map(({ key }) => key))
    for (const key of views.keys()) if (!keys.has(key)) views.delete(key)
  }

  function updateTyping(words: string | undefined): void {
    if ((typing.dataset.words ?? '') === (words ?? '')) return
    typing.dataset.words = words ?? ''
    const dots = h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'))
    typing.replaceChildren(...(words === undefined ? [] : [dots, h('span', { class: 'spoken' }, words)]))
  }

  return {
    node,
    update(state) {
      toggle(earlier, state.hasEarlier)
      toggle(welcome, state.messages.length === 0)
      updateRows(state)
      updateTyping(state.typing)
    },
    announce: () => rows.setAttribute('aria-live', 'polite'),
    scrollToEnd,
    setLogo(url) {
      const logo = h('img', { class: 'welcome-logo', src: url, alt: '' })
      logo.addEventListener('load', () => welcomeSign.replaceWith(logo), { once: true })
    },
  }
}

function dayOf(message: ChatMessage): number {
  return startOfDay(new Date(message.time))
}

function belongTogether(one: ChatMessage, next: ChatMessage): boolean {
  return (
    one.direction === next.direction &&
    one.sender === next.sender &&
    one.from?.name === next.from?.name &&
    one.status === next.status &&
    Date.parse(next.time) - Date.parse(one.time) < GROUP_WITHIN_MS
  )
}
