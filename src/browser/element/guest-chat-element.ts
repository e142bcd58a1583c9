import {
  createGuestChat,
  type ChatMessage,
  type ChatProblem,
  type Deployment,
  type GuestChat,
  type GuestChatOptions,
  type OfferEvent,
  type SignInEvent,
} from '../client/chat-client.ts'
import {
  chatOptions,
  choiceOf,
  languageOf,
  localeOf,
  notifiersOf,
  offsetOf,
  promptKindsOf,
  storageKeyOf,
  textChanges,
  warnOfMistakes,
} from './element-options.ts'
import { launcherFace, lookOf } from './deployment-look.ts'
import { createLauncher } from './launcher.ts'
import { createPanel } from './panel.ts'
import type { GuestPrompt } from './guest-prompt.ts'
import { placementStyles } from './placement.ts'
import { styleSheet } from './styles/style-sheet.ts'
import { isRightToLeft, loadTexts, withChanges, type Texts } from './texts/texts.ts'
import { paintedColor, parseHex, themeOf, type Rgb } from './theme.ts'
import { createUnread, storageFor } from './unread.ts'
import { storageName } from '../client/token-store.ts'

export type { TextChanges, Texts } from './texts/texts.ts'
export type { GuestPrompt } from './guest-prompt.ts'
export type { GuestChatAttributes } from './guest-chat-attributes.ts'
export * from '../client/chat-client.ts'

const ACCENT_PROPERTY = '--guest-chat-accent'
const DEFAULT_ACCENT: Rgb = [31, 95, 214]
/** The button waits this long for the deployment's colors and position, so that it need not jump. */
const LOOK_TIMEOUT_MS = 1500
/** As the style sheet has it. At 400 % zoom a desktop's window is as narrow. */
const FULL_SCREEN = '(max-width: 30em), (max-height: 30em)'
const UPGRADED_PROPERTIES = ['userToken', 'open'] as const

/** Where a server renders the page there is no `HTMLElement`: there the class can be imported, and does nothing. */
const Base = (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? (Object as never)

/**
 * `<genesys-guest-chat>`: a chat button in the corner of the page, and the chat behind it.
 *
 * Custom properties: `--guest-chat-accent`, `--guest-chat-font`, `--guest-chat-radius`, `--guest-chat-inset`,
 * `--guest-chat-z-index`, and `--guest-chat-rem`, the size that the chat takes for `1rem` (set it to `16px` where the
 * page's own root has another size).
 *
 * Parts for `::part()`: `launcher`, `unread`, `panel`, `header`, `title`, `avatar`, `log`, `message`, `own`, `other`,
 * `bubble`, `card`, `picker`, `quick-reply`, `notice`, `prompt`, `composer`, `field`, `send`, `button`.
 *
 * Events, none of which bubble: `guest-chat-toggle` (`detail.open`), `guest-chat-message` (`detail` is the message),
 * `guest-chat-unread` (`detail.count`), `guest-chat-sign-in` and `guest-chat-offer` (`detail` is what the client's events
 * `sign-in` and `offer` say), `guest-chat-accept` and `guest-chat-decline` (`detail` is the {@link GuestPrompt} that the
 * guest has answered; see the attribute `prompts`), `guest-chat-problem` (`detail` is the {@link ChatProblem}).
 */
export class GuestChatElement extends Base {
  static readonly observedAttributes = ['open', 'launcher']

  #parts: Parts | undefined
  #userToken: GuestChatOptions['userToken']

  constructor() {
    super()
    // Frameworks may set properties before this script has come: those would hide the accessors below.
    for (const name of UPGRADED_PROPERTIES) {
      const { [name]: value } = this
      if (Object.hasOwn(this, name) && Reflect.deleteProperty(this, name)) Reflect.set(this, name, value)
    }
  }

  /** The website's own JWT for a signed-in visitor, or a function that gets one. Set it before the panel opens. */
  get userToken(): GuestChatOptions['userToken'] {
    return this.#userToken
  }

  set userToken(token: GuestChatOptions['userToken']) {
    this.#userToken = token
  }

  /** The conversation behind the panel; undefined while the element is not in the page. */
  get chat(): GuestChat | undefined {
    return this.#parts?.chat
  }

  /** Whether the panel is shown. */
  get open(): boolean {
    return this.hasAttribute('open')
  }

  set open(isOpen: boolean) {
    this.toggleAttribute('open', isOpen)
  }

  connectedCallback(): void {
    this.#parts = buildParts(this)
  }

  disconnectedCallback(): void {
    this.#parts?.end()
    this.#parts = undefined
  }

  attributeChangedCallback(name: string): void {
    this.#parts?.update(name === 'open')
    if (name === 'open') tell(this, 'guest-chat-toggle', { open: this.open })
  }
}

interface Parts {
  readonly chat: GuestChat
  update(withFocus: boolean): void
  end(): void
}

/** The client is there at once; what is shown follows when its language has come. */
function buildParts(host: GuestChatElement): Parts {
  warnOfMistakes(host)
  const chat = createGuestChat(
    chatOptions(host, host.userToken === undefined ? undefined : () => visitorOf(host)),
  )
  const language = languageOf(host)
  let view: Omit<Parts, 'chat'> | undefined
  let hasEnded = false
  const show = (texts: Texts) => {
    if (!hasEnded) view = buildView(host, chat, withChanges(texts, textChanges(host)), language)
  }
  const texts = loadTexts(language)
  if (texts instanceof Promise) void texts.then(show)
  else show(texts)
  return {
    chat,
    update: (withFocus) => view?.update(withFocus),
    end() {
      hasEnded = true
      view?.end()
      chat.close()
    },
  }
}

async function visitorOf({ userToken }: GuestChatElement): Promise<string | undefined> {
  return typeof userToken === 'function' ? userToken() : userToken
}

function buildView(
  host: GuestChatElement,
  chat: GuestChat,
  texts: Texts,
  language: string,
): Omit<Parts, 'chat'> {
  const isInline = choiceOf(host, 'placement') === 'inline'
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open', delegatesFocus: true })
  const theme = new CSSStyleSheet()
  const placement = new CSSStyleSheet()
  root.adoptedStyleSheets = [styleSheet(), theme, placement]
  const stop = new AbortController()
  const fullScreen = matchMedia(FULL_SCREEN)

  const onProblem = (problem: ChatProblem) => {
    if (problem.hint !== undefined) console.warn(`<${host.localName}>: ${problem.hint}`)
    tell(host, 'guest-chat-problem', problem)
  }
  const panel = createPanel({
    chat,
    texts,
    language,
    locale: localeOf(language),
    isInline,
    isTitleOwn: textChanges(host).title !== undefined,
    promptKinds: promptKindsOf(host),
    onPromptAnswer: (prompt, isAccepted) =>
      tell(host, isAccepted ? 'guest-chat-accept' : 'guest-chat-decline', prompt),
    onClose: close,
    onProblem,
  })
  const launcher = createLauncher(texts, language, () => (host.open = !host.open))
  const storage = storageFor(choiceOf(host, 'storage'))
  const unread = createUnread({
    storage,
    key: storageName(`${storageKeyOf(host)}.read`),
    notifiers: notifiersOf(host),
    onCount(count) {
      launcher.unread(count)
      tell(host, 'guest-chat-unread', { count })
    },
    onStale: render,
  })
  root.replaceChildren(panel.node, ...(isInline ? [] : [launcher.node]))

  let deployment: Deployment | undefined
  let isLookKnown = false
  let wasOpened = chat.canResume
  let opener: Element | null = null

  function render(): void {
    panel.update()
    unread.update(chat.messages, host.open || isInline)
  }
  const renderSoon = coalesce(render)
  chat.on('change', renderSoon)
  chat.on('problem', onProblem)
  chat.on('sign-in', (event) => tell(host, 'guest-chat-sign-in', event))
  chat.on('offer', (event) => tell(host, 'guest-chat-offer', event))
  chat.on('message', (message) => {
    panel.announce()
    unread.update(chat.messages, host.open || isInline)
    if (message.direction === 'outbound') unread.notify()
    tell(host, 'guest-chat-message', message)
  })

  function close(): void {
    host.open = false
    if (!launcher.node.hidden) launcher.node.focus()
    else if (opener instanceof HTMLElement) opener.focus()
  }

  function showLauncher(): void {
    const choice = choiceOf(host, 'launcher') ?? lookOf(deployment).launcher
    const isWanted = choice === 'always' || (choice === 'on-demand' && (wasOpened || host.open))
    launcher.setVisible(isLookKnown && isWanted)
  }

  /** What the page says goes before what the deployment says. */
  function applyLook(): void {
    isLookKnown = true
    const look = lookOf(deployment)
    const isInsetOwn = getComputedStyle(host).getPropertyValue('--guest-chat-inset') !== ''
    applyTheme(theme, host, deployment?.styles?.primaryColor)
    const isFlipped = isRightToLeft(language)
    const side = choiceOf(host, 'side') ?? look.side
    placement.replaceSync(
      placementStyles({
        isRightToLeft: isFlipped,
        side,
        offset: offsetOf(host) ?? (isInsetOwn ? undefined : look.offset),
      }),
    )
    if (deployment) {
      panel.setDeployment(deployment)
      launcher.setFace(launcherFace(deployment, language))
    }
    showLauncher()
  }

  applyTheme(theme, host)
  // Asked at once, as the button depends on it; what is wrong with the deployment shows when the chat opens.
  const timer = setTimeout(applyLook, LOOK_TIMEOUT_MS)
  void chat
    .deployment()
    .then((known) => (deployment = known))
    .catch(() => undefined)
    .finally(() => {
      clearTimeout(timer)
      if (!stop.signal.aborted) applyLook()
    })

  function update(withFocus: boolean): void {
    const isShown = host.open || isInline
    if (withFocus && host.open) opener = document.activeElement
    panel.show(isShown, !isInline && fullScreen.matches)
    launcher.show(host.open)
    showLauncher()
    if (isShown) {
      wasOpened = true
      if (chat.state === 'closed') panel.start()
    }
    render()
    if (isShown && withFocus) panel.focus()
  }
  fullScreen.addEventListener('change', () => update(panel.hasFocus()), { signal: stop.signal })

  // A conversation of the page before goes on in the background, so that an answer can show at the button.
  if (chat.canResume && !host.open && !isInline) panel.start()
  update(false)
  return {
    update,
    end() {
      stop.abort()
      clearTimeout(timer)
      panel.show(false, false)
      unread.end()
    },
  }
}

/** The page's color, else the deployment's, else ours: whatever it is, text on it can be read. */
function applyTheme(sheet: CSSStyleSheet, host: Element, deploymentAccent = ''): void {
  const accent = paintedColor(host, ACCENT_PROPERTY) ?? parseHex(deploymentAccent) ?? DEFAULT_ACCENT
  const properties = Object.entries(themeOf(accent)).map(([name, value]) => `${name}: ${value};`)
  sheet.replaceSync(`:host { ${properties.join(' ')} }`)
}

function tell(host: EventTarget, name: string, detail: object): void {
  host.dispatchEvent(new CustomEvent(name, { detail }))
}

/** Many changes in one turn are shown once. */
function coalesce(render: () => void): () => void {
  let isWaiting = false
  return () => {
    if (isWaiting) return
    isWaiting = true
    queueMicrotask(() => {
      isWaiting = false
      render()
    })
  }
}

const registry = (globalThis as { customElements?: CustomElementRegistry }).customElements
if (registry && !registry.get('genesys-guest-chat')) registry.define('genesys-guest-chat', GuestChatElement)

/** The events of the element, for typed listeners. */
export interface GuestChatElementEvents {
  'guest-chat-toggle': CustomEvent<{ readonly open: boolean }>
  'guest-chat-message': CustomEvent<ChatMessage>
  'guest-chat-unread': CustomEvent<{ readonly count: number }>
  'guest-chat-sign-in': CustomEvent<SignInEvent>
  'guest-chat-offer': CustomEvent<OfferEvent>
  'guest-chat-accept': CustomEvent<GuestPrompt>
  'guest-chat-decline': CustomEvent<GuestPrompt>
  'guest-chat-problem': CustomEvent<ChatProblem>
}

declare global {
  interface HTMLElementTagNameMap {
    'genesys-guest-chat': GuestChatElement
  }
}
