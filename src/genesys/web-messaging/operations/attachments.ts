import { randomUUID } from 'node:crypto'
import { extname } from 'node:path'
import type { UpstreamClient } from '../../../upstream/upstream-client.ts'
import { UpstreamError } from '../../../upstream/upstream-error.ts'
import type { Guest, Limits, OutgoingFile, UploadedFile } from '../../guest-api.ts'
import { toUpstreamError } from '../wire/frame-errors.ts'
import type { Frame, PresignedUrl } from '../wire/frames.ts'
import type { GuestConnection } from '../connection/guest-connection.ts'
import type { GuestConnections } from '../connection/guest-connections.ts'
import { deleteAttachment, getAttachment, onAttachment, type RequestFrame } from '../wire/requests.ts'

type Answer<T> = { readonly value: T } | { readonly refusedWith: number | undefined }

/**
 * Files. Genesys: an upload address is asked for over the socket, the bytes are PUT there, and an event on
 * the socket says whether the file was accepted; then its id may go into a message.
 */
export function createAttachments(options: {
  readonly connections: GuestConnections
  /** For the object store. */
  readonly files: UpstreamClient
}) {
  const { connections, files } = options

  async function upload(guest: Guest, file: OutgoingFile, deadlineAtMs: number): Promise<UploadedFile> {
    const connection = connections.of(guest)
    const { limits } = await connection.ready(deadlineAtMs)
    check(file, limits.attachments)
    if (file.body.destroyed) {
      throw new UpstreamError('attachment_refused', 'The page left before its file was sent')
    }
    const target = await uploadAddress(connection, file, deadlineAtMs)
    const id = target.attachmentId
    // The event may come before the object store's own answer does.
    const accepted = connection.awaitFrame({
      purpose: 'attachment',
      deadlineAtMs,
      readAnswer: (frame) => uploadOutcome(frame, id),
    })
    await files.upload({
      operation: 'take the file',
      url: target.url,
      headers: uploadHeaders(target.headers, file.contentType),
      body: file.body,
      sizeBytes: file.sizeBytes,
      deadlineAtMs,
    })
    const url = await acceptedUrl(connection, id, accepted, deadlineAtMs)
    const { fileName, sizeBytes, contentType: mimeType } = file
    return { id, fileName, sizeBytes, mimeType, ...(url !== undefined && { url }) }
  }

  async function remove(guest: Guest, attachmentId: string, deadlineAtMs: number): Promise<void> {
    await connections.of(guest).request({
      frame: deleteAttachment(attachmentId),
      purpose: 'attachment',
      deadlineAtMs,
      readAnswer: (frame) => frame.class === 'AttachmentDeletedResponse' || undefined,
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
    return answer.url
  }

  return { upload, remove, url }
}

/** What the session allows. The platform would refuse the rest as well, at the cost of a request. */
function check({ fileName, contentType, sizeBytes }: OutgoingFile, allowed: Limits['attachments']): void {
  if (!allowed) return
  const { maxFileSizeKB, blockedExtensions, fileTypes } = allowed
  if (sizeBytes > maxFileSizeKB * 1024) {
    throw new UpstreamError(
      'attachment_too_large',
      `The deployment takes files of at most ${maxFileSizeKB} KB`,
    )
  }
  const extension = extname(fileName).toLowerCase()
  const isBlocked = blockedExtensions.some((blocked) => blocked.toLowerCase() === extension)
  // A page that does not know the type leaves it to the platform.
  const isKnown = contentType !== 'application/octet-stream'
  if (!isBlocked && (!isKnown || fileTypes.some((type) => covers(type, contentType)))) return
  throw new UpstreamError('attachment_refused', 'The deployment does not take files of this type', {
    hint: 'The supported content profile of the deployment lists the file types: Admin > Message > Supported Content.',
  })
}

/** @param type such as `image/png` or, with wildcards, `image/*`. */
function covers(type: string, contentType: string): boolean {
  if (type === '*/*') return true
  return type.endsWith('/*') ? contentType.startsWith(type.slice(0, -1)) : contentType === type.toLowerCase()
}

function uploadAddress(
  connection: GuestConnection,
  file: OutgoingFile,
  deadlineAtMs: number,
): Promise<PresignedUrl> {
  const attachmentId = randomUUID()
  const { fileName, contentType: fileType, sizeBytes: fileSize } = file
  const frame = onAttachment({ attachmentId, fileName, fileType, fileSize })
  return presigned(connection, frame, attachmentId, deadlineAtMs)
}

async function presigned(
  connection: GuestConnection,
  frame: RequestFrame,
  attachmentId: string,
  deadlineAtMs: number,
): Promise<PresignedUrl> {
  const answer = await connection.request({
    frame,
    purpose: 'attachment',
    deadlineAtMs,
    readAnswer: (frame) => addressOutcome(frame, attachmentId),
    ifLost: 'send-again',
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

/** When the socket was lost, the event was lost with it: a download address proves as much. */
async function acceptedUrl(
  connection: GuestConnection,
  attachmentId: string,
  accepted: Promise<Answer<{ url: string | undefined }>>,
  deadlineAtMs: number,
): Promise<string | undefined> {
  try {
    return unlessRefused(await accepted).url
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.code !== 'upstream_unavailable') throw error
    return (await presigned(connection, getAttachment(attachmentId), attachmentId, deadlineAtMs)).url
  }
}

/** Genesys: exactly the headers that came with the address, and a content type. */
function uploadHeaders(given: Readonly<Record<string, string>>, contentType: string): Record<string, string> {
  const hasType = Object.keys(given).some((name) => name.toLowerCase() === 'content-type')
  return hasType ? { ...given } : { ...given, 'content-type': contentType }
}
