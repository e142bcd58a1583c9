import { h, toggle } from './dom.ts'
import { icon } from './icons.ts'
import { fill, type Texts } from './texts/texts.ts'

export interface Launcher {
  readonly node: HTMLElement
  /** Shows or hides the button. */
  setVisible(isVisible: boolean): void
  show(isOpen: boolean): void
  /** Sets the content that the deployment defines for the button: text, a picture, or both. */
  setFace(face: {
    readonly text?: string | undefined
    readonly iconUrl?: string | undefined
    readonly hasIcon: boolean
  }): void
  unread(messages: number): void
}

/** The button in the corner, with the number of messages that arrived while the panel was closed. */
export function createLauncher(texts: Texts, language: string, onPress: () => void): Launcher {
  const count = h('span', { class: 'unread', part: 'unread', 'aria-hidden': 'true', hidden: true })
  const picture = h('span', { class: 'launcher-icon' }, icon('chat'))
  const attributes = { type: 'button', class: 'launcher', part: 'launcher', lang: language, hidden: true }
  const words = h('span', { class: 'launcher-text', hidden: true })
  const node = h('button', { ...attributes, onclick: onPress }, picture, words, count)
  let ownIcon: string | undefined
  let isOpen = false
  let unread = 0

  function label(): void {
    const label = isOpen ? texts.hide : words.textContent || texts.open
    node.setAttribute('aria-label', unread > 0 ? `${label}, ${fill(texts.unread, { count: unread })}` : label)
    node.setAttribute('aria-expanded', String(isOpen))
    count.textContent = unread > 9 ? '9+' : String(unread)
    toggle(count, unread > 0)
  }

  function draw(): void {
    const isOwn = !isOpen && ownIcon !== undefined
    picture.replaceChildren(isOwn ? h('img', { src: ownIcon, alt: '' }) : icon(isOpen ? 'minimize' : 'chat'))
  }

  draw()
  return {
    node,
    setFace({ text, iconUrl, hasIcon }) {
      ownIcon = iconUrl
      words.textContent = text ?? ''
      toggle(words, text !== undefined)
      node.classList.toggle('with-text', text !== undefined)
      if (hasIcon) words.before(picture)
      else picture.remove()
      draw()
      label()
    },
    setVisible: (isVisible) => toggle(node, isVisible),
    show(open) {
      isOpen = open
      draw()
      label()
    },
    unread(messages) {
      unread = messages
      label()
    },
  }
}
