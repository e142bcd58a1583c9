import {
  createGuestChat,
  type ChatMessage,
  type ChatProblem,
  type GuestChat,
  type GuestChatOptions,
} from './chat-client.ts'
import { toggle } from './element/dom.ts'
import { chatOptions, languageOf, textChanges } from './element/element-options.ts'
import { createLauncher } from './element/launcher.ts'
import { createPanel } from './element/panel.ts'
import { styleSheet } from './element/styles/style-sheet.ts'
import { textsFor } from './element/texts/texts.ts'
import { paintedColor, parseHex, themeOf, type Rgb } from './element/theme.ts'

export type { TextChanges, Texts } from './element/texts/texts.ts'
export * from './chat-client.ts'

const ACCENT_PROPERTY = '--guest-chat-accent'
const DEFAULT_ACCENT: Rgb = [31, 95, 214]

/**
 * `<genesys-guest-chat>`: a chat button in the corner of the page, and the chat behind it.
 *
 * Attributes, read when the element enters the page:
 * - `base-url`: where the service is mounted; default: the folder this script came from
 * - `storage`: `memory` (default), `session` or `local`: where the session token may be kept
 * - `language`: `en`, `de`, `fr`, `es`; default: the page's own `lang`, else the browser's
 * - `name`, `email`, `phone`: what is known of the guest
 * - `attributes`: JSON, attributes of the guest
 * - `texts`: JSON, changes to what the chat says by itself
 * - `placement`: `corner` (default), or `inline` to fill the element's own box
 *
 * Attributes that work at any time:
 * - `open`: the panel is shown
 * - `color-scheme`: `light` or `dark`; default: what the visitor prefers
 *
 * Custom properties: `--guest-chat-accent`, `--guest-chat-font`, `--guest-chat-radius`, `--guest-chat-inset`,
 * `--guest-chat-z-index`.
 *
 * Events, none of which bubble: `guest-chat-toggle`, `guest-chat-message` (`detail` is the message),
 * `guest-chat-problem` (`detail` is the {@link ChatProblem}).
 */
export class GuestChatElement extends HTMLElement {
  static readonly observedAttributes = ['open']

  /** The website's own JWT for a signed-in visitor, or a function that gets one. Set it before the panel opens. */
  userToken: GuestChatOptions['userToken']
  #parts: Parts | undefined

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
    this.#parts.show(this.open, false)
  }

  disconnectedCallback(): void {
    this.#parts?.end()
    this.#parts = undefined
  }

  attributeChangedCallback(): void {
    this.#parts?.show(this.open, true)
    this.dispatchEvent(new CustomEvent('guest-chat-toggle', { detail: { open: this.open } }))
  }
}

interface Parts {
  readonly chat: GuestChat
  show(isOpen: boolean, withFocus: boolean): void
  end(): void
}

function buildParts(host: GuestChatElement): Parts {
  const language = languageOf(host)
  const texts = textsFor(language, textChanges(host))
  const chat = createGuestChat(chatOptions(host, host.userToken))
  const isInline = host.getAttribute('placement') === 'inline'
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open', delegatesFocus: true })
  const theme = new CSSStyleSheet()
  root.adoptedStyleSheets = [styleSheet(), theme]

  const onProblem = (problem: ChatProblem) => tell(host, 'guest-chat-problem', problem)
  const panel = createPanel({ chat, texts, language, canClose: !isInline, onClose: close, onProblem })
  const launcher = createLauncher(texts, () => (host.open = !host.open))
  root.replaceChildren(panel.node, ...(isInline ? [] : [launcher.node]))
  panel.node.lang = language
  panel.node.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !isInline) close()
  })

  let unread = 0
  let isLookedUp = false
  const renderSoon = coalesce(() => panel.update())
  chat.on('change', renderSoon)
  chat.on('problem', onProblem)
  chat.on('message', (message) => {
    panel.announce()
    if (message.direction === 'outbound' && !host.open && !isInline) launcher.unread((unread += 1))
    tell(host, 'guest-chat-message', message)
  })

  function close(): void {
    host.open = false
    launcher.node.focus()
  }

  function lookUpDeployment(): void {
    if (isLookedUp) return
    isLookedUp = true
    chat.deployment().then(
      (deployment) => {
        applyTheme(theme, host, deployment.styles?.primaryColor)
        panel.setDeployment(deployment)
      },
      () => undefined, // the chat works in its own colours; what is wrong shows when it opens
    )
  }

  function start(): void {
    lookUpDeployment()
    if (chat.state === 'closed') panel.start()
  }

  applyTheme(theme, host)
  if (!getComputedStyle(host).getPropertyValue(ACCENT_PROPERTY)) lookUpDeployment()
  // A conversation of the page before goes on in the background, so that an answer can show at the button.
  if (chat.canResume || isInline) start()
  panel.update()
  return {
    chat,
    show(isOpen, withFocus) {
      const isShown = isOpen || isInline
      toggle(panel.node, isShown)
      launcher.show(isOpen)
      if (!isShown) return
      launcher.unread((unread = 0))
      start()
      panel.update()
      if (withFocus) panel.focus()
    },
    end: () => chat.close(),
  }
}

/** The page's colour, else the deployment's, else ours: whatever it is, text on it can be read. */
function applyTheme(sheet: CSSStyleSheet, host: Element, deploymentAccent = ''): void {
  const accent = paintedColor(host, ACCENT_PROPERTY) ?? parseHex(deploymentAccent) ?? DEFAULT_ACCENT
  const properties = Object.entries(themeOf(accent)).map(([name, value]) => `${name}: ${value};`)
  sheet.replaceSync(`:host { ${properties.join(' ')} }`)
}

function tell(host: EventTarget, name: string, detail: ChatMessage | ChatProblem): void {
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

if (!customElements.get('genesys-guest-chat')) customElements.define('genesys-guest-chat', GuestChatElement)

declare global {
  interface HTMLElementTagNameMap {
    'genesys-guest-chat': GuestChatElement
  }
}
