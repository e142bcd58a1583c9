import { ChatProblem, type GuestChat } from '../chat-client.ts'
import { fileSize } from './chat-view.ts'
import { h } from './dom.ts'
import { icon } from './icons.ts'
import { fill, problemText, type Texts } from './texts/texts.ts'

export interface UploadTray {
  readonly node: HTMLElement
  readonly isUploading: boolean
  readonly attachmentIds: readonly string[]
  add(files: Iterable<File>): void
  /** What was uploaded belongs to a message now. */
  clear(): void
}

interface Upload {
  readonly node: HTMLElement
  readonly stop: AbortController
  id?: string
  isDone: boolean
}

/** The files that go with the next message, on their way and ready. */
export function createUploadTray(options: {
  readonly chat: GuestChat
  readonly texts: Texts
  readonly language: string
  readonly onChange: () => void
}): UploadTray {
  const { chat, texts, language, onChange } = options
  const uploads = new Set<Upload>()
  const node = h('div', { class: 'tray' })

  function changed(): void {
    node.replaceChildren(...[...uploads].map((upload) => upload.node))
    onChange()
  }

  async function start(file: File): Promise<void> {
    const name = file.name
    const progress = h('progress', { max: '1', value: '0', 'aria-label': fill(texts.uploading, { name }) })
    const state = h('span', { class: 'file-size' }, fileSize(file.size, language))
    const about = h('span', { class: 'file-name' }, name, state, progress)
    const remove = h(
      'button',
      { type: 'button', 'aria-label': fill(texts.removeFile, { name }) },
      icon('close'),
    )
    const chip = h('div', { class: 'upload' }, h('span', { class: 'file-icon' }, icon('file')), about, remove)
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
    const max = fileSize(maxKB * 1024, language)
    return problemText(texts, error instanceof ChatProblem ? error.code : 'other', { name, max })
  }

  return {
    node,
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
