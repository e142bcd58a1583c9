import type { Availability, GuestChat } from '../../client/chat-client.ts'
import { h } from '../dom.ts'
import { drawIcon } from '../draw-icon.ts'
import { warn } from '../element-options.ts'
import { adoptStyles } from '../styles/sheets.ts'
import { lazyTexts } from '../texts/lazy-texts.ts'
import type { Texts } from '../texts/texts-shape.ts'
import { AVAILABILITY_TEXTS } from './availability-texts.ts'
import { closedWords, waitingWords } from './closed-words.ts'
import { watchOpening } from './opening-watch.ts'
import { availabilityStyles } from './styles.ts'

const CLOCK = 'M12 7v5.2l3.2 1.8M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0Z'

export interface ClosedOptions {
  readonly host: HTMLElement
  readonly chat: GuestChat
  readonly panel: HTMLElement
  /** The chat's texts, with the page's replacements. */
  readonly texts: Texts
  readonly language: string
  readonly locale: string
  readonly signal: AbortSignal
}

export interface ClosedState {
  /** Whether the guest can't start a conversation now. */
  isShut: boolean
  /** Whether the chat button is hidden. */
  isHidden: boolean
}

/**
 * Shows a notice instead of the conversation while the contact center is closed and no conversation is active. This
 * bundle is loaded only if the page sets `when-closed`, or when a guest is waiting for an agent.
 * @returns a promise that resolves when the state is first known, or cannot be determined
 */
export function showClosed(state: ClosedState, options: ClosedOptions, onChange: () => void): Promise<void> {
  const { host, chat, panel, language, locale, signal } = options
  const texts = lazyTexts(AVAILABILITY_TEXTS, options.texts, language)
  const why = h('h3', { tabindex: '-1' })
  const back = h('p')
  const sign = h('span', { class: 'welcome-sign closed-sign' }, drawIcon('clock', CLOCK))
  const node = h('div', { class: 'closed', hidden: true }, sign, why, back, h('slot', { name: 'closed' }))
  let availability: Availability | undefined
  panel.append(node)
  adoptStyles(panel, availabilityStyles)

  function update(): void {
    // A guest who is asking for a callback is not interrupted.
    if (node.classList.contains('asking')) return
    const words = availability && closedWords(availability, { texts, locale, nowMs: Date.now() })
    if (words && why.textContent !== words.reason) why.textContent = words.reason
    if (words) back.textContent = words.reopens ?? ''
    back.hidden = words?.reopens === undefined
    const isOver = chat.state === 'read-only' || chat.state === 'ended'
    const isNowShut = words !== undefined && isIdle(chat, panel)
    node.hidden = words === undefined || !(isNowShut || isOver)
    panel.classList.toggle('after-hours', words !== undefined && isOver)
    if (isNowShut === state.isShut) return
    state.isShut = isNowShut
    state.isHidden = isNowShut && host.getAttribute('when-closed') === 'hide'
    const hadFocus = panel.matches(':focus-within')
    panel.classList.toggle('shut', isNowShut)
    if (isNowShut && hadFocus) why.focus()
    onChange()
  }

  chat.on('change', () => queueMicrotask(update))
  host.addEventListener(
    'guest-chat-toggle',
    () => {
      if (state.isShut && panel.checkVisibility()) why.focus()
    },
    { signal },
  )
  return watchOpening(chat, {
    signal,
    onFound(found) {
      availability = found
      update()
    },
    onNotEnabled: () =>
      warn(
        host,
        'when-closed has no effect: the service has no opening hours. See GENESYS_SCHEDULE_GROUP_ID.',
      ),
  })
}

/** Shows a line above the field while the guest is waiting and the waiting time is known. */
export function showWaiting({ chat, panel, language, ...options }: ClosedOptions): void {
  const texts = lazyTexts(AVAILABILITY_TEXTS, options.texts, language)
  const node = h('p', { class: 'waiting', part: 'waiting', role: 'status' })
  panel.querySelector('.log')?.after(node)
  adoptStyles(panel, availabilityStyles)

  function update(): void {
    const { waiting } = chat
    const words = waiting ? waitingWords(waiting, texts) : ''
    if (node.textContent !== words) node.textContent = words
    node.classList.toggle('empty', words === '')
  }

  chat.on('change', update)
  update()
}

/**
 * Whether the notice may be shown. It replaces neither an active conversation nor a text that the guest has started to
 * write.
 */
function isIdle(chat: GuestChat, panel: HTMLElement): boolean {
  if (chat.state === 'closed') return !chat.canResume
  const isNew = chat.state === 'open' && chat.session?.state === 'new' && chat.messages.length === 0
  return isNew && !panel.querySelector('textarea')?.value
}
