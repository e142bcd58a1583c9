import type { KnowledgeArticle, KnowledgeSearch, KnowledgeSuggestions } from '../../../contract/contract.ts'
import type { GuestChat } from '../../client/chat-client.ts'
import { h, toggle } from '../dom.ts'
import { adoptStyles } from '../styles/sheets.ts'
import { ownTexts } from '../texts/own-texts.ts'
import { fill, type Texts } from '../texts/texts.ts'
import { articleNodes } from './article-nodes.ts'
import { KNOWLEDGE_TEXTS } from './knowledge-texts.ts'
import { knowledgeStyles } from './styles.ts'

/** As the service accepts them. */
const MAX_CHARS = 256
const MIN_SUGGESTED_CHARS = 3
const TYPING_PAUSE_MS = 400

interface KnowledgeOptions {
  readonly chat: GuestChat
  /** Those of the page among them. */
  readonly texts: Texts
  readonly language: string
  /** `first`: the chat opens only after a search. */
  readonly knowledge: string | undefined
}

/**
 * Offers articles until the guest has written. A file of its own, loaded where the service has articles.
 * @returns resolves when the chat may open: immediately, unless articles come first
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
    panel.querySelector('.header')?.after(node)
    adoptStyles(panel, knowledgeStyles)
    const stop = chat.on('change', update)
    if (!isFirst) resolve()
    else if (hadFocus) node.querySelector('input')?.focus()

    function openChat(): void {
      const hasFocus = node.matches(':focus-within')
      node.classList.remove('first')
      if (hasFocus) panel.querySelector<HTMLElement>('.field')?.focus()
      resolve()
    }

    function update(): void {
      // The page can open the chat too.
      if (node.classList.contains('first') && chat.state !== 'closed') openChat()
      const isOver = chat.state === 'ended' || chat.state === 'read-only'
      if (!isOver && !chat.messages.some(({ direction }) => direction === 'inbound')) return
      stop()
      view.end()
      node.remove()
    }
  })
}

/** @param onWrite the guest wants to write instead */
function createKnowledgeView(
  { chat, language, ...options }: KnowledgeOptions,
  onWrite: () => void,
): { readonly node: HTMLElement; end(): void } {
  const texts = ownTexts(KNOWLEDGE_TEXTS, options.texts, language)
  const field = h('input', {
    class: 'input',
    type: 'search',
    'aria-label': texts.findAnswer,
    placeholder: texts.findAnswer,
    maxlength: MAX_CHARS,
    autocomplete: 'off',
    enterkeyhint: 'search',
    oninput: suggestSoon,
  })
  const submit = h('button', { class: 'action', part: 'button' }, texts.search)
  const form = h('form', { role: 'search', onsubmit }, field, submit)
  const suggestions = h('div', {
    class: 'suggested-searches',
    role: 'group',
    'aria-label': texts.suggestedSearches,
    hidden: true,
  })
  const status = h('p', { role: 'status' })
  const content = h('div', { class: 'knowledge-content' })
  const write = button(texts.writeToUs, onWrite, 'write primary')
  const title = h('p', { class: 'knowledge-title' }, options.texts.greetingTitle)
  const node = h(
    'section',
    { class: 'knowledge', part: 'knowledge', 'aria-label': texts.findAnswer },
    title,
    form,
    suggestions,
    status,
    content,
    write,
  )
  let reading = new AbortController()
  let pause: ReturnType<typeof setTimeout> | undefined
  let searchId: string | undefined
  toggle(write, false)

  /** Only the newest request counts. @returns undefined if another one has followed, or it has failed */
  async function read<Body>(path: string): Promise<Body | undefined> {
    reading.abort()
    const { signal } = (reading = new AbortController())
    try {
      return (await (await chat.fetch(path, { signal })).json()) as Body
    } catch {
      if (!signal.aborted) status.textContent = texts.articlesFailed
      return undefined
    }
  }

  function onsubmit(event: Event): void {
    event.preventDefault()
    void search()
  }

  function suggestSoon(): void {
    clearTimeout(pause)
    toggle(suggestions, false)
    if (field.value === '') show('')
    if (field.value.trim().length >= MIN_SUGGESTED_CHARS)
      pause = setTimeout(() => void suggest(), TYPING_PAUSE_MS)
  }

  /** They only save typing: without them nothing is missing. */
  async function suggest(): Promise<void> {
    const words = field.value
    const paused = pause
    const found = await chat
      .fetch(`knowledge/suggestions?q=${encodeURIComponent(words.trim())}`)
      .then((response) => response.json() as Promise<KnowledgeSuggestions>)
      .catch(() => undefined)
    if (found === undefined || paused !== pause) return
    const choices = found.phrases.map((phrase) =>
      button(phrase, () => {
        field.value = phrase
        void search()
      }),
    )
    suggestions.replaceChildren(...choices)
    toggle(suggestions, choices.length > 0)
  }

  async function search(): Promise<void> {
    clearTimeout(pause)
    pause = undefined
    toggle(suggestions, false)
    const words = field.value.trim()
    field.focus()
    if (words === '') return
    show(texts.searching)
    const found = await read<KnowledgeSearch>(`knowledge/search?q=${encodeURIComponent(words)}`)
    toggle(write, true)
    if (found === undefined) return
    const { results } = found
    searchId = found.searchId
    const list = h('ul', {}, ...results.map((result) => h('li', {}, resultButton(result))))
    const showList = () => show(fill(texts.articlesFound, { count: results.length }), list)
    if (results.length > 0) showList()
    else show(texts.noArticle)

    function resultButton({ id, title, excerpt }: KnowledgeSearch['results'][number]): HTMLElement {
      const open = h(
        'button',
        { type: 'button', class: 'article-link', onclick: () => void openArticle(id, backToList) },
        h('span', { class: 'article-title', dir: 'auto' }, title),
        excerpt !== undefined && h('span', { class: 'article-excerpt', dir: 'auto' }, excerpt),
      )
      function backToList(): void {
        showList()
        open.focus()
      }
      return open
    }
  }

  async function openArticle(id: string, onBack: () => void): Promise<void> {
    const article = await read<KnowledgeArticle>(`knowledge/articles/${encodeURIComponent(id)}`)
    if (article === undefined) return
    const heading = h('h3', { tabindex: '-1', dir: 'auto' }, article.title)
    const body = h('div', { class: 'article-body', dir: 'auto' }, ...articleNodes(article.html))
    const back = button(options.texts.back, onBack, 'back')
    show('', h('article', {}, back, heading, body, helpfulQuestion(id)))
    node.scrollTop = 0
    heading.focus()
  }

  function helpfulQuestion(id: string): HTMLElement {
    const answers = [true, false].map((helpful) =>
      button(helpful ? texts.helpfulYes : texts.helpfulNo, () => void answer(helpful)),
    )
    const problem = h('p', { class: 'knowledge-problem', role: 'alert' })
    const question = h('div', { class: 'helpful', role: 'group', 'aria-label': texts.helpful })
    question.append(h('p', {}, texts.helpful), ...answers, problem)

    async function answer(helpful: boolean): Promise<void> {
      for (const each of answers) each.setAttribute('aria-disabled', 'true')
      try {
        await chat.fetch(`knowledge/articles/${encodeURIComponent(id)}/feedback`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ helpful, searchId }),
        })
      } catch {
        problem.textContent = options.texts.problems.other
        for (const each of answers) each.removeAttribute('aria-disabled')
        return
      }
      const thanks = h('p', { tabindex: '-1' }, helpful ? texts.helpfulThanks : texts.notHelpful)
      question.replaceChildren(thanks)
      thanks.focus()
    }
    return question
  }

  /** @param found takes the place of the messages */
  function show(says: string, found?: HTMLElement): void {
    status.textContent = says
    content.replaceChildren(...(found ? [found] : []))
    node.classList.toggle('busy', found !== undefined)
  }

  return {
    node,
    end() {
      clearTimeout(pause)
      reading.abort()
    },
  }
}

function button(text: string, onclick: () => void, kind = ''): HTMLElement {
  return h('button', { type: 'button', class: `action ${kind}`.trim(), part: 'button', onclick }, text)
}
