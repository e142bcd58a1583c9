import { externalLink, linkUrl, safeUrl } from '../autolink.ts'
import type { ChatView } from '../chat-view.ts'
import type { Part } from '../content-part.ts'
import { h } from '../dom.ts'
import { icon } from './icons.ts'

/** A link with a preview of its target. */
export function richLinkView(link: Part<'rich-link'>): HTMLElement {
  const url = linkUrl(link.url)
  const { header } = link
  const media = header && header.type !== 'text' ? safeUrl(header.value) : undefined
  return h(
    'div',
    { class: 'card', part: 'card', role: 'group', 'aria-label': link.urlLabel ?? link.text },
    media !== undefined &&
      (header?.type === 'video'
        ? h('video', { class: 'card-picture', src: media, controls: true, preload: 'none' })
        : header?.type === 'image' &&
          h('img', { class: 'card-picture', src: media, alt: '', loading: 'lazy' })),
    h(
      'div',
      { class: 'card-text' },
      header?.type === 'text' && h('p', { class: 'card-title' }, header.value),
      header?.type === 'file' && media !== undefined && externalLink(media, { class: 'link' }, media),
      h('p', { dir: 'auto' }, link.text),
      link.footer !== undefined && h('p', { class: 'card-description' }, link.footer),
    ),
    url !== undefined &&
      h(
        'div',
        { class: 'card-actions' },
        externalLink(url, { class: 'action', part: 'button' }, link.urlLabel ?? hostOf(url)),
      ),
  )
}

/** A place with its address, and a link to a map. */
export function locationView(place: Part<'location'>, { texts }: ChatView): HTMLElement {
  const { latitude, longitude } = place
  const map =
    linkUrl(place.url) ??
    (latitude === undefined || longitude === undefined
      ? undefined
      : `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}`)
  return h(
    'div',
    { class: 'card', part: 'card', role: 'group', 'aria-label': place.text },
    h(
      'div',
      { class: 'card-text place' },
      h('span', { class: 'file-icon' }, icon('place')),
      h(
        'div',
        {},
        h('p', { class: 'card-title' }, place.text),
        place.address !== undefined &&
          place.address !== place.text &&
          h('p', { class: 'card-description' }, place.address),
      ),
    ),
    map !== undefined &&
      h(
        'div',
        { class: 'card-actions' },
        externalLink(map, { class: 'action', part: 'button' }, texts.openMap),
      ),
  )
}

function hostOf(url: string): string {
  return new URL(url).hostname || url
}
