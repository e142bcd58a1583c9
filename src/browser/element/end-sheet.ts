import { h, toggle } from './dom.ts'
import type { Texts } from './texts/texts.ts'

export interface EndSheet {
  readonly node: HTMLElement
  ask(): void
}

/** Asks once more before the conversation is ended, as that cannot be taken back. */
export function createEndSheet(options: {
  readonly texts: Texts
  readonly onEnd: () => void
  /** Says whether the sheet is up; the rest of the panel is out of reach meanwhile. */
  readonly onToggle: (isUp: boolean) => void
}): EndSheet {
  const { texts, onEnd, onToggle } = options
  const show = (isUp: boolean) => {
    toggle(node, isUp)
    onToggle(isUp)
  }
  const cancel = h('button', { type: 'button', class: 'action', onclick: () => show(false) }, texts.cancel)
  const confirm = h(
    'button',
    {
      type: 'button',
      class: 'action primary',
      onclick: () => {
        show(false)
        onEnd()
      },
    },
    texts.end,
  )
  const sheet = h(
    'div',
    {
      class: 'sheet',
      role: 'alertdialog',
      'aria-modal': 'true',
      'aria-labelledby': 'end-question',
      'aria-describedby': 'end-hint',
    },
    h('h2', { id: 'end-question' }, texts.endQuestion),
    h('p', { id: 'end-hint' }, texts.endHint),
    h('div', { class: 'sheet-actions' }, cancel, confirm),
  )
  const node = h('div', { class: 'veil', hidden: true }, sheet)
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    show(false)
  })
  return {
    node,
    ask() {
      show(true)
      cancel.focus()
    },
  }
}
