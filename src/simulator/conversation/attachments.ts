import { createHash, createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { GuestSession } from './guest-session.ts'
import { SECOND_MS } from './limits.ts'
import type { Content } from '../socket/payloads.ts'
import type { Settings } from '../settings.ts'

export interface Attachment {
  id: string
  session: GuestSession
  fileName: string
  fileType: string
  /** The upload must have exactly these headers. */
  headers: Record<string, string>
  state: 'expected' | 'uploaded' | 'refused' | 'sent'
  bytes: Buffer
  sha256: string
}

export const STORAGE_PATH = '/attachment-storage'

/** Genesys: about ten minutes. */
const ADDRESS_LIFE_SECONDS = 600

/** Refused regardless of what the deployment's profile allows. */
export const BLOCKED_EXTENSIONS = [
  '.ade',
  '.adp',
  '.bat',
  '.cmd',
  '.com',
  '.exe',
  '.js',
  '.msi',
  '.scr',
  '.vbs',
]

/**
 * Files in transit between guest and agent, and the signed addresses under which they are stored and fetched.
 */
export function createAttachments(settings: Settings) {
  const byId = new Map<string, Attachment>()
  const secret = randomBytes(32)

  function expect(
    session: GuestSession,
    file: { id?: string | undefined; fileName: string; fileType: string },
  ) {
    const attachment: Attachment = {
      id: file.id ?? randomUUID(),
      session,
      fileName: file.fileName,
      fileType: file.fileType,
      headers: { 'x-amz-tagging': `organizationId=${settings.organizationId}&originPlatform=webmessaging` },
      state: 'expected',
      bytes: Buffer.alloc(0),
      sha256: '',
    }
    byId.set(attachment.id, attachment)
    return attachment
  }

  function store(attachment: Attachment, bytes: Buffer): void {
    attachment.bytes = bytes
    attachment.sha256 = createHash('sha256').update(bytes).digest('hex')
    attachment.state = 'uploaded'
  }

  function ofAgent(
    file: { name: string; mediaType: string; bytes: string | Uint8Array },
    session: GuestSession,
  ): Content {
    const attachment = expect(session, { fileName: file.name, fileType: file.mediaType })
    store(attachment, Buffer.from(file.bytes as string))
    attachment.state = 'sent'
    return contentOf(attachment, session.baseUrl)
  }

  function contentOf(attachment: Attachment, baseUrl: string): Content {
    return {
      contentType: 'Attachment',
      attachment: {
        id: attachment.id,
        mediaType: mediaTypeOf(attachment.fileType),
        url: address(attachment, 'GET', baseUrl),
        mime: attachment.fileType,
        filename: attachment.fileName,
        fileSize: attachment.bytes.length,
        sha256: attachment.sha256,
      },
    }
  }

  function address(attachment: Attachment, method: 'GET' | 'PUT', baseUrl: string): string {
    const expires = Math.floor(settings.now() / SECOND_MS) + ADDRESS_LIFE_SECONDS
    const query = `expires=${expires}&signature=${signature(attachment.id, method, String(expires))}`
    return `${settings.storageUrl ?? baseUrl}${STORAGE_PATH}/${attachment.id}/${encodeURIComponent(attachment.fileName)}?${query}`
  }

  /** The attachment that an address points to, if the address is ours and has not expired. */
  function at(id: string, method: 'GET' | 'PUT', query: { expires: string; signature: string }) {
    const expected = Buffer.from(signature(id, method, query.expires))
    const given = Buffer.from(query.signature)
    if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined
    return Number(query.expires) * SECOND_MS > settings.now() ? byId.get(id) : undefined
  }

  function signature(id: string, method: string, expires: string): string {
    return createHmac('sha256', secret).update(`${method} ${id} ${expires}`).digest('hex')
  }

  /** Content as in the history, with fresh addresses. */
  function refreshed(content: Content[], baseUrl: string): Content[] {
    return content.map((element) => {
      const { id } = (element.attachment ?? {}) as { id?: string }
      const attachment = id === undefined ? undefined : byId.get(id)
      return attachment ? contentOf(attachment, baseUrl) : element
    })
  }

  return {
    expect,
    store,
    ofAgent,
    contentOf,
    address,
    at,
    refreshed,
    of: (session: GuestSession, id: string) => {
      const attachment = byId.get(id)
      return attachment?.session === session ? attachment : undefined
    },
    isTaken: (id: string) => byId.has(id),
    remove: (attachment: Attachment) => void byId.delete(attachment.id),
  }
}

export type Attachments = ReturnType<typeof createAttachments>

function mediaTypeOf(mime: string): string {
  const [kind = ''] = mime.split('/')
  return { image: 'Image', video: 'Video', audio: 'Audio' }[kind] ?? 'File'
}
