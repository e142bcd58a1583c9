import type { KnowledgeArticle, KnowledgeFeedback } from '../../../contract/contract.ts'
import type { GuestChat } from '../../client/chat-client.ts'
import { h } from '../dom.ts'
import type { Texts } from '../texts/texts.ts'
import { drawIcon } from '../draw-icon.ts'
import { articleNodes } from './article-nodes.ts'
import { createButton } from '../button.ts'
import type { KnowledgeTexts } from './knowledge-texts.ts'

const LEFT = 'm14.5 5.5-6.5 6.5 6.5 6.5'

export interface ArticleOptions {
  readonly chat: GuestChat
  readonly texts: Texts & KnowledgeTexts
  /** The search that found the article. */
  readonly searchId: string | undefined
  readonly onBack: () => void
}

/** An article, followed by the question whether it helped. */
export interface ArticleView {
  readonly node: HTMLElement
  /** Moves the focus to the title, where a screen reader continues. */
  focus(): void
}

export function articleView({ id, title, html }: KnowledgeArticle, options: ArticleOptions): ArticleView {
  const { chat, texts, searchId, onBack } = options
  const heading = h('h3', { tabindex: '-1', dir: 'auto' }, title)
  const body = h('div', { class: 'article-body', dir: 'auto' }, ...articleNodes(html))
  const question = helpfulQuestion(texts, (helpful) =>
    chat.fetch(`knowledge/articles/${encodeURIComponent(id)}/feedback`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        helpful,
        ...(searchId !== undefined && { searchId }),
      } satisfies KnowledgeFeedback),
    }),
  )
  const back = createButton(texts.back, onBack, 'back')
  back.prepend(drawIcon('left', LEFT))
  return { node: h('article', {}, back, heading, body, question), focus: () => heading.focus() }
}

function helpfulQuestion(
  texts: ArticleOptions['texts'],
  send: (helpful: boolean) => Promise<unknown>,
): HTMLElement {
  const answers = [true, false].map((helpful) =>
    createButton(helpful ? texts.helpfulYes : texts.helpfulNo, () => void answer(helpful)),
  )
  const problem = h('p', { class: 'knowledge-problem', role: 'alert' })
  const node = h('div', { class: 'helpful', role: 'group', 'aria-label': texts.helpful })
  node.append(h('p', {}, texts.helpful), ...answers, problem)

  async function answer(helpful: boolean): Promise<void> {
    for (const each of answers) each.setAttribute('aria-disabled', 'true')
    try {
      await send(helpful)
    } catch {
      problem.textContent = texts.problems.other
      for (const each of answers) each.removeAttribute('aria-disabled')
      return
    }
    const thanks = h('p', { tabindex: '-1' }, helpful ? texts.helpfulThanks : texts.notHelpful)
    node.replaceChildren(thanks)
    thanks.focus()
  }
  return node
}
