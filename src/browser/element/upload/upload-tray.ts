import type { ChatProblem, GuestChat, ProblemCode } from '../../client/chat-client.ts'
import { fileSize } from '../chat-view.ts'
import { h, plainName } from '../dom.ts'
import { icon } from '../icons.ts'
import { adoptStyles } from '../styles/sheets.ts'
import { fill } from '../texts/fill.ts'
import type { Texts } from '../texts/texts-shape.ts'
import { uploadStyles } from './styles.ts'

/** Twice the size at which a preview is shown, for high-density displays. */
const PREVIEW_PX = 112

export interface UploadTray {
  readonly isUploading: boolean
  readonly attachmentIds: readonly string[]
  add(files: Iterable<File>): void
  /** Removes all uploads, because they now belong to a message. */
  clear(): void
}

interface Upload {
  readonly node: HTMLElement
  readonly stop: AbortController
  id?: string
  isDone: boolean
}

/**
 * The files that will be sent with the next message, both uploading and uploaded. This bundle is loaded only when the
 * guest chooses the first file.
 * @param node where the files are shown
 */
export function createUploadTray(
  node: HTMLElement,
  options: {
    readonly chat: GuestChat
    readonly texts: Texts
    readonly locale: string
    readonly onChange: () => void
  },
): UploadTray {
  const { chat, texts, locale, onChange } = options
  const uploads = new Set<Upload>()
  adoptStyles(node, uploadStyles)

  function changed(): void {
    node.replaceChildren(...[...uploads].map((upload) => upload.node))
    onChange()
  }

  async function start(file: File): Promise<void> {
    const name = plainName(file.name)
    const progress = h('progress', { max: '1', value: '0', 'aria-label': fill(texts.uploading, { name }) })
    const state = h('span', { class: 'file-size' }, fileSize(file.size, locale))
    const about = h('span', { class: 'file-name' }, name, state, progress)
    const remove = h(
      'button',
      { type: 'button', 'aria-label': fill(texts.removeFile, { name }) },
      icon('close'),
    )
    const sign = h('span', { class: 'file-icon' }, icon('file'))
    const chip = h('div', { class: 'upload' }, sign, about, remove)
    if (file.type.startsWith('image/')) void showPicture(file, sign)
    const upload: Upload = { node: chip, stop: new AbortController(), isDone: false }
    remove.addEventListener('click', () => {
      uploads.delete(upload)
      upload.stop.abort()
      if (upload.id !== undefined) void chat.deleteAttachment(upload.id).catch(() => undefined)
      changed()
    })
    uploads.add(upload)
    changed()
    try {
      const onProgress = (share: number) => (progress.value = share)
      const uploaded = await chat.upload(file, { onProgress, signal: upload.stop.signal })
      upload.id = uploaded.id
      progress.remove()
      state.prepend(icon('check'))
    } catch (error) {
      progress.remove()
      chip.classList.add('refused')
      state.replaceWith(h('span', { class: 'reason', role: 'alert' }, reason(error, name)))
    }
    upload.isDone = true
    onChange()
  }

  function reason(error: unknown, name: string): string {
    const maxKB = chat.session?.limits.attachments?.maxFileSizeKB ?? 10_240
    const max = fileSize(maxKB * 1024, locale)
    // `instanceof ChatProblem` cannot be used, because this bundle does not contain the class.
    const code: ProblemCode = (error as Partial<ChatProblem>).code ?? 'other'
    return fill(texts.problems[code] ?? texts.problems.other, { name, max })
  }

  return {
    get isUploading() {
      return [...uploads].some(({ isDone }) => !isDone)
    },
    get attachmentIds() {
      return [...uploads].flatMap(({ id }) => id ?? [])
    },
    add(files) {
      for (const file of files) void start(file)
    },
    clear() {
      uploads.clear()
      changed()
    },
  }
}

/**
 * Shows a thumbnail of the picture. It is painted on a canvas, because a page's policy may forbid `blob:` addresses.
 */
async function showPicture(file: File, sign: HTMLElement): Promise<void> {
  try {
    const picture = await createImageBitmap(file)
    const side = Math.min(picture.width, picture.height)
    const canvas = h('canvas', { width: PREVIEW_PX, height: PREVIEW_PX, 'aria-hidden': 'true' })
    const left = (picture.width - side) / 2
    const top = (picture.height - side) / 2
    canvas.getContext('2d')?.drawImage(picture, left, top, side, side, 0, 0, PREVIEW_PX, PREVIEW_PX)
    picture.close()
    sign.replaceChildren(canvas)
  } catch {
    // The browser does not support this image format, so the picture is shown as a file.
  }
}
