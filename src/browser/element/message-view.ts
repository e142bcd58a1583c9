import type { ChatMessage, Content } from '../chat-client.ts'
import { attachmentView } from './attachment-view.ts'
import { linked } from './autolink.ts'
import { cardView, carouselView } from './card-view.ts'
import { timeOfDay, type ChatView } from './chat-view.ts'
import { h, spoken, toggle } from './dom.ts'
import { faceOf } from './face.ts'
import { icon } from './icons.ts'
import { datePickerView, listPickerView } from './picker-view.ts'
import { problemText } from './texts/texts.ts'

const ANSWERS = 'button.action, .slot, .list-item, .picker-form'

/** Where a message stands among its neighbours. */
export interface Place {
  readonly startsGroup: boolean
  readonly endsGroup: boolean
  readonly isLast: boolean
  /** Whether the guest may write, and so press buttons. */
  readonly isWritable: boolean
}

export interface MessageView {
  readonly node: HTMLElement
  update(message: ChatMessage, place: Place): void
}

/**
 * One message. Its text is made once, as screen readers would read a replaced one again; only what stands around it
 * changes with its place and its delivery.
 */
export function messageView(first: ChatMessage, view: ChatView): MessageView {
  const isOwn = first.direction === 'inbound'
  const author = isOwn
    ? view.texts.you
    : (first.from?.name ?? view.texts[first.sender === 'bot' ? 'bot' : 'agent'])
  const authorLine = h('p', { class: 'author', 'aria-hidden': 'true' }, author)
  const body = h('div', { class: 'body' })
  const replies = h('div', { class: 'quick-replies', role: 'group', 'aria-label': view.texts.suggestions })
  const meta = h('p', { class: 'meta' })
  const failure = h('div', { class: 'failure' })
  const avatar = !isOwn && h('span', { class: 'avatar', 'aria-hidden': 'true' }, faceOf(first))
  const node = h(
    'div',
    { class: `message ${isOwn ? 'own' : 'other'}` },
    authorLine,
    avatar,
    body,
    meta,
    failure,
    replies,
  )
  let shownContent = ''
  let shownStatus = ''

  function fillBody(message: ChatMessage): void {
    const content = JSON.stringify([message.text, message.content])
    if (content === shownContent) return
    shownContent = content
    body.replaceChildren(spoken(`${author}: `), ...parts(message, view))
    const choices = (message.content ?? []).filter((part) => part.type === 'quick-reply')
    replies.replaceChildren(...choices.map((choice) => quickReply(choice, view)))
  }

  function fillStatus(message: ChatMessage): void {
    const status = `${message.status} ${message.time} ${message.problem?.code ?? ''}`
    if (status === shownStatus) return
    shownStatus = status
    node.dataset.status = message.status
    meta.replaceChildren(...statusParts(message, view))
    failure.replaceChildren(...(message.status === 'failed' ? failureParts(message, view) : []))
  }

  return {
    node,
    update(message, { startsGroup, endsGroup, isLast, isWritable }) {
      fillBody(message)
      fillStatus(message)
      node.classList.toggle('starts-group', startsGroup)
      node.classList.toggle('ends-group', endsGroup)
      toggle(authorLine, startsGroup && !isOwn)
      toggle(meta, endsGroup && message.status !== 'failed')
      toggle(failure, message.status === 'failed')
      toggle(replies, isLast && isWritable && replies.hasChildNodes())
      // A button whose answer could not be sent is out of reach; links and files stay.
      for (const control of body.querySelectorAll<HTMLElement>(ANSWERS)) control.inert = !isWritable
    },
  }
}

function parts(message: ChatMessage, view: ChatView): Node[] {
  const content = message.content ?? []
  // A choice of the guest says the same words as its text.
  const chosen = content.find((part) => part.type === 'button-response')
  const text = message.text !== undefined && message.text !== '' ? message.text : chosen?.text
  const nodes = content.flatMap((part) => contentView(part, message.id, view) ?? [])
  if (text !== undefined) nodes.unshift(h('div', { class: 'bubble', dir: 'auto' }, ...linked(text)))
  if (nodes.length > 0 || content.length > 0) return nodes
  return [h('div', { class: 'bubble' }, view.texts.file)]
}

function contentView(part: Content, messageId: string, view: ChatView): HTMLElement | undefined {
  switch (part.type) {
    case 'attachment':
      return attachmentView(part, view)
    case 'card':
      return cardView(part, view)
    case 'carousel':
      return carouselView(part.cards, view)
    case 'date-picker':
      return datePickerView(part, messageId, view)
    case 'list-picker':
      return listPickerView(part, messageId, view)
    case 'quick-reply':
    case 'button-response':
      return undefined
    default:
      return h('div', { class: 'bubble unsupported' }, view.texts.unsupported)
  }
}

function quickReply({ text, payload }: { text: string; payload: string }, view: ChatView): HTMLElement {
  const onclick = () => view.reply({ quickReply: { text, payload } })
  return h('button', { type: 'button', class: 'quick-reply', onclick }, text)
}

function statusParts({ status, time, direction }: ChatMessage, { texts, language }: ChatView): Node[] {
  if (status === 'pending') return [icon('clock'), h('span', {}, texts.sending)]
  const at = h('time', { datetime: time }, timeOfDay(new Date(time), language))
  return direction === 'inbound' ? [at, icon('check'), h('span', {}, texts.sent)] : [at]
}

function failureParts(message: ChatMessage, view: ChatView): Node[] {
  const { texts } = view
  const why = problemText(texts, message.problem?.code ?? 'other')
  return [
    h('p', { role: 'alert' }, icon('alert'), `${texts.notSent} ${why}`),
    h('button', { type: 'button', class: 'link', onclick: () => view.retry(message) }, texts.retry),
    h('button', { type: 'button', class: 'link', onclick: () => view.discard(message) }, texts.discard),
  ]
}
