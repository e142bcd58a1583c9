import type { KnowledgeSuggestions } from '../../../contract/contract.ts'
import type { GuestChat } from '../../client/chat-client.ts'
import { h, toggle } from '../dom.ts'
import { createButton } from '../button.ts'

const MIN_CHARS = 3
const TYPING_PAUSE_MS = 400

/** Buttons with phrases that complete the guest's search text. */
export interface SuggestedSearches {
  readonly node: HTMLElement
  /** Requests phrases when the guest stops typing. */
  suggestFor(words: string): void
  clear(): void
}

export function createSuggestedSearches(
  chat: GuestChat,
  label: string,
  onChoice: (phrase: string) => void,
): SuggestedSearches {
  const node = h('div', { class: 'suggested-searches', role: 'group', 'aria-label': label, hidden: true })
  let pause: ReturnType<typeof setTimeout> | undefined

  /** Phrases only save typing, so a failure is ignored. */
  async function suggest(words: string): Promise<void> {
    const mine = pause
    const found = await chat
      .fetch(`knowledge/suggestions?q=${encodeURIComponent(words)}`)
      .then((response) => response.json() as Promise<KnowledgeSuggestions>)
      .catch(() => undefined)
    if (found === undefined || mine !== pause) return
    node.replaceChildren(...found.phrases.map((phrase) => createButton(phrase, () => onChoice(phrase))))
    toggle(node, found.phrases.length > 0)
  }

  function clear(): void {
    clearTimeout(pause)
    pause = undefined
    toggle(node, false)
  }

  return {
    node,
    suggestFor(words) {
      clear()
      if (words.length >= MIN_CHARS) pause = setTimeout(() => void suggest(words), TYPING_PAUSE_MS)
    },
    clear,
  }
}
