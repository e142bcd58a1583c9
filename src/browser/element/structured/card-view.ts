import type { Card } from '../../../contract/contract.ts'
import { externalLink, linkUrl, safeUrl } from '../autolink.ts'
import type { ChatView } from '../chat-view.ts'
import { h, toggle } from '../dom.ts'
import { icon } from './icons.ts'

/** A card: a picture or a video, a title, a description, and actions. */
export function cardView(card: Card, view: ChatView): HTMLElement {
  const title = h('p', { class: 'card-title' }, card.title)
  const usual = card.defaultAction && defaultAction(card.defaultAction, card.title, view)
  return h(
    'div',
    { class: 'card', part: 'card', role: 'group', 'aria-label': card.title },
    mediaView(card),
    h(
      'div',
      { class: 'card-text' },
      usual ? h('p', { class: 'card-title' }, usual) : title,
      card.description !== undefined && h('p', { class: 'card-description' }, card.description),
    ),
    card.actions.length > 0 &&
      h('div', { class: 'card-actions' }, ...card.actions.map((action) => actionView(action, view))),
  )
}

function mediaView({ imageUrl, videoUrl, title }: Card): HTMLElement | false {
  const picture = safeUrl(imageUrl)
  const video = safeUrl(videoUrl)
  if (video !== undefined) {
    const attributes = { class: 'card-picture', src: video, poster: picture, 'aria-label': title }
    return h('video', { ...attributes, controls: true, preload: 'none' })
  }
  return picture !== undefined && h('img', { class: 'card-picture', src: picture, alt: '', loading: 'lazy' })
}

/** The card's title as a link or button that triggers the card's default action. */
function defaultAction(
  action: NonNullable<Card['defaultAction']>,
  title: string,
  view: ChatView,
): HTMLElement | undefined {
  if (action.type === 'postback') {
    const button = { text: action.text, payload: action.payload }
    const attributes = { type: 'button', class: 'card-link', onclick: () => view.reply({ button }) }
    return h('button', attributes, title)
  }
  const url = linkUrl(action.url)
  return url === undefined ? undefined : externalLink(url, { class: 'card-link' }, title)
}

function actionView(action: Card['actions'][number], view: ChatView): HTMLElement | false {
  if (action.type === 'postback') {
    const button = { text: action.text, payload: action.payload }
    const onclick = () => view.reply({ button })
    return h('button', { type: 'button', class: 'action', part: 'button', onclick }, action.text)
  }
  const url = linkUrl(action.url)
  return url !== undefined && externalLink(url, { class: 'action', part: 'button' }, action.text)
}

/** Cards in a row, which the guest can swipe, tab or step through. */
export function carouselView(cards: readonly Card[], view: ChatView): HTMLElement {
  const track = h(
    'div',
    { class: 'carousel-track', tabindex: '0' },
    ...cards.map((card) => cardView(card, view)),
  )
  const dots = cards.map(() => h('i'))
  const step = (direction: 1 | -1) => () => {
    const width = track.firstElementChild?.getBoundingClientRect().width ?? 0
    const towards = getComputedStyle(track).direction === 'rtl' ? -direction : direction
    track.scrollBy({ left: towards * (width + 12), behavior: isStill() ? 'auto' : 'smooth' })
  }
  // A card's dot is highlighted while most of the card is visible. A side with more cards fades out.
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, intersectionRatio } of entries)
        dots[[...track.children].indexOf(target)]?.classList.toggle('on', intersectionRatio > 0.6)
      const isMoreBefore = dots[0]?.className === ''
      const isMoreAfter = dots.at(-1)?.className === ''
      track.classList.toggle('more-before', isMoreBefore)
      track.classList.toggle('more-after', isMoreAfter)
      // `disabled` is not used, because it would take the focus from the arrow that was just used.
      previous.setAttribute('aria-disabled', String(!isMoreBefore))
      next.setAttribute('aria-disabled', String(!isMoreAfter))
      toggle(steps, isMoreBefore || isMoreAfter)
    },
    { root: track, threshold: 0.6 },
  )
  const arrow = (label: string, direction: 1 | -1) =>
    h(
      'button',
      { type: 'button', 'aria-label': `${label}: ${cards[0]?.title ?? ''}`, onclick: step(direction) },
      icon(direction === 1 ? 'right' : 'left'),
    )
  const previous = arrow(view.texts.previous, -1)
  const next = arrow(view.texts.next, 1)
  const marks = h('span', { class: 'carousel-dots', 'aria-hidden': 'true' }, ...dots)
  const steps = h('div', { class: 'carousel-steps' }, previous, marks, next)
  for (const card of track.children) seen.observe(card)
  return h('div', { class: 'carousel', role: 'group', 'aria-label': view.texts.cards }, track, steps)
}

function isStill(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches
}
