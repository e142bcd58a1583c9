import {
  ChatProblem,
  type ChatMessage,
  type Deployment,
  type GuestChat,
  type GuestDetails,
} from '../client/chat-client.ts'
import { safeUrl } from './autolink.ts'
import type { ChatView } from './chat-view.ts'
import { createComposer } from './composer.ts'
import { h, toggle } from './dom.ts'
import { labelsFor, withBot } from './deployment-look.ts'
import { lastNamed } from './face.ts'
import { createMessageLog } from './message-log.ts'
import { createNotice } from './notice.ts'
import { createOverBar } from './over-bar.ts'
import { createPanelHeader } from './panel-header.ts'
import type { GuestPrompt } from './guest-prompt.ts'
import { loadStructuredContent } from './structured-part.ts'
import { fill, isRightToLeft, type Texts } from './texts/texts.ts'

export interface PanelOptions {
  readonly chat: GuestChat
  /** Details of a new guest, in addition to the element's attributes. */
  readonly details: { journeyContext?: NonNullable<GuestDetails['journeyContext']> }
  readonly texts: Texts
  readonly language: string
  /** The locale for dates and numbers, such as `en-GB`. */
  readonly locale: string
  readonly isInline: boolean
  /** Whether the page sets the chat's title itself. */
  readonly hasCustomTitle: boolean
  /** The kinds of requests and offers that the page handles. */
  readonly promptKinds: readonly string[]
  /** How a new guest finds articles; undefined if the page does not set the attribute `knowledge`. */
  readonly knowledge: string | undefined
  readonly onPromptAnswer: (prompt: GuestPrompt, isAccepted: boolean) => void
  readonly onClose: () => void
  readonly onProblem: (problem: ChatProblem) => void
}

export interface Panel {
  readonly node: HTMLElement
  /** @param isModal whether the rest of the page is inert, because the panel covers it */
  show(isShown: boolean, isModal: boolean): void
  /** Opens the conversation, if it isn't open. */
  start(): void
  update(): void
  focus(): void
  hasFocus(): boolean
  setDeployment(deployment: Deployment): void
  /** A message has just arrived. */
  announce(message: ChatMessage): void
}

/** The chat itself: header, messages, composer. */
export function createPanel(options: PanelOptions): Panel {
  const { chat, texts, language, locale, hasCustomTitle, onProblem } = options
  let problem: ChatProblem | undefined
  /** Why no session could be opened; kept during the next attempt. */
  let refusal: ChatProblem | undefined
  let deployment: Deployment | undefined
  let opening: Promise<void> | undefined

  /** Shows a failure above the composer. A message that cannot be sent shows its own failure instead. */
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
      composer.focus()
      chat.send(message).catch(() => undefined)
      log.answered()
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

  const header = createPanelHeader({ ...options, onEnd: () => void attempt(askBeforeEnd) })
  const log = createMessageLog(view, () => attempt(() => chat.loadEarlier()))
  const onRetry = () => void attempt(() => reconnect(chat, refusal))
  const notice = createNotice({ chat, texts, locale, onRetry, onStale: update })
  const focusComposer = () => composer.focus()
  const prompts = promptArea(options, focusComposer)
  const challenge = h('slot', { name: 'challenge', class: 'challenge' })
  const composer = createComposer({ chat, ...view, onSend: (message) => view.reply(message) })
  const onStartNew = () => void attempt(() => chat.startNew().then(focusComposer))
  const over = createOverBar({ ...options, onRetry, onStartNew })
  const parts = [header.node, log.node, notice.node, prompts, challenge, composer.node, over.node]
  const node = panelNode(options, parts)
  acceptDrops(node, (files) => composer.addFiles(files))
  addTranscriptButton(header.node, options, attempt)

  async function askBeforeEnd(): Promise<void> {
    const sheet = await import('./end-sheet/end-sheet.ts')
    const onEnd = () => void attempt(() => chat.end())
    sheet.askBeforeEnd(node, parts, { texts, onEnd, onClosed: focusComposer })
  }

  function update(): void {
    if (chat.state !== 'opening') refusal = chat.state === 'closed' ? problem : undefined
    const isUnavailable = refusal !== undefined
    const isOver = chat.state === 'read-only' || chat.state === 'ended' || isUnavailable
    const hadFocus = composer.node.matches(':focus-within')
    toggle(composer.node, !isOver)
    toggle(over.node, isOver)
    toggle(challenge, chat.state === 'opening')
    over.update(isOver, refusal)
    if (isOver && hadFocus) focus()
    const isWritable = chat.state === 'open' || chat.state === 'disconnected'
    const messages = withBot(chat.messages, deployment)
    // A class is used instead of `:has()`, because WebKit misses some changes on which `:has()` depends.
    node.classList.toggle('over-empty', isOver && messages.length === 0)
    header.update({ messages, ...headerState(chat, deployment, isUnavailable) })
    log.update({
      messages,
      hasEarlier: chat.hasEarlier,
      isWritable,
      isOver,
      typing: typingText(chat, messages, texts),
    })
    notice.update(isUnavailable ? undefined : problem, isUnavailable)
    composer.update()
  }

  function focus(): void {
    const asked = node.querySelector<HTMLElement>('.pre-chat input, .knowledge.first input')
    ;(asked ?? (composer.node.hidden ? over : composer)).focus()
  }

  return {
    node,
    show(isShown, isModal) {
      showPanel(node, isShown, isModal)
      if (!isShown) log.leave()
    },
    start() {
      opening ??= attempt(() => openChat(node, options, deployment)).finally(() => (opening = undefined))
      // Preloads the code that the first card or picker needs.
      loadStructuredContent().catch(() => undefined)
    },
    update,
    focus,
    hasFocus: () => node.matches(':focus-within'),
    setDeployment(known) {
      deployment = known
      const { headerTitle = texts.title, headerSubtitle } = labelsFor(known, language) ?? {}
      const title = hasCustomTitle ? texts.title : headerTitle
      header.setTitle(title, headerSubtitle)
      node.setAttribute('aria-label', title)
      const logo = known.homeScreen?.enabled ? safeUrl(known.homeScreen.logoUrl) : undefined
      if (logo !== undefined) log.setLogo(logo)
      update()
    },
    announce: (message) => log.announce(message),
  }
}

function panelNode(
  { isInline, texts, language, onClose }: PanelOptions,
  parts: readonly Node[],
): HTMLElement {
  const node = h(
    isInline ? 'section' : 'dialog',
    {
      class: 'panel',
      part: 'panel',
      'aria-label': texts.title,
      lang: language,
      dir: isRightToLeft(language) ? 'rtl' : 'ltr',
    },
    ...parts,
  )
  if (!isInline) closeByKey(node, onClose)
  keepTyping(node)
  return node
}

/** Shows the requests and offers that the page handles. */
function promptArea(options: PanelOptions, onFocusLost: () => void): HTMLElement {
  const node = h('div', { class: 'prompt', part: 'prompt', role: 'status' })
  if (options.promptKinds.length === 0) return node
  const loading = import('./prompt/prompts.ts').then(
    (file) => file.askGuest(node, { ...options, onFocusLost }),
    () => undefined,
  )
  // A request that arrives before the code has loaded is shown when it has.
  for (const name of ['offer', 'sign-in'] as const)
    options.chat.on(name, (event) => void loading.then((ask) => ask?.(event)))
  return node
}

/** Adds the button as soon as the service is known to offer transcripts. */
function addTranscriptButton(
  header: HTMLElement,
  options: PanelOptions,
  attempt: (work: () => Promise<unknown>) => Promise<void>,
): void {
  const { chat } = options
  const stop = chat.on('change', () => {
    if (!chat.can('transcript')) return
    stop()
    void import('./transcript/transcript-button.ts').then(
      (file) => file.addTranscriptButton(header, { ...options, attempt }),
      () => undefined,
    )
  })
}

/** Shows a new guest the articles and the pre-chat form first. If either cannot be loaded, it is skipped. */
async function openChat(
  node: HTMLElement,
  options: PanelOptions,
  deployment: Deployment | undefined,
): Promise<unknown> {
  const { chat, details } = options
  if (chat.canResume) return chat.open(details)
  if (deployment?.knowledge && options.knowledge !== 'none')
    await import('./knowledge/knowledge-view.ts').then(
      (file) => file.offerArticles(node, options),
      () => undefined,
    )
  const form = deployment?.preChat
  const answers =
    form &&
    (await import('./pre-chat/pre-chat.ts').then(
      (file) => file.askGuest(node, form, { ...options, loadStructuredContent }),
      () => undefined,
    ))
  return chat.open({ ...details, ...answers })
}

/**
 * Retries immediately if the session is open. Otherwise, opens the chat again and resends the messages that failed for
 * the same reason.
 */
async function reconnect(chat: GuestChat, refusal: ChatProblem | undefined): Promise<void> {
  if (chat.state === 'open' || chat.state === 'disconnected') {
    chat.retryNow()
    return
  }
  chat.close()
  await chat.open()
  for (const { key, status, problem } of chat.messages)
    if (status === 'failed' && problem?.code === refusal?.code) chat.retry(key).catch(() => undefined)
}

function headerState(chat: GuestChat, deployment: Deployment | undefined, isUnavailable: boolean) {
  // A conversation does not need to be ended if it has no message, or if the agent has ended it.
  const hasMessages = chat.messages.some(({ status }) => status === 'sent')
  return {
    isUnavailable: isUnavailable && chat.state === 'closed',
    canEnd: chat.state === 'open' && hasMessages && chat.can('end') && deployment?.features?.end !== false,
  }
}

function typingText({ typing }: GuestChat, messages: readonly ChatMessage[], texts: Texts) {
  return typing && fill(texts.typing, { name: lastNamed(messages, typing)?.from?.name ?? texts[typing] })
}

/** `showModal` makes the page inert and keeps the focus in the panel, as in the browser's own dialogs. */
function showPanel(dialog: HTMLElement, isShown: boolean, isModal: boolean): void {
  if (!(dialog instanceof HTMLDialogElement)) {
    toggle(dialog, isShown)
    return
  }
  if (dialog.open && (!isShown || isModal !== dialog.matches(':modal'))) dialog.close()
  if (!isShown || dialog.open) return
  if (isModal) dialog.showModal()
  // `show` is not used, because it would take the focus from the page.
  else dialog.setAttribute('open', '')
}

/**
 * Hides from the page which keys the guest types. For the page, these events come from the chat element and not from a
 * field, so they would trigger its keyboard shortcuts.
 */
function keepTyping(node: HTMLElement): void {
  for (const name of ['keydown', 'keypress', 'keyup'] as const)
    node.addEventListener(name, (event) => {
      const isTyping = (event.target as Element).matches('input, textarea, select')
      if (isTyping && event.key !== 'Escape' && event.key !== 'Tab') event.stopPropagation()
    })
}

/** Closes the panel on Escape and on a phone's back gesture. */
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
