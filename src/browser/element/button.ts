import { h } from './dom.ts'

export function createButton(text: string, onclick: () => void, cssClass = ''): HTMLElement {
  return h('button', { type: 'button', class: `action ${cssClass}`.trim(), part: 'button', onclick }, text)
}
