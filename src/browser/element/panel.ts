import { ChatProblem, type ChatMessage, type Deployment, type GuestChat } from '../client/chat-client.ts'
import { safeUrl } from './autolink.ts'
import type { ChatView } from './chat-view.ts'
import { createComposer } from './composer.ts'
import { h, toggle } from './dom.ts'
import { labelsFor, withBot } from './deployment-look.ts'
import { createEndSheet } from './end-sheet.ts'
import { lastNamed } from './face.ts'
import { createMessageLog } from './message-log.ts'
import { createNotice } from './notice.ts'
import { createPanelHeader } from './panel-header.ts'
import type { GuestPrompt } from './guest-prompt.ts'
import { loadStructuredContent } from './structured-part.ts'
import { fill, isRightToLeft, type Texts } from './texts/texts.ts'

export interface PanelOptions {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly language: string
  /** How dates and numbers are written. */
  readonly locale: string
  readonly isInline: boolean
  /** The page says itself what the chat is called. */
  readonly isTitleOwn: boolean
  /** Which requests and offers the page takes up. */
  readonly promptKinds: readonly string[]
  readonly onPromptAnswer: (prompt: GuestPrompt, isAccepted: boolean) => void
  readonly onClose: () => void
  readonly onProblem: (problem: ChatProblem) => void
}

export interface Panel {
  readonly node: HTMLElement
  /** @param isModal whether the page behind is out of reach, as the panel covers it */
  show(isShown: boolean, isModal: boolean): void
  /** Opens the conversation, if it isn't open. */
  start(): void
  update(): void
  focus(): void
  hasFocus(): boolean
  setDeployment(deployment: Deployment): void
  /** From now on, new messages are read aloud. */
  announce(): void
}

/** The chat itself: header, messages, composer. */
export function createPanel(options: PanelOptions): Panel {
  const { chat, texts, language, locale, isInline, isTitleOwn, promptKinds, onClose, onProblem } = options
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
    locale,
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
    fileUrl: (id) => chat.attachmentUrl(id),
    onFileProblem: () => notice.tell(texts.fileFailed),
  }

  const header = createPanelHeader({
    chat,
    texts,
    title: texts.title,
    canClose: !isInline,
    onEnd: () => sheet.ask(),
    onClose,
  })
  const log = createMessageLog(view, () => attempt(() => chat.loadEarlier()))
  const notice = createNotice({ chat, texts, locale, onRetry: () => void attempt(retry), onStale: update })
  const prompts = h('div', { class: 'prompt', part: 'prompt', role: 'status' })
  const composer = createComposer({ chat, texts, locale, onSend: (message) => view.reply(message) })
  const startNew = h(
    'button',
    { type: 'button', class: 'action primary', part: 'button', onclick: () => void attempt(beginAnew) },
    texts.startNew,
  )
  const overWords = h('p', { role: 'status' })
  const over = h('div', { class: 'over-bar' }, overWords, startNew)
  const sheet = createEndSheet({
    texts,
    onEnd: () => void attempt(() => chat.end()),
    onToggle(isUp) {
      for (const part of [header.node, log.node, notice.node, prompts, composer.node]) part.inert = isUp
      if (!isUp) composer.focus()
    },
  })
  const node = h(
    isInline ? 'section' : 'dialog',
    {
      class: 'panel',
      part: 'panel',
      'aria-labelledby': 'title',
      lang: language,
      dir: isRightToLeft(language) ? 'rtl' : 'ltr',
    },
    header.node,
    log.node,
    notice.node,
    prompts,
    composer.node,
    over,
    sheet.node,
  )
  if (promptKinds.length > 0)
    void import('./prompt/prompts.ts').then(
      ({ showPrompts }) =>
        showPrompts(prompts, {
          chat,
          texts,
          kinds: promptKinds,
          onAnswer: options.onPromptAnswer,
          onFocusLost: () => composer.focus(),
        }),
      () => undefined,
    )
  acceptDrops(node, (files) => composer.addFiles(files))
  if (!isInline) closeByKey(node, onClose)

  /** Where the live events are only between two tries, the next one is made now. */
  async function retry(): Promise<void> {
    if (chat.state === 'open' || chat.state === 'disconnected') chat.retryNow()
    else {
      chat.close()
      await chat.open()
    }
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
    const words = overText(chat, texts)
    if (isOver && overWords.textContent !== words) overWords.textContent = words
    if (!isOver) overWords.textContent = ''
    if (isOver && hadFocus) startNew.focus()
    const isWritable = chat.state === 'open' || chat.state === 'disconnected'
    const messages = withBot(chat.messages, deployment)
    const hasBegun = messages.some(({ status }) => status === 'sent')
    header.update({
      messages,
      canEnd: isWritable && hasBegun && chat.can('end') && deployment?.features?.end !== false,
    })
    const typing = chat.typing && (lastNamed(messages, chat.typing)?.from?.name ?? texts[chat.typing])
    log.update({
      messages,
      hasEarlier: chat.hasEarlier,
      isWritable,
      typing: typing && fill(texts.typing, { name: typing }),
    })
    notice.update(problem)
    composer.update()
  }

  return {
    node,
    show(isShown, isModal) {
      if (node instanceof HTMLDialogElement) showDialog(node, isShown, isModal)
      else toggle(node, isShown)
    },
    start() {
      void attempt(() => chat.open())
      // What the first card or picker needs is there before it comes.
      loadStructuredContent().catch(() => undefined)
    },
    update,
    focus: () => (composer.node.hidden ? startNew.focus() : composer.focus()),
    hasFocus: () => node.matches(':focus-within'),
    setDeployment(known) {
      deployment = known
      const { headerTitle, headerSubtitle } = labelsFor(known, language) ?? {}
      const title = isTitleOwn ? texts.title : (headerTitle ?? texts.title)
      header.setTitle(title, headerSubtitle)
      const logo = known.homeScreen?.enabled ? safeUrl(known.homeScreen.logoUrl) : undefined
      if (logo !== undefined) log.setLogo(logo)
      update()
    },
    announce: () => log.announce(),
  }
}

function overText({ state, endReason }: GuestChat, texts: Texts): string {
  if (endReason === 'signed-in-elsewhere') return texts.signedInElsewhere
  return state === 'ended' ? texts.ended : texts.readOnly
}

/** `showModal` makes the page behind inert and keeps the focus, as the browser does it for its own dialogs. */
function showDialog(dialog: HTMLDialogElement, isShown: boolean, isModal: boolean): void {
  if (dialog.open && (!isShown || isModal !== dialog.matches(':modal'))) dialog.close()
  if (!isShown || dialog.open) return
  if (isModal) dialog.showModal()
  // Not `show`, which takes the focus away from the page.
  else dialog.setAttribute('open', '')
}

/** Escape, and the gesture that goes back on a phone. */
function closeByKey(node: HTMLElement, onClose: () => void): void {
  node.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !event.defaultPrevented) onClose()
  })
  node.addEventListener('cancel', (event) => {
    event.preventDefault()
    onClose()
  })
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
