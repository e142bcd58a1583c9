import type { IRouter, Request, Response } from 'express'
import type { GuestAttachments } from '../sessions/guest-attachments.ts'
import type { GuestSessions } from '../sessions/guest-sessions.ts'
import { sendJson } from '../http-server/send-json.ts'
import { claimsOf } from '../middleware/session-guard.ts'
import type { GuestRouteGuards } from '../middleware/guest-route-guards.ts'
import { methodNotAllowed } from '../middleware/method-not-allowed.ts'
import { parseQuery } from '../middleware/request-body.ts'
import { RequestError } from '../errors/request-error.ts'
import { UploadQuery } from './schemas.ts'

/** An upload may take as long as the guest's connection needs, within the server's limit. */
const UPLOAD_TIMEOUT_MS = 120_000

/** The routes for attachments. The body of an upload is the file, which is streamed to Genesys. */
export function addAttachmentRoutes(
  router: IRouter,
  options: {
    readonly sessions: GuestSessions
    readonly attachments: GuestAttachments
    readonly guards: GuestRouteGuards
    readonly newDeadline: () => number
    readonly monotonicNow: () => number
  },
): void {
  const { sessions, attachments, guards, newDeadline, monotonicNow } = options
  router.post('/attachments', guards.guestWithFile, async (req: Request, res: Response) => {
    const claims = sessions.requireLive(claimsOf(req))
    const { fileName } = parseQuery(UploadQuery, req)
    requireBareFile(req)
    const file = { fileName, contentType: contentTypeOf(req), sizeBytes: sizeOf(req), body: req }
    sendJson(res, await attachments.upload(claims, file, monotonicNow() + UPLOAD_TIMEOUT_MS), 201)
  })
  router.all('/attachments', methodNotAllowed('POST'))

  router.get('/attachments/:id', guards.guest, async (req: Request<{ id: string }>, res: Response) => {
    const claims = sessions.requireLive(claimsOf(req as Request))
    sendJson(res, { url: await attachments.addressOf(claims, req.params.id, newDeadline()) })
  })
  router.delete('/attachments/:id', guards.guest, async (req: Request<{ id: string }>, res: Response) => {
    await attachments.discard(sessions.requireLive(claimsOf(req as Request)), req.params.id, newDeadline())
    res.status(204).end()
  })
  router.all('/attachments/:id', methodNotAllowed('GET', 'DELETE'))
}

function contentTypeOf(req: Request): string {
  const type = req.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? ''
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'application/octet-stream'
}

/** A file inside a form, or compressed, would reach the agent unreadable. */
function requireBareFile(req: Request): void {
  const isCompressed = (req.get('content-encoding') ?? 'identity') !== 'identity'
  if (isCompressed || contentTypeOf(req) === 'multipart/form-data')
    throw new RequestError(
      'unsupported_media_type',
      'The body must be the file itself: neither a form nor compressed.',
    )
  if (req.readableEnded)
    throw new RequestError('unsupported_media_type', 'The website has already read the file.', {
      hint: 'Mount this service before the body parsers of your own Express app, such as `express.json()`.',
    })
}

/** Genesys must know the size before it receives the first byte. */
function sizeOf(req: Request): number {
  const size = Number(req.get('content-length'))
  if (Number.isSafeInteger(size) && size > 0) return size
  throw new RequestError('invalid_request', 'The request does not have the documented form.', {
    errors: [{ path: 'Content-Length', message: 'must be the size of the file in bytes, at least 1' }],
  })
}
