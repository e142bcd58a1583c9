import { h, toggle } from './dom.ts'
import { icon } from './icons.ts'
import { fill, type Texts } from './texts/texts.ts'

export interface Launcher {
  readonly node: HTMLElement
  show(isOpen: boolean): void
  unread(messages: number): void
}

/** The button in the corner, with the number of messages that came while the panel was shut. */
export function createLauncher(texts: Texts, onPress: () => void): Launcher {
  const count = h('span', { class: 'unread', 'aria-hidden': 'true', hidden: true })
  const picture = h('span', { class: 'launcher-icon' }, icon('chat'))
  const node = h('button', { type: 'button', class: 'launcher', onclick: onPress }, picture, count)
  let isOpen = false
  let unread = 0

  function label(): void {
    const words = isOpen ? texts.close : texts.open
    node.setAttribute('aria-label', unread > 0 ? `${words}, ${fill(texts.unread, { count: unread })}` : words)
    node.setAttribute('aria-expanded', String(isOpen))
    count.textContent = unread > 9 ? '9+' : String(unread)
    toggle(count, unread > 0)
  }

  return {
    node,
    show(open) {
      if (isOpen !== open) picture.replaceChildren(icon(open ? 'minimise' : 'chat'))
      isOpen = open
      label()
    },
    unread(messages) {
      unread = messages
      label()
    },
  }
}
