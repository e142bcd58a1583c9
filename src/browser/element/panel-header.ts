import type { ChatMessage, GuestChat } from '../client/chat-client.ts'
import { h, toggle } from './dom.ts'
import { faceOf, lastNamed } from './face.ts'
import { icon } from './icons.ts'
import { fill, type Texts } from './texts/texts.ts'

export interface PanelHeader {
  readonly node: HTMLElement
  update(state: {
    readonly messages: readonly ChatMessage[]
    readonly canEnd: boolean
    /** No session could be opened. */
    readonly isUnavailable: boolean
  }): void
  /** Sets the chat's title, and the line that is shown below it while the chat is connected. */
  setTitle(title: string, subtitle: string | undefined): void
}

/** The other party, the connection status, and the close button. */
export function createPanelHeader(options: {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly isInline: boolean
  readonly onEnd: () => void
  readonly onClose: () => void
}): PanelHeader {
  const { chat, texts, isInline, onEnd, onClose } = options
  let { title } = texts
  let subtitle: string | undefined
  const avatar = h('span', { class: 'header-avatar', part: 'avatar', 'aria-hidden': 'true' })
  const name = h('h2', { class: 'header-name', part: 'title' }, title)
  const dot = h('span', { class: 'dot' })
  const words = h('span')
  const end = h(
    'button',
    { type: 'button', class: 'header-button end', part: 'button', title: texts.end, onclick: onEnd },
    icon('end'),
    h('span', {}, texts.end),
  )
  const close = h(
    'button',
    {
      type: 'button',
      class: 'header-button close',
      part: 'button',
      'aria-label': texts.close,
      title: texts.close,
      onclick: onClose,
    },
    icon('minimize'),
  )
  const node = h(
    'div',
    { class: 'header', part: 'header' },
    avatar,
    h('div', { class: 'header-text' }, name, h('p', { class: 'header-state' }, dot, words)),
    end,
    !isInline && close,
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
    setTitle(nextTitle, nextSubtitle) {
      title = nextTitle
      subtitle = nextSubtitle
      shownPartner = 'nobody yet'
    },
    update({ messages, canEnd, isUnavailable }) {
      const partner = lastNamed(messages)
      showPartner(partner)
      const state = isUnavailable ? texts.unavailable : stateWords(chat, texts, partner?.from?.name)
      words.textContent = state === texts.online && subtitle !== undefined ? subtitle : state
      dot.dataset.state = isUnavailable ? 'offline' : chat.state === 'open' ? chat.connection : 'connecting'
      toggle(dot, !isClosed(chat))
      toggle(end, canEnd)
    },
  }
}

/** The header also shows the conversation as closed after the agent has left, although the guest can still write. */
const isClosed = ({ state }: GuestChat) =>
  state === 'disconnected' || state === 'read-only' || state === 'ended'

function stateWords(chat: GuestChat, texts: Texts, partner: string | undefined): string {
  if (isClosed(chat)) return texts.closed
  if (chat.typing) return fill(texts.typing, { name: partner ?? texts[chat.typing] })
  if (chat.connection === 'online') return texts.online
  return chat.connection === 'offline' ? texts.offlineShort : texts.connecting
}
