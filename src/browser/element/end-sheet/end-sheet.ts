import { h } from '../dom.ts'
import { adoptStyles } from '../styles/sheets.ts'
import type { Texts } from '../texts/texts-shape.ts'
import { endSheetStyles } from './styles.ts'

/**
 * Asks for confirmation before the conversation is ended, because that cannot be undone. This bundle is loaded only when
 * a guest wants to end a conversation.
 * @param parts parts of the panel, which are inert while the question is shown
 */
export function askBeforeEnd(
  panel: HTMLElement,
  parts: readonly HTMLElement[],
  options: { readonly texts: Texts; readonly onEnd: () => void; readonly onClosed: () => void },
): void {
  const { texts, onEnd, onClosed } = options
  const setInert = (isInert: boolean) => {
    for (const part of parts) part.inert = isInert
  }
  const close = () => {
    node.remove()
    setInert(false)
    onClosed()
  }
  const cancel = h('button', { type: 'button', class: 'action', onclick: close }, texts.cancel)
  const confirm = h(
    'button',
    {
      type: 'button',
      class: 'action primary final',
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
  setInert(true)
  cancel.focus()
}
