import { externalLink, safeUrl } from './autolink.ts'
import { fileSize, type ChatView } from './chat-view.ts'
import type { Part } from './content-part.ts'
import { h, plainName } from './dom.ts'
import { icon } from './icons.ts'
import { fill } from './texts/texts.ts'

/** Genesys' file addresses expire after a few minutes. An address that is younger than this is not renewed. */
const FRESH_FOR_MS = 60_000

/** A picture, or the name and size of any other file. A click opens the file in a new tab. */
export function attachmentView(file: Part<'attachment'>, view: ChatView): HTMLElement {
  const caption = file.text !== undefined && file.text !== file.fileName && file.text
  const node = fileView(file, view)
  if (!caption) return node
  return h('figure', { class: 'captioned' }, node, h('figcaption', { dir: 'auto' }, caption))
}

function fileView(file: Part<'attachment'>, view: ChatView): HTMLElement {
  const name = plainName(file.fileName ?? view.texts.file)
  const label = fill(view.texts.openFile, { name })
  const url = safeUrl(file.url)
  const size = file.fileSizeBytes === undefined ? '' : fileSize(file.fileSizeBytes, view.locale)
  const isPicture =
    url !== undefined && (file.mediaType === 'Image' || file.mimeType?.startsWith('image/') === true)
  const shown = isPicture
    ? [h('img', { src: url, alt: file.text ?? name, loading: 'lazy' })]
    : [
        h('span', { class: 'file-icon' }, icon('file')),
        h('span', { class: 'file-name' }, name, size !== '' && h('span', { class: 'file-size' }, size)),
      ]
  const className = isPicture ? 'picture' : 'file'
  if (url === undefined) return h('div', { class: className }, ...shown)
  const link = externalLink(url, { class: className, ...(isPicture && { 'aria-label': label }) }, ...shown)
  if (file.id !== '') keepFresh(link, file.id, view)
  return link
}

/** Renews the address when the guest points at, focuses or opens the file, and when its picture can't be loaded. */
function keepFresh(link: HTMLAnchorElement, id: string, view: ChatView): void {
  const picture = link.querySelector('img')
  let renewedAtMs = -Infinity
  let renewing: Promise<void> | undefined
  const isFresh = () => Date.now() - renewedAtMs < FRESH_FOR_MS

  async function ask(): Promise<void> {
    const url = safeUrl(await view.fileUrl(id))
    if (url === undefined) throw new TypeError('The file has no web address.')
    renewedAtMs = Date.now()
    link.href = url
    if (picture && !picture.complete) picture.src = url
  }
  const renew = () => {
    if (isFresh()) return Promise.resolve()
    renewing ??= ask().finally(() => (renewing = undefined))
    return renewing
  }
  const prepare = () => void renew().catch(() => undefined)

  link.addEventListener('pointerenter', prepare)
  link.addEventListener('focus', prepare)
  link.addEventListener('click', (event) => {
    if (isFresh()) return
    event.preventDefault()
    renew().then(
      () => link.click(),
      () => view.onFileProblem(),
    )
  })
  picture?.addEventListener('error', () => {
    if (isFresh()) return
    void renew()
      .then(() => (picture.src = link.href))
      .catch(() => undefined)
  })
}
