import type { GuestChat, OutgoingMessage } from '../client/chat-client.ts'
import { h, toggle } from './dom.ts'
import { icon } from './icons.ts'
import { fill, type Texts } from './texts/texts.ts'
import type { UploadTray } from './upload/upload-tray.ts'

/** If fewer characters than this are left, the guest sees how many. */
const SHOW_BELOW_CHARACTERS = 100
const DEFAULT_MAX_BYTES = 4096

export interface Composer {
  readonly node: HTMLElement
  update(): void
  focus(): void
  addFiles(files: Iterable<File>): void
}

/**
 * The input field. It grows with its text, sends on Enter, and accepts files from the button, the clipboard
 * and drag and drop.
 */
export function createComposer(options: {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly locale: string
  readonly onSend: (message: OutgoingMessage) => void
  readonly onFileProblem: () => void
}): Composer {
  const { chat, texts, locale, onSend, onFileProblem } = options
  let tray: UploadTray | undefined
  let trayLoading: Promise<UploadTray> | undefined
  const field = messageField(texts)
  const files = fileInput()
  const attach = attachButton(texts, () => files.click())
  const send = h(
    'button',
    { type: 'submit', class: 'send', part: 'send', 'aria-label': texts.send, title: texts.send },
    icon('send'),
  )
  const waiting = h('div', { class: 'tray' })
  const left = h('p', { class: 'characters-left', role: 'status' })
  const node = h(
    'form',
    { class: 'composer', part: 'composer' },
    waiting,
    h('div', { class: 'line' }, attach, field, send),
    left,
    files,
  )

  function bytesLeft(): number {
    const maxBytes = chat.session?.limits.maxTextBytes ?? DEFAULT_MAX_BYTES
    return maxBytes - new TextEncoder().encode(field.value).length
  }

  /** Few guests send files, so the tray is loaded with the first file. */
  async function addFiles(chosen: readonly File[]): Promise<void> {
    if (chosen.length === 0) return
    trayLoading ??= import('./upload/upload-tray.ts').then(({ createUploadTray }) =>
      createUploadTray(waiting, { chat, texts, locale, onChange: update }),
    )
    try {
      tray = await trayLoading
      tray.add(chosen)
    } catch {
      trayLoading = undefined
      onFileProblem()
    }
  }

  function update(): void {
    toggle(attach, chat.session?.limits.attachments !== undefined && chat.can('attachments'))
    const bytes = bytesLeft()
    const characters = charactersFor(bytes, field.value)
    const count = new Intl.NumberFormat(locale).format(Math.abs(characters))
    const words = bytes < 0 ? texts.charactersOver : texts.charactersLeft
    left.textContent = characters < SHOW_BELOW_CHARACTERS ? fill(words, { count }) : ''
    left.classList.toggle('over', bytes < 0)
    const isEmpty = field.value.trim() === '' && !tray?.attachmentIds.length
    // aria-disabled keeps the button in the tab order, so that it keeps the focus after sending.
    send.setAttribute('aria-disabled', String(isEmpty || bytes < 0 || tray?.isUploading === true))
  }

  /** Browsers without `field-sizing` need an explicit height. */
  function grow(): void {
    if (CSS.supports('field-sizing', 'content')) return
    field.style.height = 'auto'
    field.style.height = `${field.scrollHeight + field.offsetHeight - field.clientHeight}px`
  }

  function submit(): void {
    if (send.getAttribute('aria-disabled') === 'true') return
    const text = field.value.trim()
    const attachmentIds = tray?.attachmentIds ?? []
    onSend(text === '' ? { attachmentIds } : { text, ...(attachmentIds.length > 0 && { attachmentIds }) })
    field.value = ''
    tray?.clear()
    grow()
    field.focus()
  }

  node.addEventListener('submit', (event) => {
    event.preventDefault()
    submit()
  })
  field.addEventListener('keydown', (event) => {
    // With an input method, for instance for Japanese, Enter only completes the text.
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
    void addFiles([...pasted])
  })
  files.addEventListener('change', () => {
    void addFiles([...(files.files ?? [])])
    files.value = ''
    field.focus()
  })
  update()
  return {
    node,
    update,
    focus: () => field.focus({ preventScroll: true }),
    addFiles(dropped) {
      if (!attach.hidden) void addFiles([...dropped])
    },
  }
}

function messageField(texts: Texts) {
  return h('textarea', {
    class: 'field',
    part: 'field',
    rows: '1',
    placeholder: texts.placeholder,
    'aria-label': texts.message,
    enterkeyhint: 'send',
    dir: 'auto',
  })
}

function fileInput() {
  return h('input', { type: 'file', multiple: true, hidden: true, tabindex: '-1', 'aria-hidden': 'true' })
}

function attachButton(texts: Texts, onclick: () => void) {
  return h(
    'button',
    {
      type: 'button',
      class: 'tool',
      part: 'button',
      'aria-label': texts.attach,
      title: texts.attach,
      onclick,
    },
    icon('attach'),
  )
}

/**
 * The number of characters that are left; negative if the text is too long. Because Genesys counts UTF-8 bytes, the
 * number is estimated from the average size of the characters in the text.
 */
function charactersFor(bytes: number, text: string): number {
  const characters = Array.from(text)
  const bytesOf = (part: string) => new TextEncoder().encode(part).length
  if (bytes >= 0) return Math.floor((bytes * characters.length) / bytesOf(text) || bytes)
  let tooMany = 0
  for (let over = -bytes; over > 0; tooMany++) over -= bytesOf(characters.at(-1 - tooMany) ?? ' ')
  return -tooMany
}
