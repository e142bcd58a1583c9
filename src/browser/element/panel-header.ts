import type { ChatMessage, GuestChat } from '../chat-client.ts'
import { h, toggle } from './dom.ts'
import { faceOf, lastNamed } from './face.ts'
import { icon } from './icons.ts'
import { fill, type Texts } from './texts/texts.ts'

export interface PanelHeader {
  readonly node: HTMLElement
  update(options: { readonly canEnd: boolean }): void
}

/** Who the guest is talking to, how the line is, and the way out. */
export function createPanelHeader(options: {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly title: string
  readonly canClose: boolean
  readonly onEnd: () => void
  readonly onClose: () => void
}): PanelHeader {
  const { chat, texts, title, canClose, onEnd, onClose } = options
  const avatar = h('span', { class: 'header-avatar', 'aria-hidden': 'true' })
  const name = h('h2', { class: 'header-name', id: 'title' }, title)
  const dot = h('span', { class: 'dot' })
  const words = h('span')
  const end = h(
    'button',
    { type: 'button', class: 'header-button', 'aria-label': texts.end, title: texts.end, onclick: onEnd },
    icon('end'),
  )
  const close = h(
    'button',
    {
      type: 'button',
      class: 'header-button',
      'aria-label': texts.close,
      title: texts.close,
      onclick: onClose,
    },
    icon('minimise'),
  )
  const node = h(
    'div',
    { class: 'header' },
    avatar,
    h('div', { class: 'header-text' }, name, h('p', { class: 'header-state' }, dot, words)),
    end,
    canClose && close,
  )
  let shownPartner = 'nobody yet'

  function showPartner(partner: ChatMessage | undefined): void {
    const key = `${partner?.from?.name ?? ''} ${partner?.from?.image ?? ''}`
    if (key === shownPartner) return
    shownPartner = key
    name.textContent = partner?.from?.name ?? title
    avatar.replaceChildren(faceOf(partner))
  }

  return {
    node,
    update({ canEnd }) {
      const partner = lastNamed(chat.messages)
      showPartner(partner)
      words.textContent = stateWords(chat, texts, partner?.from?.name)
      dot.dataset.state =
        chat.state === 'open' || chat.state === 'disconnected' ? chat.connection : 'connecting'
      toggle(dot, chat.state !== 'read-only' && chat.state !== 'ended')
      toggle(end, canEnd)
    },
  }
}

function stateWords(chat: GuestChat, texts: Texts, partner: string | undefined): string {
  if (chat.state === 'ended' || chat.state === 'read-only') return texts.closed
  if (chat.typing) return fill(texts.typing, { name: partner ?? texts[chat.typing] })
  if (chat.connection === 'online') return texts.online
  return chat.connection === 'offline' ? 'Offline' : texts.connecting
}
