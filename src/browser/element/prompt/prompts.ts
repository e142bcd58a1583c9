import type { OfferEvent, SignInEvent } from '../../../contract/contract.ts'
import type { GuestChat } from '../../client/chat-client.ts'
import { h } from '../dom.ts'
import { adoptStyles } from '../styles/sheets.ts'
import type { Texts } from '../texts/texts-shape.ts'
import type { GuestPrompt } from '../guest-prompt.ts'

/** The statuses in which the guest is asked, for the first time or again. */
const OPEN: readonly GuestPrompt['status'][] = ['requested', 'failed', 'offered']

/**
 * Asks the guest about requests that the page can handle, one at a time, until each is answered or over. Only
 * pages that handle requests load this separate bundle.
 * @returns a function that receives each new state of a request
 */
export function askGuest(
  node: HTMLElement,
  options: {
    readonly chat: GuestChat
    readonly texts: Texts
    /** The kinds of requests that the page handles; others only cause events. */
    readonly promptKinds: readonly string[]
    readonly onPromptAnswer: (prompt: GuestPrompt, isAccepted: boolean) => void
    /** Called if the focus was in the removed element. */
    readonly onFocusLost: () => void
  },
): (event: SignInEvent | OfferEvent) => void {
  const { chat, texts, promptKinds, onPromptAnswer, onFocusLost } = options
  let asked: GuestPrompt | undefined
  adoptStyles(node, promptStyles)

  function clear(): void {
    const hadFocus = node.matches(':focus-within')
    asked = undefined
    node.replaceChildren()
    if (hadFocus) onFocusLost()
  }

  function show(event: SignInEvent | OfferEvent): void {
    const prompt: GuestPrompt = 'kind' in event ? event : { kind: 'sign-in', ...event }
    if (!promptKinds.includes(prompt.kind)) return
    if (!OPEN.includes(prompt.status)) {
      if (asked?.kind === prompt.kind) clear()
      return
    }
    asked = prompt
    const answer = (isAccepted: boolean) => {
      clear()
      onPromptAnswer(prompt, isAccepted)
    }
    node.replaceChildren(promptView(prompt, texts, answer))
  }

  chat.on('change', () => {
    if (asked && (chat.state === 'read-only' || chat.state === 'ended')) clear()
  })
  return show
}

function promptView(prompt: GuestPrompt, texts: Texts, answer: (isAccepted: boolean) => void): HTMLElement {
  const button = (label: string, look: string, isAccepted: boolean) =>
    h('button', { type: 'button', class: look, part: 'button', onclick: () => answer(isAccepted) }, label)
  return h(
    'div',
    { role: 'group', 'aria-labelledby': 'prompt' },
    h('p', { id: 'prompt', dir: 'auto' }, question(prompt, texts)),
    h(
      'div',
      { class: 'prompt-actions' },
      button(texts.decline, 'action', false),
      button(prompt.kind === 'sign-in' ? texts.signIn : texts.accept, 'action primary', true),
    ),
  )
}

/** The question for the guest. A bot that asks the guest to sign in may provide its own text. */
function question(prompt: GuestPrompt, texts: Texts): string {
  if (prompt.kind === 'video') return texts.videoOffer
  if (prompt.kind === 'co-browse') return texts.coBrowseOffer
  const { title, subtitle } = ('prompt' in prompt && prompt.prompt) || {}
  return [title, subtitle].filter(Boolean).join('\n') || texts.signInPrompt
}

const promptStyles = `
.prompt > div { margin: 0 0.875rem 0.5rem; padding: 0.75rem 0.875rem; border-radius: 0.75rem; background: var(--_soft); }
.prompt p { white-space: pre-wrap; overflow-wrap: anywhere; }
.prompt-actions { display: flex; gap: 0.5rem; margin-top: 0.625rem; }
.prompt-actions .action { flex: 1; background: var(--_surface); }
.prompt-actions .primary { background: var(--_accent); }
`
