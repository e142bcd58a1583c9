import type { AttachmentContent } from '../contract.ts'
import { externalLink, safeUrl } from './autolink.ts'
import { fileSize, type ChatView } from './chat-view.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { fill } from './texts/texts.ts'

/** A picture, or a file with its name and size; both open in a tab of their own. */
export function attachmentView(file: AttachmentContent, view: ChatView): HTMLElement {
  const name = file.fileName ?? view.texts.file
  const label = fill(view.texts.openFile, { name })
  const url = safeUrl(file.url)
  const size = file.fileSizeBytes === undefined ? '' : fileSize(file.fileSizeBytes, view.language)
  const isPicture =
    url !== undefined && (file.mediaType === 'Image' || file.mimeType?.startsWith('image/') === true)
  const shown = isPicture
    ? [h('img', { src: url, alt: name, loading: 'lazy' })]
    : [
        h('span', { class: 'file-icon' }, icon('file')),
        h('span', { class: 'file-name' }, name, size !== '' && h('span', { class: 'file-size' }, size)),
      ]
  const className = isPicture ? 'picture' : 'file'
  if (url === undefined) return h('div', { class: className }, ...shown)
  const link = externalLink(url, { class: className, ...(isPicture && { 'aria-label': label }) }, ...shown)
  renewWhenUsed(link, file, view)
  return link
}

/** Genesys' addresses run out after some minutes: a picture that fails, and a link in use, get a new one. */
function renewWhenUsed(link: HTMLAnchorElement, file: AttachmentContent, view: ChatView): void {
  let renewed: Promise<void> | undefined
  const renew = () =>
    (renewed ??= view.fileUrl(file.id).then((fresh) => {
      const url = safeUrl(fresh)
      if (url === undefined) return
      link.href = url
      const picture = link.querySelector('img')
      if (picture) picture.src = url
    }))
  link.querySelector('img')?.addEventListener('error', () => void renew())
  link.addEventListener('pointerenter', () => void renew())
  link.addEventListener('focus', () => void renew())
}
