import type { Card } from '../contract.ts'
import { externalLink, safeUrl } from './autolink.ts'
import type { ChatView } from './chat-view.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'

/** A picture, a title, a sentence, and what can be done. */
export function cardView(card: Card, view: ChatView): HTMLElement {
  const picture = safeUrl(card.imageUrl)
  return h(
    'div',
    { class: 'card', role: 'group', 'aria-label': card.title },
    picture !== undefined && h('img', { class: 'card-picture', src: picture, alt: '', loading: 'lazy' }),
    h(
      'div',
      { class: 'card-text' },
      h('p', { class: 'card-title' }, card.title),
      card.description !== undefined && h('p', { class: 'card-description' }, card.description),
    ),
    card.actions.length > 0 &&
      h('div', { class: 'card-actions' }, ...card.actions.map((action) => actionView(action, view))),
  )
}

function actionView(action: Card['actions'][number], view: ChatView): HTMLElement | false {
  if (action.type === 'postback') {
    const button = { text: action.text, payload: action.payload }
    return h(
      'button',
      { type: 'button', class: 'action', onclick: () => view.reply({ button }) },
      action.text,
    )
  }
  const url = safeUrl(action.url)
  return url !== undefined && externalLink(url, { class: 'action' }, action.text)
}

/** Cards side by side, to be swiped, tabbed or stepped through. */
export function carouselView(cards: readonly Card[], view: ChatView): HTMLElement {
  const track = h(
    'div',
    { class: 'carousel-track', tabindex: '0' },
    ...cards.map((card) => cardView(card, view)),
  )
  const step = (direction: 1 | -1) => () => {
    const width = track.firstElementChild?.getBoundingClientRect().width ?? 0
    track.scrollBy({ left: direction * (width + 12), behavior: isStill() ? 'auto' : 'smooth' })
  }
  return h(
    'div',
    { class: 'carousel', role: 'group', 'aria-label': view.texts.cards },
    track,
    h(
      'div',
      { class: 'carousel-steps' },
      h('button', { type: 'button', 'aria-label': view.texts.previous, onclick: step(-1) }, icon('left')),
      h('button', { type: 'button', 'aria-label': view.texts.next, onclick: step(1) }, icon('right')),
    ),
  )
}

function isStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
