import {
  createGuestChat,
  ChatProblem,
  type Challenge,
  type Deployment,
  type GuestChat,
  type GuestChatOptions,
} from '../client/chat-client.ts'
import { storageFor, storageName, type TokenStorage } from '../client/token-store.ts'
import type { ClosedOptions, ClosedState } from './availability/availability-view.ts'
import { launcherFace, lookOf } from './deployment-look.ts'
import {
  chatOptions,
  choiceOf,
  languageOf,
  localeOf,
  notifiersOf,
  offsetOf,
  promptKindsOf,
  storageKeyOf,
  storageOf,
  textChanges,
  warn,
  warnOfMistakes,
} from './element-options.ts'
import type { JourneyOptions } from './journey/journey.ts'
import { createLauncher, type Launcher } from './launcher.ts'
import { createLateStorage, type LateStorage } from './late-storage.ts'
import { createPanel } from './panel.ts'
import { placementStyles } from './placement.ts'
import { styleSheet } from './styles/style-sheet.ts'
import { loadStructuredContent } from './structured-part.ts'
import { isRightToLeft, loadTexts, withPageTexts, type Texts } from './texts/texts.ts'
import { paintedColor, parseHex, themeOf, type Rgb } from './theme.ts'
import { createUnread } from './unread.ts'

const ACCENT_PROPERTY = '--guest-chat-accent'
const DEFAULT_ACCENT: Rgb = [31, 95, 214]
/** How long the button waits for the deployment's colors and position before it is shown, so that it does not jump. */
const LOOK_TIMEOUT_MS = 1500
/** The same condition as in the style sheet. At 400% zoom, a desktop window is this narrow. */
const FULL_SCREEN = '(max-width: 30em), (max-height: 30em)'

/** The properties and methods of the element that its view uses. */
export interface ChatHost extends HTMLElement {
  open: boolean
  readonly userToken: GuestChatOptions['userToken']
  readonly solveChallenge: GuestChatOptions['solveChallenge']
}

/**
 * A conversation and its view, created from the attributes that the element has when it enters the page, and created
 * again if they change before the chat is in use.
 */
export interface ElementParts {
  /** Created when the page or the view first needs it. */
  readonly chat: GuestChat
  /**
   * Whether the page has read `chat`, or the conversation has been opened. If so, only changes to `open`, `launcher`
   * and `color-scheme` still have an effect.
   */
  readonly isInUse: boolean
  update(withFocus: boolean): void
  end(): void
}

interface View {
  readonly hasStarted: boolean
  update(withFocus: boolean): void
  end(): void
}

/**
 * Frameworks insert the element into the page before they set its attributes. The attributes are therefore read in a
 * microtask.
 */
export function createElementParts(host: ChatHost): ElementParts {
  const late = createLateStorage()
  let chat: GuestChat | undefined
  let isTaken = false
  let view: View | undefined
  let hasEnded = false
  const theChat = () => (chat ??= createChat(host, late))

  queueMicrotask(() => {
    if (hasEnded) return
    warnOfMistakes(host)
    const language = languageOf(host)
    const show = (texts: Texts) => {
      if (!hasEnded)
        view = createView(host, theChat(), late, withPageTexts(texts, textChanges(host)), language)
    }
    const texts = loadTexts(language)
    if (texts instanceof Promise) void texts.then(show)
    else show(texts)
  })
  return {
    get chat() {
      isTaken = true
      return theChat()
    },
    get isInUse() {
      return isTaken || view?.hasStarted === true
    },
    update: (withFocus) => view?.update(withFocus),
    end() {
      hasEnded = true
      view?.end()
      chat?.close()
    },
  }
}

/** @param more options that do not depend on the attributes */
function createChat(host: ChatHost, late: LateStorage, more?: GuestChatOptions): GuestChat {
  return createGuestChat({
    ...chatOptions(host, late, host.userToken === undefined ? undefined : () => visitorOf(host)),
    solveChallenge: host.solveChallenge ?? solveByItself,
    ...more,
  })
}

/** Solves only a proof of work: for a vendor's challenge, the page provides the widget. */
async function solveByItself(challenge: Challenge): Promise<string> {
  if (challenge.kind !== 'altcha') throw new ChatProblem('challenge_required')
  return (await import('./challenge/solve-altcha.ts')).solveAltcha(challenge)
}

async function visitorOf({ userToken }: ChatHost): Promise<string | undefined> {
  return typeof userToken === 'function' ? userToken() : userToken
}

function createView(
  host: ChatHost,
  chat: GuestChat,
  late: LateStorage,
  texts: Texts,
  language: string,
): View {
  const isInline = choiceOf(host, 'placement') === 'inline'
  const isShown = () => host.open || isInline
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open', delegatesFocus: true })
  const applyStyles = adoptStyles(root, host, language)
  const stop = new AbortController()
  const fullScreen = matchMedia(FULL_SCREEN)
  const shared = { host, chat, texts, language, locale: localeOf(language), signal: stop.signal, details: {} }
  const onProblem = (problem: ChatProblem) => reportProblem(host, problem)
  const panel = createPanel({
    ...shared,
    isInline,
    hasCustomTitle: textChanges(host).title !== undefined,
    promptKinds: promptKindsOf(host),
    knowledge: choiceOf(host, 'knowledge'),
    onPromptAnswer: (prompt, isAccepted) =>
      tell(host, `guest-chat-${isAccepted ? 'accept' : 'decline'}`, prompt),
    onClose: close,
    onProblem,
  })
  const launcher = createLauncher(texts, language, () => (host.open = !host.open))
  const ownStorage = storageOf(host)
  const unread = unreadCount(host, ownStorage === undefined ? late : storageFor(ownStorage), launcher, render)
  root.replaceChildren(panel.node, ...(isInline ? [] : [launcher.node]))

  let deployment: Deployment | undefined
  let isLookKnown = false
  const closed = watchOpening({ ...shared, panel: panel.node, late }, () => update(false))
  const followVisitor = visitorFollower({ ...shared, root, isInline, closed })
  /** Whether it is known where an earlier page has stored its conversation. */
  let isStorageKnown = ownStorage !== undefined
  let wasOpened = chat.canResume
  let opener: Element | null = null
  let hasStarted = false

  function render(): void {
    panel.update()
    unread.update(chat.messages, isShown())
  }
  chat.on('change', coalesce(render))
  chat.on('problem', onProblem)
  chat.on('sign-in', (event) => tell(host, 'guest-chat-sign-in', event))
  chat.on('offer', (event) => tell(host, 'guest-chat-offer', event))
  chat.on('message', (message) => {
    panel.announce(message)
    unread.update(chat.messages, isShown())
    if (message.direction === 'outbound') unread.notify()
    tell(host, 'guest-chat-message', message)
  })

  /** Opens the chat if it is shown. A conversation from an earlier page is resumed in the background, to count unread messages. */
  function start(): void {
    if (isShown() && closed?.isShut) closed.offerCallback(deployment)
    const isWanted = (isShown() && !(closed && (closed.isShut || !isLookKnown))) || chat.canResume
    // The deployment determines what a new guest sees first, such as a form.
    const isReady = isLookKnown || (isStorageKnown && chat.canResume)
    if (!isWanted || !isReady || chat.state !== 'closed') return
    hasStarted = true
    panel.start()
  }

  function close(): void {
    host.open = false
    if (!launcher.node.hidden) launcher.node.focus()
    else if (opener instanceof HTMLElement) opener.focus()
  }

  function showLauncher(): void {
    launcher.setVisible(isLookKnown && !closed?.isHidden && isLauncherWanted(host, deployment, wasOpened))
  }

  function applyDeployment(known?: Deployment): void {
    deployment = known
    if (deployment?.sessionPersistence !== undefined) late.moveTo(storageFor('local'))
    isStorageKnown = true
    wasOpened ||= chat.canResume
    isLookKnown = true
    applyStyles(deployment)
    if (deployment) {
      panel.setDeployment(deployment)
      launcher.setFace(launcherFace(deployment, language))
    }
    showLauncher()
    start()
    if (deployment?.journey) followVisitor()
  }

  function update(withFocus: boolean): void {
    if (withFocus && host.open) opener = document.activeElement
    panel.show(isShown(), !isInline && fullScreen.matches)
    launcher.show(host.open)
    showLauncher()
    wasOpened ||= isShown()
    if (isShown()) start()
    render()
    if (isShown() && withFocus) panel.focus()
  }
  fullScreen.addEventListener('change', () => update(panel.hasFocus()), { signal: stop.signal })

  readDeployment(host, chat, closed?.isKnown, applyDeployment, stop.signal)
  start()
  update(false)
  return {
    get hasStarted() {
      return hasStarted
    },
    update,
    end() {
      stop.abort()
      panel.show(false, false)
      unread.end()
    },
  }
}

function unreadCount(
  host: ChatHost,
  storage: TokenStorage | undefined,
  launcher: Launcher,
  onStale: () => void,
) {
  return createUnread({
    storage,
    key: storageName(`${storageKeyOf(host)}.read`),
    notifiers: notifiersOf(host),
    onCount(count) {
      launcher.unread(count)
      tell(host, 'guest-chat-unread', { count })
    },
    onStale,
  })
}

/**
 * Reads the deployment, on which the button depends. Calls `apply` when the deployment and, if the page needs them, the
 * opening hours have been read, and also after a timeout. Errors are shown when the chat opens.
 */
function readDeployment(
  host: Element,
  chat: GuestChat,
  isOpeningKnown: Promise<unknown> | undefined,
  apply: (deployment?: Deployment) => void,
  signal: AbortSignal,
): void {
  let deployment: Deployment | undefined
  const timer = setTimeout(() => apply(deployment), LOOK_TIMEOUT_MS)
  signal.addEventListener('abort', () => clearTimeout(timer))
  const isRead = chat
    .deployment()
    .then((known) => (deployment = known))
    .catch((problem: unknown) => {
      if (!signal.aborted) checkAddress(host, problem as ChatProblem)
    })
  void Promise.all([isRead, isOpeningKnown]).then(() => {
    clearTimeout(timer)
    if (!signal.aborted) apply(deployment)
  })
}

/**
 * Shows the waiting time and, if the page sets `when-closed`, watches the opening hours. A failure leaves the chat
 * unchanged.
 * @returns undefined if the page does not set `when-closed`
 */
function watchOpening(
  options: ClosedOptions & { readonly host: ChatHost; readonly late: LateStorage },
  onChange: () => void,
):
  | (ClosedState & { isKnown: Promise<unknown>; offerCallback(deployment: Deployment | undefined): void })
  | undefined {
  const { host, chat, panel, late } = options
  const load = () => import('./availability/availability-view.ts')
  const stop = chat.on('change', () => {
    if (!chat.waiting) return
    stop()
    void load().then(
      (file) => file.showWaiting(options),
      () => undefined,
    )
  })
  if (choiceOf(host, 'when-closed') === undefined) return undefined
  const state: ClosedState = { isShut: false, isHidden: false }
  const isKnown = load()
    .then((file) => file.showClosed(state, options, onChange))
    .catch(() => undefined)
  let isOffered = false
  return Object.assign(state, {
    isKnown,
    offerCallback(deployment: Deployment | undefined) {
      const who = deployment?.callbacks
      if (isOffered || who === undefined || (who === 'verified' && host.userToken === undefined)) return
      isOffered = true
      const newChat = () => createChat(host, late, { storage: 'memory' })
      const place = panel.querySelector<HTMLElement>('.closed')
      void import('./availability/callback-form.ts').then(
        (file) => place && file.offerCallback(place, { ...options, newChat, loadStructuredContent }),
        () => (isOffered = false),
      )
    },
  })
}

function isLauncherWanted(host: ChatHost, deployment: Deployment | undefined, wasOpened: boolean): boolean {
  const choice = choiceOf(host, 'launcher') ?? lookOf(deployment).launcher
  return choice === 'always' || (choice === 'on-demand' && (wasOpened || host.open))
}

/**
 * Returns a function that starts to report page views and to show invitations if the page sets `journey`. Further calls
 * have no effect.
 */
function visitorFollower(
  options: Omit<JourneyOptions, 'storage' | 'key' | 'isInvitable'> & {
    readonly isInline: boolean
    readonly closed: ClosedState | undefined
  },
): () => void {
  const { host, chat, isInline, closed } = options
  const isInvitable = () => !host.open && !isInline && !chat.canResume && !closed?.isShut
  const place = choiceOf(host, 'journey')
  let following: Promise<unknown> | undefined
  return () => {
    if (place === undefined) return
    const kept = { storage: storageFor(place), key: storageName(`${storageKeyOf(host)}.visitor`) }
    following ??= import('./journey/journey.ts').then(
      (file) => file.followJourney({ ...options, ...kept, isInvitable }),
      () => undefined,
    )
  }
}

/**
 * Gives the element its style sheets.
 * @returns a function that applies the colors and position; the page's settings take precedence over the deployment's
 */
function adoptStyles(root: ShadowRoot, host: Element, language: string): (deployment?: Deployment) => void {
  const theme = new CSSStyleSheet()
  const placement = new CSSStyleSheet()
  root.adoptedStyleSheets = [styleSheet(), theme, placement]
  applyTheme(theme, host)
  return (deployment) => {
    const look = lookOf(deployment)
    const isInsetOwn = getComputedStyle(host).getPropertyValue('--guest-chat-inset') !== ''
    applyTheme(theme, host, deployment?.styles?.primaryColor)
    placement.replaceSync(
      placementStyles({
        isRightToLeft: isRightToLeft(language),
        side: choiceOf(host, 'side') ?? look.side,
        offset: offsetOf(host) ?? (isInsetOwn ? undefined : look.offset),
      }),
    )
  }
}

/**
 * Applies the page's color, otherwise the deployment's, otherwise the default. Text on top of the color is always
 * readable.
 */
function applyTheme(sheet: CSSStyleSheet, host: Element, deploymentAccent = ''): void {
  const accent = paintedColor(host, ACCENT_PROPERTY) ?? parseHex(deploymentAccent) ?? DEFAULT_ACCENT
  const properties = Object.entries(themeOf(accent)).map(([name, value]) => `${name}: ${value};`)
  sheet.replaceSync(`:host { ${properties.join(' ')} }`)
}

function reportProblem(host: Element, problem: ChatProblem): void {
  if (problem.hint !== undefined) warn(host, problem.hint)
  checkAddress(host, problem)
  tell(host, 'guest-chat-problem', problem)
}

/** Warns developers if the response came from another server, which means that the address is wrong. */
function checkAddress(host: Element, { code, status }: ChatProblem): void {
  if (code !== 'unexpected_answer' || status >= 500) return
  void import('./wrong-address.ts').then(
    (file) => file.warnOfWrongAddress(host, status),
    () => undefined,
  )
}

export function tell(host: EventTarget, name: string, detail: object): void {
  host.dispatchEvent(new CustomEvent(name, { detail }))
}

/** Returns a function that renders only once if it is called several times in the same turn of the event loop. */
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
