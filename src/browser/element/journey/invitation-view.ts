import { h } from '../dom.ts'
import { adoptStyles } from '../styles/sheets.ts'
import { inLanguage } from '../texts/in-language.ts'
import { INVITATION_TEXTS } from './invitation-texts.ts'

export interface InvitationOptions {
  /** The administrator's text, if there is one. */
  readonly text: string | undefined
  readonly language: string
  readonly onAnswer: (isAccepted: boolean) => void
}

/** Shows the invitation next to the chat button. It does not take the focus, because the visitor is using the page. */
export function showInvitation(
  root: ShadowRoot,
  { text, language, onAnswer }: InvitationOptions,
): HTMLElement {
  const words = inLanguage(INVITATION_TEXTS, language)
  const button = (label: string, look: string, isAccepted: boolean) =>
    h('button', { type: 'button', class: look, part: 'button', onclick: () => onAnswer(isAccepted) }, label)
  const node = h('div', {
    class: 'invitation',
    part: 'invitation',
    role: 'status',
    lang: language,
    dir: root.querySelector<HTMLElement>('.panel')?.dir,
    onkeydown: (event: Event) => {
      if ((event as KeyboardEvent).key === 'Escape') onAnswer(false)
    },
  })
  adoptStyles(root.lastChild ?? root, invitationStyles)
  // The invitation is inserted before the button, so that it also comes first in the tab order. It is empty at first,
  // because screen readers announce only content that is added later.
  root.insertBefore(node, root.lastChild)
  const { left, right } = root.host.getBoundingClientRect()
  node.classList.toggle('at-left', left + right < innerWidth)
  setTimeout(() =>
    node.replaceChildren(
      h('p', {}, text ?? words.offer),
      h(
        'div',
        { class: 'invitation-answers' },
        button(words.decline, 'action', false),
        button(words.accept, 'action primary', true),
      ),
    ),
  )
  return node
}

const invitationStyles = `
.invitation {
  position: absolute; bottom: 4.75rem; right: 0; width: max-content; max-width: min(20rem, calc(100vw - 2 * var(--_inset))); padding: 1rem;
  background: var(--_surface); border-radius: var(--_radius); box-shadow: var(--_shadow), 0 0 0 1px var(--_line); overflow-wrap: anywhere;
}
.invitation:empty { display: none; }
.invitation.at-left { right: auto; left: 0; }
.invitation:has(~ .launcher[hidden]) { bottom: 0; }
.invitation-answers { display: flex; flex-wrap: wrap; gap: 0.5rem; margin-top: 0.75rem; }
`
