import { ChatProblem, type ChatMessage, type Deployment, type GuestChat } from '../chat-client.ts'
import type { ChatView } from './chat-view.ts'
import { createComposer } from './composer.ts'
import { h, toggle } from './dom.ts'
import { createEndSheet } from './end-sheet.ts'
import { lastNamed } from './face.ts'
import { createMessageLog } from './message-log.ts'
import { createNotice } from './notice.ts'
import { createPanelHeader } from './panel-header.ts'
import type { Texts } from './texts/texts.ts'

export interface PanelOptions {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly language: string
  readonly canClose: boolean
  readonly onClose: () => void
  readonly onProblem: (problem: ChatProblem) => void
}

export interface Panel {
  readonly node: HTMLElement
  /** Opens the conversation, if it isn't open. */
  start(): void
  update(): void
  focus(): void
  setDeployment(deployment: Deployment): void
  /** A message has come that is to be read aloud. */
  announce(): void
}

/** The chat itself: header, messages, composer. */
export function createPanel(options: PanelOptions): Panel {
  const { chat, texts, language, canClose, onClose, onProblem } = options
  let problem: ChatProblem | undefined
  let deployment: Deployment | undefined

  /** What fails beyond a single message is told above the composer; the messages tell of themselves. */
  async function attempt(work: () => Promise<unknown>): Promise<void> {
    problem = undefined
    try {
      await work()
    } catch (error) {
      problem = error instanceof ChatProblem ? error : new ChatProblem('other', { detail: String(error) })
      if (problem.code === 'chat_closed') problem = undefined
      else onProblem(problem)
    }
    update()
  }

  const view: ChatView = {
    texts,
    language,
    reply(message) {
      log.scrollToEnd()
      composer.focus()
      chat.send(message).catch(() => undefined)
      log.scrollToEnd()
    },
    retry(message: ChatMessage) {
      composer.focus()
      chat.retry(message.key).catch(() => undefined)
    },
    discard(message: ChatMessage) {
      composer.focus()
      chat.discard(message.key)
    },
    fileUrl: (id) => chat.attachmentUrl(id).catch(() => undefined),
  }

  const header = createPanelHeader({
    chat,
    texts,
    title: texts.title,
    canClose,
    onEnd: () => sheet.ask(),
    onClose,
  })
  const log = createMessageLog(view, () => attempt(() => chat.loadEarlier()))
  const notice = createNotice(chat, texts, () => void attempt(reopen))
  const composer = createComposer({ chat, texts, language, onSend: (message) => view.reply(message) })
  const startNew = h(
    'button',
    { type: 'button', class: 'action primary', onclick: () => void attempt(beginAnew) },
    texts.startNew,
  )
  const overWords = h('p', { role: 'status' })
  const over = h('div', { class: 'over-bar' }, overWords, startNew)
  const sheet = createEndSheet({
    texts,
    onEnd: () => void attempt(() => chat.end()),
    onToggle(isUp) {
      for (const part of [header, log, notice, composer]) part.node.inert = isUp
      if (!isUp) composer.focus()
    },
  })
  const node = h(
    'div',
    { class: 'panel', role: 'dialog', 'aria-labelledby': 'title' },
    header.node,
    log.node,
    notice.node,
    composer.node,
    over,
    sheet.node,
  )
  acceptDrops(node, (files) => composer.addFiles(files))

  async function reopen(): Promise<void> {
    chat.close()
    await chat.open()
  }

  async function beginAnew(): Promise<void> {
    await chat.startNew()
    composer.focus()
  }

  function update(): void {
    const isOver = chat.state === 'read-only' || chat.state === 'ended'
    const hadFocus = composer.node.matches(':focus-within')
    toggle(composer.node, !isOver)
    toggle(over, isOver)
    const words = chat.state === 'ended' ? texts.ended : texts.readOnly
    if (isOver && overWords.textContent !== words) overWords.textContent = words
    if (!isOver) overWords.textContent = ''
    if (isOver && hadFocus) startNew.focus()
    const isWritable = chat.state === 'open' || chat.state === 'disconnected'
    header.update({ canEnd: isWritable && chat.can('end') && deployment?.features?.end !== false })
    const typing = chat.typing && (lastNamed(chat.messages, chat.typing)?.from?.name ?? texts[chat.typing])
    log.update({ messages: chat.messages, hasEarlier: chat.hasEarlier, isWritable, typing })
    notice.update(problem)
    composer.update()
  }

  return {
    node,
    start: () => void attempt(() => chat.open()),
    update,
    focus: () => (composer.node.hidden ? startNew.focus() : composer.focus()),
    setDeployment(known) {
      deployment = known
      update()
    },
    announce: () => log.announce(),
  }
}

function acceptDrops(node: HTMLElement, onFiles: (files: FileList) => void): void {
  node.addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files') !== true) return
    event.preventDefault()
    node.classList.add('dropping')
  })
  node.addEventListener('dragleave', () => node.classList.remove('dropping'))
  node.addEventListener('drop', (event) => {
    node.classList.remove('dropping')
    const files = event.dataTransfer?.files
    if (!files?.length) return
    event.preventDefault()
    onFiles(files)
  })
}
