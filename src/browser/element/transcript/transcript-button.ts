import type { GuestChat } from '../../client/chat-client.ts'
import { h, toggle } from '../dom.ts'
import { drawIcon } from '../draw-icon.ts'
import { adoptStyles } from '../styles/sheets.ts'
import type { Texts } from '../texts/texts-shape.ts'

const ICON = 'M12 4v11M6.5 10 12 15.5 17.5 10M5 19.5h14'
/** Some browsers read the file only some time after the click. */
const REVOKE_AFTER_MS = 60_000

/**
 * Adds to the header a button that downloads the conversation. This bundle is loaded only if the service offers
 * transcripts.
 */
export function addTranscriptButton(
  header: HTMLElement,
  options: {
    readonly chat: GuestChat
    readonly texts: Texts
    readonly language: string
    readonly attempt: (work: () => Promise<void>) => Promise<void>
  },
): void {
  const { chat, texts, language, attempt } = options
  let isReading = false
  const button = h(
    'button',
    {
      type: 'button',
      class: 'header-button transcript',
      part: 'button',
      'aria-label': texts.saveConversation,
      title: texts.saveConversation,
      onclick: () => void save(),
    },
    drawIcon('save', ICON),
  )

  async function save(): Promise<void> {
    if (isReading) return
    isReading = true
    await attempt(() => download(chat, language, texts.title))
    isReading = false
  }

  function update(): void {
    const isReadable = ['open', 'disconnected', 'read-only'].includes(chat.state)
    toggle(
      button,
      isReadable && chat.can('transcript') && chat.messages.some(({ status }) => status === 'sent'),
    )
  }

  chat.on('change', update)
  update()
  header.querySelector('.header-text')?.after(button)
  adoptStyles(header, transcriptStyles)
}

async function download(chat: GuestChat, language: string, title: string): Promise<void> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  const query = new URLSearchParams({ language, ...(timeZone && { timeZone }) })
  const response = await chat.fetch(`transcript?${query}`, { headers: { Accept: 'text/html' } })
  const href = URL.createObjectURL(await response.blob())
  const day = new Date().toLocaleDateString('sv')
  h('a', { href, download: `${title} ${day}.html` }).click()
  setTimeout(() => URL.revokeObjectURL(href), REVOKE_AFTER_MS)
}

/** When this button is shown, the header has no room for the text of the button that ends the chat. */
const transcriptStyles = `
.transcript ~ .end span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.transcript ~ .end { padding: 0; }
.transcript ~ .end .icon { display: block; }
`
