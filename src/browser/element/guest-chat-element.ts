import type {
  ChatMessage,
  ChatProblem,
  GuestChat,
  GuestChatOptions,
  JourneyInvitation,
  OfferEvent,
  SignInEvent,
} from '../client/chat-client.ts'
import { ATTRIBUTES_READ_ONCE, warn } from './element-options.ts'
import { createElementParts, tell, type ElementParts } from './element-view.ts'
import type { GuestPrompt } from './guest-prompt.ts'

export type { TextChanges, Texts } from './texts/texts.ts'
export type { GuestPrompt } from './guest-prompt.ts'
export type { GuestChatAttributes } from './guest-chat-attributes.ts'
export * from '../client/chat-client.ts'

const UPGRADED_PROPERTIES = ['userToken', 'open'] as const

/** On a server that renders the page, there is no `HTMLElement`: the class can be imported there, but does nothing. */
const Base = (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ?? (Object as never)

/**
 * `<genesys-guest-chat>` is a chat button in the corner of the page, and the chat that the button opens.
 *
 * Custom properties: `--guest-chat-accent`, `--guest-chat-font`, `--guest-chat-radius`, `--guest-chat-inset`,
 * `--guest-chat-z-index`, and `--guest-chat-rem`, the size that the chat uses for `1rem` (set it to `16px` if the
 * page's own root has a different font size).
 *
 * Parts for `::part()`: `launcher`, `unread`, `panel`, `header`, `title`, `avatar`, `log`, `message`, `own`, `other`,
 * `bubble`, `card`, `picker`, `quick-reply`, `notice`, `prompt`, `composer`, `field`, `send`, `button`, `waiting`,
 * `invitation`.
 *
 * Slot `unavailable`: content, such as a telephone number, to show instead of a chat that cannot be opened.
 *
 * Slot `challenge`: the widget that your function `solveChallenge` shows. The slot is shown above the input field
 * while the chat is opening.
 *
 * Slot `closed`: content to show while the contact center is closed; see the attribute `when-closed`.
 *
 * Events, none of which bubble:
 *
 * - `guest-chat-toggle`: the panel was opened or closed (`detail.open`).
 * - `guest-chat-message`: a new message (`detail`).
 * - `guest-chat-unread`: the number of unread messages has changed (`detail.count`).
 * - `guest-chat-sign-in`, `guest-chat-offer`: the client's events `sign-in` and `offer`, with the same `detail`.
 * - `guest-chat-accept`, `guest-chat-decline`: the guest has answered a request (`detail` is the {@link GuestPrompt}); see the
 *   attribute `prompts`.
 * - `guest-chat-invitation`: the chat is about to show an invitation (`detail` is the {@link JourneyInvitation}); see the attribute
 *   `journey`. A page that shows the invitation itself calls `preventDefault`.
 * - `guest-chat-problem`: an error (`detail` is the {@link ChatProblem}).
 */
export class GuestChatElement extends Base {
  static readonly observedAttributes = ['open', 'launcher', ...ATTRIBUTES_READ_ONCE]

  #parts: ElementParts | undefined
  #userToken: GuestChatOptions['userToken']

  /**
   * A function that solves a vendor's challenge, such as Turnstile: it shows the vendor's widget and returns the token. Set it
   * before the panel opens. The chat itself solves a proof of work.
   */
  declare solveChallenge: GuestChatOptions['solveChallenge']

  constructor() {
    super()
    // Frameworks may set properties before this script has loaded. Such properties would hide the accessors below.
    for (const name of UPGRADED_PROPERTIES) {
      const { [name]: value } = this
      if (Object.hasOwn(this, name) && Reflect.deleteProperty(this, name)) Reflect.set(this, name, value)
    }
  }

  /**
   * The website's own JWT for a signed-in visitor, or a function that returns a fresh JWT. Set it before the panel
   * opens.
   */
  get userToken(): GuestChatOptions['userToken'] {
    return this.#userToken
  }

  set userToken(token: GuestChatOptions['userToken']) {
    const hadNone = this.#userToken === undefined
    this.#userToken = token
    // A changed token is read when it is needed, but adding or removing a token changes how the session is opened.
    if (hadNone !== (token === undefined)) this.#readAgain('userToken')
  }

  /** The client of the panel's conversation; undefined while the element is not part of the page. */
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
    this.#parts = createElementParts(this)
  }

  disconnectedCallback(): void {
    this.#parts?.end()
    this.#parts = undefined
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (before === now) return
    if (ATTRIBUTES_READ_ONCE.includes(name)) {
      this.#readAgain(name)
      return
    }
    this.#parts?.update(name === 'open')
    if (name === 'open') tell(this, 'guest-chat-toggle', { open: this.open })
  }

  /** Recreates the parts if the chat is not in use; a conversation that has started continues unchanged. */
  #readAgain(changed: string): void {
    if (this.#parts?.isInUse === true)
      warn(
        this,
        `Changing ${changed} after the chat has started has no effect. Set it before the chat is opened, or insert the element again.`,
      )
    else if (this.#parts) {
      this.#parts.end()
      this.#parts = createElementParts(this)
    }
  }
}

const registry = (globalThis as { customElements?: CustomElementRegistry }).customElements
if (registry && !registry.get('genesys-guest-chat')) registry.define('genesys-guest-chat', GuestChatElement)

/** The element's events, for typed listeners. */
export interface GuestChatElementEvents {
  'guest-chat-toggle': CustomEvent<{ readonly open: boolean }>
  'guest-chat-message': CustomEvent<ChatMessage>
  'guest-chat-unread': CustomEvent<{ readonly count: number }>
  'guest-chat-sign-in': CustomEvent<SignInEvent>
  'guest-chat-offer': CustomEvent<OfferEvent>
  'guest-chat-accept': CustomEvent<GuestPrompt>
  'guest-chat-decline': CustomEvent<GuestPrompt>
  'guest-chat-invitation': CustomEvent<JourneyInvitation>
  'guest-chat-problem': CustomEvent<ChatProblem>
}

declare global {
  interface HTMLElementTagNameMap {
    'genesys-guest-chat': GuestChatElement
  }
}
