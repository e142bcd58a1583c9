import type { GuestChat } from '../client/chat-client.ts'
import type { ChatProblem } from '../client/chat-problem.ts'
import { createButton } from './button.ts'
import { h, toggle } from './dom.ts'
import { problemText, type Texts } from './texts/texts.ts'

/** The bar that replaces the composer when the guest can't write. */
export interface OverBar {
  readonly node: HTMLElement
  /** @param refusal why no session could be opened */
  update(isOver: boolean, refusal: ChatProblem | undefined): void
  focus(): void
}

export function createOverBar(options: {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly language: string
  readonly onRetry: () => void
  readonly onStartNew: () => void
}): OverBar {
  const { chat, texts, onRetry, onStartNew } = options
  let survey: Promise<unknown> | undefined
  const startNew = createButton(texts.startNew, onStartNew, 'primary')
  const retry = createButton(texts.retry, onRetry, 'primary')
  // The page's own content, such as a telephone number or a form, for a chat that is unavailable.
  const instead = h('slot', { name: 'unavailable' })
  const words = h('p', { role: 'status' })
  const node = h('div', { class: 'over-bar' }, words, instead, retry, startNew)
  return {
    node,
    update(isOver, refusal) {
      if (isOver && !refusal && chat.can('survey'))
        survey ??= import('./survey/survey.ts').then(
          (file) => file.askForScore(node, options),
          () => undefined,
        )
      toggle(instead, refusal !== undefined)
      toggle(retry, refusal !== undefined)
      toggle(startNew, refusal === undefined)
      const text = !isOver ? '' : refusal ? problemText(texts, refusal.code) : overText(chat, texts)
      if (words.textContent !== text) words.textContent = text
    },
    focus: () => (retry.hidden ? startNew : retry).focus(),
  }
}

function overText({ state, endReason }: GuestChat, texts: Texts): string {
  if (endReason === 'signed-in-elsewhere') return texts.signedInElsewhere
  if (state !== 'ended') return texts.readOnly
  const why = endReason && { 'ended-by-guest': texts.endedByGuest, expired: texts.expired }[endReason]
  return why === undefined ? texts.ended : `${texts.ended} ${why}`
}
