import type { KnowledgeArticle, KnowledgeResult, KnowledgeSearch } from '../../../contract/contract.ts'
import type { GuestChat } from '../../client/chat-client.ts'
import { h } from '../dom.ts'
import { adoptStyles } from '../styles/sheets.ts'
import { lazyTexts } from '../texts/lazy-texts.ts'
import { fill, type Texts } from '../texts/texts.ts'
import { articleView } from './article-view.ts'
import { createButton } from '../button.ts'
import { KNOWLEDGE_TEXTS } from './knowledge-texts.ts'
import { knowledgeStyles } from './styles.ts'
import { createSuggestedSearches } from './suggested-searches.ts'

/** The maximum length of a search text that the service accepts. */
const MAX_CHARS = 256

interface KnowledgeOptions {
  readonly chat: GuestChat
  /** The chat's texts, with the page's replacements. */
  readonly texts: Texts
  readonly language: string
  /** `first`: the chat opens only when the guest chooses to write. */
  readonly knowledge: string | undefined
}

/**
 * Offers articles until the guest has sent a message. This bundle is loaded only if the service has articles.
 * @returns a promise that resolves when the chat may open, which is immediately unless articles come first
 */
export function offerArticles(panel: HTMLElement, options: KnowledgeOptions): Promise<void> {
  const { chat } = options
  const isFirst = options.knowledge === 'first'
  const hadFocus = panel.matches(':focus-within')
  return new Promise((resolve) => {
    const view = createKnowledgeView(options, () => {
      if (isFirst) openChat()
      else panel.querySelector<HTMLElement>('.field')?.focus()
    })
    const { node } = view
    node.classList.toggle('first', isFirst)
    panel.classList.toggle('before-chat', isFirst)
    panel.querySelector('.header')?.after(node)
    const sign = panel.querySelector('.welcome-sign')?.cloneNode(true)
    if (isFirst && sign) node.prepend(sign)
    adoptStyles(panel, knowledgeStyles)
    const stop = chat.on('change', update)
    if (!isFirst) resolve()
    else if (hadFocus) node.querySelector('input')?.focus()

    function openChat(): void {
      const hasFocus = node.matches(':focus-within')
      node.classList.remove('first')
      panel.classList.remove('before-chat')
      if (hasFocus) panel.querySelector<HTMLElement>('.field')?.focus()
      resolve()
    }

    function update(): void {
      // The page may have opened the chat itself.
      if (node.classList.contains('first') && chat.state !== 'closed') openChat()
      const isOver = chat.state === 'ended' || chat.state === 'read-only'
      if (!isOver && !chat.messages.some(({ direction }) => direction === 'inbound')) return
      stop()
      view.end()
      node.remove()
    }
  })
}

/** @param onWrite called if the guest wants to write instead */
function createKnowledgeView(
  { chat, language, ...options }: KnowledgeOptions,
  onWrite: () => void,
): { readonly node: HTMLElement; end(): void } {
  const texts = { ...options.texts, ...lazyTexts(KNOWLEDGE_TEXTS, options.texts, language) }
  const field = h('input', {
    class: 'input',
    type: 'search',
    'aria-label': texts.findAnswer,
    placeholder: texts.findAnswer,
    maxlength: MAX_CHARS,
    autocomplete: 'off',
    enterkeyhint: 'search',
    oninput() {
      suggestions.suggestFor(field.value.trim())
      if (field.value === '') show('')
    },
  })
  const submit = h('button', { class: 'action', part: 'button' }, texts.search)
  const form = h('form', { role: 'search', onsubmit }, field, submit)
  const suggestions = createSuggestedSearches(chat, texts.suggestedSearches, (phrase) => {
    field.value = phrase
    void search()
  })
  const status = h('p', { role: 'status' })
  const content = h('div', { class: 'knowledge-content' })
  const write = createButton(texts.writeToUs, onWrite, 'write primary')
  const title = h('p', { class: 'knowledge-title' }, texts.greetingTitle)
  const parts = [title, form, suggestions.node, status, content, write]
  const node = h(
    'section',
    { class: 'knowledge', part: 'knowledge', 'aria-label': texts.findAnswer },
    ...parts,
  )
  let reading = new AbortController()

  /** Cancels the previous request. @returns undefined if this request fails or is canceled */
  async function read<Body>(path: string): Promise<Body | undefined> {
    reading.abort()
    const { signal } = (reading = new AbortController())
    try {
      return (await (await chat.fetch(path, { signal })).json()) as Body
    } catch {
      if (!signal.aborted) say(texts.articlesFailed)
      return undefined
    }
  }

  function onsubmit(event: Event): void {
    event.preventDefault()
    void search()
  }

  async function search(): Promise<void> {
    suggestions.clear()
    field.focus()
    const words = field.value.trim()
    if (words === '') return
    show(texts.searching)
    const found = await read<KnowledgeSearch>(`knowledge/search?q=${encodeURIComponent(words)}`)
    if (found === undefined) return
    const { results, searchId } = found
    const links = results.map((result) => {
      const link = articleLink(result, () => void openArticle(result.id, searchId, () => backTo(link)))
      return link
    })
    const list = h('ul', {}, ...links.map((link) => h('li', {}, link)))
    const showList = () => show(fill(texts.articlesFound, { count: links.length }), list)
    const backTo = (link: HTMLElement) => {
      showList()
      link.focus()
    }
    if (links.length > 0) showList()
    else show(texts.noArticle)
  }

  async function openArticle(id: string, searchId: string | undefined, onBack: () => void): Promise<void> {
    const article = await read<KnowledgeArticle>(`knowledge/articles/${encodeURIComponent(id)}`)
    if (article === undefined) return
    const shown = articleView(article, { chat, texts, searchId, onBack })
    show('', shown.node)
    node.scrollTop = 0
    shown.focus()
  }

  /** @param isOnlySpoken whether only screen readers get the text, because sighted guests see what it says */
  function say(text: string, isOnlySpoken = false): void {
    status.textContent = text
    status.classList.toggle('spoken', isOnlySpoken)
  }

  /** @param found the search results or the article to show in place of the messages */
  function show(says: string, found?: HTMLElement): void {
    say(says, found !== undefined)
    content.replaceChildren(...(found ? [found] : []))
    node.classList.toggle('busy', found !== undefined)
    node.classList.toggle('reading', found?.localName === 'article')
  }

  return {
    node,
    end() {
      suggestions.clear()
      reading.abort()
    },
  }
}

function articleLink({ title, excerpt }: KnowledgeResult, onclick: () => void): HTMLElement {
  return h(
    'button',
    { type: 'button', class: 'article-link', onclick },
    h('span', { class: 'article-title', dir: 'auto' }, title),
    excerpt !== undefined && h('span', { class: 'article-excerpt', dir: 'auto' }, excerpt),
  )
}
