import type { ChatMessage } from '../client/chat-client.ts'
import { answersIn } from './answers.ts'
import { dayName, startOfDay, type ChatView } from './chat-view.ts'
import { arrange, h, toggle } from './dom.ts'
import { icon } from './icons.ts'
import { fill } from './texts/texts.ts'
import { messageView, type MessageView } from './message-view.ts'

const GROUP_WITHIN_MS = 5 * 60_000
const NEAR_END_PX = 60
/** Earlier messages are read when the guest scrolls this close to the oldest message that is shown. */
const NEAR_START_PX = 200

export interface LogState {
  readonly messages: readonly ChatMessage[]
  readonly hasEarlier: boolean
  readonly isWritable: boolean
  /** Whether the guest can no longer write. The greeting, which asks for a message, is then hidden. */
  readonly isOver: boolean
  /** The text that shows who is typing. */
  readonly typing: string | undefined
}

/** The messages, oldest first. The log stays scrolled to the newest message unless the guest has scrolled away. */
export interface MessageLog {
  readonly node: HTMLElement
  update(state: LogState): void
  /**
   * A message has just arrived. From now on, screen readers read added messages aloud; those from the first read of the
   * history are not read aloud. A message that the guest does not see is marked as new.
   */
  announce(message: ChatMessage): void
  /** The guest has written, and therefore has read the messages so far. */
  answered(): void
  /** The panel was closed. */
  leave(): void
  /** Shows a picture instead of the symbol above the greeting. */
  setLogo(url: string): void
}

export function createMessageLog(view: ChatView, onEarlier: () => Promise<unknown>): MessageLog {
  const { texts } = view
  const welcomeSign = h('span', { class: 'welcome-sign' }, icon('chat'))
  const greeting = [h('p', { class: 'welcome-title' }, texts.greetingTitle), h('p', {}, texts.greeting)]
  const welcome = h('div', { class: 'welcome' }, welcomeSign, ...greeting)
  const earlier = h(
    'button',
    { type: 'button', class: 'earlier', onclick: () => void readEarlier() },
    texts.earlier,
  )
  const rows = h('div', { class: 'rows', role: 'log', 'aria-live': 'off', 'aria-label': texts.messages })
  const updateRows = createRows(rows, view)
  const typing = h('div', { class: 'typing', role: 'status' })
  const content = h('div', { class: 'log-content' }, earlier, welcome, rows, typing)
  const scroller = h(
    'div',
    { class: 'scroller', tabindex: '0', role: 'region', 'aria-label': texts.messages },
    content,
  )
  const toNewest = createNewestButton(view, () => scrollToEnd())
  const node = h('div', { class: 'log', part: 'log' }, scroller, toNewest.node)
  let isAtEnd = true
  let lastTopPx = 0
  let lastSizes = ''
  let firstKey: string | undefined
  let firstNewKey: string | undefined
  let unseenCount = 0
  let canReadEarlier = true

  scroller.addEventListener('scroll', () => {
    const { scrollTop, scrollHeight, clientHeight } = scroller
    // The event arrives late. It also arrives when content has grown or shrunk, which does not count as scrolling away.
    const isScrolledUp = scrollTop < lastTopPx && sizes() === lastSizes
    setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_END_PX || (isAtEnd && !isScrolledUp))
    if (isScrolledUp && scrollTop < NEAR_START_PX && canReadEarlier && !earlier.hidden) void readEarlier()
    scroller.classList.toggle('more-above', scrollTop > 0)
    remember()
  })
  // Pictures that load late and an on-screen keyboard must not push the newest message out of sight.
  const resizing = new ResizeObserver(() => {
    if (isAtEnd) scrollToEnd()
    remember()
  })
  resizing.observe(content)
  resizing.observe(scroller)

  function sizes(): string {
    return `${scroller.scrollHeight} ${scroller.clientHeight}`
  }

  function remember(): void {
    lastTopPx = scroller.scrollTop
    lastSizes = sizes()
  }

  function scrollToEnd(): void {
    scroller.scrollTop = scroller.scrollHeight
    setAtEnd(true)
  }

  function setAtEnd(next: boolean): void {
    isAtEnd = next
    toggle(toNewest.node, !isAtEnd)
    if (isAtEnd && isSeen()) countUnseen(0)
  }

  /** Whether the guest can see the log at all. */
  function isSeen(): boolean {
    return scroller.clientHeight > 0 && document.visibilityState === 'visible'
  }

  function countUnseen(count: number): void {
    unseenCount = count
    toNewest.setCount(count)
  }

  async function readEarlier(): Promise<void> {
    if (earlier.disabled) return
    earlier.disabled = true
    const keyBefore = firstKey
    await onEarlier()
    earlier.disabled = false
    // After a failure, only the button retries the read; scrolling does not.
    canReadEarlier = firstKey !== keyBefore
  }

  countUnseen(0)
  return {
    node,
    update(state) {
      const key = state.messages[0]?.key
      // What the guest is reading stays in place when older messages are added above it.
      const fromEndPx = key !== firstKey && !isAtEnd ? scroller.scrollHeight - scroller.scrollTop : undefined
      firstKey = key
      toggle(earlier, state.hasEarlier)
      toggle(welcome, state.messages.length === 0)
      // A class is used instead of `:has()`, because WebKit misses some changes on which `:has()` depends.
      content.classList.toggle('empty', state.messages.length === 0)
      for (const line of greeting) toggle(line, !state.isOver)
      updateRows(state, firstNewKey)
      updateTyping(typing, state.typing)
      if (fromEndPx !== undefined) scroller.scrollTop = scroller.scrollHeight - fromEndPx
    },
    announce(message) {
      rows.setAttribute('aria-live', 'polite')
      if (message.direction !== 'outbound' || (isAtEnd && isSeen())) return
      firstNewKey ??= message.key
      countUnseen(unseenCount + 1)
    },
    answered() {
      firstNewKey = undefined
      scrollToEnd()
    },
    leave: () => (firstNewKey = undefined),
    setLogo(url) {
      const logo = h('img', { class: 'welcome-logo', src: url, alt: '' })
      logo.addEventListener('load', () => welcomeSign.replaceWith(logo), { once: true })
    },
  }
}

/** The button that scrolls to the newest message, with the number of messages that the guest has not seen. */
function createNewestButton({ texts }: ChatView, onclick: () => void) {
  const unseen = h('span', { class: 'unread', 'aria-hidden': 'true' })
  const node = h('button', { type: 'button', class: 'to-newest', onclick }, icon('down'), unseen)
  return {
    node,
    setCount(count: number): void {
      unseen.textContent = String(count)
      toggle(unseen, count > 0)
      const label = count > 0 ? `${texts.newest}, ${fill(texts.unread, { count })}` : texts.newest
      node.setAttribute('aria-label', label)
    },
  }
}

/** Maintains the nodes of the messages, the lines between days, and the line above the new messages. */
function createRows(
  rows: Element,
  view: ChatView,
): (state: LogState, firstNewKey: string | undefined) => void {
  const views = new Map<string, MessageView>()
  const days = new Map<number, HTMLElement>()
  const newLine = h('p', { class: 'new-line' }, view.texts.newLine)

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

  return function updateRows({ messages, isWritable }, firstNewKey) {
    const nodes: Node[] = []
    const answers = answersIn(messages)
    const newestOwn = messages
      .map(({ direction, status }) => direction === 'inbound' && status === 'sent')
      .lastIndexOf(true)
    messages.forEach((message, i) => {
      const previous = messages[i - 1]
      const next = messages[i + 1]
      const startsDay = previous === undefined || dayOf(previous) !== dayOf(message)
      if (startsDay) nodes.push(dayLine(dayOf(message)))
      const isFirstNew = message.key === firstNewKey
      if (isFirstNew) nodes.push(newLine)
      const shown = row(message)
      shown.update(message, {
        startsGroup: startsDay || isFirstNew || !belongTogether(previous, message),
        endsGroup: next === undefined || dayOf(next) !== dayOf(message) || !belongTogether(message, next),
        isUnanswered: i > answers.lastInboundIndex,
        isNewestOwn: i === newestOwn,
        answers,
        isWritable,
      })
      nodes.push(shown.node)
    })
    arrange(rows, nodes)
    const keys = new Set(messages.map(({ key }) => key))
    for (const key of views.keys()) if (!keys.has(key)) views.delete(key)
  }
}

function updateTyping(typing: HTMLElement, words: string | undefined): void {
  if ((typing.dataset.words ?? '') === (words ?? '')) return
  typing.dataset.words = words ?? ''
  const dots = h('span', { class: 'dots', 'aria-hidden': 'true' }, h('i'), h('i'), h('i'))
  typing.replaceChildren(...(words === undefined ? [] : [dots, h('span', { class: 'spoken' }, words)]))
}

function dayOf(message: ChatMessage): number {
  return startOfDay(new Date(message.time))
}

function belongTogether(one: ChatMessage, next: ChatMessage): boolean {
  return (
    one.direction === next.direction &&
    one.sender === next.sender &&
    one.from?.name === next.from?.name &&
    (one.status === 'failed') === (next.status === 'failed') &&
    Date.parse(next.time) - Date.parse(one.time) < GROUP_WITHIN_MS
  )
}
