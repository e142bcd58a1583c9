import { randomUUID } from 'node:crypto'
import { extname } from 'node:path'
import type { FileAddresses } from '../../../../outgoing-http/file-addresses.ts'
import type { UpstreamClient } from '../../../../outgoing-http/upstream-client.ts'
import { UpstreamError } from '../../../../errors/upstream-error.ts'
import { withDeadline } from '../../../../outgoing-http/with-deadline.ts'
import type { Guest, Limits, OutgoingFile, UploadedFile } from '../../../guest-api.ts'
import { toUpstreamError } from '../wire/frame-errors.ts'
import type { Frame, PresignedUrl } from '../wire/frames.ts'
import type { GuestConnection } from '../connection/guest-connection.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import { deleteAttachment, getAttachment, onAttachment, type RequestFrame } from '../wire/requests.ts'

const TIMEOUT_REASON = 'Genesys did not say in time whether it accepts the file'
type Answer<T> = { readonly value: T } | { readonly refusedWith: number | undefined }

/**
 * The operations for files. Genesys: a client requests an upload address over the socket, and PUTs the bytes
 * there. An event on the socket then reports whether the file was accepted; only then may its id be used in a
 * message.
 */
export function createAttachments(options: {
  readonly connections: GuestConnections
  /** For the object store. */
  readonly files: UpstreamClient
  readonly fileAddresses: FileAddresses
  readonly requestTimeoutMs: number
  readonly monotonicNow: () => number
}) {
  const { connections, files, fileAddresses, requestTimeoutMs, monotonicNow } = options
  /** The transfer may take a long time; the requests to Genesys about it may not. */
  const stepDeadline = (deadlineAtMs: number) => Math.min(deadlineAtMs, monotonicNow() + requestTimeoutMs)

  async function upload(guest: Guest, file: OutgoingFile, deadlineAtMs: number): Promise<UploadedFile> {
    const connection = connections.of(guest)
    const { limits } = await connection.ready(stepDeadline(deadlineAtMs))
    check(file, limits.attachments)
    if (file.body.destroyed) {
      throw new UpstreamError('attachment_refused', 'The page closed before its file was sent')
    }
    const target = await uploadAddress(connection, file, stepDeadline(deadlineAtMs))
    const id = target.attachmentId
    fileAddresses.requireUploadable(target.url, target.headers)
    // A failed upload must not wait for the event, because the wait would keep the guest's connection open.
    const ended = new AbortController()
    try {
      // The event may arrive before the object store's response.
      const accepted = connection.awaitFrame({
        purpose: 'attachment',
        deadlineAtMs,
        readResponse: (frame) => uploadOutcome(frame, id),
        signal: ended.signal,
      })
      await files.upload({
        operation: 'upload_file',
        url: target.url,
        headers: uploadHeaders(target.headers, file.contentType),
        body: file.body,
        sizeBytes: file.sizeBytes,
        deadlineAtMs,
      })
      const url = await acceptedUrl(connection, id, accepted, deadlineAtMs)
      if (url !== undefined) fileAddresses.requireDownloadable(url)
      const { fileName, sizeBytes, contentType: mimeType } = file
      return { id, fileName, sizeBytes, mimeType, ...(url !== undefined && { url }) }
    } finally {
      ended.abort()
    }
  }

  /** If the event was lost, perhaps with the connection, a download address proves that the file was accepted. */
  async function acceptedUrl(
    connection: GuestConnection,
    attachmentId: string,
    accepted: Promise<Answer<{ url: string | undefined }>>,
    deadlineAtMs: number,
  ): Promise<string | undefined> {
    const eventDeadlineAtMs = stepDeadline(deadlineAtMs)
    try {
      return unlessRefused(await withDeadline(accepted, eventDeadlineAtMs - monotonicNow(), TIMEOUT_REASON))
        .url
    } catch (error) {
      const code = error instanceof UpstreamError ? error.code : undefined
      const hasTimeLeft = eventDeadlineAtMs < deadlineAtMs
      if (code !== 'upstream_unavailable' && !(code === 'upstream_timeout' && hasTimeLeft)) throw error
      const frame = getAttachment(attachmentId)
      return (await presigned(connection, frame, attachmentId, stepDeadline(deadlineAtMs))).url
    }
  }

  async function remove(guest: Guest, attachmentId: string, deadlineAtMs: number): Promise<void> {
    await connections.of(guest).request({
      frame: deleteAttachment(attachmentId),
      purpose: 'attachment',
      deadlineAtMs,
      readResponse: (frame) => frame.class === 'AttachmentDeletedResponse' || undefined,
      ifLost: 'send-again',
    })
  }

  async function url(guest: Guest, attachmentId: string, deadlineAtMs: number): Promise<string> {
    const answer = await presigned(
      connections.of(guest),
      getAttachment(attachmentId),
      attachmentId,
      deadlineAtMs,
    )
    fileAddresses.requireDownloadable(answer.url)
    return answer.url
  }

  return { upload, remove, url }
}

/** Refuses a file that the session does not allow. The platform would refuse it too, at the cost of a request. */
function check({ fileName, contentType, sizeBytes }: OutgoingFile, allowed: Limits['attachments']): void {
  if (!allowed) return
  const { maxFileSizeKB, blockedExtensions, fileTypes } = allowed
  if (sizeBytes > maxFileSizeKB * 1024) {
    throw new UpstreamError(
      'attachment_too_large',
      `The deployment accepts files of at most ${maxFileSizeKB} KB`,
    )
  }
  const extensions = extensionsOf(fileName)
  const isBlocked = blockedExtensions.some((blocked) => extensions.includes(blocked.toLowerCase()))
  // If the page does not know the type, the platform decides.
  const isKnown = contentType !== 'application/octet-stream'
  if (!isBlocked && (!isKnown || fileTypes.some((type) => covers(type, contentType)))) return
  throw new UpstreamError('attachment_refused', 'The deployment does not accept files of this type', {
    hint: "The deployment's supported content profile lists the file types: Admin > Message > Supported Content.",
  })
}

/**
 * The extensions that the file could have after a download. Windows ignores dots and spaces at the end of a name, and
 * from a colon onwards, the name of a data stream. Browsers replace the colon and keep what follows.
 */
function extensionsOf(fileName: string): readonly string[] {
  return fileName.split(':').map((part) => {
    let end = part.length
    while (part[end - 1] === '.' || part[end - 1] === ' ') end -= 1
    return extname(part.slice(0, end)).toLowerCase()
  })
}

/** @param type such as `image/png` or, with wildcards, `image/*`. */
function covers(type: string, contentType: string): boolean {
  if (type === '*/*') return true
  return type.endsWith('/*') ? contentType.startsWith(type.slice(0, -1)) : contentType === type.toLowerCase()
}

/** If the connection is lost, the request is repeated with another id, because Genesys may have registered the first. */
async function uploadAddress(
  connection: GuestConnection,
  file: OutgoingFile,
  deadlineAtMs: number,
  isRepeat = false,
): Promise<PresignedUrl> {
  const attachmentId = randomUUID()
  const { fileName, contentType: fileType, sizeBytes: fileSize } = file
  const frame = onAttachment({ attachmentId, fileName, fileType, fileSize })
  try {
    return await presigned(connection, frame, attachmentId, deadlineAtMs, 'fail')
  } catch (error) {
    if (isRepeat || !(error instanceof UpstreamError) || error.code !== 'upstream_unavailable') throw error
    return uploadAddress(connection, file, deadlineAtMs, true)
  }
}

async function presigned(
  connection: GuestConnection,
  frame: RequestFrame,
  attachmentId: string,
  deadlineAtMs: number,
  ifLost: 'send-again' | 'fail' = 'send-again',
): Promise<PresignedUrl> {
  const answer = await connection.request({
    frame,
    purpose: 'attachment',
    deadlineAtMs,
    readResponse: (answer) => addressOutcome(answer, attachmentId),
    ifLost,
    isParallel: true,
  })
  return unlessRefused(answer)
}

function addressOutcome(frame: Frame, attachmentId: string): Answer<PresignedUrl> | undefined {
  if (frame.class === 'PresignedUrlResponse' && frame.body.attachmentId === attachmentId)
    return { value: frame.body }
  return refusalOf(frame, 'GenerateUrlError', attachmentId)
}

function uploadOutcome(frame: Frame, attachmentId: string): Answer<{ url: string | undefined }> | undefined {
  if (frame.class === 'UploadSuccessEvent' && frame.body.attachmentId === attachmentId) {
    return { value: { url: frame.body.downloadUrl } }
  }
  return refusalOf(frame, 'UploadFailureEvent', attachmentId)
}

function refusalOf(frame: Frame, name: 'GenerateUrlError' | 'UploadFailureEvent', attachmentId: string) {
  if (frame.class !== name) return undefined
  const { attachmentId: refusedId, errorCode } = frame.body
  return refusedId === undefined || refusedId === attachmentId ? { refusedWith: errorCode } : undefined
}

function unlessRefused<T>(answer: Answer<T>): T {
  if ('value' in answer) return answer.value
  const code = answer.refusedWith
  if (code !== undefined) throw toUpstreamError({ code }, 'attachment')
  throw new UpstreamError('attachment_refused', 'Genesys refused the file')
}

/** Genesys: an upload has exactly the headers that came with the address, and a content type. */
function uploadHeaders(given: Readonly<Record<string, string>>, contentType: string): Record<string, string> {
  const named = Object.entries(given).map(([name, value]) => [name.toLowerCase(), value] as const)
  return { 'content-type': contentType, ...Object.fromEntries(named) }
}
