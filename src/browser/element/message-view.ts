import type { ChatMessage, Content } from '../client/chat-client.ts'
import { answerText, type Answers } from './answers.ts'
import { attachmentView } from './attachment-view.ts'
import { linked, safeUrl } from './autolink.ts'
import { timeOfDay, type ChatView } from './chat-view.ts'
import type { Part } from './content-part.ts'
import { h, spoken, toggle } from './dom.ts'
import { faceOf } from './face.ts'
import { icon } from './icons.ts'
import { structuredPart, type StructuredPart } from './structured-part.ts'
import { problemText } from './texts/texts.ts'

/** A few emoji and nothing else, including the characters that join and color them. */
const EMOJI =
  /^(?:\p{Extended_Pictographic}|\p{Regional_Indicator}|[\u{1f3fb}-\u{1f3ff}]|\ufe0f|\u200d|\s){1,16}$/u

/** A message's position among its neighbors. */
export interface Place {
  readonly startsGroup: boolean
  readonly endsGroup: boolean
  /** Whether the guest has written nothing since this message, in which case its quick replies are still open. */
  readonly isUnanswered: boolean
  /** Whether this is the guest's newest sent message, which is marked as sent. */
  readonly isNewestOwn: boolean
  readonly answers: Answers
  /** Whether the guest may write, and may therefore press buttons. */
  readonly isWritable: boolean
}

export interface MessageView {
  readonly node: HTMLElement
  update(message: ChatMessage, place: Place): void
}

/**
 * One message. Its text is not replaced when only its position or its delivery status changes, because screen readers
 * would read the text again.
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
    { class: `message ${isOwn ? 'own' : 'other'}`, part: `message ${isOwn ? 'own' : 'other'}` },
    authorLine,
    avatar,
    body,
    meta,
    failure,
    replies,
  )
  let structured: StructuredPart[] = []
  let shownContent = ''
  let shownStatus = ''

  function fillBody(message: ChatMessage): void {
    const content = JSON.stringify([message.text, message.content, message.redacted])
    if (content === shownContent) return
    shownContent = content
    structured = []
    body.replaceChildren(spoken(`${author}: `), ...parts(message, view, structured))
    const choices = (message.content ?? []).filter((part) => part.type === 'quick-reply')
    replies.replaceChildren(...choices.map((choice) => quickReply(choice, message.id, view)))
  }

  function fillStatus(message: ChatMessage, isNewestOwn: boolean): void {
    const status = `${message.status} ${message.time} ${message.problem?.code ?? ''} ${isNewestOwn}`
    if (status === shownStatus) return
    shownStatus = status
    node.dataset.status = message.status
    meta.replaceChildren(...statusParts(message, view, isNewestOwn))
    failure.replaceChildren(...(message.status === 'failed' ? failureParts(message, view) : []))
  }

  return {
    node,
    update(message, { startsGroup, endsGroup, isUnanswered, isNewestOwn, answers, isWritable }) {
      fillBody(message)
      fillStatus(message, isNewestOwn)
      node.classList.toggle('starts-group', startsGroup)
      node.classList.toggle('ends-group', endsGroup)
      toggle(authorLine, startsGroup && !isOwn)
      toggle(meta, endsGroup && message.status !== 'failed')
      toggle(failure, message.status === 'failed')
      // A guest who can't write can't send a message again.
      for (const retry of failure.querySelectorAll<HTMLElement>('.retry')) toggle(retry, isWritable)
      toggle(replies, isUnanswered && isWritable && replies.hasChildNodes())
      for (const part of structured) part.update(answers, isWritable)
    },
  }
}

function parts(message: ChatMessage, view: ChatView, structured: StructuredPart[]): Node[] {
  const content = message.content ?? []
  const nodes = content.flatMap((part) => contentView(part, message, view, structured) ?? [])
  const text = message.direction === 'inbound' ? ownText(message) : message.text
  if (text) nodes.unshift(textBubble(text, message))
  if (message.redacted) nodes.push(h('p', { class: 'redacted' }, view.texts.redacted))
  if (nodes.length > 0 || content.length > 0) return nodes
  return [bubble([view.texts.file])]
}

/** The guest's text, and the chosen replies if they differ from the text. */
function ownText(message: ChatMessage): string {
  const chosen = answerText({ ...message, text: '' })
  return [message.text, chosen !== message.text && chosen].filter(Boolean).join('\n')
}

function bubble(children: readonly (Node | string)[], look = ''): HTMLElement {
  return h('div', { class: `bubble${look}`, part: 'bubble', dir: 'auto' }, ...children)
}

/** Loaded with the first message that has rich text; later bubbles have their final height immediately. */
let richText: ((text: string) => (Node | string)[]) | undefined

function textBubble(text: string, { format }: ChatMessage): HTMLElement {
  const isEmoji = EMOJI.test(text) && text.trim() !== ''
  const isRich = format === 'markdown'
  const node = bubble(isRich ? (richText?.(text) ?? []) : linked(text), isEmoji ? ' emoji' : '')
  if (isRich && richText === undefined) void showRichText(node, text)
  return node
}

/** The bubble stays empty until the code is loaded, so that screen readers read the text once. */
async function showRichText(node: HTMLElement, text: string): Promise<void> {
  const file = await import('./rich-text.ts').catch(() => undefined)
  richText = file?.richText
  node.replaceChildren(...(richText?.(text) ?? linked(text)))
}

function contentView(
  part: Content,
  message: ChatMessage,
  view: ChatView,
  structured: StructuredPart[],
): HTMLElement | undefined {
  switch (part.type) {
    case 'attachment':
      return attachmentView(part, view)
    case 'card':
    case 'carousel':
    case 'date-picker':
    case 'list-picker':
    case 'form':
    case 'rich-link':
    case 'location': {
      const shown = structuredPart(part, message, view)
      structured.push(shown)
      return shown.node
    }
    case 'form-response':
      // The form itself shows its answers. A message without text shows them too, because it would otherwise be empty.
      return message.text ? undefined : formResponseView(part)
    case 'text':
      return textBubble(part.text, message)
    case 'quick-reply':
    case 'button-response':
      return undefined
    default:
      return h('div', { class: 'bubble unsupported' }, view.texts.unsupported)
  }
}

/** What the guest entered into a form. */
function formResponseView({ answers }: Part<'form-response'>): HTMLElement | undefined {
  const texts = answers.map(({ text }) => text).filter(Boolean)
  return texts.length === 0 ? undefined : bubble([texts.join('\n')])
}

function quickReply(choice: Part<'quick-reply'>, inReplyTo: string | undefined, view: ChatView): HTMLElement {
  const { text, payload, summaryText } = choice
  const picture = safeUrl(choice.imageUrl)
  return h(
    'button',
    {
      type: 'button',
      class: 'quick-reply',
      part: 'quick-reply',
      'aria-description': summaryText,
      onclick: () => view.reply({ quickReply: { text, payload, ...(inReplyTo && { inReplyTo }) } }),
    },
    picture !== undefined && h('img', { class: 'thumbnail', src: picture, alt: '' }),
    text,
  )
}

function statusParts(
  { status, time }: ChatMessage,
  { texts, locale }: ChatView,
  isNewestOwn: boolean,
): Node[] {
  if (status === 'pending') return [icon('clock'), h('span', {}, texts.sending)]
  const at = h('time', { datetime: time }, timeOfDay(new Date(time), locale))
  return isNewestOwn ? [at, icon('check'), h('span', {}, texts.sent)] : [at]
}

/** Codes of problems that a retry cannot solve. */
const TOO_LONG: readonly string[] = ['text_too_long', 'request_too_large']

function failureParts(message: ChatMessage, view: ChatView): Node[] {
  const { texts } = view
  const code = message.problem?.code ?? 'other'
  const why = problemText(texts, code)
  return [
    h('p', { role: 'alert' }, icon('alert'), `${texts.notSent} ${why}`),
    ...(TOO_LONG.includes(code) ? [] : [action(texts.retry, message, () => view.retry(message), ' retry')]),
    action(texts.discard, message, () => view.discard(message)),
  ]
}

/** A button whose accessible name includes the message's text, because several messages may have such a button. */
function action(label: string, { text }: ChatMessage, onclick: () => void, look = ''): HTMLElement {
  const name = text === undefined ? label : `${label}: ${text.slice(0, 60)}`
  return h('button', { type: 'button', class: `link${look}`, 'aria-label': name, onclick }, label)
}
