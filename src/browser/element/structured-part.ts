import type { ChatMessage } from '../client/chat-client.ts'
import { questionKey, type Answers } from './answers.ts'
import type { ChatView } from './chat-view.ts'
import { h } from './dom.ts'
import type * as StructuredContent from './structured/structured-content.ts'
import { adoptStyles } from './styles/sheets.ts'

type Module = typeof StructuredContent

/** The controls with which the guest can answer. */
const CONTROLS = 'button.action, button.card-link, .slot, .choices'

let loading: Promise<Module> | undefined

/** Loads the code for cards, pickers and forms; a failed load is retried on the next call. */
export function loadStructuredContent(): Promise<Module> {
  loading ??= import('./structured/structured-content.ts')
  loading.catch(() => (loading = undefined))
  return loading
}

/** A card, a picker or a form within a message, shown as soon as its code is loaded. */
export interface StructuredPart {
  readonly node: HTMLElement
  update(answers: Answers, isWritable: boolean): void
}

export function structuredPart(
  part: StructuredContent.StructuredPart,
  message: ChatMessage,
  view: ChatView,
): StructuredPart {
  const node = h('div', { class: 'structured' })
  const key = questionKey(part, message)
  let close: StructuredContent.Question['close'] | undefined
  let state: { readonly answer: ChatMessage | undefined; readonly isWritable: boolean } | undefined

  function apply(): void {
    close?.(state?.answer)
    // While no answer can be sent, the controls are disabled; links stay enabled.
    for (const control of node.querySelectorAll<HTMLElement>(CONTROLS))
      control.inert = state?.isWritable === false
  }

  loadStructuredContent().then(
    ({ structuredView, structuredStyles }) => {
      adoptStyles(node, structuredStyles)
      const shown = structuredView(part, message, view)
      close = shown.close
      node.replaceChildren(shown.node)
      apply()
    },
    () => node.replaceChildren(h('div', { class: 'bubble unsupported' }, view.texts.unsupported)),
  )
  return {
    node,
    update(answers, isWritable) {
      state = { answer: answers.byQuestion.get(key), isWritable }
      apply()
    },
  }
}
