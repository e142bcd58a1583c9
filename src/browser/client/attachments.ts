import { asProblem, ChatProblem } from './chat-problem.ts'
import type { Limits, UploadedFile } from '../../contract/contract.ts'
import type { Requests } from './requests.ts'

export interface UploadOptions {
  /** Called with the uploaded share of the file, from 0 to 1. */
  readonly onProgress?: (share: number) => void
  /** Stops the upload. */
  readonly signal?: AbortSignal
  /** Default: the file's own name. */
  readonly fileName?: string
}

/**
 * Uploads a file's bytes unchanged. Uses `XMLHttpRequest` if available, because `fetch` reports no progress.
 * @throws {ChatProblem}
 */
export async function uploadFile(
  requests: Requests,
  file: Blob,
  limits: Limits | undefined,
  options: UploadOptions & { readonly fetch: typeof fetch | undefined },
): Promise<UploadedFile> {
  const { onProgress, signal, fileName = file instanceof File ? file.name : 'file' } = options
  const mostKB = limits?.attachments?.maxFileSizeKB
  if (mostKB !== undefined && file.size > mostKB * 1024) {
    throw new ChatProblem('attachment_too_large', { status: 413, detail: `The limit is ${mostKB} KB.` })
  }
  const url = requests.url(`attachments?fileName=${encodeURIComponent(fileName)}`)
  const headers = {
    Accept: 'application/json',
    'Content-Type': file.type || 'application/octet-stream',
    ...requests.headers(),
  }
  if (options.fetch !== undefined || typeof XMLHttpRequest === 'undefined') {
    const init = { method: 'POST', headers, body: file, ...(signal && { signal }) }
    const response = await (options.fetch ?? fetch)(url, init)
    const body = await response.text()
    return requests.settle(response.status, response.headers.get('Retry-After'), body) as UploadedFile
  }
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest()
    xhr.open('POST', url)
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value)
    xhr.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0)
    xhr.onabort = () => reject(new ChatProblem('chat_closed'))
    xhr.onerror = () => reject(new ChatProblem('no_answer'))
    xhr.onload = () => {
      try {
        resolve(
          requests.settle(xhr.status, xhr.getResponseHeader('Retry-After'), xhr.responseText) as UploadedFile,
        )
      } catch (error) {
        reject(asProblem(error))
      }
    }
    signal?.addEventListener('abort', () => xhr.abort())
    xhr.send(file)
  })
}
