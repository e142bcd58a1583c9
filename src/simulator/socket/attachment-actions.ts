import { randomUUID } from 'node:crypto'
import { extname } from 'node:path'
import * as z from 'zod'
import { type Attachment, type Attachments, BLOCKED_EXTENSIONS } from '../conversation/attachments.ts'
import type { GuestConnection } from './guest-connection.ts'
import { attachmentNotFound, attachmentNotUploaded, requestFailed } from './guest-refusal.ts'
import { type GuestAction, type GuestRequest, fieldsOf, sessionOf } from './guest-request.ts'
import { type Frame, pushed, response } from './payloads.ts'
import type { Settings } from '../settings.ts'

const OnAttachment = z.looseObject({
  attachmentId: z.string().min(1).optional(),
  fileName: z.string(),
  fileType: z.string().min(1),
  fileSize: z.number().optional(),
})
const Named = z.looseObject({ attachmentId: z.string() })

type File = z.infer<typeof OnAttachment>

/** Genesys: a name has fewer than 1024 characters. */
const NAME_CHARS = 1023

/** Requests for an address to upload or download a file, and to delete a file before it is sent. */
export function attachmentActions(parts: { settings: Settings; attachments: Attachments }) {
  const { settings, attachments } = parts

  const onAttachment: GuestAction = (connection, request) => {
    const session = sessionOf(connection, request)
    const file = fieldsOf(OnAttachment, request)
    const refused = refusalOf(file)
    if (refused) {
      connection.send(urlError(request, file, refused), 'onAttachment')
      return
    }
    const { attachmentId: id, fileName, fileType, fileSize } = file
    // The client chooses the id, but not one that is already used.
    if (id !== undefined && attachments.isTaken(id)) throw requestFailed()
    const attachment = attachments.expect(session, { id, fileName, fileType })
    const body = {
      attachmentId: attachment.id,
      headers: attachment.headers,
      url: attachments.address(attachment, 'PUT', connection.baseUrl),
      fileName,
      fileType,
      ...(fileSize !== undefined && { fileSize }),
    }
    connection.send(response('PresignedUrlResponse', body, request.tracingId), 'onAttachment')
  }

  const getAttachment: GuestAction = (connection, request) => {
    const attachment = named(connection, request)
    if (attachment.state !== 'uploaded' && attachment.state !== 'sent') throw attachmentNotUploaded()
    const body = {
      attachmentId: attachment.id,
      headers: {},
      url: attachments.address(attachment, 'GET', connection.baseUrl),
      fileName: attachment.fileName,
      fileSize: attachment.bytes.length,
      fileType: attachment.fileType,
    }
    connection.send(response('PresignedUrlResponse', body, request.tracingId), 'getAttachment')
  }

  const deleteAttachment: GuestAction = (connection, request) => {
    const attachment = named(connection, request)
    if (attachment.state === 'sent') throw attachmentNotFound()
    attachments.remove(attachment)
    const body = { attachmentId: attachment.id }
    connection.send(pushed('AttachmentDeletedResponse', body, request.tracingId), 'deleteAttachment')
  }

  function named(connection: GuestConnection, request: GuestRequest): Attachment {
    const session = sessionOf(connection, request)
    const attachment = attachments.of(session, fieldsOf(Named, request).attachmentId)
    if (!attachment) throw attachmentNotFound()
    return attachment
  }

  function refusalOf({ fileName, fileType, fileSize }: File): [code: number, text: string] | undefined {
    const extension = extname(fileName).toLowerCase()
    if (!settings.attachments) return [4000, 'Feature unavailable']
    if (fileName.length > NAME_CHARS) return [4005, 'File name is too long']
    if (extension.length < 2) return [4004, 'File name is invalid']
    if (BLOCKED_EXTENSIONS.includes(extension)) return [4001, `File type ${fileType} not supported`]
    if (fileSize === 0) return [4102, 'File size must not be zero']
    if ((fileSize ?? 0) > settings.limits.fileBytes) return [4002, 'File size is too large']
    return undefined
  }

  function urlError(request: GuestRequest, file: File, [errorCode, errorMessage]: [number, string]): Frame {
    const body = { attachmentId: file.attachmentId ?? randomUUID(), errorCode, errorMessage }
    if (settings.generateUrlErrorForm === 'message') return pushed('GenerateUrlError', body)
    return { ...response('GenerateUrlError', body, request.tracingId), code: 400 }
  }

  return { onAttachment, getAttachment, deleteAttachment }
}
