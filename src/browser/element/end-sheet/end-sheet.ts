import { h } from '../dom.ts'
import { adoptStyles } from '../styles/sheets.ts'
import type { Texts } from '../texts/texts-shape.ts'
import { endSheetStyles } from './styles.ts'

/**
 * Asks once more before the conversation is ended, as that cannot be taken back. It is a file of its own, loaded when a
 * guest wants to end one.
 */
export function askBeforeEnd(
  panel: HTMLElement,
  options: {
    readonly texts: Texts
    readonly onEnd: () => void
    /** Whether the sheet is shown; the rest of the panel is inert then. */
    readonly onToggle: (isUp: boolean) => void
  },
): void {
  const { texts, onEnd, onToggle } = options
  const close = () => {
    node.remove()
    onToggle(false)
  }
  const cancel = h('button', { type: 'button', class: 'action', onclick: close }, texts.cancel)
  const confirm = h(
    'button',
    {
      type: 'button',
      class: 'action primary',
      onclick: () => {
        close()
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
  const node = h('div', { class: 'veil' }, sheet)
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    close()
  })
  panel.append(node)
  adoptStyles(panel, endSheetStyles)
  onToggle(true)
  cancel.focus()
}
