import type { GuestApi, OutgoingFile, UploadedFile } from '../genesys/guest-api.ts'
import { notSupported } from './not-supported.ts'
import { SessionError } from '../errors/session-error.ts'
import { guestOf, type SessionClaims } from './session-token.ts'

export interface GuestAttachments {
  /**
   * Forwards a file; the driver checks type, name and size against the session's limits.
   * @throws {SessionError} `attachment_too_large`
   */
  upload(claims: SessionClaims, file: OutgoingFile, deadlineAtMs: number): Promise<UploadedFile>
  /** Deletes a file that has not been sent yet. */
  discard(claims: SessionClaims, attachmentId: string, deadlineAtMs: number): Promise<void>
  /** A new download address. */
  addressOf(claims: SessionClaims, attachmentId: string, deadlineAtMs: number): Promise<string>
}

export function createGuestAttachments(guestApi: GuestApi, maxBytes: number): GuestAttachments {
  return {
    async upload(claims, file, deadlineAtMs) {
      if (guestApi.upload === undefined) throw notSupported(guestApi, 'attachments')
      if (file.sizeBytes > maxBytes) {
        throw new SessionError('attachment_too_large', `A file must be at most ${maxBytes} bytes.`, {
          hint: "MAX_ATTACHMENT_BYTES sets this service's limit.",
        })
      }
      return guestApi.upload(guestOf(claims), file, deadlineAtMs)
    },
    async discard(claims, attachmentId, deadlineAtMs) {
      if (guestApi.deleteAttachment === undefined) throw notSupported(guestApi, 'attachments')
      await guestApi.deleteAttachment(guestOf(claims), attachmentId, deadlineAtMs)
    },
    async addressOf(claims, attachmentId, deadlineAtMs) {
      if (guestApi.attachmentUrl === undefined) throw notSupported(guestApi, 'attachments')
      return guestApi.attachmentUrl(guestOf(claims), attachmentId, deadlineAtMs)
    },
  }
}
