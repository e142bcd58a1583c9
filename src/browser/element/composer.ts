import type { GuestChat, OutgoingMessage } from '../client/chat-client.ts'
import { h, toggle } from './dom.ts'
import { icon } from './icons.ts'
import { fill, type Texts } from './texts/texts.ts'
import { createUploadTray } from './upload-tray.ts'

/** Where the guest is told how much more fits. */
const TELL_BELOW_BYTES = 200
const DEFAULT_MAX_BYTES = 4096
const BYTES = { style: 'unit', unit: 'byte', unitDisplay: 'long' } as const

export interface Composer {
  readonly node: HTMLElement
  update(): void
  focus(): void
  addFiles(files: Iterable<File>): void
}

/** The line to write in: grows with its text, sends on Enter, takes files from the button, the clipboard or a drop. */
export function createComposer(options: {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly locale: string
  readonly onSend: (message: OutgoingMessage) => void
}): Composer {
  const { chat, texts, locale, onSend } = options
  const tray = createUploadTray({ ...options, onChange: update })
  const field = h('textarea', {
    class: 'field',
    part: 'field',
    rows: '1',
    placeholder: texts.placeholder,
    'aria-label': texts.message,
    enterkeyhint: 'send',
    dir: 'auto',
  })
  const files = h('input', {
    type: 'file',
    multiple: true,
    hidden: true,
    tabindex: '-1',
    'aria-hidden': 'true',
  })
  const attach = h(
    'button',
    {
      type: 'button',
      class: 'tool',
      part: 'button',
      'aria-label': texts.attach,
      title: texts.attach,
      onclick: () => files.click(),
    },
    icon('attach'),
  )
  const send = h(
    'button',
    { type: 'submit', class: 'send', part: 'send', 'aria-label': texts.send, title: texts.send },
    icon('send'),
  )
  const left = h('p', { class: 'bytes-left', role: 'status' })
  const node = h(
    'form',
    { class: 'composer', part: 'composer' },
    tray.node,
    h('div', { class: 'line' }, attach, field, send),
    left,
    files,
  )

  function bytesLeft(): number {
    const maxBytes = chat.session?.limits.maxTextBytes ?? DEFAULT_MAX_BYTES
    return maxBytes - new TextEncoder().encode(field.value).length
  }

  function update(): void {
    toggle(attach, chat.session?.limits.attachments !== undefined && chat.can('attachments'))
    const bytes = bytesLeft()
    const size = new Intl.NumberFormat(locale, BYTES).format(bytes)
    left.textContent = bytes < TELL_BELOW_BYTES ? fill(texts.bytesLeft, { size }) : ''
    left.classList.toggle('over', bytes < 0)
    const isEmpty = field.value.trim() === '' && tray.attachmentIds.length === 0
    // aria-disabled keeps the button in the tab order, so that focus isn't lost when it has sent.
    send.setAttribute('aria-disabled', String(isEmpty || bytes < 0 || tray.isUploading))
  }

  /** Browsers without `field-sizing` need to be told the height. */
  function grow(): void {
    if (CSS.supports('field-sizing', 'content')) return
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight}px`
  }

  function submit(): void {
    if (send.getAttribute('aria-disabled') === 'true') return
    const text = field.value.trim()
    const attachmentIds = tray.attachmentIds
    onSend(text === '' ? { attachmentIds } : { text, ...(attachmentIds.length > 0 && { attachmentIds }) })
    field.value = ''
    tray.clear()
    grow()
    field.focus()
  }

  node.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  field.addEventListener('keydown', (event) => {
    // An Enter that ends the input of a Japanese word, say, sends nothing.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    submit()
  })
  field.addEventListener('input', () => {
    chat.notifyTyping()
    grow()
    update()
  })
  field.addEventListener('paste', (event) => {
    const pasted = event.clipboardData?.files
    if (!pasted?.length || attach.hidden) return
    event.preventDefault()
    tray.add(pasted)
  })
  files.addEventListener('change', () => {
    tray.add([...(files.files ?? [])])
    files.value = ''
    field.focus()
  })
  update()
  return {
    node,
    update,
    focus: () => field.focus({ preventScroll: true }),
    addFiles(dropped) {
      if (!attach.hidden) tray.add(dropped)
    },
  }
}
