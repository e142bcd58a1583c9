import type { GuestChat } from '../../client/chat-client.ts'
import { h } from '../dom.ts'
import { adoptStyles } from '../styles/sheets.ts'
import type { Texts } from '../texts/texts-shape.ts'
import { inLanguage } from '../texts/in-language.ts'
import { SURVEY_TEXTS } from './survey-texts.ts'

const SCORES = [1, 2, 3, 4, 5]

/**
 * Asks the guest to rate an ended conversation, once per conversation. This bundle is loaded only if the service
 * accepts ratings, at the end of a conversation.
 */
export function askForScore(
  bar: HTMLElement,
  { chat, texts, language }: { readonly chat: GuestChat; readonly texts: Texts; readonly language: string },
): void {
  const words = inLanguage(SURVEY_TEXTS, language)
  let shown: HTMLElement | undefined
  adoptStyles(bar, surveyStyles)

  function update(): void {
    const isOver = chat.state === 'ended' || chat.state === 'read-only'
    const isAnswered = chat.messages.some(({ direction }) => direction === 'outbound')
    if (!isOver) {
      shown?.remove()
      shown = undefined
    } else if (isAnswered && chat.endReason !== 'signed-in-elsewhere' && shown === undefined) {
      shown = question()
      bar.querySelector('[role=status]')?.after(shown)
    }
  }

  function question(): HTMLElement {
    const problem = h('p', { class: 'survey-problem', role: 'alert' })
    const buttons = SCORES.map((score) => {
      const name = score === 1 ? words.lowest : score === SCORES.length ? words.highest : undefined
      return h(
        'button',
        {
          type: 'button',
          class: 'action survey-score',
          part: 'button',
          'aria-label': name === undefined ? String(score) : `${score}, ${name}`,
          onclick: () => void send(score),
        },
        String(score),
      )
    })
    const node = h(
      'div',
      { class: 'survey', role: 'group', 'aria-labelledby': 'survey-question' },
      h('p', { id: 'survey-question' }, words.question),
      h('div', { class: 'survey-scores' }, ...buttons),
      h(
        'div',
        { class: 'survey-ends', 'aria-hidden': 'true' },
        h('span', {}, words.lowest),
        h('span', {}, words.highest),
      ),
      problem,
    )

    async function send(score: number): Promise<void> {
      for (const button of buttons) button.setAttribute('aria-disabled', 'true')
      try {
        await chat.fetch('survey', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify({ score }),
        })
        const thanks = h('p', { tabindex: '-1', role: 'status' }, words.thanks)
        node.replaceChildren(thanks)
        node.removeAttribute('aria-labelledby')
        node.removeAttribute('role')
        thanks.focus()
      } catch {
        problem.textContent = texts.problems.other
        for (const button of buttons) button.removeAttribute('aria-disabled')
      }
    }
    return node
  }

  chat.on('change', update)
  update()
}

const surveyStyles = `
.survey-scores { display: flex; gap: 0.5rem; margin-top: 0.5rem; }
.over-bar .survey-score { flex: 1; min-width: var(--_target); min-height: var(--_target); padding: 0.5rem; }
.survey-ends { display: flex; justify-content: space-between; margin-top: 0.25rem; font-size: 0.7812rem; }
.survey > p:first-child { color: var(--_text); font-weight: 600; }
.survey-problem { color: var(--_danger); }
.survey p:focus { outline: none; }
`
