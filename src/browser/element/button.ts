import { h } from './dom.ts'

export function button(text: string, onclick: () => void, kind = ''): HTMLElement {
  return h('button', { type: 'button', class: `action ${kind}`.trim(), part: 'button', onclick }, text)
}
